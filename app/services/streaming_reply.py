"""A reply while it streams: what has come of it, saved as it comes, and what writes it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import msgspec

from app.domain.conversation import Message, MessageState, ReplyOrigin
from app.domain.engine import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReasoningDelta,
    SessionInfo,
    TextDelta,
)
from app.domain.reasoning import TaggedText
from app.domain.throughput import ReplySpeed, TokenClock
from app.services.conversation_store import ConversationStore

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class ReplyFinished(msgspec.Struct, frozen=True, kw_only=True):
    """The reply as it was saved; `speed` is None before its second token."""

    reply: Message
    speed: ReplySpeed | None


def sendable(text: str) -> str:
    """The text with lone surrogates, which no engine can read, shown as replaced."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def origin_of(
    info: SessionInfo, request: GenerationRequest, quantization: str | None
) -> ReplyOrigin:
    """What is known of a reply before its first token."""
    first = request.messages[0] if request.messages else None
    return ReplyOrigin(
        model_name=info.model_name,
        quantization=quantization,
        architecture=info.architecture,
        engine_name=info.engine_name,
        engine_version=info.engine_version,
        device=info.device,
        context_tokens=info.context_tokens,
        load=info.options,
        system=first.content if first is not None and first.role == "system" else None,
        sampling=request.sampling,
        max_tokens=request.max_tokens,
        stop=request.stop,
        json_schema=request.json_schema,
        grammar=request.grammar,
    )


class StreamingReply:
    """What has come of one reply, and its place in the store."""

    def __init__(
        self,
        place: Message,
        store: ConversationStore,
        clock: Callable[[], float],
        commit_seconds: float,
    ) -> None:
        """`place` is stored and holds what is there already of a reply that goes on."""
        self._place = place
        self._store = store
        self._clock = clock
        self._commit_seconds = commit_seconds
        self._saved_at = clock()
        self._parts = [place.text]
        self._timings = place.timings
        self._tokens = TokenClock()
        self._tagged = TaggedText(place.text)
        self._is_settled = False

    async def take(
        self, event: PromptProgress | ReasoningDelta | TextDelta
    ) -> PromptProgress | TextDelta:
        """Note one event and pass it on, reasoning as part of the text.

        The text so far is saved when that is due.
        """
        self._timings = event.timings
        if not isinstance(event, PromptProgress):
            self._tokens.add(event)
            event = self._tagged.add(event)
            self._parts.append(event.text)
        now = self._clock()
        if now - self._saved_at >= self._commit_seconds:
            await self._store.save_reply(self._place.id, "".join(self._parts))
            self._saved_at = now
        return event

    async def end(self, event: Finished) -> ReplyFinished:
        """Save the whole reply as the engine ended it."""
        *earlier, last = self._place.origins
        last = msgspec.structs.replace(last, seed=event.seed, samplers=event.samplers)
        self._place = msgspec.structs.replace(self._place, origins=(*earlier, last))
        self._timings = event.timings
        return await self._finish(event.reason, None)

    async def settle(self, reason: FinishReason, error: str | None = None) -> ReplyFinished | None:
        """Finish the reply unless it is finished; a last write that failed is not repeated."""
        return None if self._is_settled else await self._finish(reason, error)

    async def _finish(self, reason: FinishReason, error: str | None) -> ReplyFinished:
        self._is_settled = True
        state: MessageState = "interrupted" if reason == "error" else "complete"
        ended = msgspec.structs.replace(
            self._place,
            text="".join(self._parts),
            state=state,
            finish_reason=reason,
            timings=self._timings,
            error=error,
        )
        return ReplyFinished(
            reply=await self._store.finish_reply(ended), speed=self._tokens.speed()
        )


async def close(events: AsyncIterator[GenerationEvent]) -> None:
    """Closing the iterator cancels the generation in the engine."""
    close = getattr(events, "aclose", None)
    if close is not None:
        await close()
