"""What the open chat takes of the context, counted while one writes; and what is left out of it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import structs
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.context_look import ContextLook, forgotten_messages, of_no_chat, sent_look
from app.domain.context_plan import ContextPolicy
from app.domain.conversation import Message, unsent_question
from app.domain.engine import CountingSession, EngineSession, Timings
from app.domain.errors import AppError, ContextFullError
from app.domain.reply_facts import forgotten_tokens
from app.domain.units import count_text
from app.services.chat import ReplyStarted, Turn
from app.services.contexts import ContextQuestion as Asked
from app.services.summarizing import Summarizing
from app.ui.chat_texts import notice_of_turn
from app.ui.conversation_view import ConversationView
from app.ui.errors import notice_of
from app.ui.language import tr
from app.ui.running_turn import FailedTurn
from app.ui.tasks import Job
from app.ui.widgets.composer import Composer
from app.ui.widgets.context_bar import ContextBar
from app.ui.widgets.context_question import ContextQuestion
from app.ui.widgets.message_actions import ACTIONS, MessageRequest
from app.ui.widgets.transcript import Transcript
from app.ui.workspace import Workspace

# A count begins so long after a key; while one runs, the next one waits for it.
_PAUSE_MS = 120


class ContextWidgets(NamedTuple):
    """Where a chat is read and written, and where its context is shown."""

    transcript: Transcript
    composer: Composer
    bar: ContextBar
    question: ContextQuestion


class ContextWatch(QObject):
    """Keeps the bar true, greys what would not be sent, and asks when nothing is decided."""

    # With the `ContextLook` that the bar shows.
    counted = Signal(object)

    def __init__(
        self, workspace: Workspace, widgets: ContextWidgets, view: ConversationView, page: QWidget
    ) -> None:
        super().__init__(page)
        self._workspace = workspace
        self._tasks = workspace.tasks
        self._turns = workspace.turns
        self._choice = workspace.reply_choice
        self._transcript, self._composer, self.bar, self.question = widgets
        self._view = view
        self._job: Job | None = None
        self._is_stale = False
        # A turn that was not sent, and the policy that is tried out for it.
        self._refused: Turn | None = None
        self._tried: ContextPolicy | None = None
        self.look: ContextLook | None = None
        # The chat and the draft that it counts, those that are being counted, and whether what
        # was sent is something else.
        self._counted: tuple[int | None, str] = (None, "")
        self._counting = self._counted
        self._is_untold = False
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self.count)
        self._connect(page)
        self._show_policy()

    def _connect(self, page: QWidget) -> None:
        changes = (
            self._composer.edited,
            self._composer.tray.changed,
            self._view.filled,
            self._view.writing.edit_changed,
            self._choice.changed,
            self._workspace.loading.loaded,
            self._turns.reply_finished,
            self._turns.turn_ended,
        )
        for change in changes:
            change.connect(self._note_change)
        self._workspace.loading.ejected.connect(self._show_nothing)
        self._workspace.conversations.opened.connect(self._forget)
        self._choice.changed.connect(self._show_policy)
        self._choice.presets_changed.connect(self._show_policy)
        self.bar.policy_chosen.connect(self._choice.set_policy)
        self.question.previewed.connect(self._try)
        self.question.answered.connect(self._send)
        self.question.cancelled.connect(self.cancel)
        self._turns.turn_failed.connect(self._ask)
        self._turns.timings_arrived.connect(self._show_sent)
        self._turns.timings_arrived.connect(self._note_forgotten)
        self._turns.summarizing.connect(self._show_progress)
        self._turns.turn_ended.connect(self._end_progress)
        self._turns.reply_started.connect(self._end_progress)
        self._turns.reply_started.connect(self._note_sent)
        self._transcript.requested.connect(self._pin)
        keys = QShortcut(QKeySequence(ACTIONS["pin"][2]), page)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self._pin_by_keys)

    # Counting

    @property
    def is_behind(self) -> bool:
        """Whether something has changed since what the bar shows was counted."""
        return self._timer.isActive() or self._job is not None

    @Slot()
    @Slot(object)
    def _note_change(self, _: object = None) -> None:
        self._timer.start()

    @Slot()
    def count(self) -> None:
        """Count what would be sent now; a count that runs is not disturbed, and follows after."""
        self._timer.stop()
        if self._job is not None:
            self._is_stale = True
            return
        session = self._workspace.loading.session
        if session is None:
            self._show_nothing()
        elif not isinstance(session, CountingSession):
            self._show_uncounted(session)
        elif not self._turns.running:
            chat = self._workspace.conversations.current_id
            self._counting = (chat, self._composer.text().strip())
            work = self._workspace.services.chat.look(session, self._asked())
            self._job = self._tasks.run(
                work, done=self._take, failed=self._fail, cancelled=self._end_count
            )

    def _asked(self) -> Asked:
        options, turn = self._choice.options, self._refused
        path = self._path(turn)
        if turn is None or turn.is_written:
            text, files = self._composer.text(), self._composer.tray.attachments
            path.append(unsent_question(text if text.strip() else "", files))
        return Asked(
            path=tuple(path),
            system=options.system,
            max_tokens=options.max_tokens,
            policy=self._tried or self._choice.policy,
            is_sent=turn is not None,
        )

    def _path(self, turn: Turn | None) -> list[Message]:
        """The messages that go before the draft, or up to the one that is asked about."""
        end = self._view.writing.edited
        if turn is not None:
            end = turn.repeats or turn.continues or turn.edits or end
        path: list[Message] = []
        for message in self._transcript.messages():
            if message.id == end:
                if turn is not None and turn.continues is not None:
                    path.append(message)
                break
            path.append(message)
        return path

    @Slot(object)
    def _take(self, look: ContextLook) -> None:
        self.look, self._counted, self._is_untold = look, self._counting, False
        self.bar.show_look(look, is_asked=self.question.isVisible())
        self.counted.emit(look)
        self._transcript.set_left_out(look.plan.left_out)
        if self._refused is not None and self._tried is not None:
            self.question.preview(look)
        self._end_count()

    @Slot(object)
    def _note_sent(self, started: ReplyStarted) -> None:
        """What was asked is history from now on; with its reply it is counted exactly."""
        chat, look = self._workspace.conversations.current_id, self.look
        if look is not None and started.extends and started.question.conversation_id == chat:
            sent = look.history_tokens + look.attachment_tokens + look.draft_tokens
            self.look = structs.replace(
                look, history_tokens=sent, attachment_tokens=0, draft_tokens=0
            )
            self.bar.show_look(self.look, is_asked=False)
            self._is_untold = started.question.text.strip() != self._counted[1]
            self._counted = (chat, "")

    @Slot(object)
    def _show_sent(self, timings: Timings) -> None:
        """While a reply streams nothing is counted, and the engine tells what it was sent."""
        look, chat = self.look, self._workspace.conversations.current_id
        if look is None:
            return
        if chat != self._counted[0]:
            look, self._counted, self._is_untold = of_no_chat(look), (chat, ""), True
        if self._is_untold and timings.prompt_tokens and not look.plan.left_out:
            self.look, self._is_untold = sent_look(look, timings), False
            self.bar.show_look(self.look, is_asked=False)

    @Slot(object)
    def _note_forgotten(self, timings: Timings) -> None:
        """A reply that goes on with a full context pushes the beginning of the chat out."""
        tokens = forgotten_tokens(timings)
        if tokens and self.look is not None and self._turns.running:
            self.bar.show_forgotten(tokens)
            gone = forgotten_messages(self.look, tokens)
            self._transcript.set_left_out(self.look.plan.left_out | gone)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        if self._workspace.loading.session is None:
            self._show_nothing()
        else:
            words = tr("The context could not be counted: {reason}").format(reason=error.said())
            self.bar.show_uncounted(words)
            self._transcript.set_left_out(frozenset())
        self._end_count()

    @Slot()
    def _end_count(self) -> None:
        self._job = None
        if self._is_stale:
            self._is_stale = False
            self.count()

    def _show_uncounted(self, session: EngineSession) -> None:
        """A server may well shorten what it is sent, which cannot be known here."""
        whole = session.info.context_tokens
        words = tr(
            "Context: not available, because this server does not count before sending. Whether it "
            "shortens a long chat is up to it."
        )
        if whole:
            words = tr(
                "Context of {whole} tokens; this server does not count what it takes before "
                "sending. Whether it shortens a long chat is up to it."
            ).format(whole=count_text(whole))
        self.bar.show_uncounted(words)
        self._transcript.set_left_out(frozenset())

    @Slot()
    def _show_nothing(self) -> None:
        self.look = None
        self.bar.hide()
        self._transcript.set_left_out(frozenset())

    @Slot()
    @Slot(object)
    def _show_policy(self, _: object = None) -> None:
        self.bar.show_policy(self._choice.options.context_policy, self._choice.usual_policy)

    # Asking

    @Slot(object)
    def _ask(self, failed: FailedTurn) -> None:
        """A turn did not fit, and nothing of it was stored: what shall be left out?"""
        error, shown = failed.error, self._workspace.conversations.current_id
        if not isinstance(error, ContextFullError) or failed.turn.conversation_id != shown:
            return
        if error.look.plan.outcome != "too_long":
            self._refused, self._tried = failed.turn, None
            self.question.ask(error.look)
            self.bar.show_look(error.look, is_asked=True)
        elif failed.turn.is_written:
            self.bar.refuse(error.look)
        else:  # the bar tells of the draft, which is something else
            self._workspace.noticed.emit(notice_of_turn(error, shown))

    @Slot(object)
    def _try(self, policy: ContextPolicy) -> None:
        self._tried = policy
        self.count()

    @Slot(object)
    def _send(self, policy: ContextPolicy | None) -> None:
        turn = self._refused
        if turn is None:
            return
        if turn.is_written:  # it may have been changed meanwhile
            files = self._composer.tray.attachments
            turn = structs.replace(turn, text=self._composer.text(), attachments=files)
        self._forget()
        self._view.start(structs.replace(turn, as_is=policy is None), policy)

    @Slot()
    def cancel(self) -> None:
        """Leave all as it was; a summary that is being written is stopped."""
        if self._turns.running:
            self._turns.stop()
        self._forget()
        self._composer.setFocus()

    def put_away(self) -> bool:
        """Cancel the question, if one is asked."""
        if is_asked := self.question.isVisible():
            self.cancel()
        return is_asked

    @Slot()
    @Slot(object)
    def _forget(self, _: object = None) -> None:
        self._refused = self._tried = None
        self.question.hide()
        self._note_change()

    @Slot(object)
    def _show_progress(self, step: Summarizing) -> None:
        self.question.show_progress(step)
        if self.look is not None:
            self.bar.show_look(self.look, is_asked=True)

    @Slot()
    @Slot(object)
    def _end_progress(self, _: object = None) -> None:
        if self._refused is None:
            self.question.hide()

    # Pinning

    @Slot()
    def _pin_by_keys(self) -> None:
        """The message that the pointer or the keys are on, else the last one."""
        entries, pointed = self._transcript.flow.entries, self._transcript.pointed
        number = len(entries) - 1 if pointed is None else pointed
        if number >= 0 and not self._transcript.request("pin", number):
            self._transcript.request("unpin", number)

    @Slot(object)
    def _pin(self, request: MessageRequest) -> None:
        if request.action in {"pin", "unpin"}:
            pinned, message = request.action == "pin", request.message
            self._transcript.replace_message(structs.replace(message, pinned=pinned))
            work = self._workspace.services.store.pin_message(message.id, pinned=pinned)
            self._tasks.write(work, failed=self._tell)
            self._note_change()

    @Slot(object)
    def _tell(self, error: AppError) -> None:
        self._workspace.noticed.emit(notice_of(error))
