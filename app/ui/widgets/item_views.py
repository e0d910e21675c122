"""What the tables and lists of the window have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.ui.artwork import secondary_font

Index = QModelIndex | QPersistentModelIndex
# The parent of all rows of a list or table: no item at all.
ROOT = QModelIndex()
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def show_whole_rows(table: QTableView, widths: Sequence[int], row_height: int) -> list[int]:
    """Make a table of rows that are chosen whole; a column of width 0 takes the rest.

    A column is as wide as its title at least: the widths that came of it are returned.
    """
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row_height)
    header = table.horizontalHeader()
    header.setFont(secondary_font())
    header.setHighlightSections(False)
    header.setSectionsMovable(False)
    widths = [width and max(width, header.sectionSizeHint(n)) for n, width in enumerate(widths)]
    for number, width in enumerate(widths):
        mode = QHeaderView.ResizeMode.Interactive if width else QHeaderView.ResizeMode.Stretch
        header.setSectionResizeMode(number, mode)
        if width:
            table.setColumnWidth(number, width)
    return widths


def give_room(
    table: QTableView, widths: Sequence[int], dispensable: Sequence[int], least: int
) -> None:
    """Hide columns of a narrow table, in this order, until the first one has its least width."""
    room = table.viewport().width() - least
    needed = sum(widths)
    hidden: set[int] = set()
    for number in dispensable:
        if needed > room:
            hidden.add(number)
            needed -= widths[number]
    for number in dispensable:
        table.setColumnHidden(number, number in hidden)


def paint_ground(painter: QPainter, rect: QRect, colour: str, radius: float) -> None:
    """Fill the rounded place of a row that is chosen or pointed at."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(rect, radius, radius)


def paint_line(
    painter: QPainter, rect: QRect, text: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
) -> None:
    """One line of plain text in the painter's font and pen, cut where there is no more room."""
    shown = painter.fontMetrics().elidedText(text, mode, rect.width())
    painter.drawText(rect, LEFT | Qt.TextFlag.TextSingleLine, shown)
