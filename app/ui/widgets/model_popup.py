"""The list of models with a search: how each stands, choosing, loading and ejecting."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.model import AnyModel, LocalModel, ref_of
from app.domain.units import memory_text
from app.ui.artwork import icon
from app.ui.language import tr, with_keys
from app.ui.model_states import ModelStates
from app.ui.theme import GRID, Theme
from app.ui.widgets.model_choices import (
    MODEL_ROLE,
    ROW_HEIGHT,
    ModelChoices,
    ModelDelegate,
    eject_place,
)

_KEYS_OF_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_MOST_ROWS = 7
_WIDTH = 560


class ModelList(QListView):
    """Rows that are pressed to choose a model, or at their right end to eject it."""

    eject_requested = Signal(object)

    def __init__(self, choices: ModelChoices, delegate: ModelDelegate) -> None:
        super().__init__()
        self.setModel(choices)
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Models on this computer and of servers"))
        self._choices = choices

    def shown(self) -> list[AnyModel]:
        """The models of the rows that are in view."""
        first = self.indexAt(QPoint(1, 1)).row()
        count = self.viewport().height() // ROW_HEIGHT + 2
        rows = range(max(first, 0), min(max(first, 0) + count, self._choices.rowCount()))
        return [self._choices.index(row).data(MODEL_ROLE) for row in rows]

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The mark at the right end of a loaded model's row ejects it."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        model = index.data(MODEL_ROLE)
        on_mark = index.isValid() and eject_place(self.visualRect(index)).contains(at)
        if on_mark and self._choices.state_of(model).kind == "loaded":
            self.setState(QListView.State.NoState)
            self.eject_requested.emit(model)
        else:
            super().mouseReleaseEvent(event)


class ModelPopup(QFrame):
    """A search line above the models; arrows choose, Enter loads, Ctrl+E ejects, Esc closes."""

    chosen = Signal(object)
    options_requested = Signal(object)
    eject_requested = Signal(object)
    file_requested = Signal()

    def __init__(self, theme: Theme, states: ModelStates, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Models"))
        self._states = states
        self._free_bytes: int | None = None
        self.choices = ModelChoices(states.of)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search models"))
        self.search.setAccessibleName(tr("Search models"))
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self._delegate = ModelDelegate(theme, self.choices)
        self.list = ModelList(self.choices, self._delegate)
        self._nothing = self._label(tr("No model matches."))
        self._nothing.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.summary = self._label("")
        self.summary.setContentsMargins(2 * GRID + 2, 0, 2 * GRID, 0)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _label(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("tone", "dim")
        return label

    def _make_buttons(self) -> None:
        self._open = self._button(tr("Open .gguf file…"))
        self.eject_button = self._button(tr("Eject"))
        self.eject_button.setToolTip(with_keys(tr("Release the marked model"), "Ctrl+E"))
        self.options_button = self._button(tr("Load with options…"))
        self.options_button.setToolTip(with_keys(tr("For the marked model"), "Ctrl+Return"))

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(f" {text}")
        button.setAccessibleName(text)
        button.setProperty("kind", "quiet")
        button.setIconSize(QSize(16, 16))
        return button

    def _lay_out(self) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(2 * GRID)
        actions.addWidget(self._open)
        actions.addStretch(1)
        actions.addWidget(self.eject_button)
        actions.addWidget(self.options_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self.search)
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        column.addWidget(self.summary)
        column.addLayout(actions)

    def _connect(self) -> None:
        self._open.clicked.connect(self._ask_for_file)
        self.eject_button.clicked.connect(self._eject_marked)
        self.options_button.clicked.connect(self._ask_for_options)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self.list.eject_requested.connect(self.eject_requested)
        self.list.selectionModel().currentChanged.connect(self._allow)
        self.list.verticalScrollBar().valueChanged.connect(self._estimate_shown)
        self._states.listed.connect(self._relist)
        self._states.changed.connect(self._show_states)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        self._open.setIcon(icon("folder-open", theme.text))
        self.eject_button.setIcon(icon("eject", theme.text))
        self.options_button.setIcon(icon("settings", theme.text))

    def open_below(self, button: QWidget) -> None:
        """Show the list under a button, with the search line ready for typing."""
        self.search.clear()
        self._states.refresh()
        self._search("")
        self.setFixedWidth(max(button.width(), _WIDTH))
        self.move(button.mapToGlobal(QPoint(0, button.height() + GRID)))
        self.show()
        self.search.setFocus()

    def show_free_memory(self, free_bytes: int) -> None:
        """What the machine has free now."""
        self._free_bytes = free_bytes

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys and Enter in the search line belong to the list."""
        if watched is self.search and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and event.key() in _KEYS_OF_LIST:
                self.list.event(event)
                return True
            is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.type() == QEvent.Type.KeyPress and is_control and event.key() == Qt.Key.Key_E:
                self._eject_marked()
                return True
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if event.type() == QEvent.Type.KeyPress and enter:
                if is_control:
                    self._ask_for_options()
                    return True
                self._choose(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _search(self, text: str) -> None:
        self.choices.search(text)
        self._fit_rows()
        self._mark(0)

    def _fit_rows(self) -> None:
        rows = self.choices.rowCount()
        self.list.setVisible(rows > 0)
        self._nothing.setVisible(rows == 0)
        self.list.setFixedHeight(min(rows, _MOST_ROWS) * ROW_HEIGHT + 2)
        self._show_summary()
        self.adjustSize()

    def _mark(self, row: int) -> None:
        self.list.setCurrentIndex(self.choices.index(row))
        self._allow(self.choices.index(row))
        self._estimate_shown()

    def show_models(self, models: list[AnyModel]) -> None:
        """Replace all models; the marked one stays marked."""
        marked = self.list.currentIndex().data(MODEL_ROLE)
        self.choices.set_models(models)
        self._mark_again(marked)

    @Slot()
    def _relist(self) -> None:
        marked = self.list.currentIndex().data(MODEL_ROLE)
        self.choices.arrange()
        self._mark_again(marked)

    def _mark_again(self, marked: AnyModel | None) -> None:
        if self.isVisible():
            self._fit_rows()
            self._mark(self.choices.row_of(None if marked is None else ref_of(marked)))

    @Slot()
    def _show_states(self) -> None:
        if self.isVisible():
            self.choices.show_states()
            self._show_summary()
            self._allow(self.list.currentIndex())

    def _show_summary(self) -> None:
        """`2 models loaded hold 1.20 GiB, 5.31 GiB are free.`"""
        held = self._states.held()
        text = ""
        if held:
            memory = memory_text(sum(each.held_bytes for each in held))
            text = tr("%Ln models loaded hold {memory}", "", len(held)).format(memory=memory)
            if self._free_bytes is not None:
                free = memory_text(self._free_bytes)
                text = tr("{held}, {free} are free").format(held=text, free=free)
        self.summary.setText(text)
        self.summary.setVisible(bool(text))

    @Slot()
    @Slot(int)
    def _estimate_shown(self, _: int = 0) -> None:
        self._states.want(self.list.shown())

    @Slot(QModelIndex)
    def _allow(self, index: QModelIndex) -> None:
        """A model of a server is loaded already, as it is."""
        model = index.data(MODEL_ROLE)
        self.options_button.setEnabled(isinstance(model, LocalModel))
        loaded = model is not None and self._states.of(model).kind == "loaded"
        self.eject_button.setEnabled(loaded)

    @Slot()
    def _eject_marked(self) -> None:
        if self.eject_button.isEnabled():
            self.eject_requested.emit(self.list.currentIndex().data(MODEL_ROLE))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.close()
            self.chosen.emit(index.data(MODEL_ROLE))

    @Slot()
    def _ask_for_options(self) -> None:
        index = self.list.currentIndex()
        if index.flags() & Qt.ItemFlag.ItemIsEnabled and self.options_button.isEnabled():
            self.close()
            self.options_requested.emit(index.data(MODEL_ROLE))

    @Slot()
    def _ask_for_file(self) -> None:
        self.close()
        self.file_requested.emit()
