"""The button that names the loaded model, and the list with a search that it opens."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPaintEvent
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

from app.domain.model import AnyModel, LocalModel, ServedModel
from app.ui.artwork import icon
from app.ui.theme import GRID, Theme
from app.ui.widgets.model_choices import (
    MODEL_ROLE,
    ROW_HEIGHT,
    ModelChoices,
    ModelDelegate,
    short_name,
)

_KEYS_OF_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_MOST_ROWS = 7


class ModelPopup(QFrame):
    """A search line above the models; arrows choose, Enter loads, Esc closes."""

    chosen = Signal(object)
    options_requested = Signal(object)
    file_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("kind", "popup")
        self.setAccessibleName("Models")
        self.choices = ModelChoices()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search models")
        self.search.setAccessibleName("Search models")
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.list = QListView()
        self.list.setModel(self.choices)
        self._delegate = ModelDelegate(theme)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName("Models on this computer and of servers")
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._allow_options)
        self._nothing = QLabel("No model matches.")
        self._nothing.setProperty("tone", "dim")
        self._nothing.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._make_buttons()
        actions = QHBoxLayout()
        actions.setSpacing(2 * GRID)
        actions.addWidget(self._open)
        actions.addStretch(1)
        actions.addWidget(self.options_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self.search)
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        column.addLayout(actions)
        self.set_theme(theme)

    def _make_buttons(self) -> None:
        self._open = QPushButton(" Open .gguf file…")
        self._open.setProperty("kind", "quiet")
        self._open.setIconSize(QSize(16, 16))
        self._open.clicked.connect(self._ask_for_file)
        self.options_button = QPushButton(" Load with options…")
        self.options_button.setProperty("kind", "quiet")
        self.options_button.setIconSize(QSize(16, 16))
        self.options_button.setToolTip("For the marked model (Ctrl+Enter)")
        self.options_button.clicked.connect(self._ask_for_options)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        self._open.setIcon(icon("folder-open", theme.text))
        self.options_button.setIcon(icon("settings", theme.text))

    def open_below(self, button: QWidget) -> None:
        """Show the list under a button, with the search line ready for typing."""
        self.search.clear()
        self._search("")
        self.setFixedWidth(max(button.width(), 420))
        self.move(button.mapToGlobal(QPoint(0, button.height() + GRID)))
        self.show()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys and Enter in the search line belong to the list."""
        if watched is self.search and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and event.key() in _KEYS_OF_LIST:
                self.list.event(event)
                return True
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if event.type() == QEvent.Type.KeyPress and enter:
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._ask_for_options()
                    return True
                self._choose(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _search(self, text: str) -> None:
        self.choices.search(text)
        rows = self.choices.rowCount()
        self.list.setVisible(rows > 0)
        self._nothing.setVisible(rows == 0)
        self._allow_options(self.choices.index(0))
        self.list.setFixedHeight(min(rows, _MOST_ROWS) * ROW_HEIGHT + 2)
        self.list.setCurrentIndex(self.choices.index(0))
        self.adjustSize()

    @Slot(QModelIndex)
    def _allow_options(self, index: QModelIndex) -> None:
        """A model of a server is loaded already, as it is."""
        self.options_button.setEnabled(isinstance(index.data(MODEL_ROLE), LocalModel))

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


class ModelPicker(QPushButton):
    """Names the loaded model; pressed, it opens the list."""

    chosen = Signal(object)
    options_requested = Signal(object)
    file_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._name = ""
        self._local: list[LocalModel] = []
        self._served: list[ServedModel] = []
        self.setProperty("kind", "field")
        self.setIconSize(QSize(16, 16))
        self.setMinimumWidth(220)
        self.setMaximumWidth(420)
        self.popup = ModelPopup(theme, self)
        self.popup.chosen.connect(self.chosen)
        self.popup.options_requested.connect(self.options_requested)
        self.popup.file_requested.connect(self.file_requested)
        self.clicked.connect(self.open_popup)
        # The chevron and the elided name are drawn by the label's layout over the button.
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._chevron = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(9 * GRID + 2, 0, 3 * GRID, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self._chevron)
        for label in (self._label, self._chevron):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_theme(theme)
        self.show_model(None)

    def sizeHint(self) -> QSize:
        """As wide as the header lets it be, as high as the buttons beside it."""
        return QSize(360, super().sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.setIcon(icon("box", theme.dim_text))
        self._chevron.setPixmap(icon("chevron-down", theme.dim_text).pixmap(16, 16))
        self.popup.set_theme(theme)

    @property
    def text_shown(self) -> str:
        """The name as it is shown, before elision."""
        return self._name

    def set_models(self, models: list[LocalModel]) -> None:
        """The models on this computer."""
        self._local = models
        self.popup.choices.set_models([*models, *self._served])

    @Slot(list)
    def set_served(self, models: list[ServedModel]) -> None:
        """The models of servers, listed after those on this computer."""
        self._served = models
        self.popup.choices.set_models([*self._local, *models])

    def show_model(self, model: AnyModel | None) -> None:
        """Name the loaded model; None asks for a choice."""
        self.popup.choices.loaded = model
        self._say(short_name(model) if model else "Choose a model", known=model is not None)
        state = "loaded" if model else "no model is loaded"
        self.setAccessibleName(f"Model: {self._name}, {state}")

    def show_loading(self, model: AnyModel) -> None:
        """Name the model that is being loaded."""
        self.popup.choices.loaded = None
        doing = "Connecting to" if isinstance(model, ServedModel) else "Loading"
        self._say(f"{doing} {short_name(model)}", known=False)
        self.setAccessibleName(self._name)

    @Slot()
    def open_popup(self) -> None:
        """Open the list of models."""
        self.popup.open_below(self)

    def _say(self, text: str, *, known: bool) -> None:
        self._name = text
        self._label.setProperty("tone", "" if known else "dim")
        self._label.style().polish(self._label)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fit the name into the button before it is drawn."""
        room = self._label.width()
        shown = self._label.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)
        if shown != self._label.text():
            self._label.setText(shown)
        super().paintEvent(event)
