"""One turn of a chat: the question is saved, the reply streams and is saved as it comes."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from app.domain.conversation import Message, MessageState
from app.domain.engine import (
    ChatMessage,
    EngineSession,
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReasoningDelta,
    Sampling,
    TextDelta,
    Timings,
)
from app.domain.errors import AppError, EngineDiedError
from app.domain.reasoning import TaggedText, without_reasoning
from app.domain.throughput import ReplySpeed, TokenClock
from app.services.conversation_store import ConversationStore

T = TypeVar("T")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A question in a chat, and how it is to be answered."""

    conversation_id: int
    text: str
    system: str | None = None
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    json_schema: str | None = None


class ReplyStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The question is saved, and the reply that will now stream has its place."""

    question: Message
    reply: Message


class ReplyFinished(msgspec.Struct, frozen=True, kw_only=True):
    """The reply as it was saved; `speed` is None before its second token."""

    reply: Message
    speed: ReplySpeed | None


ChatEvent = ReplyStarted | PromptProgress | TextDelta | ReplyFinished


class ChatService:
    """Runs turns against whatever session is loaded, and loses nothing of them."""

    def __init__(
        self,
        store: ConversationStore,
        clock: Callable[[], float] = time.monotonic,
        commit_seconds: float = 1.0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._commit_seconds = commit_seconds

    async def run_turn(self, session: EngineSession, turn: Turn) -> AsyncIterator[ChatEvent]:
        """Stream one turn. Raises `AppError`, after the reply was saved as "interrupted".

        Close the iterator (`contextlib.aclosing`) or cancel the task that waits for it to stop:
        what has come is saved as a complete reply that ended "cancelled".
        """
        question = await self._store.add_message(turn.conversation_id, "user", turn.text)
        history = await self._store.messages(turn.conversation_id)
        reply = _StreamingReply(self._store, self._clock, self._commit_seconds)
        placeholder = await reply.begin(turn.conversation_id, session.info.model_name)
        events = session.generate(_request(turn, history))
        try:
            yield ReplyStarted(question=question, reply=placeholder)
            async for event in events:
                if isinstance(event, Finished):
                    yield await reply.finish(event.reason, timings=event.timings)
                    return
                yield await reply.take(event)
            raise EngineDiedError(
                "The engine ended the reply without a word. Load the model again and repeat "
                "the question."
            )
        except (GeneratorExit, asyncio.CancelledError):
            await _to_the_end(reply.settle("cancelled"))
            raise
        except AppError as error:
            finished = await reply.settle("error", str(error))
            if finished is not None:
                yield finished
            raise
        finally:
            # Only a defect comes here with the reply still open; even then no text is lost.
            await _to_the_end(reply.settle("error", "The reply ended unexpectedly."))
            await _close(events)


class _StreamingReply:
    """What has come of one reply, and its place in the store."""

    def __init__(
        self, store: ConversationStore, clock: Callable[[], float], commit_seconds: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._commit_seconds = commit_seconds
        self._saved_at = clock()
        self._id = 0
        self._parts: list[str] = []
        self._timings: Timings | None = None
        self._tokens = TokenClock()
        self._tagged = TaggedText()
        self._is_settled = False

    async def begin(self, conversation_id: int, model_name: str) -> Message:
        """Make the reply's place; when cancelled meanwhile, it is settled before this returns."""
        adding = asyncio.ensure_future(
            self._store.add_message(
                conversation_id, "assistant", "", model_name=model_name, state="streaming"
            )
        )
        try:
            placeholder = await asyncio.shield(adding)
        except asyncio.CancelledError:
            self._id = (await adding).id
            await _to_the_end(self.settle("cancelled"))
            raise
        self._id = placeholder.id
        return placeholder

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
            await self._store.save_reply(self._id, "".join(self._parts))
            self._saved_at = now
        return event

    async def settle(self, reason: FinishReason, error: str | None = None) -> ReplyFinished | None:
        """Finish the reply unless it is finished; a last write that failed is not repeated."""
        return None if self._is_settled else await self.finish(reason, error)

    async def finish(
        self, reason: FinishReason, error: str | None = None, timings: Timings | None = None
    ) -> ReplyFinished:
        """Save the whole reply and how it ended, with its last readings."""
        self._is_settled = True
        state: MessageState = "interrupted" if reason == "error" else "complete"
        message = await self._store.finish_reply(
            self._id,
            "".join(self._parts),
            state=state,
            finish_reason=reason,
            timings=timings or self._timings,
            error=error,
        )
        return ReplyFinished(reply=message, speed=self._tokens.speed())


async def _to_the_end(work: Awaitable[T]) -> T:
    """Await `work` to its end, also when this task is cancelled meanwhile, even repeatedly."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None and not task.cancelled():
        task.exception()
        raise cancelled
    return task.result()


async def _close(events: AsyncIterator[GenerationEvent]) -> None:
    """Closing the iterator cancels the generation in the engine."""
    close = getattr(events, "aclose", None)
    if close is not None:
        await close()


def _request(turn: Turn, history: Sequence[Message]) -> GenerationRequest:
    """What the engine is asked: the path so far, as chat templates take it.

    Replies without an answer (stopped before it) are left out, reasoning too, and what then follows
    from one speaker is joined: many templates refuse two questions in a row.
    """
    messages = [ChatMessage("system", _sendable(turn.system))] if turn.system else []
    for message in history:
        text = _sendable(message.text)
        if message.role == "assistant":
            text = without_reasoning(text)
            if not text:
                continue
        if messages and messages[-1].role == message.role:
            text = f"{messages.pop().content}\n\n{text}"
        messages.append(ChatMessage(message.role, text))
    return GenerationRequest(
        messages=tuple(messages),
        sampling=turn.sampling,
        max_tokens=turn.max_tokens,
        json_schema=turn.json_schema,
    )


def _sendable(text: str) -> str:
    """The text with lone surrogates, which no engine can read, shown as replaced."""
    return _LONE_SURROGATE.sub("\ufffd", text)
