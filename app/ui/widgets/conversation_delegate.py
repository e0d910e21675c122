"""How a row of the list of chats is drawn, and what a click in it hits."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.chat_search import Excerpt
from app.ui.artwork import body_font, icon, secondary_font
from app.ui.qt_types import with_fields
from app.ui.theme import GRID, RADIUS, Theme
from app.ui.widgets.conversation_model import (
    ROW_ROLE,
    RUNNING_ROLE,
    UNREAD_ROLE,
    Index,
    Row,
)

ROW_HEIGHT = 34
HIT_HEIGHT = 52
_ICON_SIZE = 16
_DOT_SIZE = 7
_INSET = 10


class ChatDelegate(QStyledItemDelegate):
    """Draws a chat as a rounded row with a bin that appears under the mouse."""

    bin_clicked = Signal(object)

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self.theme = theme
        # All rows of one list have the same height: those of what was found have two lines.
        self.two_lines = False

    @staticmethod
    def _bin(rect: QRect) -> QRect:
        side = _ICON_SIZE
        top = rect.top() + (rect.height() - side) // 2
        return QRect(rect.right() - side - 2 * GRID, top, side, side)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line with air, or two."""
        return QSize(0, HIT_HEIGHT if self.two_lines else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a heading or a chat."""
        row: Row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.chat is None:
            self._paint_heading(painter, option, row)
        else:
            self._paint_chat(painter, option, row, index)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> tuple[bool, bool]:
        """Selected, hovered and focused rows differ in background and border."""
        state: QStyle.StateFlag = option.state
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QColor(self.theme.accent) if focused else Qt.PenStyle.NoPen)
        fill = hovered or selected
        painter.setBrush(QColor(self.theme.hover) if fill else Qt.BrushStyle.NoBrush)
        rect: QRect = option.rect
        painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), RADIUS, RADIUS)
        return hovered, selected

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        rect: QRect = option.rect
        left = _INSET
        if row.kind == "folder":
            self._paint_ground(painter, option)
            arrow = "chevron-right" if row.folded else "chevron-down"
            place = QRect(rect.left() + GRID, self._bin(rect).top(), _ICON_SIZE, _ICON_SIZE)
            icon(arrow, self.theme.dim_text).paint(painter, place)
            left = GRID + _ICON_SIZE + GRID
        painter.setFont(secondary_font(strong=True))
        painter.setPen(QColor(self.theme.dim_text))
        count = str(row.chat_count) if row.folded else ""
        place = rect.adjusted(left, 0, -2 * GRID, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, count)
        room = place.width() - painter.fontMetrics().horizontalAdvance(count) - GRID
        title = painter.fontMetrics().elidedText(row.title.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, middle, title)

    def _paint_chat(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, index: Index
    ) -> None:
        """A dot marks those in which a reply streams, a pin those that stay above; a strong title
        those with a reply that was not looked at.
        """
        running, unread = bool(index.data(RUNNING_ROLE)), bool(index.data(UNREAD_ROLE))
        hovered, selected = self._paint_ground(painter, option)
        rect: QRect = option.rect
        pinned = row.chat is not None and row.chat.pinned
        right = 2 * GRID + (_ICON_SIZE + 2 * GRID if hovered or running or pinned else 0)
        place = rect.adjusted(_INSET, 0, -right, 0)
        colour = QColor(self.theme.text if selected or unread else self.theme.dim_text)
        if row.excerpt is not None:
            place.setHeight(rect.height() // 2)
            place.translate(0, 3)
            below = place.translated(0, rect.height() // 2 - 5)
            painter.setFont(secondary_font())
            self._paint_words(painter, below, row.excerpt, QColor(self.theme.dim_text))
            colour = QColor(self.theme.text)
        painter.setFont(body_font(strong=unread))
        self._paint_words(painter, place, row.title, colour)
        if hovered:
            icon("trash-2", self.theme.dim_text).paint(painter, self._bin(rect))
        elif running:
            dot = QRect(0, 0, _DOT_SIZE, _DOT_SIZE)
            dot.moveCenter(self._bin(rect).center())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.accent))
            painter.drawEllipse(dot)
        elif pinned:
            icon("pin", self.theme.dim_text).paint(painter, self._bin(rect))

    def _paint_words(self, painter: QPainter, place: QRect, words: Excerpt, colour: QColor) -> None:
        """One line, with what was found marked; the end that has no room is left out."""
        painter.setPen(colour)
        # Positions count UTF-16 units, as Qt does.
        shown = painter.fontMetrics().elidedText(
            words.text, Qt.TextElideMode.ElideRight, place.width()
        )
        layout = QTextLayout(shown, painter.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.setFormats([_marked(words.text, hit, self.theme) for hit in words.hits])
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        top = place.top() + (place.height() - line.height()) / 2
        layout.draw(painter, QPointF(place.left(), top))

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on the bin asks for deletion instead of opening the chat."""
        row: Row = index.data(ROW_ROLE)
        is_left = isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton
        if is_left and row.chat is not None and isinstance(event, QMouseEvent):
            rect: QRect = option.rect
            if self._bin(rect).adjusted(-6, -6, 6, 6).contains(event.position().toPoint()):
                if event.type() == QEvent.Type.MouseButtonRelease:
                    self.bin_clicked.emit(index)
                return True
        return super().editorEvent(event, model, option, index)


def _marked(text: str, hit: tuple[int, int], theme: Theme) -> QTextLayout.FormatRange:
    begin, end = hit
    form = QTextCharFormat()
    form.setBackground(QColor(theme.found))
    form.setForeground(QColor(theme.text))
    start, length = _units(text[:begin]), _units(text[begin:end])
    return with_fields(QTextLayout.FormatRange(), start=start, length=length, format=form)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
