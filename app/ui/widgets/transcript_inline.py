"""The words of a paragraph: emphasis, links, code and formulas among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextFormat

from app.domain.typesetting import Formula
from app.ui.widgets.transcript_formula import write_formula
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_text import TextWriter

if TYPE_CHECKING:
    from markdown_it.token import Token

# Added on both sides of code among words.
CODE_SPACING = 2
CODE_PROPERTY = QTextFormat.Property.UserProperty + 4

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]{2,2000}")
_CLOSERS = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}


def is_web_address(address: str) -> bool:
    """Whether a link may be offered: http and https only."""
    return address[:8].lower().startswith(("http://", "https://"))


class InlineWriter:
    """Writes words at the writer's cursor in the formats that their marks ask for."""

    def __init__(self, writer: TextWriter, look: Look, colour: str) -> None:
        self._writer = writer
        self._look = look
        self._colour = QColor(colour)
        self._code_words: tuple[QTextCharFormat, QTextCharFormat, QTextCharFormat] | None = None
        # Whether something higher than a line was written since this was set to False.
        self.is_high = False

    def form(self) -> QTextCharFormat:
        """The format of plain words."""
        form = QTextCharFormat()
        form.setFont(self._look.body)
        form.setForeground(self._colour)
        return form

    def write(self, token: Token, form: QTextCharFormat) -> None:
        """Write the words of a paragraph, a heading or a cell."""
        stack = [form]
        children = token.children or []
        for index, child in enumerate(children):
            if child.type in {"strong_open", "em_open", "s_open", "link_open"}:
                stack.append(self._opened(child, stack[-1]))
            elif child.type in {"strong_close", "em_close", "s_close", "link_close"}:
                stack.pop()
            else:
                following = children[index + 1].type if index + 1 < len(children) else ""
                self._write_child(child, stack[-1], before_code=following == "code_inline")

    def _write_child(self, child: Token, form: QTextCharFormat, *, before_code: bool) -> None:
        match child.type:
            case "text" | "text_special":
                self._write_words(child.content, form, before_code=before_code)
            case "softbreak" | "hardbreak":
                self._writer.write("\n", form)
            case "code_inline":
                self._write_code(child.content, form)
            case "image":
                self._write_image(child, form)
            case "math_inline" | "math_display":
                self._write_formula(child, form)
            case _:
                self._writer.write(child.content, form)

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
            form.setForeground(QColor(self._look.theme.accent))
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)

    def _write_words(self, text: str, form: QTextCharFormat, *, before_code: bool) -> None:
        if before_code and text:
            # Room for what is drawn behind code.
            self._write_words(text[:-1], form, before_code=False)
            self._writer.write(text[-1], _spaced(form))
        elif form.isAnchor() or "://" not in text:
            self._writer.write(text, form)
        else:
            self._write_addresses(text, form)

    def _write_addresses(self, text: str, form: QTextCharFormat) -> None:
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
            dim.setForeground(QColor(self._look.theme.dim_text))
            self._writer.write(f" ({address})", dim)

    def _write_formula(self, token: Token, form: QTextCharFormat) -> None:
        written = f"{token.markup}{token.content}{_CLOSERS[token.markup]}"
        formula = Formula(token.content.strip(), display=token.type == "math_display")
        if write_formula(self._writer, written, formula, form, self._look):
            self.is_high = True

    def _write_code(self, text: str, form: QTextCharFormat) -> None:
        """Code among words; a little space behind it leaves room for what is drawn there."""
        code, end = self._code_forms(form)
        self._writer.write(text[:-1], code, code=True)
        self._writer.write(text[-1:], end, code=True)

    def _code_forms(self, form: QTextCharFormat) -> tuple[QTextCharFormat, QTextCharFormat]:
        """How code among words of a format is set, and its last character."""
        # Made once for words that look the same: a line may hold a thousand pieces of code.
        if self._code_words is None or self._code_words[0] != form:
            code = QTextCharFormat(form)
            font = QFont(self._look.code)
            font.setWeight(QFont.Weight(form.fontWeight()))
            code.setFont(font)
            code.setProperty(CODE_PROPERTY, 1)
            self._code_words = (QTextCharFormat(form), code, _spaced(code))
        return self._code_words[1:]


def _spaced(form: QTextCharFormat) -> QTextCharFormat:
    spaced = QTextCharFormat(form)
    spaced.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    spaced.setFontLetterSpacing(CODE_SPACING)
    return spaced
