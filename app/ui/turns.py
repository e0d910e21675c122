"""The running reply: asks the chat service, and tells pages what comes, a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Conversation, Message
from app.domain.engine import EngineSession, TextDelta
from app.domain.errors import AppError
from app.services.chat import ChatEvent, ReplyFinished, ReplyStarted, Turn
from app.ui.tasks import Job, Tasks


class Chat(Protocol):
    """What the window needs of the chat service."""

    def run_turn(self, session: EngineSession, turn: Turn) -> AsyncIterator[ChatEvent]: ...


class Messages(Protocol):
    """What a turn needs of the conversation store."""

    async def create(self) -> Conversation: ...

    async def messages(self, conversation_id: int) -> list[Message]: ...


class Turns(QObject):
    """Runs one turn at a time. `text` and `timings` are what has come since the last signal."""

    chat_created = Signal(int)
    reply_started = Signal(object)
    text_arrived = Signal(str)
    timings_arrived = Signal(object)
    reply_finished = Signal(object)
    turn_failed = Signal(object)
    turn_ended = Signal()

    def __init__(
        self, chat: Chat, store: Messages, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._store = store
        self._tasks = tasks
        self._job: Job | None = None
        self._session: EngineSession | None = None
        self._question = ""
        self._conversation_id: int | None = None
        self._reply: Message | None = None
        self._text = ""

    @property
    def running(self) -> bool:
        """Whether a turn runs, from the question to the saved reply."""
        return self._job is not None

    @property
    def conversation_id(self) -> int | None:
        """The chat that the running or last turn belongs to."""
        return self._conversation_id

    @property
    def reply(self) -> Message | None:
        """The streaming reply with all text that has come; None when nothing streams."""
        if self._reply is None:
            return None
        return msgspec.structs.replace(self._reply, text=self._text)

    def ask(self, session: EngineSession, conversation_id: int | None, text: str) -> None:
        """Put a question in a chat, or in a new one for None."""
        if self._job is not None:
            return
        self._session, self._question, self._text = session, text, ""
        self._conversation_id = conversation_id
        if conversation_id is None:
            self._job = self._tasks.run(
                self._store.create(),
                done=self._begin_in_new_chat,
                failed=self._fail,
                cancelled=self._end,
            )
        else:
            self._begin(conversation_id)

    @Slot()
    def stop(self) -> None:
        """Stop the reply; what has come is kept."""
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _begin_in_new_chat(self, conversation: Conversation) -> None:
        self._conversation_id = conversation.id
        self.chat_created.emit(conversation.id)
        self._begin(conversation.id)

    def _begin(self, conversation_id: int) -> None:
        assert self._session is not None
        turn = Turn(conversation_id=conversation_id, text=self._question)
        self._job = self._tasks.stream(
            self._chat.run_turn(self._session, turn),
            received=self._take,
            failed=self._fail,
            ended=self._end,
            cancelled=self._read_stopped,
        )

    @Slot(list)
    def _take(self, events: list[ChatEvent]) -> None:
        texts: list[str] = []
        for event in events:
            match event:
                case ReplyStarted():
                    self._reply = event.reply
                    self.reply_started.emit(event)
                case TextDelta():
                    texts.append(event.text)
                case ReplyFinished():
                    self._tell(texts)
                    self._finish(event.reply)
                    texts = []
                case _:
                    pass
        self._tell(texts)
        timed = [event for event in events if not isinstance(event, ReplyStarted | ReplyFinished)]
        if timed:
            self.timings_arrived.emit(timed[-1].timings)

    def _tell(self, texts: list[str]) -> None:
        text = "".join(texts)
        if text:
            self._text += text
            self.text_arrived.emit(text)

    def _finish(self, reply: Message) -> None:
        self._reply = None
        if reply.timings is not None:
            self.timings_arrived.emit(reply.timings)
        self.reply_finished.emit(reply)

    @Slot()
    def _read_stopped(self) -> None:
        """The service has saved what came; show it as it was saved."""
        if self._conversation_id is None or self._reply is None:
            self._end()
            return
        self._job = self._tasks.run(
            self._store.messages(self._conversation_id),
            done=self._take_stopped,
            failed=self._fail,
            cancelled=self._end,
        )

    @Slot(object)
    def _take_stopped(self, messages: list[Message]) -> None:
        wanted = None if self._reply is None else self._reply.id
        for message in messages:
            if message.id == wanted:
                self._finish(message)
        self._end()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self._close()
        self.turn_failed.emit(error)
        self.turn_ended.emit()

    @Slot()
    def _end(self) -> None:
        self._close()
        self.turn_ended.emit()

    def _close(self) -> None:
        self._job = self._session = self._reply = None
