"""How full the disk of the models folder is, drawn: models, everything else, free."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.domain.storage import DiskUse
from app.domain.units import file_text
from app.ui.artwork import secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme

_BAR_WIDTH, _BAR_HEIGHT = 160, 6


class _Bar(QWidget):
    """The drawing alone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.use: DiskUse | None = None
        self.setFixedSize(_BAR_WIDTH, _BAR_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the parts to scale; the smallest that is there at all is still seen."""
        if self.use is None or self.use.total_bytes <= 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        painter.setClipPath(frame)
        painter.fillRect(self.rect(), QColor(self.theme.line))
        used = self.use.total_bytes - self.use.free_bytes
        models = max(2.0, self._width(self.use.models_bytes)) if self.use.models_bytes else 0.0
        others = max(0.0, self._width(used) - models)
        painter.fillRect(QRectF(0, 0, models, _BAR_HEIGHT), QColor(self.theme.accent))
        painter.fillRect(QRectF(models, 0, others, _BAR_HEIGHT), QColor(self.theme.dim_text))
        painter.end()

    def _width(self, count: int) -> float:
        total = self.use.total_bytes if self.use is not None else 1
        return self.width() * count / total


class DiskBar(QWidget):
    """The bar and its numbers; hidden while they are not known."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._bar = _Bar(theme)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setFont(secondary_font())
        self.text.setProperty("tone", "dim")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID)
        row.addWidget(self._bar)
        row.addWidget(self.text, 1)
        self.hide()

    def show_use(self, use: DiskUse | None) -> None:
        """Show the numbers of this moment."""
        self.setVisible(use is not None)
        if use is None:
            return
        self._bar.use = use
        self._bar.update()
        models, free = file_text(use.models_bytes), file_text(use.free_bytes)
        self.text.setText(
            tr("{models} of models, {free} of {total} free on this disk").format(
                models=models, free=free, total=file_text(use.total_bytes)
            )
        )
        self.setAccessibleName(tr("Disk: {use}").format(use=self.text.text()))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._bar.theme = theme
        self._bar.update()
