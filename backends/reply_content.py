"""What all local engines do with a reply in the same way: its prompt, its text, its parts."""

from __future__ import annotations

import msgspec

from app.domain.engine import FinishReason, GenerationRequest, ToolCall
from app.domain.errors import PromptTooLongError
from backends.llama_cpp.reply_channels import ChannelParts
from backends.llama_cpp.reply_format import Binding, ReplyFormat
from backends.llama_cpp.reply_parts import MarkedParts, Part
from backends.llama_cpp.text import ReplyText
from backends.reply_clock import ReplyClock

# Enough to see a mark that a template put at the end of the prompt.
ENDING_CHARACTERS = 200


class Prompt(msgspec.Struct, frozen=True):
    """The tokens to go on from, the end of their text, which may have opened the reasoning, and
    what binds the reply.
    """

    tokens: list[int]
    ending: str
    form: ReplyFormat
    binding: Binding = Binding()


class Prepared(msgspec.Struct, frozen=True):
    """A request with its prompt, ready for the scheduler; the clock runs since it was taken up."""

    request: GenerationRequest
    prompt: Prompt
    clock: ReplyClock


class ReplyContent:
    """Turns the bytes of tokens into parts: characters whole, cut at a stop string, reasoning and
    calls apart.
    """

    def __init__(self, prompt: Prompt, request: GenerationRequest) -> None:
        self._text = ReplyText(request.stop)
        self._binding = prompt.binding
        self._parts: ChannelParts | MarkedParts = (
            ChannelParts()
            if prompt.form.has_channels
            else MarkedParts(prompt.form, prompt.ending, request.tools)
        )

    @property
    def is_bound(self) -> bool:
        """Whether the next token is a matter of the reply's grammar."""
        return self._binding.of != "rest_of_call" or self._parts.has_open_call

    @property
    def stopped(self) -> bool:
        """Whether a stop string was reached."""
        return self._text.stopped

    def feed(self, piece: bytes) -> list[Part]:
        """The parts of one token, of which there is at least one."""
        return self._parts.feed(self._text.feed(piece)) or [Part(self._parts.kind, "")]

    def is_free(self, piece: str, *, is_allowed: bool) -> bool:
        """Whether a token is free from the reply's grammar, which may allow it all the same."""
        if self._binding.of == "rest_of_call" or (
            self._binding.of == "call" and isinstance(self._parts, ChannelParts)
        ):
            return False
        return self._parts.is_free(piece, is_allowed=is_allowed)

    def finish(self, reason: FinishReason) -> tuple[list[Part], tuple[ToolCall, ...]]:
        """What is left at the end, and the calls that the reply asks for; one that was cut is text
        and no call.
        """
        parts = self._parts.feed(self._text.finish())
        rest, calls = self._parts.finish(is_cut=reason != "stop" or self.stopped)
        return [*parts, *rest], calls


def refuse_too_long(prompt_tokens: int, capacity: int, trained: int) -> None:
    """Raise `PromptTooLongError` for a prompt that leaves no room for a reply."""
    if prompt_tokens < capacity:
        return
    if trained > capacity:
        raise PromptTooLongError(
            "The prompt has {count} tokens and the context holds {capacity}. Shorten the message, "
            "start a new chat, or load the model with a larger context (it was trained for "
            "{trained}).",
            count=prompt_tokens,
            capacity=capacity,
            trained=trained,
        )
    raise PromptTooLongError(
        "The prompt has {count} tokens and the context holds {capacity}. Shorten the message, "
        "or start a new chat.",
        count=prompt_tokens,
        capacity=capacity,
    )
