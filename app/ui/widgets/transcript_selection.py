"""What is selected in a transcript, within and across messages, and its text."""

from __future__ import annotations

from app.ui.widgets.transcript_entry import Entry
from app.ui.widgets.transcript_flow import Flow, Place, Spot
from app.ui.widgets.transcript_part import Part
from app.ui.widgets.transcript_text import plain_text

_BEYOND = 2**31 - 1


class Selection:
    """From where the mouse went down to where it is; empty when the two are the same."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.anchor: Place | None = None
        self.end: Place | None = None

    def clear(self) -> None:
        self.anchor = self.end = None

    def start(self, place: Place | None) -> None:
        self.anchor = self.end = place

    def extend(self, place: Place | None) -> None:
        if self.anchor is None:
            self.anchor = place
        self.end = place

    def select_all(self) -> None:
        self.anchor = Place(0, 0, 0)
        self.end = self._flow.last_place()

    @property
    def bounds(self) -> tuple[Place, Place] | None:
        """The first and the last position, or None when nothing is selected."""
        if self.anchor is None or self.end is None or self.anchor == self.end:
            return None
        return min(self.anchor, self.end), max(self.anchor, self.end)

    def range_in(self, spot: Spot) -> tuple[int, int] | None:
        """The selected positions of a part's document, the last one at most `2**31 - 1`."""
        bounds = self.bounds
        if bounds is None:
            return None
        first, last = bounds
        if not (first.entry, first.part) <= spot <= (last.entry, last.part):
            return None
        start = first.offset if (first.entry, first.part) == spot else 0
        end = last.offset if (last.entry, last.part) == spot else _BEYOND
        return (start, end) if start < end else None

    def text(self) -> str:
        """The selected text: whole messages exactly as they are stored, parts as they are shown."""
        bounds = self.bounds
        if bounds is None:
            return ""
        first, last = bounds
        pieces: list[str] = []
        for number in range(first.entry, last.entry + 1):
            entry = self._flow.entries[number]
            whole = first <= self._first_place(entry, number) and self._reaches_end(number, last)
            pieces.append(entry.text if whole else self._shown(entry, number))
        return "\n\n".join(piece for piece in pieces if piece)

    def _first_place(self, entry: Entry, number: int) -> Place:
        """Where the words of a message begin: empty parts before them do not count."""
        for index, part in enumerate(entry.parts):
            if part.has_text and part.block.body.strip():
                return Place(number, index, 0)
        return Place(number, 0, 0)

    def _reaches_end(self, number: int, last: Place) -> bool:
        if last.entry > number or last >= self._flow.end_of(number):
            return True
        for index in range(len(self._flow.entries[number].parts) - 1, -1, -1):
            part = self._flow.entries[number].parts[index]
            if part.has_text and (part.literal or part.block.body.strip()):
                end = self._flow.document(Spot(number, index)).length()
                return last >= Place(number, index, end)
        return False

    def _shown(self, entry: Entry, number: int) -> str:
        pieces: list[str] = []
        for index, part in enumerate(entry.parts):
            chosen = self.range_in(Spot(number, index)) if part.has_text else None
            if chosen is None:
                continue
            document = self._flow.document(Spot(number, index))
            text = plain_text(document, chosen[0], min(chosen[1], document.length()))
            if pieces:
                pieces.append(_separator(part, pieces[-1]))
            pieces.append(text)
        return "".join(pieces)


def _separator(part: Part, before: str) -> str:
    if part.literal:
        return ""
    if part.block.joined and not part.block.item:
        return "\n" if part.is_code and not before.endswith("\n") else ""
    return "\n" if part.block.item else "\n\n"
