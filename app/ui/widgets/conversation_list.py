"""The list of chats: newest first, renamed in place, deleted with a key or a click."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QColor, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.domain.conversation import Conversation
from app.ui.artwork import icon
from app.ui.theme import GRID, RADIUS, Theme

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 34
_ICON_SIZE = 16
_DOT_SIZE = 7
_RUNNING_ROLE = Qt.ItemDataRole.UserRole


class ConversationModel(QAbstractListModel):
    """Chats as rows; the title is their text."""

    renamed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Conversation] = []
        self._running: frozenset[int] = frozenset()

    def set_running(self, conversation_ids: frozenset[int]) -> None:
        """The chats in which a reply streams."""
        self._running = conversation_ids
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def set_conversations(self, conversations: list[Conversation]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = list(conversations)
        self.endResetModel()

    def conversation(self, row: int) -> Conversation:
        """The chat of a row."""
        return self._rows[row]

    def row_of(self, conversation_id: int | None) -> int | None:
        """The row of a chat, if it is listed."""
        rows = (row for row, each in enumerate(self._rows) if each.id == conversation_id)
        return next(rows, None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of chats."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, accessible text with the date, and whether a reply streams."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Chat: {row.title}" + (", answering" if row.id in self._running else "")
        if role == _RUNNING_ROLE:
            return row.id in self._running
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            changed = datetime.fromtimestamp(row.updated_at).astimezone()
            return f"Last changed {changed:%d %B %Y, %H:%M}"
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A title typed by the user; `renamed` carries the chat with it, and the store decides."""
        row = self._rows[index.row()]
        title = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not title or title == row.title:
            return False
        self.renamed.emit((row.id, title))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows are selected and edited."""
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable


class _ChatDelegate(QStyledItemDelegate):
    """Draws a chat as a rounded row with a bin that appears under the mouse."""

    bin_clicked = Signal(object)

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self.theme = theme

    @staticmethod
    def _bin(rect: QRect) -> QRect:
        side = _ICON_SIZE
        top = rect.top() + (rect.height() - side) // 2
        return QRect(rect.right() - side - 2 * GRID, top, side, side)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line with air."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Selected, hovered and focused rows differ in background and border; a dot marks those
        in which a reply streams.
        """
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.theme.accent) if focused else Qt.PenStyle.NoPen)
        fill = hovered or selected
        painter.setBrush(QColor(self.theme.hover) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), RADIUS, RADIUS)
        running = bool(index.data(_RUNNING_ROLE))
        right = 2 * GRID + (_ICON_SIZE + 2 * GRID if hovered or running else 0)
        text_rect = rect.adjusted(10, 0, -right, 0)
        painter.setPen(QColor(self.theme.text if selected else self.theme.dim_text))
        title = option.fontMetrics.elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, text_rect.width()
        )
        painter.drawText(text_rect, Qt.AlignmentFlag.AlignVCenter, str(title))
        if hovered:
            icon("trash-2", self.theme.dim_text).paint(painter, self._bin(rect))
        elif running:
            dot = QRect(0, 0, _DOT_SIZE, _DOT_SIZE)
            dot.moveCenter(self._bin(rect).center())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.accent))
            painter.drawEllipse(dot)
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on the bin asks for deletion instead of opening the chat."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            rect: QRect = option.rect
            if self._bin(rect).adjusted(-6, -6, 6, 6).contains(event.position().toPoint()):
                if event.type() == QEvent.Type.MouseButtonRelease:
                    self.bin_clicked.emit(index)
                return True
        return super().editorEvent(event, model, option, index)


class ConversationList(QListView):
    """Emits what the user asks; which chat is open is set from outside."""

    open_requested = Signal(object)
    rename_requested = Signal(object)
    delete_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._chats = ConversationModel()
        self._chats.renamed.connect(self.rename_requested)
        self.setModel(self._chats)
        self._delegate = _ChatDelegate(theme, self)
        self._delegate.bin_clicked.connect(self._delete_index)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Chats")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.clicked.connect(self._open_index)
        self.activated.connect(self._open_index)
        self._rename = QAction("Rename", self)
        self._rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
        self._rename.triggered.connect(self._edit_current)
        self._delete = QAction("Delete", self)
        self._delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self._delete.triggered.connect(self._delete_current)
        for action in (self._rename, self._delete):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.addAction(action)

    @property
    def chats(self) -> ConversationModel:
        """The rows."""
        return self._chats

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        self.viewport().update()

    def set_conversations(self, conversations: list[Conversation], current: int | None) -> None:
        """Show these chats and mark the open one."""
        self._chats.set_conversations(conversations)
        self.mark(current)

    @Slot(object)
    def mark(self, conversation_id: int | None) -> None:
        """Mark the open chat; None marks none."""
        row = self._chats.row_of(conversation_id)
        if row is None:
            self.selectionModel().clear()
        else:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._chats.index(row), flag)

    @Slot(object)
    def mark_running(self, conversation_ids: frozenset[int]) -> None:
        """Mark the chats in which a reply streams."""
        self._chats.set_running(conversation_ids)

    @Slot(QModelIndex)
    def _open_index(self, index: QModelIndex) -> None:
        self.open_requested.emit(self._chats.conversation(index.row()).id)

    @Slot(object)
    def _delete_index(self, index: QModelIndex) -> None:
        if index.isValid():
            self.delete_requested.emit(self._chats.conversation(index.row()).id)

    @Slot()
    def _delete_current(self) -> None:
        self._delete_index(self.currentIndex())

    @Slot()
    def _edit_current(self) -> None:
        if self.currentIndex().isValid():
            self.edit(self.currentIndex())

    @Slot(QPoint)
    def _show_menu(self, where: QPoint) -> None:
        index = self.indexAt(where)
        if not index.isValid():
            return
        self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._rename, self._delete])
        menu.popup(self.viewport().mapToGlobal(where))
