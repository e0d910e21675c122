"""A slider for the context: powers of two up to what the model was trained for."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.ui.language import tr
from app.ui.theme import GRID

_LEAST, _MOST = 512, 131_072


def context_steps(trained_tokens: int | None) -> tuple[int, ...]:
    """512, 1024 ... and at the end what the model was trained for."""
    most = max(trained_tokens or _MOST, _LEAST)
    steps = [_LEAST]
    while 2 * steps[-1] <= most:
        steps.append(2 * steps[-1])
    return tuple(steps) if steps[-1] == most else (*steps, most)


class ContextSlider(QWidget):
    """`context_changed` carries the tokens, at every step of a drag."""

    context_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._steps = context_steps(None)
        self._title = QLabel(tr("Context"))
        self._title.setProperty("tone", "dim")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Context in tokens"))
        self.slider.setPageStep(1)
        self._title.setBuddy(self.slider)
        self._value = QLabel()
        self._value.setMinimumWidth(104)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID)
        row.addWidget(self._title)
        row.addWidget(self.slider, 1)
        row.addWidget(self._value)
        self.slider.valueChanged.connect(self._tell)

    @property
    def tokens(self) -> int:
        """The chosen context."""
        return self._steps[self.slider.value()]

    def set_range(self, trained_tokens: int | None, tokens: int) -> None:
        """Offer the steps for a model and stand at `tokens` or just below; nothing is told."""
        self._steps = context_steps(trained_tokens)
        below = [place for place, step in enumerate(self._steps) if step <= tokens]
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, len(self._steps) - 1)
            self.slider.setValue(below[-1] if below else 0)
        self._draw()

    @Slot(int)
    def _tell(self, _: int) -> None:
        self._draw()
        self.context_changed.emit(self.tokens)

    def _draw(self) -> None:
        self._value.setText(tr("%Ln tokens", "", self.tokens))
        self.slider.setAccessibleDescription(self._value.text())
