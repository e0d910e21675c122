"""A small curve of the last minute, drawn against a scale that its owner writes beside it."""

from __future__ import annotations

import math
from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme

WINDOW_SECONDS = 60.0
# Readings further apart than this are not joined: nothing was measured in between.
_GAP_SECONDS = 3.0


def decimal_ceiling(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ... at or above `value`; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1.0, 2.0, 5.0, 10.0):
        if value <= step * power * (1 + 1e-9):
            return step * power
    return 10.0 * power


def binary_ceiling(value: float) -> float:
    """The next power of two at or above `value`, for bytes; 1 MiB for less."""
    return float(2 ** max(20, math.ceil(math.log2(max(value, 1.0)))))


class Sparkline(QWidget):
    """Readings of the last minute; the bottom is zero and the dotted line at the top is `scale`."""

    def __init__(self, theme: Theme, colour: str) -> None:
        super().__init__()
        self._theme = theme
        self._colour = colour
        self._readings: deque[tuple[float, float | None]] = deque()
        self._scale = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    @property
    def readings(self) -> list[tuple[float, float | None]]:
        """Time in monotonic seconds and value; None where there was nothing to measure."""
        return list(self._readings)

    @property
    def scale(self) -> float:
        """The value at the top."""
        return self._scale

    @property
    def highest(self) -> float:
        """The largest reading of the last minute; 0 when there is none."""
        return max((value for _, value in self._readings if value is not None), default=0.0)

    def set_theme(self, theme: Theme, colour: str) -> None:
        """Take the colours of a theme."""
        self._theme, self._colour = theme, colour
        self.update()

    def set_scale(self, scale: float) -> None:
        """Set the value that the top stands for."""
        if scale != self._scale:
            self._scale = scale
            self.update()

    def append(self, at_seconds: float, value: float | None) -> None:
        """Add a reading; those older than a minute go."""
        self._readings.append((at_seconds, value))
        while self._readings[0][0] < at_seconds - WINDOW_SECONDS:
            self._readings.popleft()
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for a minute at two readings a second to be told apart."""
        return QSize(96, 20)

    def minimumSizeHint(self) -> QSize:
        """The narrowest that still shows a trend."""
        return QSize(40, 20)

    def _runs(self) -> list[QPolygonF]:
        """The readings as points, one run for each stretch without a gap."""
        runs: list[QPolygonF] = []
        newest = self._readings[-1][0] if self._readings else 0.0
        width, height = self.width() - 1, self.height() - 2
        previous = -math.inf
        for at_seconds, value in self._readings:
            if value is None:
                previous = -math.inf
                continue
            if at_seconds - previous > _GAP_SECONDS:
                runs.append(QPolygonF())
            previous = at_seconds
            x = width * (1 - (newest - at_seconds) / WINDOW_SECONDS)
            y = 1 + height * (1 - min(value / self._scale, 1.0))
            runs[-1].append(QPointF(x, y))
        return runs

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the zero line, the scale line, and the curve between them."""
        painter = QPainter(self)
        bottom, right = self.height() - 0.5, float(self.width())
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.drawLine(QPointF(0, bottom), QPointF(right, bottom))
        painter.setPen(QPen(QColor(self._theme.edge), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(0, 0.5), QPointF(right, 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._colour)
        faint = QColor(colour)
        faint.setAlphaF(0.16)
        for run in self._runs():
            first, last = run.first(), run.last()
            if run.size() == 1:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(QRectF(first.x() - 1.5, first.y() - 1.5, 3, 3))
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faint)
            area = QPolygonF(run)
            area.append([QPointF(last.x(), bottom), QPointF(first.x(), bottom)])
            painter.drawPolygon(area)
            painter.setPen(QPen(colour, 1.5))
            painter.drawPolyline(run)
        painter.end()
