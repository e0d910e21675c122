"""The open conversation: its messages on the screen, and what is asked in it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import structs
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.context_plan import ContextPolicy
from app.domain.conversation import Message
from app.domain.engine import Timings
from app.domain.errors import AppError, ContextFullError
from app.domain.model import LocalModel
from app.domain.reply_facts import waiting
from app.services.chat import ReplyStarted, Turn
from app.ui.chat_texts import facts_of, notice_of_turn
from app.ui.context_texts import with_summaries
from app.ui.errors import ENGINE_ENDED, Notice, notice_of
from app.ui.language import tr
from app.ui.running_turn import FailedTurn
from app.ui.tasks import Job
from app.ui.widgets.composer import Composer
from app.ui.widgets.edit_strip import EditStrip
from app.ui.widgets.message_actions import ACTIONS, Action, MessageRequest, version_beside
from app.ui.widgets.transcript import Transcript
from app.ui.workspace import Workspace
from app.ui.writing import Writing

# Those that the transcript has no keys for.
_SHORTCUTS: tuple[Action, ...] = ("continue", "regenerate", "edit", "branch", "previous", "next")


class ConversationWidgets(NamedTuple):
    """Where a conversation is read, and where it is written."""

    transcript: Transcript
    composer: Composer
    strip: EditStrip


class ConversationView(QObject):
    """Connects the chats and their turns with the transcript, the composer and the edit strip.

    `filled` brings something true while there are messages; `asked` that a turn has begun.
    """

    noticed = Signal(object)
    filled = Signal(object)
    asked = Signal()

    def __init__(self, workspace: Workspace, widgets: ConversationWidgets, page: QWidget) -> None:
        super().__init__(page)
        self._tasks = workspace.tasks
        self._store = workspace.services.store
        self._conversations = workspace.conversations
        self._turns = workspace.turns
        self._loading = workspace.loading
        self._models = workspace.models
        self._reply_choice = workspace.reply_choice
        self._transcript = widgets.transcript
        self._composer = widgets.composer
        self.writing = Writing(workspace, widgets.composer, widgets.strip, self)
        self._reading: Job | None = None
        # The reply that has not begun, and what is said under it.
        self._waiting = (0, "")
        # A message to scroll to: once its path is shown, and once that is read.
        self._wanted: int | None = None
        self._revealing: int | None = None
        self._versions: dict[int, tuple[int, ...]] = {}
        self._actions: dict[QShortcut, Action] = {}
        self._connect()
        for action in _SHORTCUTS:
            shortcut = QShortcut(QKeySequence(ACTIONS[action][2]), page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._act_by_keys)
            self._actions[shortcut] = action

    def _connect(self) -> None:
        self._conversations.opened.connect(self._open)
        self._conversations.message_wanted.connect(self._reveal)
        self._transcript.requested.connect(self._carry_out)
        self._composer.send_requested.connect(self._ask)
        self._composer.stop_requested.connect(self._turns.stop)
        self._composer.recall_requested.connect(self._edit_last)
        self._turns.chat_created.connect(self._adopt)
        self._turns.reply_started.connect(self._show_reply)
        self._turns.text_arrived.connect(self._show_text)
        self._turns.timings_arrived.connect(self._show_waiting)
        self._turns.reply_finished.connect(self._show_finished)
        self._turns.turn_failed.connect(self._show_failure)

    # What is shown

    @Slot(object)
    def _open(self, conversation_id: int | None) -> None:
        self.writing.open(conversation_id)
        self._read(conversation_id)

    def _read(self, conversation_id: int | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if conversation_id is None:
            self._show_messages([])
        else:
            work = self._store.messages(conversation_id)
            self._reading = self._tasks.run(work, done=self._show_messages, failed=self._fail)

    @Slot(object)
    def _show_messages(self, messages: list[Message]) -> None:
        self._reading = None
        reply = self._turns.reply
        if reply is not None:
            messages = [
                structs.replace(each, text=reply.text)
                if each.id == reply.id and each.state == "streaming"
                else each
                for each in messages
            ]
        self._versions = {each.id: each.versions for each in messages}
        messages = with_summaries(messages)
        self._transcript.set_messages(messages)
        for message in messages:
            if message.role != "user":
                self._transcript.set_facts(message.id, facts_of(message))
        if reply is not None and reply.id == self._waiting[0]:
            self._transcript.set_facts(*self._waiting)
        self.filled.emit(messages)
        if self._revealing is not None:
            self._transcript.reveal(self._revealing)
            self._revealing = None

    @Slot(int)
    def _reveal(self, message_id: int) -> None:
        """Show the path through a message, and scroll to it."""
        self._wanted = message_id
        self._tasks.write(self._store.show(message_id), done=self._show_again, failed=self._fail)

    @Slot(object)
    def _show_again(self, conversation_id: int) -> None:
        if conversation_id == self._conversations.current_id:
            self._read(conversation_id)
            self._revealing = self._wanted

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.noticed.emit(notice_of(error))

    # What is asked

    @Slot(str)
    def _ask(self, text: str) -> None:
        files = self._composer.tray.attachments
        self.start(Turn(text=text, edits=self.writing.edited, attachments=files))

    def start(self, turn: Turn, policy: ContextPolicy | None = None) -> None:
        """Ask; what has no room is left out by this policy, else by that of the chat."""
        turn = structs.replace(turn, policy=policy or self._reply_choice.policy)
        model = self._loading.wanted
        if model is None:
            words = tr("No model is chosen. Choose one, and ask again.")
            self.noticed.emit(Notice(words, "warn", chat=self._conversations.current_id))
            return
        if isinstance(model, LocalModel):
            turn = structs.replace(turn, quantization=model.quantization)
        self._reply_choice.keep()
        self._loading.remember()
        chat = self._conversations.current_id
        if chat is None:  # else those that are kept with the chat
            turn = structs.replace(turn, options=self._reply_choice.options)
        self._turns.ask(model, chat, turn)
        self.asked.emit()

    @Slot(object)
    def _carry_out(self, request: MessageRequest) -> None:
        message = request.message
        match request.action:
            case "edit":
                self.writing.edit(message)
            case "regenerate":
                self.start(Turn(repeats=message.id))
            case "continue":
                self.start(Turn(continues=message.id))
            case "branch":
                self._conversations.branch(message.id)
            case "previous" | "next":
                beside = version_beside(message, -1 if request.action == "previous" else 1)
                if beside is not None:
                    self._reveal(beside)
            case _:
                pass  # the transcript does these itself

    @Slot()
    def _act_by_keys(self) -> None:
        """On the message that the keys are on, else on the last one that it can be done with."""
        sender = self.sender()
        if not isinstance(sender, QShortcut):
            return
        action, current = self._actions[sender], self._transcript.highlights.current
        last = len(self._transcript.flow.entries) - 1
        numbers = range(last, -1, -1) if current is None else (current,)
        for number in numbers:
            if self._transcript.request(action, number):
                return

    @Slot()
    def _edit_last(self) -> None:
        for number in range(len(self._transcript.flow.entries) - 1, -1, -1):
            if self._transcript.request("edit", number):
                return

    # What comes

    @Slot(int)
    def _adopt(self, conversation_id: int) -> None:
        is_open = self._conversations.current_id is None
        self.writing.adopt(conversation_id, is_open=is_open)
        if is_open:
            self._conversations.adopt(conversation_id)

    @Slot(object)
    def _show_reply(self, started: ReplyStarted) -> None:
        self._conversations.refresh()
        chat = started.question.conversation_id
        if started.extends:
            self.writing.take_question(started.question)
        if chat != self._conversations.current_id:
            return
        if started.extends:
            self._transcript.add_message(started.question)
            self._transcript.begin_reply(started.reply)
            self.filled.emit(started.question)
        else:
            self.writing.take_edit(started.question)
        if started.summarized or not started.extends:
            self._read(chat)

    @Slot(object)
    def _show_waiting(self, timings: Timings) -> None:
        """What a reply waits for, until it begins."""
        reply = self._turns.reply
        if reply is not None and (told := (reply.id, waiting(timings))) != self._waiting:
            self._waiting = told
            self._transcript.set_facts(*told)

    @Slot(str)
    def _show_text(self, text: str) -> None:
        if self._reading is None:  # else the messages that are read bring it
            self._transcript.append_text(text)

    @Slot(object)
    def _show_finished(self, reply: Message) -> None:
        if reply.conversation_id == self._conversations.current_id:
            if self._reading is not None:  # what is being read may be older than this
                self._read(reply.conversation_id)
            else:
                reply = structs.replace(reply, versions=self._versions.get(reply.id, ()))
                self._transcript.finish_reply(reply)
                self._transcript.set_facts(reply.id, facts_of(reply))
        self._conversations.refresh()

    @Slot(object)
    def _show_failure(self, failed: FailedTurn) -> None:
        error, chat = failed.error, failed.turn.conversation_id
        is_shown = chat == self._conversations.current_id
        if isinstance(error, ContextFullError) and is_shown:
            return  # what is to be left out is asked
        if not isinstance(error, ENGINE_ENDED):
            title = None if is_shown else self._conversations.title(chat)
            self.noticed.emit(notice_of_turn(error, chat, title))
        elif failed.session is not None and self._models.lose(failed.session):
            self.noticed.emit(notice_of(error, "reload"))  # once for all replies of a dead engine
