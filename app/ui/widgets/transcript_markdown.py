"""Markdown written into a document with its own formats: no HTML is ever interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from app.ui.artwork import body_font, code_font
from app.ui.theme import BODY, HEADING, Theme
from app.ui.widgets.transcript_table import write_table
from app.ui.widgets.transcript_text import SafeDocument, TextWriter, without_ligatures

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LINE_PIXELS = 20
INDENT_PIXELS = 24
QUOTE_PIXELS = 16
# Added on both sides of code among words.
CODE_SPACING = 2
QUOTE_PROPERTY = QTextFormat.Property.UserProperty + 2
RULE_PROPERTY = QTextFormat.Property.UserProperty + 3
CODE_PROPERTY = QTextFormat.Property.UserProperty + 4

_PARAGRAPH_GAP, _ITEM_GAP, _HEADING_GAP = 12, 4, 20
_DEEPEST_NESTING = 20
_HEADING_PIXELS = {"h1": HEADING + 3, "h2": HEADING, "h3": BODY + 1}
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]{2,2000}")
_TASK = re.compile(r"\[([ xX])\] +")
_BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)


def is_web_address(address: str) -> bool:
    """Whether a link may be offered: http and https only."""
    return address[:8].lower().startswith(("http://", "https://"))


@cache
def _parser() -> MarkdownIt:
    # Imported at the first reply: it takes longer than showing an empty window.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST_NESTING})
    # Indented code is left out: models indent to continue a list.
    return parser.enable(["table", "strikethrough"]).disable(["code", "html_block", "html_inline"])


def markdown_document(body: str, theme: Theme, *, dim: bool) -> SafeDocument:
    """A document of one block of Markdown. Its layout needs a text width."""
    document = SafeDocument()
    document.setDefaultFont(body_font())
    document.setIndentWidth(INDENT_PIXELS)
    _MarkdownWriter(document, theme, dim=dim).write_tokens(
        _parser().parse(body.strip("\r\n").rstrip())
    )
    return document


def literal_document(text: str, theme: Theme) -> SafeDocument:
    """A document of text that is shown as it is."""
    document = SafeDocument()
    document.setDefaultFont(body_font())
    writer = TextWriter(document)
    writer.cursor.setBlockFormat(_block_format())
    form = QTextCharFormat()
    form.setFont(without_ligatures(body_font()))
    form.setForeground(QColor(theme.text))
    writer.write(text, form)
    return document


def _spaced(form: QTextCharFormat) -> QTextCharFormat:
    spaced = QTextCharFormat(form)
    spaced.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    spaced.setFontLetterSpacing(CODE_SPACING)
    return spaced


def _block_format(line_pixels: int = LINE_PIXELS) -> QTextBlockFormat:
    form = QTextBlockFormat()
    form.setLineHeight(line_pixels, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return form


class _MarkdownWriter:
    """Walks the tokens of one block; containers (lists, quotes) are kept as stacks."""

    def __init__(self, document: SafeDocument, theme: Theme, *, dim: bool) -> None:
        self._writer = TextWriter(document)
        self._theme = theme
        self._colour = theme.dim_text if dim else theme.text
        self._empty = True
        self._quotes = 0
        self._lists: list[tuple[QTextListFormat, QTextList | None]] = []
        self._item_starts = False
        self._after_heading = False

    def write_tokens(self, tokens: Sequence[Token]) -> None:
        stream = iter(tokens)
        for token in stream:
            self._write_token(token, stream)

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
                write_table(stream, self._writer, self, self._theme)
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

    def _begin_block(
        self, *, line_pixels: int = LINE_PIXELS, gap: int = 0, spacer: bool = False
    ) -> None:
        form = _block_format(line_pixels)
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
            cursor.insertBlock(form, self.form())
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
        self.write_inline(token, self.form())

    def _write_heading(self, token: Token, stream: Iterator[Token]) -> None:
        pixels = _HEADING_PIXELS.get(token.tag, BODY)
        self._begin_block(line_pixels=pixels + 8, gap=_HEADING_GAP)
        font = body_font(strong=True)
        font.setPixelSize(pixels)
        form = self.form()
        form.setFont(font)
        self.write_inline(next(stream), form)
        self._after_heading = True

    def _write_listing(self, text: str) -> None:
        self._begin_block(line_pixels=18)
        form = self.form()
        form.setFont(without_ligatures(code_font()))
        self._writer.write(text.removesuffix("\n"), form, code=True)

    def _write_rule(self) -> None:
        self._begin_block(line_pixels=9)
        block = self._writer.cursor.blockFormat()
        block.setProperty(RULE_PROPERTY, 1)
        self._writer.cursor.setBlockFormat(block)

    # Inline

    def form(self) -> QTextCharFormat:
        """The format of plain words."""
        form = QTextCharFormat()
        form.setFont(without_ligatures(body_font()))
        form.setForeground(QColor(self._colour))
        return form

    def write_inline(self, token: Token, form: QTextCharFormat) -> None:
        """Write the words of a paragraph, a heading or a cell."""
        stack = [form]
        for child in token.children or ():
            current = stack[-1]
            match child.type:
                case "text" | "text_special":
                    self._write_words(child.content, current)
                case "softbreak" | "hardbreak":
                    self._writer.write("\n", current)
                case "code_inline":
                    self._write_code(child.content, current)
                case "image":
                    self._write_image(child, current)
                case "strong_open" | "em_open" | "s_open" | "link_open":
                    stack.append(self._opened(child, current))
                case "strong_close" | "em_close" | "s_close" | "link_close":
                    stack.pop()
                case _:
                    self._writer.write(child.content, current)

    def _opened(self, token: Token, form: QTextCharFormat) -> QTextCharFormat:
        changed = QTextCharFormat(form)
        match token.type:
            case "strong_open":
                changed.setFontWeight(QFont.Weight.DemiBold)
            case "em_open":
                changed.setFontItalic(True)
            case "s_open":
                changed.setFontStrikeOut(True)
            case _:
                self._mark_link(changed, str(token.attrs.get("href", "")))
        return changed

    def _mark_link(self, form: QTextCharFormat, address: str) -> None:
        if is_web_address(address):
            form.setAnchor(True)
            form.setAnchorHref(address)
            form.setForeground(QColor(self._theme.accent))
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)

    def _write_words(self, text: str, form: QTextCharFormat) -> None:
        if form.isAnchor() or "://" not in text:
            self._writer.write(text, form)
            return
        begin = 0
        for match in _WEB_ADDRESS.finditer(text):
            address = match.group().rstrip(".,;:!?)*_")
            linked = QTextCharFormat(form)
            self._mark_link(linked, address)
            self._writer.write(text[begin : match.start()], form)
            self._writer.write(address, linked)
            begin = match.start() + len(address)
        self._writer.write(text[begin:], form)

    def _write_image(self, token: Token, form: QTextCharFormat) -> None:
        """Images are not loaded: their description stands for them, as a link if it is one."""
        address = str(token.attrs.get("src", ""))
        linked = QTextCharFormat(form)
        self._mark_link(linked, address)
        self._writer.write(token.content or "image", linked)
        if not linked.isAnchor() and address:
            dim = QTextCharFormat(form)
            dim.setForeground(QColor(self._theme.dim_text))
            self._writer.write(f" ({address})", dim)

    def _write_code(self, text: str, form: QTextCharFormat) -> None:
        """Code among words; a little space around it leaves room for what is drawn behind."""
        before = self._writer.cursor
        if not before.atBlockStart():
            last = QTextCursor(before)
            last.movePosition(
                QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor
            )
            last.mergeCharFormat(_spaced(QTextCharFormat()))
        code = self._code_form(form)
        self._writer.write(text[:-1], code, code=True)
        self._writer.write(text[-1:], _spaced(code), code=True)

    def _code_form(self, form: QTextCharFormat) -> QTextCharFormat:
        code = QTextCharFormat(form)
        font = without_ligatures(code_font())
        font.setWeight(QFont.Weight(form.fontWeight()))
        code.setFont(font)
        code.setProperty(CODE_PROPERTY, 1)
        return code
