"""The button that names the chat's model and opens the list of models."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from app.domain.model import AnyModel, LocalModel, ServedModel
from app.ui.artwork import icon
from app.ui.language import tr
from app.ui.model_states import ModelStates
from app.ui.theme import GRID, Theme
from app.ui.widgets.model_choices import short_name
from app.ui.widgets.model_popup import ModelPopup


class ModelPicker(QPushButton):
    """Names the chat's model; pressed, it opens the list."""

    chosen = Signal(object)
    options_requested = Signal(object)
    eject_requested = Signal(object)
    file_requested = Signal()

    def __init__(self, theme: Theme, states: ModelStates) -> None:
        super().__init__()
        self._theme = theme
        self._name = ""
        self._local: list[LocalModel] = []
        self._served: list[ServedModel] = []
        self.setProperty("kind", "field")
        self.setIconSize(QSize(16, 16))
        self.setMinimumWidth(120)
        self.setMaximumWidth(420)
        self.popup = ModelPopup(theme, states, self)
        self.popup.chosen.connect(self.chosen)
        self.popup.options_requested.connect(self.options_requested)
        self.popup.eject_requested.connect(self.eject_requested)
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
        self.show_model(None, loaded=False)

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
        self.popup.show_models([*models, *self._served])

    @Slot(list)
    def set_served(self, models: list[ServedModel]) -> None:
        """The models of servers, listed after those on this computer."""
        self._served = models
        self.popup.show_models([*self._local, *models])

    def show_model(self, model: AnyModel | None, *, loaded: bool) -> None:
        """Name the chat's model; None asks for a choice."""
        self._say(short_name(model) if model else tr("Choose a model"), known=loaded)
        state = tr("loaded") if loaded else tr("not loaded")
        name = tr("Model: {name}, {state}").format(name=self._name, state=state)
        self.setAccessibleName(name if model else self._name)

    def show_loading(self, model: AnyModel) -> None:
        """Name the model that is being loaded."""
        is_served = isinstance(model, ServedModel)
        doing = tr("Connecting to {name}") if is_served else tr("Loading {name}")
        self._say(doing.format(name=short_name(model)), known=False)
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
