"""Markdown cut into blocks that never change once closed, so that a reply can stream.

The cuts depend on the text alone, not on how it arrived: whatever the sizes of the pieces fed,
`closed + tail()` is what `split_blocks` gives for the whole text, and the sources of the blocks
put together are that text again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from app.domain.markdown_scan import PIECE_CHARACTERS, Block, LineScanner
from app.domain.reasoning import REASONING_MARKS

_NEWLINES = re.compile(r"\n+")
# So many marks in half a piece make it slow to lay out; ordinary lines have a tenth of them.
_DENSE_MARKS = 200
_LONGEST_TAG = max(map(len, REASONING_MARKS))

_Phase = Literal["start", "thinking", "answer"]


class BlockSplitter:
    """Takes text as it streams in and gives the blocks that will not change any more."""

    def __init__(self) -> None:
        self._scanner = LineScanner()
        self._phase: _Phase = "start"
        # What ends the reasoning, while there is one.
        self._closing = ""
        self._pending = ""
        self._line_start = True

    @property
    def closed(self) -> Sequence[Block]:
        """The blocks that no further text can change."""
        return self._scanner.closed

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        self._pending += text
        self._run(final=False)

    def tail(self) -> list[Block]:
        """The blocks after the closed ones, as they would be if the text ended here."""
        copy = BlockSplitter()
        copy._scanner = self._scanner.fork()
        copy._phase = self._phase
        copy._closing = self._closing
        copy._pending = self._pending
        copy._line_start = self._line_start
        copy._run(final=True)
        copy._scanner.flush()
        return copy._scanner.closed

    def _run(self, *, final: bool) -> None:
        position = 0
        while position < len(self._pending):
            end = self._step(position, final=final)
            if end is None:
                break
            position = end
        self._pending = self._pending[position:]

    def _step(self, position: int, *, final: bool) -> int | None:
        """Take one line, tag or cut from `position`; None when more text must come first."""
        if self._phase == "start":
            return self._first(position, final=final)
        text = self._pending
        if self._line_start and text[position] == "\n":
            # Empty lines have no other size than one; a million of them is one piece.
            end = _NEWLINES.match(text, position)
            assert end is not None
            self._take(position, end.end())
            return end.end()
        limit = position + _piece_characters(text, position)
        newline = text.find("\n", position, limit)
        end = newline + 1 if newline >= 0 else -1
        if self._phase == "thinking":
            tag = text.find(self._closing, position, end if end > 0 else limit)
            if tag >= 0:
                return self._close_reasoning(position, tag)
        if end < 0 and len(text) >= limit:
            end = _cut(text, position, limit)
        if end < 0:
            if not final:
                return None
            end = len(text)
        self._take(position, end)
        return end

    def _first(self, position: int, *, final: bool) -> int | None:
        """Decide whether the text opens with reasoning; white space before the tag is its own."""
        window = self._pending[position : position + PIECE_CHARACTERS]
        rest = window.lstrip()
        lead = len(window) - len(rest)
        for tag, closing in REASONING_MARKS.items():
            if rest.startswith(tag):
                end = position + lead + len(tag)
                self._scanner.tag(self._pending[position:end], opening=True)
                self._phase, self._closing = "thinking", closing
                return end
        whole = len(window) == PIECE_CHARACTERS
        if not final and not whole and any(tag.startswith(rest) for tag in REASONING_MARKS):
            return None
        self._phase = "answer"
        return position

    def _close_reasoning(self, position: int, tag: int) -> int:
        if tag > position:
            self._take(position, tag)
        self._scanner.tag(self._closing, opening=False)
        self._phase = "answer"
        self._line_start = True
        return tag + len(self._closing)

    def _take(self, position: int, end: int) -> None:
        piece = self._pending[position:end]
        self._scanner.line(piece, starts_line=self._line_start)
        self._line_start = piece.endswith("\n")


def split_blocks(text: str) -> list[Block]:
    """Cut a whole text into blocks; their sources put together are the text."""
    splitter = BlockSplitter()
    splitter.feed(text)
    return [*splitter.closed, *splitter.tail()]


def split_literal(text: str) -> list[str]:
    """Cut text that is shown as it is into pieces that are cheap to lay out.

    Pieces end after a line break where there is one, else after white space, else anywhere:
    laying out one unbroken run costs a time that grows with the square of its length.
    """
    pieces: list[str] = []
    position = 0
    while position < len(text):
        limit = position + PIECE_CHARACTERS
        if len(text) <= limit:
            end = len(text)
        else:
            end = text.rfind("\n", position, limit) + 1 or _cut(text, position, limit)
        pieces.append(text[position:end])
        position = end
    return pieces


def may_open_reasoning(text: str) -> bool:
    """Whether a text so far is only the beginning of a tag that opens reasoning."""
    rest = text[: PIECE_CHARACTERS + _LONGEST_TAG].lstrip()
    return any(tag.startswith(rest) and tag != rest for tag in REASONING_MARKS)


def _piece_characters(text: str, position: int) -> int:
    """How long a piece of a line may be: half as long where it is dense with marks.

    Only the first half decides, so that what follows never changes a cut.
    """
    half = PIECE_CHARACTERS // 2
    end = position + half
    if len(text) < end or text.find("\n", position, end) >= 0:
        return PIECE_CHARACTERS
    marks = sum(text.count(mark, position, end) for mark in "`*_~[$")
    return half if marks > _DENSE_MARKS else PIECE_CHARACTERS


def _cut(text: str, position: int, limit: int) -> int:
    """Where to cut a line that is too long: after the last space of the second half, or there."""
    middle = (position + limit) // 2
    space = max(text.rfind(" ", middle, limit), text.rfind("\t", middle, limit))
    return space + 1 if space >= 0 else middle
