"""The chats beside the pages: a field to search them, their list, and a menu for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.domain.chat_search import SearchHit
from app.domain.conversation import Conversation
from app.domain.words import marked
from app.ui.artwork import icon, secondary_font
from app.ui.language import tr, with_keys
from app.ui.theme import GRID, Theme
from app.ui.widgets.conversation_list import ConversationList

# Typing goes on; what it comes to is looked for.
_SEARCH_MS = 60
_NO_CHATS = marked("Your chats will be listed here. They stay on this computer.")


class SearchField(QLineEdit):
    """Escape empties it; Down goes to what was found."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Escape is ours while there is something to empty; else it is the window's."""
        asked = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if asked and event.type() == QEvent.Type.ShortcutOverride and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that leave the field."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ConversationPanel(QWidget):
    """`searched(query)` once typing pauses; `menu_requested` for the menu of all chats."""

    searched = Signal(str)
    menu_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.chats = ConversationList(theme)
        self.search = SearchField()
        self.search.setPlaceholderText(tr("Search chats"))
        self.search.setAccessibleName(tr("Search chats"))
        self.search.setToolTip(with_keys(tr("Search titles and messages"), "Ctrl+K"))
        # The button that empties the field has its place from Qt, and no room for padding.
        self.search.setStyleSheet(
            "QToolButton { padding: 0; margin: 0; border: none; background: transparent; }"
        )
        self._clear = QAction(tr("Clear the search"), self.search)
        self._clear.triggered.connect(self.search.clear)
        self.search.textChanged.connect(self._wait)
        self.search.left.connect(self.focus_chats)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_MS)
        self._pause.timeout.connect(self._tell)
        self.more = QToolButton()
        self.more.setProperty("kind", "quiet")
        self.more.setIconSize(QSize(16, 16))
        self.more.setAccessibleName(tr("More about chats"))
        self.more.setToolTip(tr("Import, export and the trash"))
        self.more.clicked.connect(self.menu_requested)
        self._nothing = QLabel(tr(_NO_CHATS))
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setWordWrap(True)
        self._nothing.setFont(secondary_font())
        self._nothing.setProperty("tone", "dim")
        self._nothing.setContentsMargins(10, GRID, 10, 0)
        self._lay_out()
        self.set_theme(theme)
        self._show_count(0)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.search, 1)
        row.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(row)
        column.addWidget(self._nothing)
        column.addWidget(self.chats, 1)
        column.addStretch(0)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.more.setIcon(icon("ellipsis", theme.dim_text))
        self._clear.setIcon(icon("x", theme.dim_text))
        self.chats.set_theme(theme)

    def show_chats(self, chats: Sequence[Conversation], current: int | None) -> None:
        """List chats and mark the open one; say something kind while there is none."""
        self._nothing.setText(tr(_NO_CHATS))
        self.chats.set_conversations(chats, current)
        self._show_count(len(chats))

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """List what was found."""
        self._nothing.setText(tr("No chat has all of these words."))
        self.chats.show_hits(hits)
        self._show_count(len(hits))

    def _show_count(self, count: int) -> None:
        self.chats.setVisible(bool(count))
        self._nothing.setVisible(not count)

    @Slot()
    def focus_search(self) -> None:
        """Go to the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot()
    def _wait(self) -> None:
        if self.search.text():
            self._pause.start()
            self.search.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        else:
            self._pause.stop()
            self.search.removeAction(self._clear)
            self._tell()

    @Slot()
    def _tell(self) -> None:
        self.searched.emit(self.search.text())

    @Slot()
    def focus_chats(self) -> None:
        """Go to the list."""
        if self.chats.chats.rowCount():
            self.chats.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.chats.currentIndex().isValid():
                self.chats.setCurrentIndex(self.chats.chats.index(0))
