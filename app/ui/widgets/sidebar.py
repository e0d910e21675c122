"""The left side of the window: the pages, the chats below them, and the settings at the bottom."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from app.domain.words import marked
from app.ui.artwork import body_font, icon, secondary_font
from app.ui.language import tr, with_keys
from app.ui.theme import GRID, Theme

# Not before the first paint, of which the chats are no part.
if TYPE_CHECKING:
    from app.domain.conversation import Conversation
    from app.ui.widgets.conversation_list import ConversationList
    from app.ui.widgets.conversation_panel import ConversationPanel

PageName = Literal["chat", "models", "discover", "downloads", "engines", "settings"]
SIDEBAR_WIDTH = 224
_PAGES: dict[PageName, tuple[str, str, str]] = {
    "chat": (marked("Chat"), "message-square", "Ctrl+1"),
    "models": (marked("Models"), "box", "Ctrl+2"),
    "discover": (marked("Discover"), "compass", "Ctrl+3"),
    "downloads": (marked("Downloads"), "download", "Ctrl+4"),
    "engines": (marked("Engines"), "cpu", "Ctrl+5"),
    "settings": (marked("Settings"), "settings", "Ctrl+,"),
}


class Sidebar(QFrame):
    """Navigation and chats. Emits what is asked; what is marked is set from outside."""

    panel: ConversationPanel
    chats: ConversationList
    page_requested = Signal(str)
    new_chat_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "sidebar")
        self.setAccessibleName(tr("Navigation"))
        self.setFixedWidth(SIDEBAR_WIDTH)
        self._buttons: dict[PageName, QPushButton] = {}
        for name in _PAGES:
            self._add_button(name)
        self._new_chat = QToolButton()
        self._new_chat.setProperty("kind", "quiet")
        self._new_chat.setIconSize(QSize(16, 16))
        self._new_chat.setAccessibleName(tr("New chat"))
        self._new_chat.setToolTip(with_keys(tr("New chat"), "Ctrl+N"))
        self._new_chat.clicked.connect(self.new_chat_requested)
        self._nothing = QLabel(tr("Your chats will be listed here. They stay on this computer."))
        self._nothing.setWordWrap(True)
        self._nothing.setFont(secondary_font())
        self._nothing.setProperty("tone", "dim")
        self._nothing.setContentsMargins(10, GRID, 10, 0)
        self._lay_out()
        self.set_theme(theme)
        self.mark_page("chat")

    def _add_button(self, name: PageName) -> None:
        label, shortcut = tr(_PAGES[name][0]), _PAGES[name][2]
        button = QPushButton(f"  {label}")
        button.setProperty("kind", "nav")
        button.setCheckable(True)
        button.setIconSize(QSize(20, 20))
        button.setAccessibleName(label)
        button.setToolTip(with_keys(label, shortcut))
        # No QButtonGroup: it takes all but one button out of the order of the Tab key.
        button.clicked.connect(self._request_page)
        QShortcut(QKeySequence(shortcut), self).activated.connect(button.click)
        self._buttons[name] = button

    def _lay_out(self) -> None:
        heading = QLabel(tr("Chats"))
        heading.setFont(secondary_font(strong=True))
        heading.setProperty("tone", "dim")
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 0, 0)
        row.addWidget(heading, 1)
        row.addWidget(self._new_chat)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 4 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self._buttons["chat"])
        for name in ("models", "discover", "downloads", "engines"):
            column.addWidget(self._buttons[name])
        column.addSpacing(3 * GRID)
        column.addLayout(row)
        column.addWidget(self._nothing)
        column.addStretch(1)
        column.addSpacing(GRID)
        column.addWidget(self._buttons["settings"])

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for name, button in self._buttons.items():
            button.setIcon(icon(_PAGES[name][1], theme.text))
            # Another style sheet gives a button the font back that it had at first.
            button.setFont(body_font(strong=button.isChecked()))
        self._new_chat.setIcon(icon("plus", theme.text))

    def show_download_count(self, count: int) -> None:
        """Show beside Downloads how many are not finished."""
        button, label = self._buttons["downloads"], tr("Downloads")
        button.setText(f"  {label}  ({count})" if count else f"  {label}")
        known = tr("Downloads, %Ln unfinished", "", count) if count else label
        button.setAccessibleName(known)

    @Slot(str)
    def mark_page(self, name: PageName) -> None:
        """Mark the page that is shown."""
        for each, button in self._buttons.items():
            button.setChecked(each == name)
            button.setFont(body_font(strong=each == name))

    def take_chats(self, panel: ConversationPanel) -> None:
        """Take in the chats in place of the words that stood there."""
        self.panel, self.chats = panel, panel.chats
        self._column.insertWidget(self._column.indexOf(self._nothing), panel, 1000)
        self._nothing.hide()
        order = (self._new_chat, panel.search, panel.more, panel.chats, self._buttons["settings"])
        for one, following in pairwise(order):
            self.setTabOrder(one, following)

    def show_chats(self, chats: list[Conversation], current: int | None) -> None:
        """List the chats and mark the open one."""
        self.panel.show_chats(chats, current)

    @Slot()
    def _request_page(self) -> None:
        for name, button in self._buttons.items():
            if button is self.sender():
                self.page_requested.emit(name)
