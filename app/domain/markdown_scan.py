"""Lines of Markdown gathered into blocks: paragraphs, tables, code, formulas, reasoning."""

from __future__ import annotations

import re
from copy import copy
from typing import Literal

import msgspec

BlockKind = Literal["text", "code", "formula", "reasoning_start", "reasoning_end"]

# One line is cut when it is longer; half of it is cheap to lay out even without any space.
PIECE_CHARACTERS = 4_000
# A block is closed at the next line once it is this large, so that the open one stays cheap.
_BLOCK_CHARACTERS = 2_000
_CODE_CHARACTERS = 4_000
_CODE_LINES = 100
_TABLE_CELLS = 160
_FORMULA_CHARACTERS = 2_000
_DEEPEST_LEVEL = 6

_FENCE = re.compile(r"( *)(`{3,}(?=[^`\n]*$)|~{3,})[ \t]*([^\s`{]*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"([ \t]*)([-*+]|(\d{1,9})[.)])([ \t]+|$)")
_DELIMITER = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
# A formula on lines of its own: what opens it at the beginning of a line, and what ends it.
_ENVIRONMENT = r"(?:equation|align|alignat|gather|multline|eqnarray)\*?"
_FORMULA = re.compile(rf"\$\$|\\\[|\\begin\{{({_ENVIRONMENT})\}}")
_FORMULA_ENDS = {"$$": "$$", "\\[": "\\]"}


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message that is laid out on its own.

    `source` is its text in the message; `body` is what to draw: Markdown for text (with the
    head of a table that an earlier block began, and without the indentation of `level` list
    levels), the code alone for code, LaTeX for a formula.
    """

    kind: BlockKind
    source: str
    body: str = ""
    language: str = ""
    level: int = 0
    reasoning: bool = False
    # The block before was cut for its size; nothing separates the two.
    joined: bool = False
    # It begins with an item of the list that the block before belongs to.
    item: bool = False


class LineScanner:
    """Takes lines in their order and closes blocks as soon as no later line can change them."""

    def __init__(self) -> None:
        self.closed: list[Block] = []
        self._reasoning = False
        self._columns: tuple[int, ...] = ()
        self._ordinal = 0
        self._joined = False
        self._fence = ""
        self._language = ""
        self._dedent = 0
        # What ends the formula that is open.
        self._formula_end = ""
        self._clear()

    def _clear(self) -> None:
        self._source: list[str] = []
        self._body: list[str] = []
        self._size = 0
        self._level = 0
        self._item = False
        self._blank = False
        self._single = False
        self._written = False
        self._table = ""
        self._cells = 0

    def fork(self) -> LineScanner:
        """A scanner that goes on from here with no closed blocks and leaves this one alone."""
        other = copy(self)
        other.closed = []
        # The other one keeps the lists that both share now.
        self._source = self._source.copy()
        self._body = self._body.copy()
        return other

    def tag(self, source: str, *, opening: bool) -> None:
        """Begin or end the reasoning."""
        self.flush()
        self._fence, self._columns, self._joined, self._dedent = "", (), False, 0
        self._formula_end = ""
        self._reasoning = opening
        kind: BlockKind = "reasoning_start" if opening else "reasoning_end"
        self.closed.append(Block(kind=kind, source=source, reasoning=opening))

    def line(self, text: str, *, starts_line: bool) -> None:
        """Take one line with its line break, or a piece of a line that is too long."""
        if self._fence:
            self._code_line(text, starts_line=starts_line)
        elif self._formula_end:
            self._formula_line(text)
        else:
            self._text_line(text, starts_line=starts_line)
        if not text.endswith("\n"):
            self._cut()

    def flush(self) -> None:
        """Close the block that is open, if there is one."""
        if self._source:
            self.closed.append(
                Block(
                    kind="code" if self._fence else "text",
                    source="".join(self._source),
                    body="".join(self._body),
                    language=self._language,
                    level=self._level,
                    reasoning=self._reasoning,
                    joined=self._joined,
                    item=self._item,
                )
            )
            self._joined = False
        self._clear()

    def _cut(self) -> None:
        """Close the open block for its size; what follows belongs to the same thing."""
        table, level = self._table, self._level
        self._formula_end = ""
        self.flush()
        self._joined, self._level = True, level
        if table and not self._fence:
            self._table = table
            self._body = [table]

    def _append(self, text: str, body: str) -> None:
        self._source.append(text)
        self._body.append(body)
        self._size += len(text)

    # Code

    def _open_fence(self, text: str, fence: re.Match[str]) -> None:
        self.flush()
        self._dedent = len(fence.group(1))
        self._level = self._level_of(self._dedent)
        self._fence = fence.group(2)
        self._language = fence.group(3)[:40]
        self._append(text, "")

    def _code_line(self, text: str, *, starts_line: bool) -> None:
        bare = text.strip(" \t\r\n")
        if (
            starts_line
            and bare.startswith(self._fence)
            and not bare.strip(self._fence[0])
            and len(text) - len(text.lstrip(" ")) <= self._dedent + 3
        ):
            self._append(text, "")
            self.flush()
            self._fence, self._language, self._dedent = "", "", 0
            return
        if self._size >= _CODE_CHARACTERS or len(self._source) >= _CODE_LINES:
            self._cut()
        self._append(text, _dedented(text, self._dedent) if starts_line else text)

    # Formulas

    def _open_formula(self, text: str, bare: str, indent: int) -> bool:
        """Begin a formula if this line does; a line may hold all of it."""
        opening = _FORMULA.match(bare.lstrip(" \t"))
        if opening is None or (indent > 3 and not self._columns):
            return False
        end = _FORMULA_ENDS.get(opening.group()) or f"\\end{{{opening.group(1)}}}"
        rest = bare.lstrip(" \t")[opening.end() :]
        if end in rest and not _ends(rest, end):
            return False
        self.flush()
        self._level, self._formula_end = self._level_of(indent), end
        self._append(text, text)
        if end in rest:
            self._close_formula()
        return True

    def _formula_line(self, text: str) -> None:
        bare = text.strip(" \t\r\n")
        self._append(text, text)
        if _ends(bare, self._formula_end):
            self._close_formula()
        elif not bare or self._size > _FORMULA_CHARACTERS:
            # It never ended: it is text that begins like a formula.
            self._formula_end = ""
            self.flush()

    def _close_formula(self) -> None:
        source = "".join(self._source)
        block = Block(
            kind="formula",
            source=source,
            body=_latex(source, self._formula_end),
            level=self._level,
            reasoning=self._reasoning,
        )
        self._formula_end, self._joined = "", False
        self._clear()
        self.closed.append(block)

    # Text

    def _text_line(self, text: str, *, starts_line: bool) -> None:
        bare = text.rstrip(" \t\r\n")
        if not starts_line:
            self._append(text, text)
            return
        if not bare:
            self._append(text, text)
            self._blank, self._table = True, ""
            return
        indent = _indentation(bare)
        fence = _FENCE.match(bare)
        if fence is not None and (indent <= 3 or self._columns):
            self._open_fence(text, fence)
            return
        if self._open_formula(text, bare, indent):
            return
        item = None if _RULE.match(bare) else _ITEM.match(bare)
        self._place(bare, indent, item)
        body = _dedented(text, self._dedent)
        if item is not None:
            body = self._count_item(body, indent, item)
        self._note_table(bare, body)
        self._append(text, body)
        self._blank = False
        self._written = True
        self._single = _HEADING.match(bare) is not None

    def _place(self, bare: str, indent: int, item: re.Match[str] | None) -> None:
        """Close the open block if this line begins another one, and set its level."""
        nested = bool(self._columns) and indent >= self._columns[0]
        apart = self._blank or self._single or not self._source
        if apart and self._columns and not nested and item is None:
            self._columns = ()
        if self._source and self._begins(bare, item, nested=nested):
            follows = bool(self._columns) and item is not None and not nested
            if self._full and not apart:
                self._cut()
            else:
                self.flush()
            self._item = follows
        if not self._written:
            self._item = self._item or (bool(self._columns) and item is not None and not nested)
            self._level = self._level_of(indent)
            self._dedent = indent if nested else 0

    @property
    def _full(self) -> bool:
        return self._size >= _BLOCK_CHARACTERS or self._cells >= _TABLE_CELLS

    def _begins(self, bare: str, item: re.Match[str] | None, *, nested: bool) -> bool:
        if self._full or self._single or _HEADING.match(bare) is not None:
            return True
        if item is not None and not nested and self._level:
            return True
        if not self._blank or not self._written:
            return False
        return not nested or (item is None and not self._columns)

    def _level_of(self, indent: int) -> int:
        return min(sum(column <= indent for column in self._columns), _DEEPEST_LEVEL)

    def _count_item(self, body: str, indent: int, item: re.Match[str]) -> str:
        """Keep the columns of the open lists, and number an item that opens a block."""
        first = not self._columns
        while self._columns and self._columns[-1] > indent:
            self._columns = self._columns[:-1]
        spaces = len(item.group(4))
        width = len(item.group(2)) + (spaces if 1 <= spaces <= 4 else 1)
        top = not self._columns
        self._columns = (*self._columns, indent + width)
        number = item.group(3)
        if not top or number is None:
            return body
        self._ordinal = int(number) if first else self._ordinal + 1
        if not first and not self._written:
            return body.replace(number, str(self._ordinal), 1)
        return body

    def _note_table(self, bare: str, body: str) -> None:
        if self._table:
            self._cells += bare.count("|") + 1
        elif "|" in bare and self._body and "|" in self._body[-1] and _DELIMITER.match(bare):
            self._table = self._body[-1] + body


def _indentation(line: str) -> int:
    lead = line[: len(line) - len(line.lstrip(" \t"))]
    return len(lead.expandtabs(4))


def _dedented(line: str, columns: int) -> str:
    """The line without at most `columns` leading spaces."""
    lead = len(line) - len(line.lstrip(" "))
    return line[min(lead, columns) :]


def _ends(line: str, end: str) -> bool:
    """Whether a line ends with the end of a formula, but for a full stop or a comma."""
    return line.rstrip(" \t.,;").endswith(end) and line.count(end) == 1


def _latex(source: str, end: str) -> str:
    """What is inside the marks; an environment is kept as a whole."""
    inside = source.strip().rstrip(".,;")
    if end in _FORMULA_ENDS.values():
        inside = inside[2:].removesuffix(end)
    return inside.strip()
