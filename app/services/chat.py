"""One turn of a chat: the question is saved, the reply streams and is saved as it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing

import msgspec

from app.domain.chances import PromptToken
from app.domain.context_look import ContextLook
from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import (
    ChatMessage,
    CountingSession,
    EngineSession,
    Finished,
    GenerationRequest,
    LocalModelSession,
    PromptProgress,
    TextDelta,
)
from app.domain.errors import AppError, EngineDiedError, RequestError
from app.domain.reply_options import ReplyOptions
from app.domain.words import said
from app.services.chat_context import ChatContext, Ready, Turn
from app.services.chat_prompt import chat_prompt
from app.services.contexts import ContextQuestion
from app.services.conversation_store import ConversationStore
from app.services.streaming_reply import (
    ReplyFinished,
    StreamingReply,
    close,
    origin_of,
    sendable,
)
from app.services.summarizing import Summarizing
from app.services.uninterrupted import outlast, to_the_end


class ReplyStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The question is saved, and the reply that will now stream has its place.

    Unless `extends` the path that is shown has changed before its end.
    """

    question: Message
    reply: Message
    extends: bool = True
    # A message before has a summary now.
    summarized: bool = False


ChatEvent = Summarizing | ReplyStarted | PromptProgress | TextDelta | ReplyFinished


class ChatService:
    """Runs turns against whatever session is loaded, and loses nothing of them."""

    def __init__(
        self,
        store: ConversationStore,
        clock: Callable[[], float] = time.monotonic,
        commit_seconds: float = 1.0,
    ) -> None:
        self._store = store
        self._context = ChatContext(store)
        self._clock = clock
        self._commit_seconds = commit_seconds

    async def run_turn(self, session: EngineSession, turn: Turn) -> AsyncIterator[ChatEvent]:
        """Stream one turn. Raises `AppError`, after the reply was saved as "interrupted"; before
        anything is stored `ContextFullError`.

        Close the iterator (`contextlib.aclosing`) or cancel the task that waits for it to stop:
        what has come is saved as a complete reply that ended "cancelled".
        """
        options = turn.options
        if options is None and turn.conversation_id is not None:
            options = await self._store.options(turn.conversation_id)
        options = options or ReplyOptions()
        ready: Ready | None = None
        async with aclosing(self._context.prepare(session, turn, options)) as steps:
            async for step in steps:
                if isinstance(step, Ready):
                    ready = step
                else:
                    yield step
        assert ready is not None, "it comes last"
        async with aclosing(self._answer(session, turn, options, ready)) as events:
            async for event in events:
                yield event

    async def _answer(
        self, session: EngineSession, turn: Turn, options: ReplyOptions, ready: Ready
    ) -> AsyncGenerator[ChatEvent, None]:
        request = _request(turn, ready.messages, options)
        origin = origin_of(session.info, request, turn.quantization)
        # A question that is stored is told of, also when the turn is stopped at that moment.
        begun, stopped = await outlast(self._begin(turn, origin))
        reply = StreamingReply(begun.reply, self._store, self._clock, self._commit_seconds)
        chat = begun.question.conversation_id
        events = session.generate(msgspec.structs.replace(request, conversation_id=chat))
        try:
            yield msgspec.structs.replace(begun, summarized=ready.summarized)
            if stopped is not None:
                raise stopped
            async for event in events:
                if isinstance(event, Finished):
                    yield await reply.end(event)
                    return
                yield await reply.take(event)
            raise EngineDiedError(
                "The engine ended the reply without a word. Load the model again and repeat "
                "the question."
            )
        except (GeneratorExit, asyncio.CancelledError):
            await to_the_end(reply.settle("cancelled"))
            raise
        except AppError as error:
            finished = await reply.settle("error", error.said())
            if finished is not None:
                yield finished
            raise
        finally:
            # Only a defect comes here with the reply still open; even then no text is lost.
            await to_the_end(reply.settle("error", said("The reply ended unexpectedly.")))
            await close(events)

    async def _begin(self, turn: Turn, origin: ReplyOrigin) -> ReplyStarted:
        """Store the question and the place of the reply."""
        if turn.continues is not None:
            history = await self._store.path(turn.continues)
            question = _question(history)
            reply = await self._store.resume_reply(turn.continues, origin)
        elif turn.repeats is not None:
            history = (await self._store.path(turn.repeats))[:-1]
            question = _question(history)
            reply = await self._store.begin_reply(history[-1], origin)
        else:
            question, reply = await self._store.ask(
                turn.conversation_id,
                turn.text,
                origin,
                beside=turn.edits,
                attachments=turn.attachments,
            )
        extends = turn.edits is turn.repeats is turn.continues is None
        return ReplyStarted(question=question, reply=reply, extends=extends)

    async def look(self, session: CountingSession, question: ContextQuestion) -> ContextLook:
        """What a question would take of the context, and what would be left out of the chat.

        Raises `AppError`.
        """
        return (await self._context.look(session, question)).look

    async def read_prompt(
        self, session: EngineSession, reply: Message, *, measured: bool
    ) -> tuple[PromptToken, ...]:
        """What the model of `session` sees before a reply, and the reply, token by token.

        It is what the model saw if it is the one that wrote the reply. Raises `AppError`.
        """
        if not isinstance(session, LocalModelSession):
            raise RequestError(
                "{engine_name} does not tell what it makes of a chat; engines that run on this "
                "computer do.",
                engine_name=session.info.engine_name,
            )
        path = await self._store.path(reply.id)
        system = reply.origins[-1].system if reply.origins else None
        options = ReplyOptions(system=system or "")
        turn = Turn(conversation_id=reply.conversation_id, repeats=reply.id)
        request = _request(turn, chat_prompt(options.system, path[:-1]).messages, options)
        return await session.read_prompt(request, sendable(reply.text), measured=measured)


def _question(history: Sequence[Message]) -> Message:
    """The last message that asks something."""
    for message in reversed(history):
        if message.role == "user":
            return message
    raise RequestError("There is no question to answer. Write one and send it.")


def _request(
    turn: Turn, messages: tuple[ChatMessage, ...], options: ReplyOptions
) -> GenerationRequest:
    """What the engine is asked with these messages."""
    return GenerationRequest(
        messages=messages,
        sampling=options.sampling,
        max_tokens=options.max_tokens,
        stop=options.stop,
        json_schema=options.json_schema,
        grammar=options.grammar,
        continue_reply=turn.continues is not None and messages[-1].role == "assistant",
        conversation_id=turn.conversation_id,
    )
