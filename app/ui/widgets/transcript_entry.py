"""One message on the screen: its blocks in their order, what stands below it, and its height."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics

from app.domain.conversation import Message
from app.domain.markdown import Block, BlockSplitter, may_open_reasoning, split_literal
from app.domain.reply_facts import cut_short
from app.ui.artwork import secondary_font
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.transcript_files import FilesStrip
from app.ui.widgets.transcript_look import LINE_PIXELS, Look
from app.ui.widgets.transcript_part import CODE_HEAD, CODE_PAD, Part

BUBBLE_PAD_X, BUBBLE_PAD_Y = 4 * GRID, 3 * GRID
FOOTER = 7 * GRID
# Beside the words of a note is its icon, above them a gap.
NOTE_INSET, NOTE_GAP = 6 * GRID, 3 * GRID
# An own message leaves this part of the column free at its left.
_BUBBLE_SHARE = 0.8
# So much of a listing is read again to know how its next part begins.
_LEAD_CHARACTERS = 12_000
_PARAGRAPH_GAP, _HEADING_GAP, _ITEM_GAP, _CODE_GAP = 3 * GRID, 5 * GRID, GRID, 3 * GRID


class Note(NamedTuple):
    """Why a reply is not what it could have been, in words, with the icon that goes with it."""

    icon: str
    text: str
    tone: Literal["bad", "warn", "dim"]


def note_of(message: Message) -> Note | None:
    """The line under a reply that was interrupted, stopped, or cut; None for a whole one."""
    if message.state == "interrupted" or message.finish_reason == "error":
        words = tr("Interrupted before it was complete.")
        if message.error:
            words = tr("Interrupted: {cause}").format(cause=message.error[:600])
        return Note("triangle-alert", words, tone="bad")
    if message.finish_reason == "cancelled":
        return Note("circle-stop", tr("Stopped by you."), tone="dim")
    if message.finish_reason == "length":
        words = tr("Cut off. {cause}").format(cause=cut_short(message.timings))
        return Note("circle-alert", words, tone="warn")
    return None


class Entry:
    """A message and its parts. The parts are made when it is first seen."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.text = message.text
        self.files = FilesStrip(message.attachments)
        self.facts = ""
        # Whether it would not be sent with the next question.
        self.is_left_out = False
        self.folded = True
        self.note = note_of(message)
        self._note_height = 0
        self.parts: list[Part] = []
        self._splitter: BlockSplitter | None = None
        self._width = 0
        self._zoom = 1.0
        self._parts_height = 0
        self._tops: list[int] = []
        self._split = False

    @property
    def is_own(self) -> bool:
        return self.message.role == "user"

    @property
    def is_streaming(self) -> bool:
        return self.message.state == "streaming"

    @property
    def is_thinking(self) -> bool:
        """Whether the reply so far ends inside its reasoning."""
        return self.is_streaming and bool(self.parts) and self.parts[-1].block.reasoning

    @property
    def inset(self) -> int:
        """From the top of the message to the top of its first part."""
        # A line has its extra height above the words.
        return BUBBLE_PAD_Y - 2 + self.files.height if self.is_own else 0

    @property
    def body_height(self) -> int:
        around = 2 * BUBBLE_PAD_Y + self.files.height if self.is_own else 0
        return self._parts_height + around

    @property
    def height(self) -> int:
        if self.is_own:
            return self.body_height + (FOOTER if self.message.versions else 0)
        return self.body_height + self._note_height + FOOTER

    def text_width(self, column: int) -> int:
        """The width that the parts are laid out in, for a column of `column` pixels."""
        return int(column * _BUBBLE_SHARE) - 2 * BUBBLE_PAD_X if self.is_own else column

    def bubble_width(self, column: int) -> int:
        """As wide as its words, at most a share of the column."""
        whole = self.text_width(column)
        natural = max((part.natural_width or whole for part in self.parts), default=0)
        if len(self.parts) > 1:
            natural = whole
        return min(max(natural, self.files.width), whole) + 2 * BUBBLE_PAD_X

    def left(self, column: int) -> int:
        """Where the parts begin, from the left of the column."""
        return column - self.bubble_width(column) + BUBBLE_PAD_X if self.is_own else 0

    # Content

    def update(self, message: Message) -> None:
        """Take the message as it is now; blocks that are the same keep their documents."""
        same_text = message.text == self.text
        self.message, self.text, self.note = message, message.text, note_of(message)
        self._fit_note()
        if self._split and not (same_text and self._splitter is not None):
            self._splitter = BlockSplitter()
            self._splitter.feed(self.text)
        if self._split:
            self._refresh()

    def append(self, text: str) -> int:
        """Add to the end of the reply; tells the first part that may look different now."""
        self.text += text
        if not self._split or self._splitter is None:
            return 0
        was_thinking = self.is_thinking
        self._splitter.feed(text)
        first = self._refresh()
        # The head of the reasoning, far above, tells whether it goes on.
        return first if was_thinking == self.is_thinking else 0

    def split(self) -> None:
        """Make the parts, if that has not been done."""
        if self._split:
            return
        self._split = True
        if self.is_own:
            pieces = split_literal(self.text)
            self.parts = [
                Part(Block(kind="text", source=piece, body=piece), literal=True) for piece in pieces
            ]
            self._arrange(0)
        else:
            self._splitter = BlockSplitter()
            self._splitter.feed(self.text)
            self._refresh()

    @property
    def is_split(self) -> bool:
        return self._split

    def _refresh(self) -> int:
        """Bring the parts up to the blocks, and tell the first that may look different.

        Closed blocks keep their place in the list.
        """
        assert self._splitter is not None
        closed = self._splitter.closed
        tail = [] if self.is_streaming and may_open_reasoning(self.text) else self._splitter.tail()
        same = _common(self.parts, closed, tail)
        fresh = [*closed[same:], *tail[max(0, same - len(closed)) :]]
        old = self.parts[same : same + 1]
        del self.parts[same:]
        for block in fresh:
            part = Part(block)
            part.estimate(self._width or 600, self._zoom)
            if old and old[0].block.kind == block.kind:
                # While a block grows its height is about what it was.
                part.content_height = max(part.content_height, old[0].content_height)
            old = []
            self.parts.append(part)
        self._arrange(max(0, same - 1))
        # Its card may go on now, and the bar beside the reasoning.
        goes_on = same > 0 and (
            self.parts[same - 1].is_code or self.parts[same - 1].block.reasoning
        )
        return same - goes_on

    # Geometry

    def _fit_note(self) -> None:
        if self.note is None:
            self._note_height = 0
            return
        room = QRect(0, 0, max(100, self._width - NOTE_INSET), 10_000)
        words = QFontMetrics(secondary_font()).boundingRect(
            room, Qt.TextFlag.TextWordWrap, self.note.text
        )
        self._note_height = words.height() + NOTE_GAP

    def set_folded(self, *, folded: bool) -> None:
        """Hide or show the reasoning."""
        self.folded = folded
        self._arrange(0)

    def _arrange(self, start: int) -> None:
        """Set which parts are hidden and which belong to one card, from `start` on."""
        for index in range(start, len(self.parts)):
            part = self.parts[index]
            before = self.parts[index - 1] if index else None
            part.hidden = self.folded and part.block.reasoning and part.has_text_kind
            part.first = not (before is not None and before.is_code and part.block.joined)
            if part.is_code and not part.first and before is not None:
                part.lead = (before.lead + before.block.body)[-_LEAD_CHARACTERS:]
            part.last = True
            if before is not None:
                before.last = part.first
        self.stack(max(0, start - 1))  # it may not be the last of its card any more

    def stack(self, start: int = 0) -> None:
        """Place the parts from `start` on below one another and those before them."""
        above = self.parts[start - 1] if start else None
        top = above.top + above.height if above is not None else 0
        before = next((part for part in reversed(self.parts[:start]) if part.height), None)
        del self._tops[start:]
        for part in self.parts[start:]:
            height = part.height
            if height:
                top += _gap(before, part) if before is not None else 0
                before = part
            part.top = top
            self._tops.append(top)
            top += height
        self._parts_height = top

    def set_width(self, column: int, zoom: float) -> None:
        """Estimate the height for a new width of the column, or another size of the text."""
        self._width, self._zoom = self.text_width(column), zoom
        self.files.lay_out(self._width)
        self._fit_note()
        if not self._split:
            self._parts_height = _estimate(self.text, self._width, zoom)

    @property
    def width(self) -> int:
        """The width that the parts are laid out in."""
        return self._width

    def part_at(self, y: int) -> int:
        """The part at a height, in pixels from the top of the message, or the nearest above it.

        Above the first one, where its files are, it is the first.
        """
        return max(0, bisect_right(self._tops, y - self.inset) - 1)

    def visible(self, top: int, bottom: int) -> range:
        """The parts that a stretch shows, in pixels from the top of the message."""
        return range(self.part_at(top), bisect_right(self._tops, bottom - self.inset))

    def measure(self, index: int, look: Look) -> None:
        """Lay one part out; `stack` must follow."""
        self.parts[index].measure(self._width, look)

    def code_at(self, index: int) -> str:
        """The whole listing that a part belongs to."""
        first = index
        while first and not self.parts[first].first:
            first -= 1
        last = index
        while last + 1 < len(self.parts) and not self.parts[last + 1].first:
            last += 1
        return "".join(part.block.body for part in self.parts[first : last + 1])


def _common(parts: Sequence[Part], closed: Sequence[Block], tail: Sequence[Block]) -> int:
    """How many parts at the beginning still show their block."""
    count = 0
    limit = min(len(parts), len(closed) + len(tail))
    while count < limit:
        block = closed[count] if count < len(closed) else tail[count - len(closed)]
        if parts[count].block is not block and parts[count].block != block:
            break
        count += 1
    return count


def _gap(before: Part, part: Part) -> int:
    if part.literal or (part.block.joined and not part.block.item):
        return 0
    if before.block.kind == "reasoning_start" and part.block.reasoning:
        return _ITEM_GAP
    kinds = {part.block.kind, before.block.kind}
    if not kinds.isdisjoint({"code", "formula"}):
        return _CODE_GAP
    if part.block.item:
        return _ITEM_GAP
    return _HEADING_GAP if part.block.body.lstrip().startswith("#") else _PARAGRAPH_GAP


def _estimate(text: str, width: int, zoom: float) -> int:
    """The height of a message that was never split: it may be off by a half."""
    lines = text.count("\n") + 1 + int(len(text) * 13 * zoom) // (2 * max(width, 80))
    fences = text.count("```") // 2
    return lines * round(LINE_PIXELS * zoom) + fences * (CODE_HEAD + CODE_PAD)
