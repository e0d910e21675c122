"""Tables of a reply: padded cells, thin lines between rows, numbers set to the right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.domain.markdown_cells import is_number_column
from app.ui.theme import Theme
from app.ui.widgets.transcript_inline import InlineWriter
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_text import SPACER_PROPERTY, TextWriter

if TYPE_CHECKING:
    from markdown_it.token import Token

# A line of a table may ask for thousands of columns; more than these are shown as text.
_MOST_COLUMNS = 40


def write_table(
    stream: Iterator[Token], writer: TextWriter, inline: InlineWriter, look: Look
) -> None:
    """Write the rows up to the end of the table at the writer's cursor, which ends behind it."""
    rows, styles = _read(stream)
    if not rows or len(rows[0]) > _MOST_COLUMNS:
        for row in rows:
            text = " | ".join(cell.content for cell in row)
            writer.write(f"{text[:4000]}\n", inline.form())
        return
    _make_spacer(writer.cursor)
    table = writer.cursor.insertTable(len(rows), len(rows[0]), _table_format())
    _format_cells(table, rows, styles, look)
    for number, row in enumerate(rows):
        form = inline.form()
        if number == 0:
            form.setFontWeight(QFont.Weight.DemiBold)
        for column, token in enumerate(row[: len(rows[0])]):
            writer.cursor = table.cellAt(number, column).firstCursorPosition()
            inline.write(token, form)
    writer.cursor = QTextCursor(writer.document)
    writer.cursor.movePosition(QTextCursor.MoveOperation.End)
    _make_spacer(writer.cursor)


def _format_cells(
    table: QTextTable, rows: list[list[Token]], styles: list[str], look: Look
) -> None:
    for column in range(len(rows[0])):
        numbers = is_number_column([row[column].content for row in rows[1:] if column < len(row)])
        block = _cell_block(_alignment(styles[column], numbers=numbers), look)
        for number in range(len(rows)):
            _format_cell(table, number, column, last=len(rows) - 1, theme=look.theme)
            table.cellAt(number, column).firstCursorPosition().setBlockFormat(block)


def _read(stream: Iterator[Token]) -> tuple[list[list[Token]], list[str]]:
    rows: list[list[Token]] = []
    styles: list[str] = []
    for token in stream:
        match token.type:
            case "table_close":
                break
            case "tr_open":
                rows.append([])
            case "th_open":
                styles.append(str(token.attrs.get("style", "")))
            case "inline":
                rows[-1].append(token)
            case _:
                pass
    return rows, styles


def _alignment(style: str, *, numbers: bool) -> Qt.AlignmentFlag:
    if style == "text-align:center":
        return Qt.AlignmentFlag.AlignHCenter
    if style == "text-align:right" or (not style and numbers):
        return Qt.AlignmentFlag.AlignRight
    return Qt.AlignmentFlag.AlignLeft


def _table_format() -> QTextTableFormat:
    form = QTextTableFormat()
    form.setBorder(0)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    form.setCellSpacing(0)
    form.setCellPadding(0)
    form.setBorderCollapse(True)
    form.setHeaderRowCount(1)
    return form


def _format_cell(table: QTextTable, row: int, column: int, *, last: int, theme: Theme) -> None:
    form = QTextTableCellFormat()
    form.setTopPadding(6)
    form.setBottomPadding(6)
    form.setLeftPadding(0 if column == 0 else 12)
    form.setRightPadding(12)
    if row < last:
        form.setBottomBorder(1)
        form.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBottomBorderBrush(QBrush(QColor(theme.edge if row == 0 else theme.line)))
    table.cellAt(row, column).setFormat(form)


def _cell_block(alignment: Qt.AlignmentFlag, look: Look) -> QTextBlockFormat:
    block = QTextBlockFormat()
    block.setLineHeight(look.line_pixels, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    block.setAlignment(alignment)
    return block


def _make_spacer(cursor: QTextCursor) -> None:
    """Qt puts an empty line before and after a table; make it one pixel high."""
    if cursor.block().length() > 1:
        return
    block = cursor.blockFormat()
    block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    block.setProperty(SPACER_PROPERTY, 1)
    cursor.setBlockFormat(block)
