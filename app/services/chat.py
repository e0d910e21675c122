"""One turn of a chat: the question is saved, the reply streams and is saved as it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from app.domain.attachment import Attachment, prompt_text
from app.domain.chances import PromptToken
from app.domain.conversation import Message
from app.domain.engine import (
    ChatMessage,
    EngineSession,
    Finished,
    GenerationEvent,
    GenerationRequest,
    LocalModelSession,
    PromptProgress,
    TextDelta,
)
from app.domain.errors import AppError, EngineDiedError, RequestError
from app.domain.reasoning import without_reasoning
from app.domain.reply_options import ReplyOptions
from app.services.conversation_store import ConversationStore
from app.services.streaming_reply import (
    ReplyFinished,
    StreamingReply,
    origin_of,
    sendable,
    to_the_end,
)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked in a chat, and how it is to be answered.

    Without more, `text` is a question at the end of the path that is shown. At most one of the
    three message numbers says otherwise.
    """

    conversation_id: int
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    # `text` is another version of this own message.
    edits: int | None = None
    # The question of this reply is answered once more.
    repeats: int | None = None
    # This reply was cut, and goes on.
    continues: int | None = None
    # Of the loaded model, to be kept with the reply.
    quantization: str | None = None
    # None: those that are kept with the chat.
    options: ReplyOptions | None = None


class ReplyStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The question is saved, and the reply that will now stream has its place.

    Unless `extends` the path that is shown has changed before its end.
    """

    question: Message
    reply: Message
    extends: bool = True


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
        history = await self._history(turn)
        question = _question(history)
        options = turn.options or await self._store.options(question.conversation_id)
        request = _request(turn, history, options or ReplyOptions())
        reply = StreamingReply(self._store, self._clock, self._commit_seconds)
        origin = origin_of(session.info, request, turn.quantization)
        if turn.continues is not None:
            placeholder = await reply.resume(history[-1], origin)
        else:
            placeholder = await reply.begin(history[-1], origin)
        events = session.generate(request)
        try:
            extends = turn.edits is turn.repeats is turn.continues is None
            yield ReplyStarted(question=question, reply=placeholder, extends=extends)
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
            finished = await reply.settle("error", str(error))
            if finished is not None:
                yield finished
            raise
        finally:
            # Only a defect comes here with the reply still open; even then no text is lost.
            await to_the_end(reply.settle("error", "The reply ended unexpectedly."))
            await _close(events)

    async def read_prompt(
        self, session: EngineSession, reply: Message, *, measured: bool
    ) -> tuple[PromptToken, ...]:
        """What the model of `session` sees before a reply, and the reply, token by token.

        It is what the model saw if it is the one that wrote the reply. Raises `AppError`.
        """
        if not isinstance(session, LocalModelSession):
            raise RequestError(
                f"{session.info.engine_name} does not tell what it makes of a chat; engines that "
                "run on this computer do."
            )
        path = await self._store.path(reply.id)
        system = reply.origins[-1].system if reply.origins else None
        options = ReplyOptions(system=system or "")
        turn = Turn(conversation_id=reply.conversation_id, repeats=reply.id)
        request = _request(turn, path[:-1], options)
        return await session.read_prompt(request, sendable(reply.text), measured=measured)

    async def _history(self, turn: Turn) -> list[Message]:
        """The path from the first message to the one that the reply follows or goes on with."""
        if turn.continues is not None:
            return await self._store.path(turn.continues)
        if turn.repeats is not None:
            return (await self._store.path(turn.repeats))[:-1]
        question = await self._store.add_message(
            turn.conversation_id,
            "user",
            turn.text,
            beside=turn.edits,
            attachments=turn.attachments,
        )
        return await self._store.path(question.id)


def _question(history: Sequence[Message]) -> Message:
    """The last message that asks something."""
    for message in reversed(history):
        if message.role == "user":
            return message
    raise RequestError("There is no question to answer. Write one and send it.")


async def _close(events: AsyncIterator[GenerationEvent]) -> None:
    """Closing the iterator cancels the generation in the engine."""
    close = getattr(events, "aclose", None)
    if close is not None:
        await close()


def _request(turn: Turn, history: Sequence[Message], options: ReplyOptions) -> GenerationRequest:
    """What the engine is asked: the path so far, as chat templates take it.

    Replies without an answer (stopped before it) are left out, reasoning too, and what then follows
    from one speaker is joined: many templates refuse two questions in a row. A reply that goes on
    is given as the model wrote it.
    """
    messages = [ChatMessage("system", sendable(options.system))] if options.system else []
    for message in history:
        text = sendable(prompt_text(message.text, message.attachments))
        if message.role == "assistant":
            text = text if message.id == turn.continues else without_reasoning(text)
            if not text:
                continue
        if messages and messages[-1].role == message.role:
            text = f"{messages.pop().content}\n\n{text}"
        messages.append(ChatMessage(message.role, text))
    return GenerationRequest(
        messages=tuple(messages),
        sampling=options.sampling,
        max_tokens=options.max_tokens,
        stop=options.stop,
        json_schema=options.json_schema,
        grammar=options.grammar,
        continue_reply=turn.continues is not None and messages[-1].role == "assistant",
        conversation_id=turn.conversation_id,
    )
