"""The pieces of a streamed reply in the OpenAI format, as servers really send them.

`usage` and `timings` are read wherever they come: with each chunk, with the last one, or in one of
their own without choices. Fields that are not known are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec

from app.domain.engine import ToolCall
from backends.llama_cpp.tool_calls import is_object
from backends.remote import trouble


class PromptDetails(msgspec.Struct, frozen=True):
    """`usage.prompt_tokens_details`."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """Exact counts of a request."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None


class ServerTimings(msgspec.Struct, frozen=True):
    """`timings` of llama-server: its own counts and rates."""

    cache_n: int = 0
    prompt_n: int = 0
    prompt_per_second: float | None = None
    predicted_n: int = 0
    predicted_per_second: float | None = None


class ServerProgress(msgspec.Struct, frozen=True):
    """`prompt_progress` of llama-server; `processed` includes what was cached."""

    total: int = 0
    cache: int = 0
    processed: int = 0


class CallFunction(msgspec.Struct, frozen=True):
    """The name of a called function, and a piece of its arguments."""

    name: str | None = None
    arguments: str | None = None


class CallPiece(msgspec.Struct, frozen=True):
    """A piece of one call of a tool; `index` tells which one."""

    index: int = 0
    id: str | None = None
    function: CallFunction = CallFunction()


class Delta(msgspec.Struct, frozen=True):
    """New text. Reasoning has two names: DeepSeek's, and that of newer servers."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[CallPiece, ...] | None = None


class Choice(msgspec.Struct, frozen=True):
    """One reply; `message` where a server answers in one piece although a stream was asked."""

    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None


class Chunk(msgspec.Struct, frozen=True):
    """One event of the stream."""

    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None
    timings: ServerTimings | None = None
    prompt_progress: ServerProgress | None = None
    error: object = None
    # Of old vLLM: {"object": "error", "message": ...}.
    kind: str | None = msgspec.field(default=None, name="object")
    message: str | None = None

    @property
    def choice(self) -> Choice:
        """The only choice that is ever asked for."""
        return self.choices[0] if self.choices else Choice()


def read_chunk(data: str | bytes, where: str) -> Chunk:
    """Parse one event. Raises `ServerReplyError` for what is no chunk, and what it reports."""
    try:
        # Not msgspec's parser: a server may cut a character outside the BMP into two escapes.
        chunk = msgspec.convert(json.loads(data), Chunk, strict=False)
    except (ValueError, RecursionError) as error:
        raise trouble.broken_json(where) from error
    if chunk.error:
        raise trouble.reported(where, trouble.message_of(chunk.error))
    if chunk.kind == "error":
        raise trouble.reported(where, chunk.message or "")
    return chunk


class TextJoiner:
    """Joins halves of surrogate pairs that came in different events; a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Whole characters of `text`, with what was held before."""
        text = self._held + text
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        if text.isascii():
            return text
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def finish(self) -> str:
        """What is left at the end."""
        held, self._held = self._held, ""
        return "\ufffd" if held else ""


class CallJoiner:
    """Joins the pieces of the calls of tools that a reply asks for."""

    def __init__(self) -> None:
        self._calls: dict[int, ToolCall] = {}

    def feed(self, pieces: Iterable[CallPiece]) -> None:
        """Take the pieces of one chunk."""
        for piece in pieces:
            known = self._calls.get(piece.index, ToolCall(name="", arguments=""))
            self._calls[piece.index] = ToolCall(
                name=known.name + (piece.function.name or ""),
                arguments=known.arguments + (piece.function.arguments or ""),
                id=known.id or piece.id or "",
            )

    def finish(self, *, is_cut: bool) -> tuple[tuple[ToolCall, ...], str]:
        """The calls in their order, and as text what is none: its arguments are no JSON object.

        `is_cut`: the reply did not end by itself, so that a call without arguments is none.
        """
        calls: list[ToolCall] = []
        text = ""
        for _, call in sorted(self._calls.items()):
            arguments = call.arguments if is_cut else call.arguments.strip() or "{}"
            if call.name and is_object(arguments):
                calls.append(msgspec.structs.replace(call, arguments=arguments))
            else:
                text += f"\n{call.name} {call.arguments}"
        return tuple(calls), text
