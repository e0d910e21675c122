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
        # Count and first bytes -> where the longest header with such a list ended.
        self._ends: dict[tuple[int, bytes], int] = {}

    def likely_end(self, count: int, data: memoryview, position: int) -> int:
        """How far to read where a list of `count` texts begins like `data`; 0 if none is alike."""
        longest = max(self._alike(count, data), default=0)
        return max(position + longest, self._ends.get(_key(count, data), 0)) if longest else 0

    def note_end(self, count: int, texts: memoryview, header_bytes: int) -> None:
        """A header with this list was read, and had so many bytes."""
        key = _key(count, texts)
        if key in self._lists:
            self._ends[key] = max(header_bytes, self._ends.get(key, 0))

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
            self._lists[_key(count, texts)] = {**alike, len(texts): digest}
        return digest

    def is_sound(self, digest: bytes, *, has_bytes: bool) -> bool:
        """Whether the list was checked as a vocabulary, with or without a token for each byte."""
        return (digest, has_bytes) in self._sound

    def note_sound(self, digest: bytes, *, has_bytes: bool) -> None:
        """Nothing is wrong with this vocabulary."""
        if len(self._sound) < _MOST_STARTS:
            self._sound.add((digest, has_bytes))

    def _alike(self, count: int, data: memoryview) -> dict[int, bytes]:
        return self._lists.get(_key(count, data), {})


def _key(count: int, data: memoryview) -> tuple[int, bytes]:
    return count, bytes(data[:_START_BYTES])
