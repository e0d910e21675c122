"""Labels that look alike on all pages."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.ui.artwork import heading_font
from app.ui.theme import GRID


def plain(text: str = "", tone: str = "") -> QLabel:
    """A label that shows its text literally, on as many lines as it needs."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("tone", tone)
    label.setWordWrap(True)
    return label


def page_title(text: str) -> QLabel:
    """What stands above a page, as high there as above those with buttons beside it."""
    label = QLabel(text)
    label.setFont(heading_font())
    label.setMinimumHeight(8 * GRID)
    return label
