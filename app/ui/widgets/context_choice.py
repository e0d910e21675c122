"""The context of a load: a slider that doubles, marks under it, and a field for an exact number."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QVBoxLayout, QWidget

from app.domain.units import count_text
from app.ui.artwork import secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme

_LEAST, _MOST, _BLOCK = 512, 2**22, 256
_STEPS_PER_DOUBLING = 16
# Half of the handle: marks stand under its middle.
_INSET = 9


def largest_context(trained_tokens: int) -> int:
    """Twice what the model was trained for, so that the mark does not stand at the end."""
    return min(max(2 * trained_tokens, 8 * _LEAST), _MOST)


class _Marks(QWidget):
    """Numbers under the slider; the trained context in the accent colour, with its word."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.trained = self.most = _LEAST
        self.setFont(secondary_font())
        self.setFixedHeight(self.fontMetrics().height() + GRID)

    def places(self) -> list[tuple[float, str, bool]]:
        """Each mark: its part of the way, its text, whether it is the trained context."""
        reach = math.log2(self.most / _LEAST)

        def part(tokens: int) -> float:
            return math.log2(tokens / _LEAST) / reach

        marks: list[tuple[float, str, bool]] = []
        if _LEAST <= self.trained <= self.most:
            words = tr("trained {tokens}").format(tokens=count_text(self.trained))
            marks.append((part(self.trained), words, True))
        tokens = _LEAST
        while tokens <= self.most:
            marks.append((part(tokens), count_text(tokens), False))
            tokens *= 4
        return marks

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the marks that have room; the trained context comes first."""
        painter = QPainter(self)
        painter.setFont(self.font())
        metrics, taken = self.fontMetrics(), list[tuple[float, float]]()
        for part, text, is_trained in self.places():
            middle = _INSET + part * (self.width() - 2 * _INSET)
            width = metrics.horizontalAdvance(text)
            left = min(max(middle - width / 2, 0), self.width() - width)
            if any(left < right + 2 * GRID and left + width + 2 * GRID > start
                   for start, right in taken):  # fmt: skip
                continue
            taken.append((left, left + width))
            painter.setPen(QColor(self.theme.accent if is_trained else self.theme.dim_text))
            painter.drawText(int(left), metrics.ascent() + GRID // 2, text)


class ContextChoice(QWidget):
    """`context_changed` carries the tokens at every step of a drag."""

    context_changed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._label = QLabel(tr("Conte&xt"))
        self.field = QSpinBox()
        self.field.setAccessibleName(tr("Context in tokens, exact"))
        self.field.setGroupSeparatorShown(True)
        self.field.setSuffix(tr(" tokens"))
        self.field.setSingleStep(_BLOCK)
        self.field.setMinimumWidth(36 * GRID)
        self.field.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Context in tokens"))
        self.slider.setMinimumHeight(6 * GRID)
        self.slider.setPageStep(_STEPS_PER_DOUBLING)
        self._label.setBuddy(self.slider)
        self._marks = _Marks(theme)
        head = QHBoxLayout()
        head.addWidget(self._label, 1)
        head.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.slider)
        column.addWidget(self._marks)
        self.slider.valueChanged.connect(self._take_slider)
        self.field.valueChanged.connect(self._take_field)

    @property
    def tokens(self) -> int:
        """The chosen context."""
        return self.field.value()

    def set_range(self, trained_tokens: int, tokens: int) -> None:
        """Offer contexts for a model and stand at `tokens`; nothing is told."""
        self._marks.trained = trained_tokens
        self._marks.most = max(largest_context(trained_tokens), tokens)
        with QSignalBlocker(self.slider), QSignalBlocker(self.field):
            self.slider.setRange(0, self._place(self._marks.most))
            self.field.setRange(1, self._marks.most)
            self.field.setValue(tokens)
            self.slider.setValue(self._place(tokens))
        self._marks.update()

    def choose(self, tokens: int) -> None:
        """Stand at `tokens`; nothing is told."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.field):
            self.field.setValue(tokens)
            self.slider.setValue(self._place(tokens))

    @staticmethod
    def _place(tokens: int) -> int:
        return round(_STEPS_PER_DOUBLING * math.log2(max(tokens, _LEAST) / _LEAST))

    @Slot(int)
    def _take_slider(self, place: int) -> None:
        tokens = _LEAST * 2 ** (place / _STEPS_PER_DOUBLING)
        rounded = min(round(tokens / _BLOCK) * _BLOCK, self._marks.most)
        if abs(rounded - self._marks.trained) < _BLOCK:
            rounded = self._marks.trained
        with QSignalBlocker(self.field):
            self.field.setValue(rounded)
        self.context_changed.emit(rounded)

    @Slot(int)
    def _take_field(self, tokens: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._place(tokens))
        self.context_changed.emit(tokens)
