"""Which bytes of a file are there, which are being fetched, and which nobody fetches yet."""

from __future__ import annotations

import threading

from app.services.download_journal import Extent, Journal


class Claim:
    """A stretch that one thread fetches: `position` grows, and `end` may shrink."""

    def __init__(self, start: int, end: int, record: int) -> None:
        self.position = start
        self.end = end
        self.record = record

    @property
    def remaining(self) -> int:
        """Bytes still to be fetched."""
        return self.end - self.position


class Extents:
    """The map of one file, shared by the threads that fetch it and the one that hashes it.

    Stretches are handed out in order, so that hashing follows close behind the fetching.
    """

    def __init__(self, size_bytes: int, journal: Journal, segment_bytes: int) -> None:
        self._size_bytes = size_bytes
        self._journal = journal
        self._segment_bytes = segment_bytes
        self._changed = threading.Condition()
        self._missing = _gaps(journal.extents(), size_bytes)
        self._claims: list[Claim] = []
        self._received_bytes = size_bytes - sum(end - start for start, end in self._missing)
        self._failure: BaseException | None = None

    @property
    def received_bytes(self) -> int:
        """What lies on the disk."""
        return self._received_bytes

    @property
    def missing_bytes(self) -> int:
        """What is still to come."""
        return self._size_bytes - self._received_bytes

    def claim(self, *, whole: bool, patient: bool) -> Claim | None:
        """Take the next stretch: all of it, or one segment. None when nothing is left to take.

        A patient caller waits for what others may give back, until nobody fetches any more.
        """
        with self._changed:
            if patient:
                self._changed.wait_for(lambda: self._missing or not self._claims or self._failure)
            if not self._missing or self._failure:
                return None
            start, end = self._missing.pop(0)
            if not whole and end - start > self._segment_bytes:
                self._missing.insert(0, (start + self._segment_bytes, end))
                end = start + self._segment_bytes
            claim = Claim(start, end, self._journal.begin(start))
            self._claims.append(claim)
            return claim

    def share(self) -> bool:
        """Make room for one more thread; False where what is left is not worth it."""
        with self._changed:
            if self._missing:
                return self._missing[-1][1] - self._missing[0][0] >= self._segment_bytes
            largest = max(self._claims, key=lambda claim: claim.remaining, default=None)
            if largest is None or largest.remaining < 2 * self._segment_bytes:
                return False
            cut = largest.position + self._segment_bytes
            self._missing.append((cut, largest.end))
            largest.end = cut
            return True

    def advance(self, claim: Claim, count: int) -> None:
        """Note bytes of a claim that were written. Raises OSError."""
        self._journal.advance(claim.record, count)
        with self._changed:
            claim.position += count
            self._received_bytes += count
            self._changed.notify_all()

    def release(self, claim: Claim) -> None:
        """End a claim; what is left of it is for others."""
        with self._changed:
            self._claims.remove(claim)
            if claim.remaining > 0:
                self._missing.append((claim.position, claim.end))
                self._missing.sort()
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """Tell the hashing thread why the fetching ended; the first reason stays."""
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def wait_beyond(self, position: int, timeout_seconds: float) -> int:
        """Where the bytes from `position` on are unbroken; returns early when there are some.

        Raises what `fail` was told.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._failure or self._frontier() > position, timeout_seconds
            )
            if self._failure is not None:
                raise self._failure
            return max(self._frontier(), position)

    def _frontier(self) -> int:
        """The first byte that is not there."""
        starts = [claim.position for claim in self._claims if claim.remaining > 0]
        if self._missing:
            starts.append(self._missing[0][0])
        return min(starts, default=self._size_bytes)


def _gaps(extents: list[Extent], size_bytes: int) -> list[Extent]:
    """What lies between extents that are in order and do not overlap."""
    gaps: list[Extent] = []
    position = 0
    for start, end in extents:
        if start > position:
            gaps.append((position, start))
        position = end
    if position < size_bytes:
        gaps.append((position, size_bytes))
    return gaps
