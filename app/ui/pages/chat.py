"""The chat: which model answers, the conversation, and the line to write in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.domain.engine import SessionInfo
from app.domain.errors import AppError
from app.domain.hardware import MachineSample
from app.domain.load_options import LoadProgress
from app.domain.model import AnyModel, LocalModel, ServedModel
from app.services.engine_host import Loaded
from app.ui.artwork import icon
from app.ui.attaching import Attaching
from app.ui.chat_texts import looking, no_models, ready, unloaded
from app.ui.context_watch import ContextWatch, ContextWidgets
from app.ui.conversation_view import ConversationView, ConversationWidgets
from app.ui.errors import Notice, notice_of_load
from app.ui.language import tr, with_keys
from app.ui.loaded_models import FailedLoad
from app.ui.reading import ReadingTools
from app.ui.theme import GRID, READING_WIDTH, Theme
from app.ui.widgets.composer import Composer
from app.ui.widgets.context_bar import ContextBar
from app.ui.widgets.context_question import ContextQuestion
from app.ui.widgets.edit_strip import EditStrip
from app.ui.widgets.empty_state import Emptiness, EmptyState
from app.ui.widgets.loading_bar import LoadingBar
from app.ui.widgets.model_picker import ModelPicker
from app.ui.widgets.room_question import RoomQuestion
from app.ui.widgets.transcript import Transcript
from app.ui.workspace import Workspace

if TYPE_CHECKING:
    from app.ui.widgets.options_panel import OptionsPanel

# Least widths: of the model's name beside buttons with names, of a header with all its buttons.
_PICKER_BESIDE_NAMES, _HEADER_WITH_ICONS = 200, 104 * GRID


class ChatPage(QWidget):
    """Header with the model picker, conversation, composer."""

    noticed = Signal(object)
    file_requested = Signal()
    models_requested = Signal()

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(tr("Chat"))
        self._conversations = workspace.conversations
        self._turns = workspace.turns
        self._loading = workspace.loading
        self._shelf = workspace.shelf
        self._suggested: LocalModel | None = None
        self._engine_problem: str | None = None
        self._reply_choice = workspace.reply_choice
        # Made when it is first shown.
        self.options: OptionsPanel | None = None
        self._models = workspace.models
        self.picker = ModelPicker(theme, workspace.states)
        self.bar = LoadingBar()
        self.empty = EmptyState(theme)
        self.transcript = Transcript()
        self._tools = ReadingTools(self.transcript, workspace, self)
        self.composer = Composer()
        self._attaching = Attaching(self.composer, workspace, self)
        self.edit_strip = EditStrip()
        widgets = ConversationWidgets(self.transcript, self.composer, self.edit_strip)
        self.view = ConversationView(workspace, widgets, self)
        self.context_bar, self.context_question = ContextBar(), ContextQuestion()
        places = ContextWidgets(
            self.transcript, self.composer, self.context_bar, self.context_question
        )
        self.context = ContextWatch(workspace, places, self.view, self)
        self._make_buttons()
        self._lay_out()
        self._connect()
        workspace.suggestion_changed.connect(self.suggest)
        workspace.engine_refused.connect(self.show_engine_problem)
        workspace.closing.connect(self._take_last_options)
        workspace.measured.changed.connect(self.picker.setToolTip)
        workspace.servers.models_changed.connect(self.picker.set_served)
        workspace.sampled.connect(self._show_free_memory)
        self.picker.set_served(workspace.servers.models)
        self.set_theme(theme)
        self._show_state()

    def _make_buttons(self) -> None:
        self.eject_button = QPushButton(tr(" Eject"))
        self.eject_button.setAccessibleName(tr("Eject the model"))
        self.eject_button.setToolTip(with_keys(tr("Release the model and its memory"), "Ctrl+E"))
        self.options_button = QPushButton(tr(" Options"))
        self.options_button.setCheckable(True)
        self.options_button.setAccessibleName(tr("Options of this chat"))
        self.options_button.setToolTip(
            with_keys(tr("System prompt, sampling and limits"), "Ctrl+Shift+O")
        )
        self.options_button.setShortcut(QKeySequence("Ctrl+Shift+O"))
        self.new_button = QPushButton(tr(" New chat"))
        self.new_button.setAccessibleName(tr("New chat"))
        self.new_button.setToolTip(with_keys(tr("New chat"), "Ctrl+N"))
        buttons = (self.eject_button, self.options_button, self.new_button)
        self._header_width = 0  # with the names of its buttons, once they are known
        self._labels = {button: button.text() for button in buttons}
        for button in buttons:
            button.setIconSize(QSize(16, 16))

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 3 * GRID)
        header.setSpacing(2 * GRID)
        header.addWidget(self.picker, 1000)  # all the room that it can use
        header.addWidget(self.eject_button)
        header.addStretch(1)
        header.addWidget(self.options_button)
        header.addWidget(self.new_button)
        bar = QHBoxLayout()
        bar.setContentsMargins(5 * GRID, 0, 5 * GRID, 2 * GRID)
        bar.addWidget(self.bar)
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.transcript)
        writing = QWidget()
        writing.setMaximumWidth(READING_WIDTH + 8 * GRID)
        lines = QVBoxLayout(writing)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(GRID)
        for widget in (self.edit_strip, self.context_question, self.composer, self.context_bar):
            lines.addWidget(widget)
        foot = QHBoxLayout()
        foot.setContentsMargins(5 * GRID, 2 * GRID, 5 * GRID, 4 * GRID)
        foot.addStretch(1)
        foot.addWidget(writing, 1000)
        foot.addStretch(1)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        row.addLayout(column, 1)
        column.addLayout(header)
        column.addLayout(bar)
        column.addWidget(body, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.picker.chosen.connect(self._loading.load)
        self.picker.eject_requested.connect(self._models.eject)
        self.picker.file_requested.connect(self.file_requested)
        self.eject_button.clicked.connect(self._loading.eject)
        self.options_button.toggled.connect(self._show_options)
        self.new_button.clicked.connect(self.new_chat)
        self.bar.cancel_requested.connect(self._loading.cancel)
        self.empty.step_requested.connect(self._take_step)
        self.view.noticed.connect(self.noticed)
        self.view.filled.connect(self._show_filled)
        self.view.asked.connect(self._show_state)
        self._shelf.models_changed.connect(self._show_models)
        self._shelf.refresh_started.connect(self._show_state)
        self._loading.loading_started.connect(self._show_loading)
        self._loading.load_progressed.connect(self._show_progress)
        self._loading.loaded.connect(self._show_loaded)
        self._loading.load_failed.connect(self._show_load_failed)
        self._loading.load_cancelled.connect(self._show_unloaded)
        self._loading.ejected.connect(self._show_unloaded)
        self._models.loaded.connect(self._tell_notice)
        self._models.room_wanted.connect(self._ask_for_room)
        self._turns.turn_ended.connect(self._show_state)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.eject_button.setIcon(icon("eject", theme.text))
        self.options_button.setIcon(icon("sliders-horizontal", theme.text))
        self.new_button.setIcon(icon("plus", theme.text))
        self._theme = theme
        if self.options is not None:
            self.options.set_theme(theme)
        self.picker.set_theme(theme)
        self.empty.set_theme(theme)
        self.transcript.set_theme(theme)
        self.composer.set_theme(theme)
        self.edit_strip.set_theme(theme)
        self._attaching.hint.set_theme(theme)
        self.context_bar.set_theme(theme)

    @Slot(object)
    def suggest(self, model: LocalModel | None) -> None:
        """The model that the page offers to load when none is."""
        self._suggested = model
        self._show_state()

    @Slot(object)
    def show_engine_problem(self, reason: str | None) -> None:
        """Why no engine can run models here; None when one can."""
        self._engine_problem = reason
        self._show_state()

    @Slot()
    def new_chat(self) -> None:
        """An empty chat; it is stored with its first question."""
        self._conversations.open(None)
        self.composer.setFocus()

    @Slot()
    def _show_options(self) -> None:
        is_shown = self.options_button.isChecked()
        if self.options is None:
            from app.ui.widgets.options_panel import OptionsPanel

            self.options = OptionsPanel(self._reply_choice, self._theme)
            self.options.closed.connect(self.options_button.toggle)
            self._row.addWidget(self.options)
        self.options.setVisible(is_shown)
        self._name_buttons()
        (self.options.system if is_shown else self.composer).setFocus()

    @Slot()
    def _take_last_options(self) -> None:
        if self.options is not None:
            self.options.binding.check()  # it waits for a pause in the writing

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_buttons()

    def _name_buttons(self) -> None:
        """Icons alone where the header has no room for their names; tips and keys stay."""
        if not self._header_width:
            for button in self._labels:
                button.ensurePolished()
            names = sum(button.sizeHint().width() for button in self._labels)
            self._header_width = _PICKER_BESIDE_NAMES + names + 16 * GRID
        room = self.width()
        if self.options is not None and self.options_button.isChecked():
            room -= self.options.width()
        for button, name in self._labels.items():
            button.setText(name if room >= self._header_width else "")
        self.new_button.setVisible(room >= _HEADER_WITH_ICONS)  # the sidebar has one, too

    # What is shown when there is no message

    def _emptiness(self) -> Emptiness:
        if self._loading.model is not None:
            return ready(self._loading.model)
        if self._engine_problem is not None:
            title = tr("No engine can run models here")
            return Emptiness("cpu", title, self._engine_problem)
        if self._loading.busy and self._loading.wanted is not None:
            title = tr("Loading {name}").format(name=self._loading.wanted.name)
            return Emptiness("box", title, tr("You can write your first message meanwhile."))
        if not self._shelf.is_known:
            return looking()
        offered = self._offered
        return no_models() if offered is None else unloaded(offered)

    @property
    def _offered(self) -> AnyModel | None:
        """What is to be loaded next: the chat's model, or the usual one."""
        return self._loading.wanted or self._suggested

    def _why_not(self) -> str:
        """Why nothing can be sent; empty if it can, because sending loads the model."""
        if self._engine_problem is not None and not isinstance(self._loading.wanted, ServedModel):
            return "" if self._loading.model is not None else tr("No engine can run models here.")
        return "" if self._loading.wanted is not None else tr("Choose a model to send.")

    @Slot()
    def _show_state(self) -> None:
        self.empty.say(self._emptiness())
        loaded = self._loading.model is not None and not self._loading.busy
        self.eject_button.setVisible(loaded)
        self.composer.set_running(running=self._turns.running)
        self.composer.set_blocked_reason(self._why_not())

    @Slot(str)
    def _take_step(self, step: str) -> None:
        match step:
            case "open_file":
                self.file_requested.emit()
            case "show_models":
                self.models_requested.emit()
            case "refresh":
                self._shelf.refresh()
            case _:
                if self._offered is not None:
                    self._loading.load_with(self._models.request_of(self._offered))

    # Models

    @Slot(list)
    def _show_models(self, models: list[LocalModel]) -> None:
        self.picker.set_models(models)
        self._show_state()

    @Slot(object)
    def _show_loading(self, model: AnyModel) -> None:
        self.picker.show_loading(model)
        self.bar.begin(model.name)
        self._show_state()

    @Slot(object)
    def _show_progress(self, progress: LoadProgress) -> None:
        self.bar.show_progress(progress)

    @Slot(object)
    def _show_loaded(self, _: SessionInfo) -> None:
        self._show_unloaded()
        self.composer.setFocus()

    @Slot(object)
    def _tell_notice(self, loaded: Loaded) -> None:
        notice = loaded.session.info.notice
        if notice is not None:
            self.noticed.emit(Notice(notice.said(), "warn"))

    @Slot(object)
    def _ask_for_room(self, failed: FailedLoad) -> None:
        question = RoomQuestion(self, failed)
        question.answered.connect(self._models.make_room)
        question.declined.connect(self._models.decline)
        question.open()

    @Slot(object)
    def _show_free_memory(self, sample: MachineSample) -> None:
        self.picker.popup.show_free_memory(sample.ram_total_bytes - sample.ram_used_bytes)

    @Slot(object)
    def _show_load_failed(self, error: AppError) -> None:
        if not self._loading.busy:  # else another chat's model failed
            self._show_unloaded()
        self.noticed.emit(notice_of_load(error))

    @Slot()
    def _show_unloaded(self) -> None:
        self.bar.end()
        loaded = self._loading.model is not None
        self.picker.show_model(self._loading.wanted, loaded=loaded)
        self._show_state()

    # The conversation

    @Slot(object)
    def _show_filled(self, has_messages: object) -> None:
        self._stack.setCurrentWidget(self.transcript if has_messages else self.empty)
