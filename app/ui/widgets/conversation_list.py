"""The list of chats: in sections, renamed in place, deleted with a key or a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QListView, QWidget

from app.domain.chat_search import SearchHit
from app.domain.conversation import Conversation
from app.ui.language import tr
from app.ui.theme import Theme
from app.ui.widgets.conversation_delegate import ChatDelegate
from app.ui.widgets.conversation_model import ConversationModel, Row

_FOLD_KEYS = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}


class ConversationList(QListView):
    """Emits what the user asks; which chat is open is set from outside.

    `found_requested` carries the row of a message that a search found, `menu_requested` a row for
    which a menu is wanted at `menu_place`.
    """

    open_requested = Signal(object)
    found_requested = Signal(object)
    rename_requested = Signal(object)
    delete_requested = Signal(int)
    menu_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.menu_place = QPoint()
        self._marked: int | None = None
        self._later: Callable[[], None] | None = None
        self._chats = ConversationModel()
        self._chats.renamed.connect(self.rename_requested)
        self.setModel(self._chats)
        self._delegate = ChatDelegate(theme, self)
        self._delegate.bin_clicked.connect(self._delete_index)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Chats"))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.clicked.connect(self._open_index)
        self.activated.connect(self._activate_index)
        self.rename_action = self._make_action(tr("Rename"), QKeySequence(Qt.Key.Key_F2))
        self.rename_action.triggered.connect(self._edit_current)
        self.delete_action = self._make_action(
            tr("Delete"), QKeySequence(QKeySequence.StandardKey.Delete)
        )
        self.delete_action.triggered.connect(self._delete_current)

    def _make_action(self, words: str, keys: QKeySequence) -> QAction:
        action = QAction(words, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.addAction(action)
        return action

    @property
    def chats(self) -> ConversationModel:
        """The rows."""
        return self._chats

    @property
    def current_row(self) -> Row | None:
        """The row that the keys are on."""
        index = self.currentIndex()
        return self._chats.row(index.row()) if index.isValid() else None

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        self.viewport().update()

    def set_conversations(self, conversations: Sequence[Conversation], current: int | None) -> None:
        """Show these chats and mark the open one; what the user chose since stays chosen."""
        if self._is_edited(partial(self.set_conversations, conversations, current)):
            return
        at, was_list = self.verticalScrollBar().value(), not self._chats.shows_hits
        chosen = self.current_row if was_list and current == self._marked else None
        follows = current != self._marked or self._shows(current)
        self._delegate.two_lines = False
        self._chats.set_conversations(conversations)
        self.mark(current)
        self._choose_again(chosen)
        if was_list:
            self.doItemsLayout()
            self.verticalScrollBar().setValue(at)
        row = self._chats.row_of(current)
        if follows and row is not None:  # it came to the top with a question
            self.scrollTo(self._chats.index(row))

    def _shows(self, conversation_id: int | None) -> bool:
        row = self._chats.row_of(conversation_id)
        if row is None:
            return False
        return self.viewport().rect().intersects(self.visualRect(self._chats.index(row)))

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show what a search found, with the pieces of text that were found."""
        if self._is_edited(partial(self.show_hits, hits)):
            return
        at, chosen = self.verticalScrollBar().value(), self.current_row
        was_list = not self._chats.shows_hits
        self._delegate.two_lines = True
        self._chats.set_hits(hits)
        if was_list or not self._choose_again(chosen):
            self.scrollToTop()
        else:
            self.doItemsLayout()
            self.verticalScrollBar().setValue(at)

    def _is_edited(self, later: Callable[[], None]) -> bool:
        """Whether a title is being written, which a new list would take away: it comes later."""
        is_edited = self.state() == QAbstractItemView.State.EditingState
        self._later = later if is_edited else None
        return is_edited

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Show what came while a title was written."""
        super().closeEditor(editor, hint)
        if self._later is not None:
            self._later()

    def _choose_again(self, row: Row | None) -> bool:
        """Keys and menus act on the current row: a list that comes must not change it."""
        number = None
        if row is not None and row.chat is not None:
            number = self._chats.row_of(row.chat.id)
        elif row is not None:
            number = self._chats.row_of_folder(row.title.text)
        if number is not None:
            self._choose(number)
        return number is not None

    @Slot(object)
    def mark(self, conversation_id: int | None) -> None:
        """Mark the open chat; None marks none."""
        self._marked = conversation_id
        row = self._chats.row_of(conversation_id)
        if row is None:
            self.selectionModel().clear()
        else:
            self._choose(row)

    def _choose(self, row: int) -> None:
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self._chats.index(row), flag)

    @Slot(object)
    def mark_running(self, conversation_ids: frozenset[int]) -> None:
        """Mark the chats in which a reply streams."""
        self._chats.set_running(conversation_ids)

    # What the user asks

    @Slot(QModelIndex)
    def _open_index(self, index: QModelIndex) -> None:
        row = self._chats.row(index.row())
        if row.chat is None:
            self._toggle(row)
        elif row.message_id is None:
            self.open_requested.emit(row.chat.id)
        else:
            self.found_requested.emit(row)

    @Slot(QModelIndex)
    def _activate_index(self, index: QModelIndex) -> None:
        # A click is told as `clicked`; where one click also activates, folders would fold twice.
        if self._chats.row(index.row()).chat is not None:
            self._open_index(index)

    def _toggle(self, row: Row) -> None:
        name = row.title.text
        if row.kind == "folder":
            self._chats.toggle_folder(name)
            number = self._chats.row_of_folder(name)
            if number is not None:
                self._choose(number)

    @Slot(object)
    def _delete_index(self, index: QModelIndex) -> None:
        chat = self._chats.row(index.row()).chat if index.isValid() else None
        if chat is not None:
            self.delete_requested.emit(chat.id)

    @Slot()
    def _delete_current(self) -> None:
        self._delete_index(self.currentIndex())

    @Slot()
    def _edit_current(self) -> None:
        row = self.current_row
        if row is not None and row.chat is not None:
            self.edit(self.currentIndex())

    @Slot(QPoint)
    def _ask_for_menu(self, where: QPoint) -> None:
        index = self.indexAt(where)
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.setCurrentIndex(index)
            self.menu_place = self.viewport().mapToGlobal(where)
            self.menu_requested.emit(self._chats.row(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, Right and Enter fold a folder and unfold it."""
        row, key = self.current_row, Qt.Key(event.key())
        if row is None or row.kind != "folder":
            super().keyPressEvent(event)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._toggle(row)
        elif key in _FOLD_KEYS:
            if row.folded != _FOLD_KEYS[key]:
                self._toggle(row)
        else:
            super().keyPressEvent(event)
