"""The line over the composer while an old message is being edited."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.ui.artwork import icon, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme


class EditStrip(QWidget):
    """Says what sending will do; `cancelled` leaves the message as it is."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._symbol = QLabel()
        words = QLabel(
            tr("Editing your message. Sending asks again; the old version stays. Esc cancels.")
        )
        words.setFont(secondary_font())
        words.setProperty("tone", "dim")
        self.cancel_button = QToolButton()
        self.cancel_button.setProperty("kind", "quiet")
        self.cancel_button.setIconSize(QSize(16, 16))
        self.cancel_button.setAccessibleName(tr("Cancel editing"))
        self.cancel_button.setToolTip(tr("Cancel editing (Esc)"))
        self.cancel_button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * GRID, 0, 2 * GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self._symbol)
        row.addWidget(words, 1)
        row.addWidget(self.cancel_button)
        self.setAccessibleName(tr("Editing a message"))
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._symbol.setPixmap(icon("pencil", theme.dim_text).pixmap(16, 16))
        self.cancel_button.setIcon(icon("x", theme.dim_text))
