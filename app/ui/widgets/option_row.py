"""One number that can be set: its name, what it means, the field, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QObject, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.domain.sampling_options import SamplingOption
from app.ui.artwork import icon, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme

_FIELD_WIDTH = 23 * GRID


class OptionRow(QWidget):
    """`changed` carries the name of the field of `Sampling` and its new value."""

    changed = Signal(object)

    def __init__(self, option: SamplingOption, usual: float, theme: Theme) -> None:
        super().__init__()
        self._option = option
        self._usual = usual
        self.field = QDoubleSpinBox()
        self.field.setDecimals(option.decimals)
        self.field.setRange(option.minimum, option.maximum)
        self.field.setSingleStep(option.step)
        self.field.setKeyboardTracking(False)
        self.field.setFixedWidth(_FIELD_WIDTH)
        self.field.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
        self.field.setAccessibleName(tr(option.title))
        self.field.setAccessibleDescription(tr(option.meaning))
        self.field.valueChanged.connect(self._tell)
        self.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.field.installEventFilter(self)
        self.reset_button = QToolButton()
        self.reset_button.setProperty("kind", "quiet")
        self.reset_button.setIconSize(QSize(14, 14))
        self.reset_button.setAccessibleName(tr("Reset {title}").format(title=tr(option.title)))
        self.reset_button.setToolTip(tr("Back to {value}").format(value=QLocale().toString(usual)))
        self.reset_button.clicked.connect(self._reset)
        keep = self.reset_button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(keep)
        self._lay_out()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        title = QLabel(tr(self._option.title))
        title.setBuddy(self.field)
        meaning = QLabel(self._meaning())
        meaning.setTextFormat(Qt.TextFormat.PlainText)
        meaning.setProperty("tone", "dim")
        meaning.setFont(secondary_font())
        meaning.setWordWrap(True)
        meaning.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self.reset_button, 0, 1)
        grid.addWidget(self.field, 0, 2)
        grid.addWidget(meaning, 1, 0, 1, 3)
        grid.setColumnStretch(0, 1)

    def _meaning(self) -> str:
        neutral = self._option.neutral
        meaning = tr(self._option.meaning)
        if neutral is None:
            return meaning
        off = tr("{value} is off.").format(value=QLocale().toString(neutral))
        return f"{meaning} {off}"

    def set_value(self, value: float) -> None:
        """Show a value, without telling of it."""
        with QSignalBlocker(self.field):
            self.field.setValue(value)
        self.reset_button.setVisible(abs(value - self._usual) > 1e-9)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.reset_button.setIcon(icon("undo-2", theme.dim_text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the wheel to the panel while the field is not in use."""
        if event.type() == QEvent.Type.Wheel and not self.field.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _reset(self) -> None:
        self.field.setValue(self._usual)
        self.field.setFocus()

    @Slot(float)
    def _tell(self, value: float) -> None:
        self.set_value(value)
        whole = self._option.decimals == 0
        self.changed.emit((self._option.field, int(value) if whole else round(value, 4)))
