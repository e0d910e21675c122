"""What a chat takes of a server's context: asked of servers that count, for others estimated."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, TypeVar

import msgspec

from app.domain.context_plan import ContextCount
from app.domain.engine import ChatMessage, GenerationRequest
from app.domain.remote import ServerKind
from backends.remote.http import Connection
from backends.remote.kinds import message_body

_T = TypeVar("_T")
# English text, until the server's own counts tell better.
_USUAL_TOKENS_PER_CHARACTER = 0.25
# What templates put around a message, about.
_MARKS = 4
_ASK_SECONDS = 5.0


class _Prompt(msgspec.Struct, frozen=True):
    """The answer of llama-server's `/apply-template`."""

    prompt: str


class _Tokens(msgspec.Struct, frozen=True):
    """The answer of llama-server's `/tokenize`."""

    tokens: tuple[int, ...]


class _Count(msgspec.Struct, frozen=True):
    """The answer of vLLM's `/tokenize`."""

    count: int


class ChatCounter:
    """Counts the chats of one session with a server.

    A server on another computer is asked when a chat is sent there, and not while it is written.
    llama-cpp-python's is never asked: by default any request ends the reply that it is writing.
    """

    def __init__(self, connection: Connection, kind: ServerKind, model: str) -> None:
        self._connection = connection
        self._kind: ServerKind = kind
        self._model = model
        self._asks = kind in ("llama-server", "vllm")
        self._tokens_per_character = _USUAL_TOKENS_PER_CHARACTER
        # Those that were counted without a last one, and what was found.
        self._earlier: tuple[ChatMessage, ...] = ()
        self._earlier_tokens: int | None = None

    def learn(self, request: GenerationRequest, prompt_tokens: int) -> None:
        """Take the server's own count of a prompt that it answered."""
        characters = sum(len(each.content) for each in request.messages)
        own = prompt_tokens - _MARKS * len(request.messages)
        if characters and own > 0 and not request.tools:
            self._tokens_per_character = own / characters

    async def count(
        self,
        earlier: tuple[ChatMessage, ...],
        last: ChatMessage,
        *,
        continue_reply: bool,
        is_sent: bool,
    ) -> ContextCount:
        """The tokens of a chat, message by message; `is_exact` where the server counted them."""
        messages = (*earlier, last)
        whole = None
        if self._asks and (is_sent or self._connection.is_local):
            whole = await self._told(messages, continue_reply=continue_reply)
            self._asks = whole is not None
        weights = [self._estimate(each) for each in messages]
        if whole is None:
            return ContextCount(0, tuple(map(round, weights)), is_exact=False)
        if earlier is not self._earlier:
            self._earlier = earlier
            self._earlier_tokens = await self._told(earlier) if earlier else None
        before = self._earlier_tokens
        if before is None or not before <= whole:
            shares = _shared(whole, weights)
        else:
            shares = [*_shared(before, weights[:-1]), whole - before]
        return ContextCount(0, tuple(shares))

    def _estimate(self, message: ChatMessage) -> float:
        return len(message.content) * self._tokens_per_character + _MARKS

    async def _told(
        self, messages: Sequence[ChatMessage], *, continue_reply: bool = False
    ) -> int | None:
        """The server's count; None where it gives none."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [message_body(each) for each in messages],
            "add_generation_prompt": not continue_reply,
        }
        if continue_reply:
            body["continue_final_message"] = True
        if self._kind == "llama-server":
            return await self._tokens_of_template(body)
        found = await self._ask("/tokenize", body, _Count)
        return None if found is None else found.count

    async def _tokens_of_template(self, body: dict[str, Any]) -> int | None:
        """As llama-server's chats are read: the template's text with the marks that begin it."""
        rendered = await self._ask("/apply-template", body, _Prompt)
        if rendered is None:
            return None
        asked = {"content": rendered.prompt, "add_special": True, "parse_special": True}
        found = await self._ask("/tokenize", asked, _Tokens)
        return None if found is None else len(found.tokens)

    async def _ask(self, path: str, body: dict[str, Any], kind: type[_T]) -> _T | None:
        return await self._connection.ask(path, body, kind, _ASK_SECONDS)


def _shared(whole: int, weights: Sequence[float]) -> list[int]:
    """A whole in integers that are as the weights."""
    total = sum(weights) or 1.0
    ends = [round(whole * end / total) for end in accumulate(weights)]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
