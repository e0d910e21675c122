"""The running replies, one in each chat at most: what comes is told a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Conversation, Message
from app.domain.engine import EngineSession, TextDelta, Timings
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


class RunningTurn(QObject):
    """One turn, from its question to the saved reply."""

    chat_created = Signal(int)
    reply_started = Signal(object)
    text_arrived = Signal(str)
    timings_arrived = Signal(object)
    reply_finished = Signal(object)
    failed = Signal(object)
    ended = Signal(object)

    def __init__(self, chat: Chat, store: Messages, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._chat = chat
        self._store = store
        self._tasks = tasks
        self._job: Job | None = None
        self._session: EngineSession | None = None
        self._asked = Turn(conversation_id=0)
        self._reply: Message | None = None
        self._text = ""
        # None: a new chat that is not stored yet.
        self.conversation_id: int | None = None
        self.timings: Timings | None = None

    @property
    def reply(self) -> Message | None:
        """The streaming reply with all text that has come; None when nothing streams."""
        if self._reply is None:
            return None
        return msgspec.structs.replace(self._reply, text=self._text)

    def ask(self, session: EngineSession, conversation_id: int | None, turn: Turn) -> None:
        """Begin a turn in a chat, or in a new one for None."""
        self._session, self._asked = session, turn
        self.conversation_id = conversation_id
        if conversation_id is None:
            self._job = self._tasks.run(
                self._store.create(),
                done=self._begin_in_new_chat,
                failed=self._fail,
                cancelled=self._end,
            )
        else:
            self._begin(conversation_id)

    def stop(self) -> None:
        """Stop the reply; what has come is kept."""
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _begin_in_new_chat(self, conversation: Conversation) -> None:
        self.conversation_id = conversation.id
        self.chat_created.emit(conversation.id)
        self._begin(conversation.id)

    def _begin(self, conversation_id: int) -> None:
        assert self._session is not None
        turn = msgspec.structs.replace(self._asked, conversation_id=conversation_id)
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
                    self._reply, self._text = event.reply, event.reply.text
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
        if timed and self._reply is not None:  # else the saved reply has brought the last ones
            self._tell_timings(timed[-1].timings)

    def _tell(self, texts: list[str]) -> None:
        text = "".join(texts)
        if text:
            self._text += text
            self.text_arrived.emit(text)

    def _tell_timings(self, timings: Timings) -> None:
        self.timings = timings
        self.timings_arrived.emit(timings)

    def _finish(self, reply: Message) -> None:
        self._reply = None
        if reply.timings is not None:
            self._tell_timings(reply.timings)
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
        self.failed.emit(error)
        self._end()

    @Slot()
    def _end(self) -> None:
        self._job = self._session = self._reply = None
        self.ended.emit(self)


class Turns(QObject):
    """Turns of several chats side by side.

    `text_arrived`, `timings_arrived` and `turn_ended` are about the chat that is shown; the first
    two tell what has come since they told last. The other signals are about any chat.
    """

    chat_created = Signal(int)
    reply_started = Signal(object)
    text_arrived = Signal(str)
    timings_arrived = Signal(object)
    reply_finished = Signal(object)
    turn_failed = Signal(object)
    turn_ended = Signal()
    # A chat is shown in which no turn runs.
    idle_shown = Signal()
    # The chats with a running turn.
    running_changed = Signal(object)

    def __init__(
        self, chat: Chat, store: Messages, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._store = store
        self._tasks = tasks
        self._turns: list[RunningTurn] = []
        self._shown: int | None = None

    @property
    def running(self) -> bool:
        """Whether a turn runs in the chat that is shown, from the question to the saved reply."""
        return self._current is not None

    @property
    def reply(self) -> Message | None:
        """The streaming reply of the shown chat with all text that has come, if there is one."""
        return None if self._current is None else self._current.reply

    @property
    def chats(self) -> frozenset[int]:
        """The chats with a running turn."""
        return frozenset(
            turn.conversation_id for turn in self._turns if turn.conversation_id is not None
        )

    @property
    def _current(self) -> RunningTurn | None:
        return next((turn for turn in self._turns if turn.conversation_id == self._shown), None)

    @Slot(object)
    def show(self, conversation_id: int | None) -> None:
        """Another chat is shown, None for a new one; the turns of all go on."""
        if self._current is not None:
            self._current.text_arrived.disconnect(self.text_arrived)
            self._current.timings_arrived.disconnect(self.timings_arrived)
        self._shown = conversation_id
        current = self._current
        if current is None:
            self.turn_ended.emit()
            self.idle_shown.emit()
            return
        self._follow(current)
        if current.timings is not None:
            self.timings_arrived.emit(current.timings)

    def ask(self, session: EngineSession, conversation_id: int | None, asked: Turn) -> None:
        """Begin a turn in the shown chat, in which none may run, or in a new one for None.

        The number of the chat in `asked` does not count.
        """
        self._shown = conversation_id
        if self._current is not None:
            return
        turn = RunningTurn(self._chat, self._store, self._tasks, self)
        self._turns.append(turn)
        turn.chat_created.connect(self._adopt)
        turn.reply_started.connect(self.reply_started)
        turn.reply_finished.connect(self.reply_finished)
        turn.failed.connect(self.turn_failed)
        turn.ended.connect(self._forget)
        self._follow(turn)
        turn.ask(session, conversation_id, asked)
        self.running_changed.emit(self.chats)

    @Slot()
    def stop(self) -> None:
        """Stop the reply of the shown chat; what has come is kept."""
        if self._current is not None:
            self._current.stop()

    @Slot()
    def stop_all(self) -> None:
        """Stop the replies of all chats."""
        for turn in self._turns:
            turn.stop()

    def stop_in(self, conversation_id: int) -> None:
        """Stop the reply of one chat, such as one that is deleted."""
        for turn in self._turns:
            if turn.conversation_id == conversation_id:
                turn.stop()

    def _follow(self, turn: RunningTurn) -> None:
        turn.text_arrived.connect(self.text_arrived)
        turn.timings_arrived.connect(self.timings_arrived)

    @Slot(int)
    def _adopt(self, conversation_id: int) -> None:
        """A new chat has its number now; it is shown still, unless another one was opened."""
        if self._shown is None:
            self._shown = conversation_id
        self.chat_created.emit(conversation_id)
        self.running_changed.emit(self.chats)

    @Slot(object)
    def _forget(self, turn: RunningTurn) -> None:
        was_shown = turn is self._current
        self._turns.remove(turn)
        turn.deleteLater()
        self.running_changed.emit(self.chats)
        if was_shown:
            self.turn_ended.emit()
