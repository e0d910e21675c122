"""Finding words in a transcript: every place where they are shown, a little at a time."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QTextDocument

from app.ui.widgets.transcript_canvas import TranscriptCanvas
from app.ui.widgets.transcript_flow import Spot

# The window answers in between.
_SLICE_SECONDS = 0.006
_MOST_HITS = 10_000
# While a reply is written, it is searched again after this time.
_AGAIN_MS = 400
_END = object()


class Hit(NamedTuple):
    """A place where the words are shown; positions count in the document of the part."""

    entry: int
    part: int
    start: int
    end: int


class FindState(NamedTuple):
    """How many places there are, and which of them, from 1, is the present one; 0 for none."""

    present: int
    total: int
    done: bool


class Finder(QObject):
    """Searches one transcript. `state_changed(FindState)` tells of hits as they are found."""

    state_changed = Signal(object)

    def __init__(self, canvas: TranscriptCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._words = ""
        self._needle = ""
        self._hits: list[Hit] = []
        self._present: int | None = None
        # The present hit before the text changed: it is found again where it was.
        self._kept: Hit | None = None
        # Whether the view goes to the hit that is found first.
        self._goes_there = True
        self._work: Iterator[None] | None = None
        # The message that the search has come to, and the first that has changed since.
        self._reached = self._first = 0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        self._again = QTimer(self, interval=_AGAIN_MS, singleShot=True)
        self._again.timeout.connect(self._search_again)

    @property
    def state(self) -> FindState:
        present = 0 if self._present is None else self._present + 1
        return FindState(present, len(self._hits), self._work is None)

    def search(self, words: str) -> None:
        """Look for other words, whatever their case; none end the search."""
        self._words = words
        self._needle = max(words.casefold().split() or [""], key=len)
        self.restart()

    def restart(self) -> None:
        """Other messages are shown: look into them from the first on."""
        self._present = self._kept = self._canvas.highlights.present_hit = None
        self._goes_there = True
        self._begin(0)

    def text_changed(self, first: int) -> None:
        """The messages from the `first` on show something else: look into them again soon."""
        if not self._needle:
            return
        if not self._again.isActive():  # it waits for no pause: a fast reply has none
            self._first = first
            self._again.start()
        self._first = min(first, self._first)

    @Slot()
    def _search_again(self) -> None:
        self._begin(self._first if self._work is None else min(self._first, self._reached))

    def _begin(self, first: int) -> None:
        """Search from a message on; hits before it stay."""
        self._again.stop()
        before = [hit for hit in self._hits if hit.entry < first]
        if self._present is not None and self._present >= len(before):
            self._kept, self._present = self._hits[self._present], None
        self._hits = before
        highlights = self._canvas.highlights
        highlights.hits = {at: hits for at, hits in highlights.hits.items() if at.entry < first}
        self._work = self._searching(first) if self._needle else None
        self._timer.start()
        self._canvas.viewport().update()

    def step(self, count: int) -> None:
        """Go on by so many hits, or back; the last one is followed by the first."""
        if self._hits:
            present = self._nearest(self._top()) if self._present is None else self._present + count
            self._show(present % len(self._hits), scroll=True)

    @Slot()
    def _go_on(self) -> None:
        end = time.perf_counter() + _SLICE_SECONDS
        while self._work is not None and time.perf_counter() < end:
            if next(self._work, _END) is _END or len(self._hits) >= _MOST_HITS:
                self._work = None
        if self._work is None:
            self._timer.stop()
        aim = self._kept or self._top()
        if self._present is None and self._hits and (self._work is None or self._hits[-1] >= aim):
            self._show(self._nearest(aim), scroll=self._goes_there)
        if self._work is None:
            self._goes_there = False
            if not self._hits:
                self._canvas.highlights.present_hit = None
        self.state_changed.emit(self.state)
        self._canvas.viewport().update()

    def _searching(self, first: int) -> Iterator[None]:
        flow = self._canvas.flow
        for number, entry in enumerate(flow.entries):
            if number < first:
                continue
            self._reached = number
            if self._needle not in entry.text.casefold():
                continue
            if not entry.is_split:
                self._canvas.keep_place(lambda number=number: flow.split(number))
            for index, part in enumerate(entry.parts):
                if part.has_text_kind and self._needle in part.block.body.casefold():
                    self._search_part(Spot(number, index))
                    yield

    def _search_part(self, spot: Spot) -> None:
        document: QTextDocument = self._canvas.flow.part(spot).peek(self._canvas.flow.look)
        ranges: list[tuple[int, int]] = []
        cursor = document.find(self._words)
        while not cursor.isNull() and len(self._hits) + len(ranges) < _MOST_HITS:
            ranges.append((cursor.selectionStart(), cursor.selectionEnd()))
            cursor = document.find(self._words, cursor)
        if ranges:
            self._hits += [Hit(*spot, *each) for each in ranges]
            self._canvas.highlights.hits[spot] = ranges

    def _top(self) -> Hit:
        spot = self._canvas.flow.spot_at(self._canvas.verticalScrollBar().value())
        return Hit(*(spot or (0, 0)), 0, 0)

    def _nearest(self, aim: Hit) -> int:
        """The first hit from a place on; the last one when all are before it."""
        return min(bisect_left(self._hits, aim), len(self._hits) - 1)

    def _show(self, present: int, *, scroll: bool) -> None:
        hit = self._hits[present]
        spot = Spot(hit.entry, hit.part)
        if not self._canvas.flow.holds(spot):
            return  # it is about to be searched again
        self._present, self._kept, self._goes_there = present, None, False
        self._canvas.highlights.present_hit = (spot, (hit.start, hit.end))
        if scroll:
            self._canvas.show_place(spot, hit.start)
        self._canvas.viewport().update()
        self.state_changed.emit(self.state)
