"""Markdown written into a document with its own formats: no HTML is ever interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from app.domain.markdown_math import add_math
from app.ui.theme import BODY, HEADING
from app.ui.widgets.transcript_inline import InlineWriter
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_table import write_table
from app.ui.widgets.transcript_text import SafeDocument, TextWriter

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

INDENT_PIXELS = 24
QUOTE_PIXELS = 16
QUOTE_PROPERTY = QTextFormat.Property.UserProperty + 2
RULE_PROPERTY = QTextFormat.Property.UserProperty + 3

_PARAGRAPH_GAP, _ITEM_GAP, _HEADING_GAP = 12, 4, 20
_DEEPEST_NESTING = 20
_HEADING_PIXELS = {"h1": HEADING + 3, "h2": HEADING, "h3": BODY + 1}
_TASK = re.compile(r"\[([ xX])\] +")
_BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)


@cache
def _parser() -> MarkdownIt:
    # Imported at the first reply: it takes longer than showing an empty window.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST_NESTING})
    # Indented code is left out: models indent to continue a list.
    parser.enable(["table", "strikethrough"]).disable(["code", "html_block", "html_inline"])
    return add_math(parser)


def markdown_document(body: str, look: Look, *, dim: bool) -> SafeDocument:
    """A document of one block of Markdown. Its layout needs a text width."""
    document = SafeDocument()
    document.setDefaultFont(look.body)
    document.setIndentWidth(INDENT_PIXELS)
    _MarkdownWriter(document, look, dim=dim).write_tokens(
        _parser().parse(body.strip("\r\n").rstrip())
    )
    return document


def literal_document(text: str, look: Look) -> SafeDocument:
    """A document of text that is shown as it is."""
    document = SafeDocument()
    document.setDefaultFont(look.body)
    writer = TextWriter(document)
    writer.cursor.setBlockFormat(_block_format(look.line_pixels))
    writer.write(text, InlineWriter(writer, look, look.theme.text).form())
    return document


def _block_format(line_pixels: int) -> QTextBlockFormat:
    form = QTextBlockFormat()
    form.setLineHeight(line_pixels, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return form


class _MarkdownWriter:
    """Walks the tokens of one block; containers (lists, quotes) are kept as stacks."""

    def __init__(self, document: SafeDocument, look: Look, *, dim: bool) -> None:
        self._writer = TextWriter(document)
        self._look = look
        colour = look.theme.dim_text if dim else look.theme.text
        self._words = InlineWriter(self._writer, look, colour)
        self._empty = True
        self._quotes = 0
        self._lists: list[tuple[QTextListFormat, QTextList | None]] = []
        self._item_starts = False
        self._after_heading = False

    def write_tokens(self, tokens: Sequence[Token]) -> None:
        # One edit for all: alone, each insertion takes a time that grows with the paragraph.
        edit = QTextCursor(self._writer.document)
        edit.beginEditBlock()
        stream = iter(tokens)
        for token in stream:
            self._write_token(token, stream)
        edit.endEditBlock()

    def _write_token(self, token: Token, stream: Iterator[Token]) -> None:
        match token.type:
            case "heading_open":
                self._write_heading(token, stream)
            case "paragraph_open":
                self._write_paragraph(next(stream))
            case "fence" | "code_block" | "html_block":
                self._write_listing(token.content)
            case "hr":
                self._write_rule()
            case "table_open":
                self._begin_block(spacer=True)
                write_table(stream, self._writer, self._words, self._look)
            case _:
                self._enter_or_leave(token)

    def _enter_or_leave(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._item_starts = True
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case _:
                pass

    # Blocks

    def _begin_block(self, *, line_pixels: int = 0, gap: int = 0, spacer: bool = False) -> None:
        form = _block_format(line_pixels or self._look.line_pixels)
        if not self._empty:
            form.setTopMargin(gap or self._gap())
        if self._quotes:
            form.setLeftMargin(self._quotes * QUOTE_PIXELS)
            form.setProperty(QUOTE_PROPERTY, self._quotes)
        form.setIndent(len(self._lists))
        cursor = self._writer.cursor
        if self._empty:
            cursor.setBlockFormat(form)
        elif not spacer:
            cursor.insertBlock(form, self._words.form())
        self._empty = self._after_heading = False
        if self._item_starts and self._lists:
            self._item_starts = False
            self._number_item(form)

    def _gap(self) -> int:
        if self._item_starts and (len(self._lists) > 1 or self._lists[-1][1] is not None):
            return _ITEM_GAP
        return 8 if self._after_heading or self._lists else _PARAGRAPH_GAP

    def _number_item(self, form: QTextBlockFormat) -> None:
        style, items = self._lists[-1]
        # The indentation of a list counts from the margin, not from the list around it.
        form.setIndent(0)
        self._writer.cursor.setBlockFormat(form)
        if items is None:
            self._lists[-1] = (style, self._writer.cursor.createList(style))
        else:
            items.add(self._writer.cursor.block())

    def _open_list(self, token: Token) -> None:
        style = QTextListFormat()
        style.setIndent(len(self._lists) + 1)
        if token.type == "ordered_list_open":
            style.setStyle(QTextListFormat.Style.ListDecimal)
            style.setStart(int(token.attrs.get("start", 1)))
        else:
            style.setStyle(_BULLETS[len(self._lists) % len(_BULLETS)])
        self._lists.append((style, None))

    def _write_paragraph(self, token: Token) -> None:
        words = token.children or []
        task = _TASK.match(words[0].content) if self._item_starts and words else None
        self._begin_block()
        if task is not None:
            form = self._writer.cursor.blockFormat()
            done = task.group(1) != " "
            marker = QTextBlockFormat.MarkerType
            form.setMarker(marker.Checked if done else marker.Unchecked)
            self._writer.cursor.setBlockFormat(form)
            words[0].content = words[0].content[task.end() :]
        self._write_words(token, self._words.form())

    def _write_words(self, token: Token, form: QTextCharFormat) -> None:
        """Write words into the block that has begun, and give its lines room for what is high."""
        self._words.is_high = False
        self._words.write(token, form)
        if self._words.is_high:
            block = self._writer.cursor.blockFormat()
            height = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
            block.setLineHeight(block.lineHeight(), height)
            self._writer.cursor.setBlockFormat(block)

    def _write_heading(self, token: Token, stream: Iterator[Token]) -> None:
        pixels = _HEADING_PIXELS.get(token.tag, BODY)
        self._begin_block(line_pixels=self._look.pixels(pixels + 8), gap=_HEADING_GAP)
        form = self._words.form()
        form.setFont(self._look.heading(pixels))
        self._write_words(next(stream), form)
        self._after_heading = True

    def _write_listing(self, text: str) -> None:
        self._begin_block(line_pixels=self._look.code_line_pixels)
        form = self._words.form()
        form.setFont(self._look.code)
        self._writer.write(text.removesuffix("\n"), form, code=True)

    def _write_rule(self) -> None:
        self._begin_block(line_pixels=9)
        block = self._writer.cursor.blockFormat()
        block.setProperty(RULE_PROPERTY, 1)
        self._writer.cursor.setBlockFormat(block)
