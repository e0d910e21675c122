"""Lists of texts that many headers share, above all vocabularies, recognized by their content."""

from __future__ import annotations

import hashlib
from typing import Final

_START_BYTES: Final = 64
# Of lists that begin alike, and in all: what hostile files can make us keep is bounded.
_MOST_ALIKE: Final = 8
_MOST_STARTS: Final = 4096


class KnownTexts:
    """Lengths and digests of lists of texts whose bytes were walked before.

    All quantizations of a model, and most of its relatives, have one vocabulary. To hash it takes
    a tenth of the time of walking it and looking for what is wrong with it.
    """

    def __init__(self) -> None:
        # Count and first bytes -> length in bytes -> digest.
        self._lists: dict[tuple[int, bytes], dict[int, bytes]] = {}
        self._sound: set[tuple[bytes, bool]] = set()

    def longest(self, count: int, data: memoryview) -> int:
        """The most bytes that a list of `count` texts which begins like `data` had; 0 if none."""
        return max(self._alike(count, data), default=0)

    def find(self, count: int, data: memoryview) -> tuple[int, bytes] | None:
        """Length in bytes and digest of the known list that `data` begins with."""
        for length, digest in self._alike(count, data).items():
            if length <= len(data) and hashlib.sha256(data[:length]).digest() == digest:
                return length, digest
        return None

    def add(self, count: int, texts: memoryview) -> bytes:
        """Keep what is needed to recognize a list that was walked; its digest."""
        digest = hashlib.sha256(texts).digest()
        alike = self._alike(count, texts)
        if len(alike) < _MOST_ALIKE and len(self._lists) < _MOST_STARTS:
            self._lists[count, bytes(texts[:_START_BYTES])] = {**alike, len(texts): digest}
        return digest

    def is_sound(self, digest: bytes, *, has_bytes: bool) -> bool:
        """Whether the list was checked as a vocabulary, with or without a token for each byte."""
        return (digest, has_bytes) in self._sound

    def note_sound(self, digest: bytes, *, has_bytes: bool) -> None:
        """Nothing is wrong with this vocabulary."""
        if len(self._sound) < _MOST_STARTS:
            self._sound.add((digest, has_bytes))

    def _alike(self, count: int, data: memoryview) -> dict[int, bytes]:
        return self._lists.get((count, bytes(data[:_START_BYTES])), {})
