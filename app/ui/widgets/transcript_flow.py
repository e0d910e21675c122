"""All messages of a transcript below one another: where each is, and what a point shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, Qt

from app.domain.typesetting import Formula, Setting
from app.ui.theme import GRID
from app.ui.widgets.transcript_entry import Entry
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_part import Part
from app.ui.widgets.transcript_text import SafeDocument

MARGIN = 6 * GRID
ENTRY_GAP = 6 * GRID
# Documents are kept for about this many parts; the others keep their height only.
_MOST_DOCUMENTS = 300
_MOST_ROUNDS = 40


class Place(NamedTuple):
    """A position between two characters; `offset` counts UTF-16 units in the part's document."""

    entry: int
    part: int
    offset: int


class Spot(NamedTuple):
    """One part of one message."""

    entry: int
    part: int


class Target(NamedTuple):
    """Something that a click acts on."""

    action: Literal["copy_code", "fold", "link"]
    spot: Spot
    address: str = ""


class Flow:
    """Keeps the heights of all messages: measured where they were seen, else estimated."""

    def __init__(self, look: Look) -> None:
        self.entries: list[Entry] = []
        self.look = look
        self.column = 0
        # Of each message, with the gap below it; `_stale` are those that may have changed.
        self._heights: list[int] = []
        self._stale: set[int] = set()
        self._tops: list[int] = []
        self._total = 2 * MARGIN
        self._live: dict[Part, None] = {}

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        self._live.clear()
        for entry in self.entries:
            entry.set_width(self.column, self.look.zoom)
        self._touch_all()

    def add(self, entry: Entry) -> None:
        entry.set_width(self.column, self.look.zoom)
        self.entries.append(entry)
        self._heights.append(0)
        self.touch(len(self.entries) - 1)

    def set_column(self, column: int) -> None:
        """Lay out for another width; heights stay as estimates until they are seen."""
        if column != self.column:
            self.column = column
            for entry in self.entries:
                entry.set_width(column, self.look.zoom)
            self._touch_all()

    def set_look(self, look: Look) -> None:
        """Draw in other colours, or with larger or smaller words."""
        resized, self.look = look.zoom != self.look.zoom, look
        for part in self._live:
            part.drop(changed=False)
        self._live.clear()
        if not resized:
            return
        for entry in self.entries:
            entry.set_width(self.column, look.zoom)
            for part in entry.parts:
                part.drop(changed=True)
                part.estimate(entry.width, look.zoom)
            entry.stack()
        self._touch_all()

    def take_settings(self, settings: Sequence[Setting]) -> bool:
        """Show again what waited for these; tells whether there is anything."""
        came = set(settings)
        waiting = [part for part in self._live if part.awaits(came)]
        resized = any(isinstance(setting, Formula) for setting in settings)
        for part in waiting:
            part.drop(changed=resized)
            del self._live[part]
        return bool(waiting)

    def touch(self, number: int) -> None:
        """The height of a message may have changed."""
        self._stale.add(number)

    def _touch_all(self) -> None:
        self._heights = [0] * len(self.entries)
        self._tops, self._total = [], 2 * MARGIN
        self._stale = set(range(len(self.entries)))

    def _settle_tops(self) -> None:
        if self._stale:
            for number in self._stale:
                self._heights[number] = self.entries[number].height + ENTRY_GAP
            self._stale.clear()
            self._tops = list(accumulate(self._heights, initial=MARGIN))
            self._total = self._tops.pop() - ENTRY_GAP + MARGIN

    def total(self) -> int:
        """The height of everything."""
        self._settle_tops()
        return self._total

    def top(self, entry: int) -> int:
        self._settle_tops()
        return self._tops[entry]

    def part_top(self, spot: Spot) -> int:
        entry = self.entries[spot.entry]
        return self.top(spot.entry) + entry.inset + entry.parts[spot.part].top

    def part_reach(self, spot: Spot) -> int:
        """Where the part before ends: from there on a part that changes may be drawn."""
        entry = self.entries[spot.entry]
        before = entry.parts[spot.part - 1] if spot.part else None
        inside = before.top + before.height if before is not None else 0
        return self.top(spot.entry) + entry.inset + inside

    def visible_entries(self, top: int, bottom: int) -> range:
        self._settle_tops()
        first = bisect_right(self._tops, top) - 1
        # Above the first message is its margin, which counts as a part of it.
        last = max(bisect_right(self._tops, bottom), min(1, len(self._tops)))
        return range(max(0, first), last)

    def visible(self, top: int, bottom: int) -> Iterator[Spot]:
        for number in self.visible_entries(top, bottom):
            offset = self.top(number)
            for index in self.entries[number].visible(top - offset, bottom - offset):
                yield Spot(number, index)

    def settle(self, top: int, height: int, *, at_end: bool) -> int:
        """Measure what a view of `height` pixels shows from `top` on.

        Gives the new top: what was measured before stays where it is on the screen, or the end
        of everything stays at the end of the view. The beginning stays at the beginning.
        """
        at_start = top == 0
        for _ in range(_MOST_ROUNDS):
            top = self._bounded(self.total() if at_end else top, height)
            spots = list(self.visible(top, top + height))
            fresh = [spot for spot in spots if self._needs_measure(spot)]
            anchor = self._anchor(spots, fresh)
            before = self.part_top(anchor) if anchor else 0
            if not self._split_visible(top, top + height):
                if not fresh:
                    break
                self._measure(fresh)
            if anchor and not at_start:
                top += self.part_top(anchor) - before
        top = self._bounded(self.total() if at_end else top, height)
        self._drop_unseen(top, top + height)
        return top

    def _anchor(self, spots: Sequence[Spot], fresh: Sequence[Spot]) -> Spot | None:
        """The first part whose height was known, so that it was seen where it is."""
        unknown = set(fresh)
        known = (spot for spot in spots if spot not in unknown and self.part(spot).has_text)
        return next(known, None)

    def _bounded(self, top: int, height: int) -> int:
        return max(0, min(top, self.total() - height))

    def _split_visible(self, top: int, bottom: int) -> bool:
        found = False
        for number in self.visible_entries(top, bottom):
            if not self.entries[number].is_split:
                self.split(number)
                found = True
        return found

    def split(self, number: int) -> None:
        """Make the parts of a message, with heights that are guessed, unless it has them."""
        entry = self.entries[number]
        if entry.is_split:
            return
        entry.split()
        for part in entry.parts:
            part.estimate(entry.width, self.look.zoom)
        entry.stack()
        self.touch(number)

    def holds(self, spot: Spot) -> bool:
        """Whether there is such a part."""
        return spot.entry < len(self.entries) and spot.part < len(self.entries[spot.entry].parts)

    def part(self, spot: Spot) -> Part:
        return self.entries[spot.entry].parts[spot.part]

    def _needs_measure(self, spot: Spot) -> bool:
        return self.part(spot).needs_measure(self.entries[spot.entry].width)

    def _measure(self, spots: Sequence[Spot]) -> None:
        """Lay parts out, which are given from the top to the bottom."""
        firsts: dict[int, int] = {}
        for spot in spots:
            self.entries[spot.entry].measure(spot.part, self.look)
            self._live[self.part(spot)] = None
            firsts.setdefault(spot.entry, spot.part)
        for number, first in firsts.items():
            self.entries[number].stack(first)
            self.touch(number)

    def _drop_unseen(self, top: int, bottom: int) -> None:
        if len(self._live) <= _MOST_DOCUMENTS:
            return
        seen = {self.part(spot) for spot in self.visible(top, bottom)}
        for part in list(self._live)[: len(self._live) - _MOST_DOCUMENTS // 2]:
            if part not in seen:
                part.drop(changed=False)
                del self._live[part]

    def document(self, spot: Spot) -> SafeDocument:
        """The document of a part that shows words, laid out."""
        part = self.part(spot)
        entry = self.entries[spot.entry]
        if part.needs_measure(entry.width):
            self._measure([spot])
        self._live[part] = None
        return part.document(self.look)

    def position_top(self, spot: Spot, offset: int) -> int:
        """Where the line of a position of a part begins."""
        document, part = self.document(spot), self.part(spot)
        block = document.findBlock(offset)
        line = block.layout().lineForTextPosition(offset - block.position())
        top = document.documentLayout().blockBoundingRect(block).top()
        inside = part.text_top - part.top + top + (line.y() if line.isValid() else 0)
        return self.part_top(spot) + round(inside)

    # Points and places

    def spot_at(self, y: int) -> Spot | None:
        """The part at a height, or the nearest one above."""
        if not self.entries:
            return None
        number = self.visible_entries(y, y)[0]
        self.split(number)
        entry = self.entries[number]
        if not entry.parts:
            return None
        return Spot(number, entry.part_at(y - self.top(number)))

    def place_at(self, x: int, y: int) -> Place | None:
        """The position nearest to a point; `x` counts from the left of the column."""
        spot = self.spot_at(y)
        if spot is None:
            return None
        part = self.part(spot)
        if not part.has_text:
            return Place(*spot, 0)
        entry = self.entries[spot.entry]
        document = self.document(spot)
        point = QPointF(
            x - entry.left(self.column) - part.text_left,
            y - self.top(spot.entry) - entry.inset - part.text_top,
        )
        if point.y() > document.size().height():
            return Place(*spot, document.length())
        offset = document.documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit)
        return Place(*spot, max(0, offset))

    def link_at(self, x: int, y: int) -> str:
        """The address of the link at a point, or nothing."""
        spot = self.spot_at(y)
        if spot is None or not self.part(spot).has_text:
            return ""
        part, entry = self.part(spot), self.entries[spot.entry]
        point = QPointF(
            x - entry.left(self.column) - part.text_left,
            y - self.top(spot.entry) - entry.inset - part.text_top,
        )
        return self.document(spot).documentLayout().anchorAt(point)

    def last_place(self) -> Place | None:
        """The end of the last message."""
        if not self.entries:
            return None
        number = len(self.entries) - 1
        self.split(number)
        return self.end_of(number)

    def end_of(self, number: int) -> Place:
        """The end of a message; beyond every position in it."""
        return Place(number, len(self.entries[number].parts), 0)
