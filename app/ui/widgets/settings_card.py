"""What pages of settings are made of: cards with a title, one below the other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.artwork import body_font
from app.ui.theme import GRID, READING_WIDTH
from app.ui.widgets.labels import page_title, plain


class SettingsCard(QFrame):
    """A card with a title, as pages of settings are made of."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 4 * GRID)
        self.column.setSpacing(2 * GRID)
        heading = plain(title)
        heading.setFont(body_font(strong=True))
        self.column.addWidget(heading)


def lay_out_cards(page: QWidget, title: str, *cards: QWidget) -> None:
    """Fill a page with a title and its cards, no wider than is read with ease, in a scroll area."""
    body = QWidget()
    body.setMaximumWidth(READING_WIDTH)
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4 * GRID)
    for each in (page_title(title), *cards):
        column.addWidget(each)
    column.addStretch(1)
    inner = QWidget()
    row = QHBoxLayout(inner)
    row.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 5 * GRID)
    row.addWidget(body, 1)
    row.addStretch(0)
    scroll = QScrollArea()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(inner)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(scroll)
