"""Text in a document that shows every character, loads nothing, and copies as the original."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.domain.typesetting import Setting
from app.ui.qt_types import or_none

LINE_BREAK = "\u2028"
SPACER_PROPERTY = QTextFormat.Property.UserProperty + 1
# Line breaks, controls, lone surrogates, what Qt takes for frames and objects, and the characters
# that make text appear in another order than it is stored.
_SPECIAL = re.compile(
    "\r\n|[\0-\x08\n-\x1f\x7f\u2028\u2029\u202d\u202e\ufdd0\ufdd1\ufffc\ud800-\udfff]"
)
_SPECIAL_IN_CODE = re.compile(
    "\r\n|[\0-\x08\n-\x1f\x7f\u2028-\u202e\u2066-\u2069\ufdd0\ufdd1\ufffc\ud800-\udfff]"
)
_BREAKS = frozenset({"\r\n", "\r", "\n", "\x0b", "\x0c", "\u2028", "\u2029"})
_ORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class SafeDocument(QTextDocument):
    """A document that answers no request for a resource: no file, no network, no image."""

    def __init__(self) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        # Where a character is shown by another one: its position, and what it stands for.
        self.originals: dict[int, str] = {}
        # What it is shown without until it comes.
        self.awaited: set[Setting] = set()

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """Nothing: a path in a reply may be a device that never ends, or another's server."""
        return None

    def length(self) -> int:
        """The last position, in UTF-16 units."""
        return self.characterCount() - 1


def without_ligatures(font: QFont) -> QFont:
    """The font, with every character drawn as itself: no arrow for a hyphen and a bracket."""
    font.setFeature(QFont.Tag("calt"), 0)
    return font


class TextWriter:
    """Appends text at a cursor and keeps what replaced characters stand for."""

    def __init__(self, document: SafeDocument) -> None:
        self.document = document
        self.cursor = QTextCursor(document)

    def write(self, text: str, form: QTextCharFormat, *, code: bool = False) -> None:
        """Insert text as it is; special characters become visible ones."""
        special = _SPECIAL_IN_CODE if code else _SPECIAL
        position = self.cursor.position()
        pieces: list[str] = []
        begin = 0
        # One insertion for all: each one costs a time that grows with the paragraph.
        for match in special.finditer(text):
            before, original = text[begin : match.start()], match.group()
            position += _utf16_length(before)
            if original != "\n":
                self.document.originals[position] = original
            position += 1
            pieces += (before, _stand_in(original))
            begin = match.end()
        pieces.append(text[begin:])
        self.cursor.insertText("".join(pieces), form)


def visible_text(text: str) -> str:
    """Text of one line in which every character is seen, as in code."""
    return _SPECIAL_IN_CODE.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    return _stand_in(match.group())


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(each > "\uffff" for each in text)


def _stand_in(original: str) -> str:
    """The one character that is shown instead."""
    if original in _BREAKS:
        return LINE_BREAK
    if original < " ":
        return chr(0x2400 + ord(original))
    if original == "\x7f":
        return "\u2421"
    return "\u2426" if original in _ORDERING else "\ufffd"


def plain_text(document: SafeDocument, start: int, end: int) -> str:
    """What the positions `start` to `end` stand for: the original characters, list numbers,
    cells of a row with tabs between them."""
    pieces: list[str] = []
    before: QTextBlock | None = None
    block = document.findBlock(start)
    while block.isValid() and block.position() <= end:
        if not block.blockFormat().hasProperty(SPACER_PROPERTY):
            if before is not None:
                pieces.append(_separator(document, before, block))
            first = max(start, block.position())
            last = min(end, block.position() + block.length() - 1)
            items = or_none(block.textList())
            if first == block.position() and items is not None and before is not None:
                pieces.append(_marker(items.itemText(block)))
            pieces.append(_piece(document, first, last))
            before = block
        block = block.next()
    return "".join(pieces)


def _marker(shown: str) -> str:
    return f"{shown} " if shown[:1].isdigit() else "- "


def _separator(document: SafeDocument, before: QTextBlock, block: QTextBlock) -> str:
    cursor = QTextCursor(block)
    table = or_none(cursor.currentTable())
    if table is not None:
        other = QTextCursor(before)
        if or_none(other.currentTable()) is not None:
            same_row = table.cellAt(other).row() == table.cellAt(cursor).row()
            return "\t" if same_row else "\n"
        return "\n\n"
    return "\n\n" if or_none(block.textList()) is None else "\n"


def _piece(document: SafeDocument, start: int, end: int) -> str:
    pieces: list[str] = []
    begin = start
    for position in sorted(p for p in document.originals if start <= p < end):
        pieces.append(_raw(document, begin, position))
        pieces.append(document.originals[position])
        begin = position + 1
    pieces.append(_raw(document, begin, end))
    return "".join(pieces)


def _raw(document: SafeDocument, start: int, end: int) -> str:
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText().replace(LINE_BREAK, "\n").replace("\u2029", "\n")
