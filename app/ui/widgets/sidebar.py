"""The left side of the window: the pages, the chats below them, and the settings at the bottom."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
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

_FOLD_KEYS = "Ctrl+Shift+S"
PageName = Literal["chat", "models", "discover", "downloads", "engines", "settings"]
_WIDTH, _FOLDED_WIDTH = 224, 60
# A window that is narrower has no room for the chats beside its pages.
_NARROW = 880
_FOLDED_KEY = "window/sidebar_folded"
_PAGES: dict[PageName, tuple[str, str, str]] = {
    "chat": (marked("Chat"), "message-square", "Ctrl+1"),
    "models": (marked("Models"), "box", "Ctrl+2"),
    "discover": (marked("Discover"), "compass", "Ctrl+3"),
    "downloads": (marked("Downloads"), "download", "Ctrl+4"),
    "engines": (marked("Engines"), "cpu", "Ctrl+5"),
    "settings": (marked("Settings"), "settings", "Ctrl+,"),
}


class Sidebar(QFrame):
    """Navigation and chats. Emits what is asked; what is marked is set from outside.

    Folded it is as wide as its icons, and shows no chats: by hand, or for want of room. The chats
    come for the moment in which one is chosen.
    """

    panel: ConversationPanel
    chats: ConversationList
    page_requested = Signal(str)
    new_chat_requested = Signal()

    def __init__(self, theme: Theme, state: QSettings) -> None:
        super().__init__()
        self._state = state
        self._is_narrow = self._is_open = False
        self._stays_folded = bool(state.value(_FOLDED_KEY, defaultValue=False, type=bool))
        self.setProperty("kind", "sidebar")
        self.setAccessibleName(tr("Navigation"))
        self._buttons: dict[PageName, QPushButton] = {}
        self._unfinished = 0
        for name in _PAGES:
            self._add_button(name)
        self._new_chat = _quiet_button()
        self._new_chat.setAccessibleName(tr("New chat"))
        self._new_chat.setToolTip(with_keys(tr("New chat"), "Ctrl+N"))
        self._new_chat.clicked.connect(self.new_chat_requested)
        self._fold_button = _quiet_button()
        self._heading = QLabel(tr("Chats"))
        self._heading.setFont(secondary_font(strong=True))
        self._heading.setProperty("tone", "dim")
        self._nothing = QLabel(tr("Your chats will be listed here. They stay on this computer."))
        self._nothing.setWordWrap(True)
        self._nothing.setFont(secondary_font())
        self._nothing.setProperty("tone", "dim")
        self._nothing.setContentsMargins(10, GRID, 10, 0)
        self._lower: QWidget = self._nothing
        self._lay_out()
        self._fold()
        self.set_theme(theme)
        self.mark_page("chat")

    def _add_button(self, name: PageName) -> None:
        label, shortcut = tr(_PAGES[name][0]), _PAGES[name][2]
        button = QPushButton()
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
        row = self._row = QHBoxLayout()
        row.addWidget(self._heading, 1)
        row.addWidget(self._new_chat)
        bottom = self._bottom = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        bottom.addWidget(self._buttons["settings"], 1)
        bottom.addWidget(self._fold_button, 0, Qt.AlignmentFlag.AlignCenter)
        column = self._column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addWidget(self._buttons["chat"])
        for name in ("models", "discover", "downloads", "engines"):
            column.addWidget(self._buttons[name])
        column.addSpacing(3 * GRID)
        column.addLayout(row)
        column.addWidget(self._nothing)
        column.addStretch(1)
        column.addSpacing(GRID)
        column.addLayout(bottom)

    # Folding

    @property
    def is_folded(self) -> bool:
        """Whether there are icons only."""
        return (self._is_narrow or self._stays_folded) and not self._is_open

    def fit(self, width: int) -> None:
        """Fold or unfold for a window that is `width` pixels wide."""
        if (width < _NARROW) != self._is_narrow:
            self._is_narrow, self._is_open = width < _NARROW, False
            self._fold()

    @Slot()
    def toggle(self) -> None:
        """Fold or unfold; a narrow window unfolds for the moment."""
        if not self._is_narrow:
            self._stays_folded, self._is_open = not self.is_folded, False
            self._state.setValue(_FOLDED_KEY, self._stays_folded)
            self._fold()
        elif not self.put_away():
            self._open()
            self.panel.focus_chats()

    @Slot()
    def _search(self) -> None:
        if self.is_folded:
            self._open()
        self.panel.focus_search()

    def _open(self) -> None:
        if self._is_narrow:  # the chat alone has room beside the chats
            self.page_requested.emit("chat")
        self._is_open = True
        self._fold()

    @Slot(QWidget, QWidget)
    def follow_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """What came for the moment goes when the keys go elsewhere."""
        if now is not None and not self.isAncestorOf(now):
            self.put_away()

    def put_away(self) -> bool:
        """Fold what came for the moment; whether there was something to fold."""
        was_open, self._is_open = self._is_open, False
        if was_open:
            self._fold()
        return was_open

    def _fold(self) -> None:
        folded = self.is_folded
        self.setFixedWidth(_FOLDED_WIDTH if folded else _WIDTH)
        side = 2 * GRID if folded else 3 * GRID
        self._column.setContentsMargins(side, 4 * GRID, side, 3 * GRID)
        self._row.setContentsMargins(0 if folded else 10, 0, 0, 0)
        upwards, aside = QBoxLayout.Direction.BottomToTop, QBoxLayout.Direction.LeftToRight
        self._bottom.setDirection(upwards if folded else aside)
        self._heading.setVisible(not folded)
        self._lower.setVisible(not folded)
        words = tr("Show the chats") if folded else tr("Hide the chats")
        self._fold_button.setAccessibleName(words)
        self._fold_button.setToolTip(with_keys(words, _FOLD_KEYS))
        self._name_buttons()

    def _name_buttons(self) -> None:
        for name, button in self._buttons.items():
            text = tr(_PAGES[name][0])
            if name == "downloads" and self._unfinished:
                text = f"{text}  ({self._unfinished})"
            button.setText("" if self.is_folded else f"  {text}")

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for name, button in self._buttons.items():
            button.setIcon(icon(_PAGES[name][1], theme.text))
            # Another style sheet gives a button the font back that it had at first.
            button.setFont(body_font(strong=button.isChecked()))
        self._new_chat.setIcon(icon("plus", theme.text))
        self._fold_button.setIcon(icon("panel-left", theme.dim_text))

    def show_download_count(self, count: int) -> None:
        """Show beside Downloads how many are not finished."""
        self._unfinished = count
        self._name_buttons()
        known = tr("Downloads, %Ln unfinished", "", count) if count else tr("Downloads")
        self._buttons["downloads"].setAccessibleName(known)

    @Slot(str)
    def mark_page(self, name: PageName) -> None:
        """Mark the page that is shown."""
        for each, button in self._buttons.items():
            button.setChecked(each == name)
            button.setFont(body_font(strong=each == name))
        if name != "chat":
            self.put_away()

    def take_chats(self, panel: ConversationPanel) -> None:
        """Take in the chats in place of the words that stood there."""
        self.panel, self.chats = panel, panel.chats
        self._column.insertWidget(self._column.indexOf(self._nothing), panel, 1000)
        self._nothing.hide()
        self._lower = panel
        panel.setVisible(not self.is_folded)
        self._fold_button.clicked.connect(self.toggle)
        QShortcut(QKeySequence(_FOLD_KEYS), self).activated.connect(self.toggle)
        QShortcut(QKeySequence("Ctrl+K"), self).activated.connect(self._search)
        settings = self._buttons["settings"]
        order = (
            self._new_chat, panel.search, panel.more, panel.chats, settings, self._fold_button,
        )  # fmt: skip
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


def _quiet_button() -> QToolButton:
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setIconSize(QSize(16, 16))
    return button
