"""What a load takes of one device, drawn against what is free there, with its legend."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.fit import DeviceFit
from app.domain.memory import DeviceMemory
from app.domain.units import memory_text
from app.domain.words import marked
from app.ui.artwork import secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, SMALL_RADIUS, Theme

# One colour each, apart from those that judge; all have a contrast of 3 on both grounds.
_COLOURS: Final = ("#3b7df0", "#8957e5", "#1b938d", "#7d8493")
_NAMES: Final = (
    marked("Weights"),
    marked("KV cache"),
    marked("Compute"),
    marked("Overhead"),
)
_HEIGHT: Final = 4 * GRID


class _Bar(QWidget):
    """The parts, as wide as their bytes; beyond what is free they are hatched."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.parts: tuple[int, ...] = (0,) * len(_NAMES)
        self.free = 1
        self.setFixedHeight(_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the parts, and where the free memory ends."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), SMALL_RADIUS, SMALL_RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(self.theme.line))
        scale = self.width() / max(self.free, sum(self.parts), 1)
        left = 0.0
        for bytes_, colour in zip(self.parts, _COLOURS, strict=True):
            width = max(bytes_ * scale, 2.0) if bytes_ else 0.0
            painter.fillRect(QRectF(left, 0, width, _HEIGHT), QColor(colour))
            left += width
        if sum(self.parts) > self.free:
            end = self.free * scale
            over = QRectF(end, 0, self.width() - end, _HEIGHT)
            painter.fillRect(over, QBrush(QColor(self.theme.bad), Qt.BrushStyle.BDiagPattern))
            painter.fillRect(QRectF(end - 1, 0, 2, _HEIGHT), QColor(self.theme.text))


class DeviceBar(QWidget):
    """One device: its name, the bar, `5.10 of 6.00 GiB free`, and what the parts are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._bar = _Bar(theme)
        self._name, self._sum, self._legend = QLabel(), QLabel(), QLabel()
        for label in (self._name, self._sum):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._legend.setFont(secondary_font())
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._sum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + 2)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._legend)

    def show_device(self, device: DeviceMemory, fit: DeviceFit) -> None:
        """Show what the device takes."""
        extra = max(fit.needed_bytes - device.weights_bytes - device.kv_bytes
                    - device.compute_bytes - device.overhead_bytes, 0)  # fmt: skip
        self._bar.parts = (
            device.weights_bytes + extra,
            device.kv_bytes,
            device.compute_bytes,
            device.overhead_bytes,
        )
        self._bar.free = fit.available_bytes
        self._bar.update()
        is_cpu = device.kind == "cpu"
        title = tr("Memory of this computer") if is_cpu else f"GPU {device.name}"
        total = tr("{needed} of {available} free").format(
            needed=memory_text(fit.needed_bytes), available=memory_text(fit.available_bytes)
        )
        words = [
            f"{tr(name)} {memory_text(bytes_)}"
            for name, bytes_ in zip(_NAMES, self._bar.parts, strict=True)
        ]
        self._name.setText(title)
        self._sum.setText(total)
        dots = (f'<span style="color: {colour}">&#9632;</span>&nbsp;' for colour in _COLOURS)
        self._legend.setText(
            " &nbsp; ".join(
                f"{dot}{word.replace(' ', '&nbsp;')}" for dot, word in zip(dots, words, strict=True)
            )
        )
        self.setAccessibleName(f"{title}: {total}. {', '.join(words)}.")
