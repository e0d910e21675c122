"""One block of a message on the screen: its document, its height, and what is drawn around it."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextBlock, QTextLine

from app.domain.markdown import Block
from app.domain.typesetting import Listing, Setting
from app.ui.theme import GRID
from app.ui.widgets.transcript_code import code_document
from app.ui.widgets.transcript_formula import fit_formula, formula_document
from app.ui.widgets.transcript_inline import CODE_PROPERTY, CODE_SPACING
from app.ui.widgets.transcript_look import CODE_LINE_PIXELS, LINE_PIXELS, Look
from app.ui.widgets.transcript_markdown import (
    INDENT_PIXELS,
    QUOTE_PIXELS,
    QUOTE_PROPERTY,
    RULE_PROPERTY,
    literal_document,
    markdown_document,
)
from app.ui.widgets.transcript_text import SafeDocument

CODE_HEAD = 9 * GRID
CODE_PAD = 3 * GRID
FOLD_HEIGHT = 7 * GRID
REASONING_INSET = 4 * GRID
# Mean width of a character, for heights that are not measured yet.
_CHARACTER_PIXELS = 6.5
_CODE_CHARACTER_PIXELS = 7.2


@dataclass(frozen=True)
class Ornament:
    """Something drawn behind the words of a document, in its coordinates."""

    kind: Literal["code", "quote", "rule"]
    rect: QRectF


class Part:
    """A block with its place in the message. Its document is made when it is first seen."""

    __slots__ = (
        "_document", "_measured_width", "block", "content_height", "first", "hidden", "last",
        "lead", "literal", "natural_width", "ornaments", "top",
    )  # fmt: skip

    def __init__(self, block: Block, *, literal: bool = False) -> None:
        self.block = block
        self.literal = literal
        self.top = 0
        self.hidden = False
        # Whether it begins and ends the card of a listing that was cut into several parts.
        self.first = self.last = True
        # The listing before it, when it is a later part of one.
        self.lead = ""
        self.natural_width = 0
        self.ornaments: list[Ornament] = []
        self._document: SafeDocument | None = None
        self._measured_width = -1
        self.content_height = 0

    @property
    def is_code(self) -> bool:
        return self.block.kind == "code"

    @property
    def has_text_kind(self) -> bool:
        return self.block.kind in {"text", "code", "formula"}

    @property
    def has_text(self) -> bool:
        """Whether it shows words now."""
        return self.has_text_kind and not self.hidden

    @property
    def left(self) -> int:
        """Where its frame begins, from the left of the column."""
        return self.block.level * INDENT_PIXELS + REASONING_INSET * self.block.reasoning

    @property
    def text_left(self) -> int:
        return self.left + (CODE_PAD + GRID if self.is_code else 0)

    @property
    def text_top(self) -> int:
        return self.top + (CODE_HEAD if self.is_code and self.first else 0)

    @property
    def height(self) -> int:
        """Its height, estimated until it is measured."""
        if self.hidden or self.block.kind == "reasoning_end":
            return 0
        if self.block.kind == "reasoning_start":
            return FOLD_HEIGHT
        frame = CODE_HEAD * self.first + CODE_PAD * self.last if self.is_code else 0
        return self.content_height + frame

    def estimate(self, column: int, zoom: float) -> None:
        """Guess the height from the number of characters and lines."""
        body = self.block.body
        if self.is_code:
            a_line = max(1, int((column - 2 * self.text_left) / (_CODE_CHARACTER_PIXELS * zoom)))
            lines = max(body.count("\n") + 1, len(body) // a_line)
            self.content_height = round(CODE_LINE_PIXELS * zoom) * lines
            return
        a_line = max(1, int((column - self.text_left) / (_CHARACTER_PIXELS * zoom)))
        shown = body if self.literal else body.strip()
        lines = shown.count("\n") + 1 + len(shown) // a_line
        self.content_height = round(LINE_PIXELS * zoom) * lines if shown else 0

    def needs_measure(self, column: int) -> bool:
        return self.has_text and self._measured_width != column

    def measure(self, column: int, look: Look) -> None:
        """Lay the document out in a column of `column` pixels."""
        self._measured_width = column
        if not self.literal and not self.is_code and not self.block.body.strip():
            self.content_height = 0
            return
        document = self.document(look)
        self.content_height = math.ceil(document.size().height())
        self.natural_width = math.ceil(document.idealWidth())
        self.ornaments = [] if self.literal or self.is_code else _ornaments(document)

    @property
    def is_live(self) -> bool:
        return self._document is not None

    def document(self, look: Look) -> SafeDocument:
        """Its document, made again if it was dropped."""
        if self._document is None:
            self._document = self._make(look)
        if self._measured_width > 0:
            right = CODE_PAD + GRID if self.is_code else 0
            width = max(40, self._measured_width - self.text_left - right)
            if self._document.textWidth() != width:  # Qt lays out anew each time it is set
                if self.block.kind == "formula":
                    fit_formula(self._document, width)
                self._document.setTextWidth(width)
        return self._document

    def peek(self, look: Look) -> SafeDocument:
        """Its document, perhaps without a layout and for this look only."""
        return self._document or self._make(look)

    def awaits(self, settings: Collection[Setting]) -> bool:
        """Whether its document is shown without one of these, which have come."""
        return self._document is not None and not self._document.awaited.isdisjoint(settings)

    def drop(self, *, changed: bool) -> None:
        """Forget the document; its height stays, as an estimate if the look `changed`."""
        self._document = None
        if changed:
            self._measured_width = -1

    def _make(self, look: Look) -> SafeDocument:
        block = self.block
        if self.literal:
            # A line break at the end of a piece is where the next piece begins.
            return literal_document(block.body, look)
        if self.is_code:
            listing = Listing(self.lead + block.body, block.language, len(self.lead))
            return code_document(listing, look)
        if block.kind == "formula":
            written = block.source.strip("\n")
            return formula_document(block.body, written, look, dim=block.reasoning)
        return markdown_document(block.body, look, dim=block.reasoning)


def _ornaments(document: SafeDocument) -> list[Ornament]:
    found: list[Ornament] = []
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        rect = document.documentLayout().blockBoundingRect(block)
        for depth in range(form.intProperty(QUOTE_PROPERTY)):
            # The rectangle of a block leaves out what a fixed line height adds.
            bar = QRectF(depth * QUOTE_PIXELS, rect.top(), 3, rect.height() + GRID)
            _add_bar(found, bar, form.topMargin())
        if form.hasProperty(RULE_PROPERTY):
            found.append(Ornament("rule", QRectF(0, rect.center().y(), document.textWidth(), 1)))
        found.extend(_code_words(block, rect))
        block = block.next()
    return found


def _add_bar(found: list[Ornament], bar: QRectF, gap: float) -> None:
    """Continue the bar of the paragraph above, so that a quote has one line beside it."""
    for index in range(len(found) - 1, -1, -1):
        other = found[index]
        if other.kind == "quote" and other.rect.left() == bar.left():
            if bar.top() - other.rect.bottom() <= gap + 1:
                found[index] = Ornament("quote", other.rect.united(bar))
                return
            break
    found.append(Ornament("quote", bar))


def _x_of(line: QTextLine, position: int) -> float:
    # Qt gives the position back as well, which its type hints do not know.
    return cast("tuple[float, int]", line.cursorToX(position))[0]


def _code_words(block: QTextBlock, rect: QRectF) -> list[Ornament]:
    found: list[Ornament] = []
    layout = block.layout()
    for start, end in _code_ranges(block):
        first_line = layout.lineForTextPosition(start).lineNumber()
        last_line = layout.lineForTextPosition(end - 1).lineNumber()
        for number in range(first_line, last_line + 1):
            line = layout.lineAt(number)
            first = max(start, line.textStart())
            last = min(end, line.textStart() + line.textLength())
            if first < last:
                x = _x_of(line, first)
                width = _x_of(line, last) - x - (CODE_SPACING if last == end else 0)
                words = QRectF(rect.left() + x, rect.top() + line.y(), width, line.height())
                found.append(Ornament("code", words.adjusted(-3 if first else 0, -1, 3, 1)))
    return found


def _code_ranges(block: QTextBlock) -> list[tuple[int, int]]:
    """Where code stands; its last character has a format of its own."""
    ranges: list[tuple[int, int]] = []
    for piece in block.textFormats():
        if not piece.format.hasProperty(CODE_PROPERTY):
            continue
        start, end = piece.start, piece.start + piece.length
        if ranges and ranges[-1][1] == start:
            start = ranges.pop()[0]
        ranges.append((start, end))
    return ranges
