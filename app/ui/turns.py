"""The running replies, one in each chat at most."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Message
from app.domain.engine import EngineSession
from app.domain.model import AnyModel
from app.services.chat import Turn
from app.services.engine_host import Loaded
from app.ui.loaded_models import LoadedModels
from app.ui.running_turn import Chat, Messages, RunningTurn
from app.ui.tasks import Tasks


class Turns(QObject):
    """Turns of several chats side by side.

    `text_arrived`, `timings_arrived` and `turn_ended` are about the chat that is shown; the first
    two tell what has come since they told last. The other signals are about any chat.
    """

    chat_created = Signal(int)
    # In the chat that is shown.
    summarizing = Signal(object)
    reply_started = Signal(object)
    text_arrived = Signal(str)
    timings_arrived = Signal(object)
    reply_finished = Signal(object)
    turn_failed = Signal(object)
    turn_ended = Signal()
    # A chat is shown in which nothing streams.
    idle_shown = Signal()
    # The chats with a running turn.
    running_changed = Signal(object)

    def __init__(
        self,
        chat: Chat,
        store: Messages,
        models: LoadedModels,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._store = store
        self._models = models
        self._tasks = tasks
        self._turns: list[RunningTurn] = []
        self._shown: int | None = None
        models.leaving.connect(self.stop_with)

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
            self._current.summarizing.disconnect(self.summarizing)
            self._current.text_arrived.disconnect(self.text_arrived)
            self._current.timings_arrived.disconnect(self.timings_arrived)
        self._shown = conversation_id
        current = self._current
        if current is None:
            self.turn_ended.emit()
        else:
            self._follow(current)
        if current is None or current.timings is None:
            self.idle_shown.emit()
        else:
            self.timings_arrived.emit(current.timings)

    def ask(self, model: AnyModel, conversation_id: int | None, asked: Turn) -> None:
        """Begin a turn in the shown chat, in which none may run, or in a new one for None.

        A model that is not loaded is loaded first. The number of the chat in `asked` does not
        count.
        """
        self._shown = conversation_id
        if self._current is not None:
            return
        turn = RunningTurn(self._chat, self._store, self._models, self._tasks, self)
        self._turns.append(turn)
        turn.chat_created.connect(self._adopt)
        turn.reply_started.connect(self.reply_started)
        turn.reply_finished.connect(self.reply_finished)
        turn.failed.connect(self.turn_failed)
        turn.ended.connect(self._forget)
        self._follow(turn)
        turn.ask(model, conversation_id, asked)
        self.running_changed.emit(self.chats)

    @Slot()
    def stop(self) -> None:
        """Stop the reply of the shown chat; what has come is kept."""
        if self._current is not None:
            self._current.stop()

    @Slot()
    def stop_all(self) -> None:
        """Stop the replies of all chats."""
        for turn in list(self._turns):
            turn.stop()

    @Slot(object)
    def stop_with(self, loaded: Loaded) -> None:
        """Stop the replies of one model, which is about to go."""
        for turn in list(self._turns):
            if turn.session is loaded.session:
                turn.stop()

    def session_in(self, conversation_id: int) -> EngineSession | None:
        """What answers in a chat with a running turn."""
        for turn in self._turns:
            if turn.conversation_id == conversation_id:
                return turn.session
        return None

    @property
    def sessions(self) -> tuple[EngineSession, ...]:
        """Those that answer now."""
        return tuple(turn.session for turn in self._turns if turn.session is not None)

    def stop_in(self, conversation_id: int) -> None:
        """Stop the reply of one chat, such as one that is deleted."""
        for turn in list(self._turns):
            if turn.conversation_id == conversation_id:
                turn.stop()

    def _follow(self, turn: RunningTurn) -> None:
        turn.summarizing.connect(self.summarizing)
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
