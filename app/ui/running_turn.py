"""One running reply: it waits for its model, and what comes is told a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Conversation, Message
from app.domain.engine import EngineSession, PromptProgress, TextDelta, Timings
from app.domain.errors import AppError
from app.domain.model import AnyModel, ref_of
from app.services.chat import ChatEvent, ReplyFinished, ReplyStarted, Turn
from app.services.engine_host import Loaded
from app.services.summarizing import Summarizing
from app.ui.loaded_models import FailedLoad, LoadedModels
from app.ui.tasks import Batch, Job, Tasks

# Meters that change more often cannot be read, and cost more than the words.
_READING_MS = 200


class Chat(Protocol):
    """What the window needs of the chat service."""

    def run_turn(self, session: EngineSession, turn: Turn) -> AsyncIterator[ChatEvent]: ...


class Messages(Protocol):
    """What a turn needs of the conversation store."""

    async def create(self) -> Conversation: ...

    async def messages(self, conversation_id: int) -> list[Message]: ...


class FailedTurn(msgspec.Struct, frozen=True):
    """What went wrong, and with which session."""

    error: AppError
    session: EngineSession | None
    turn: Turn = Turn()
    # A reply was begun, and told as finished as far as it came.
    has_reply: bool = False


class RunningTurn(QObject):
    """One turn, from its question to the saved reply; first it waits until its model is loaded."""

    chat_created = Signal(int)
    # A summary of what has no room is being written.
    summarizing = Signal(object)
    reply_started = Signal(object)
    text_arrived = Signal(str)
    timings_arrived = Signal(object)
    reply_finished = Signal(object)
    failed = Signal(object)
    ended = Signal(object)

    def __init__(
        self, chat: Chat, store: Messages, models: LoadedModels, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._store = store
        self._models = models
        self._tasks = tasks
        self._job: Job | None = None
        self._model: AnyModel | None = None
        self.session: EngineSession | None = None
        self._asked = Turn()
        self._reply: Message | None = None
        self._is_finished = False
        self._text = ""
        # None: a new chat that is not stored yet.
        self.conversation_id: int | None = None
        self.timings: Timings | None = None
        self._readings: Batch[Timings] = Batch(self._tell_readings, self, _READING_MS)

    @property
    def reply(self) -> Message | None:
        """The streaming reply with all text that has come; None when nothing streams."""
        if self._reply is None:
            return None
        return msgspec.structs.replace(self._reply, text=self._text)

    def ask(self, model: AnyModel, conversation_id: int | None, turn: Turn) -> None:
        """Begin a turn in a chat, or in a new one for None.

        One that has to wait is stored at once: the question has a place meanwhile.
        """
        self._model, self._asked = model, turn
        self.conversation_id = conversation_id
        if conversation_id is None and self._models.find(model) is None:
            self._tasks.write(self._store.create(), done=self._take_place, failed=self._fail)
        else:
            self._begin(model)

    @Slot(object)
    def _take_place(self, chat: Conversation) -> None:
        if self._model is not None:  # else it was stopped already
            self._adopt(chat.id)
            self._begin(self._model)

    def _begin(self, model: AnyModel) -> None:
        loaded = self._models.find(model)
        if loaded is not None:
            self._ask(loaded.session)
            return
        self._models.loaded.connect(self._use_loaded)
        self._models.load_failed.connect(self._leave_failed)
        self._models.load_cancelled.connect(self._leave_cancelled)
        self._models.need(model)

    def _is_awaited(self, model: AnyModel) -> bool:
        waits = self.session is None
        return waits and self._model is not None and ref_of(model) == ref_of(self._model)

    @Slot(object)
    def _use_loaded(self, loaded: Loaded) -> None:
        if self._is_awaited(loaded.model):
            self._ask(loaded.session)

    @Slot(object)
    def _leave_failed(self, failed: FailedLoad) -> None:
        self._leave_cancelled(failed.request.model)

    @Slot(object)
    def _leave_cancelled(self, model: AnyModel) -> None:
        """Nothing is asked: what was written stays where it is."""
        if self._is_awaited(model):
            self._end()

    def _ask(self, session: EngineSession) -> None:
        self.session = session
        assert self._model is not None
        self._models.note_use(self._model)
        chat = self.conversation_id
        turn = self._asked = msgspec.structs.replace(self._asked, conversation_id=chat)
        self._job = self._tasks.stream(
            self._chat.run_turn(session, turn),
            received=self._take,
            failed=self._fail,
            ended=self._end,
            cancelled=self._read_stopped,
        )

    def stop(self) -> None:
        """Stop the reply; what has come is kept."""
        if self._job is not None:
            self._job.cancel()
        elif self._model is not None:
            self._end()

    @Slot(list)
    def _take(self, events: list[ChatEvent]) -> None:
        texts: list[str] = []
        for event in events:
            match event:
                case ReplyStarted():
                    self._start(event)
                case Summarizing():
                    self.summarizing.emit(event)
                case TextDelta():
                    texts.append(event.text)
                case ReplyFinished():
                    self._tell(texts)
                    self._finish(event.reply)
                    texts = []
                case _:
                    pass
        self._tell(texts)
        timed = [event for event in events if isinstance(event, PromptProgress | TextDelta)]
        if timed and self._reply is not None:  # else the saved reply has brought the last ones
            self.timings = timed[-1].timings
            self._readings.add(self.timings)

    def _start(self, started: ReplyStarted) -> None:
        self._reply, self._text = started.reply, started.reply.text
        if self.conversation_id is None:
            self._adopt(started.question.conversation_id)
        self.reply_started.emit(started)

    def _adopt(self, chat: int) -> None:
        self.conversation_id = chat
        self._asked = msgspec.structs.replace(self._asked, conversation_id=chat)
        self.chat_created.emit(chat)

    def _tell(self, texts: list[str]) -> None:
        text = "".join(texts)
        if text:
            self._text += text
            self.text_arrived.emit(text)

    @Slot(list)
    def _tell_readings(self, readings: list[Timings]) -> None:
        self._show(readings[-1])

    def _show(self, timings: Timings) -> None:
        """Unless the model was ejected meanwhile: the meters are empty then."""
        loaded = self._models.find(self._model)
        if loaded is not None and loaded.session is self.session:
            self.timings_arrived.emit(timings)

    def _finish(self, reply: Message) -> None:
        self._reply, self._is_finished = None, True
        self._readings.clear()
        if reply.timings is not None:
            self.timings = reply.timings
            self._show(reply.timings)
        self.reply_finished.emit(reply)

    @Slot()
    def _read_stopped(self) -> None:
        """The service has saved what came; show it as it was saved."""
        if self.conversation_id is None or self._reply is None:
            self._end()
            return
        self._job = self._tasks.run(
            self._store.messages(self.conversation_id),
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
        self._reply = None
        self.failed.emit(FailedTurn(error, self.session, self._asked, self._is_finished))
        self._end()

    @Slot()
    def _end(self) -> None:
        self._job = self._model = self._reply = None
        self._readings.clear()
        self.ended.emit(self)
