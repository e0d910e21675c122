"""A bounded cursor over the first bytes of a file, which tells how many more it needs."""

from __future__ import annotations

import struct
from operator import length_hint
from typing import Final, TypeAlias

from app.domain.errors import ModelFileError
from app.domain.gguf_known import KnownTexts
from app.domain.words import Sentence, marked

# The largest headers in use, of 262k-token vocabularies, take about 16 MB.
MAX_HEADER_BYTES: Final = 256 * 2**20
# Names are the file's own: what is longer than any real one is told in part.
_LONGEST_NAME: Final = 60
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")

# A part of the file in words, and the name or the number that belongs into them: made into a
# sentence only when there is something to say.
Part: TypeAlias = tuple[str, str | int]
_START: Final[Part] = (marked("its first bytes"), "")
_HEADER: Final[Part] = (marked("its header"), "")
ENTRY: Final = marked("its entry '{name}'")


def damaged(template: str, /, **values: str | int | float | Sentence) -> ModelFileError:
    """A damaged file; the template and its values say what is wrong, with a full stop."""
    what = Sentence(template, {key: _short(value) for key, value in values.items()})
    return ModelFileError("The file is damaged: {what} Download it again.", what=what)


def _named(part: Part) -> Sentence:
    return Sentence(part[0], {"name": _short(part[1])})


def _short(value: str | int | float | Sentence) -> str | int | float | Sentence:
    if isinstance(value, str) and len(value) > _LONGEST_NAME + 3:
        return f"{value[:_LONGEST_NAME]}…"
    return value


class MoreNeeded(Exception):
    """The header goes on beyond the bytes at hand."""

    def __init__(self, byte_count: int) -> None:
        super().__init__(byte_count)
        self.byte_count = byte_count


class Cursor:
    """Reads little-endian values one after the other.

    Raises `MoreNeeded` where the bytes at hand end and the file goes on, `ModelFileError` where
    the file ends.
    """

    def __init__(
        self, data: bytes | memoryview, file_size: int, known: KnownTexts | None = None
    ) -> None:
        self.data = data if len(data) <= file_size else data[:file_size]
        self._view = memoryview(self.data)
        self.file_size = file_size
        self.position = 0
        self._known = known
        self._lists: list[tuple[int, memoryview]] = []
        # About how many bytes follow what is being read, to ask for enough at once.
        self.expected_tail = 0

    def require(self, end: int, what: Part, likely_end: int | None = None) -> None:
        """Make sure that the bytes up to `end` are at hand; `likely_end` is the better guess."""
        have = len(self.data)
        if end <= have:
            return
        if end > self.file_size:
            raise ModelFileError(
                "The file is cut short or damaged: {what} would end at byte {end}, and the file "
                "has {file_size}. Download it again.",
                what=_named(what),
                end=end,
                file_size=self.file_size,
            )
        if end > MAX_HEADER_BYTES:
            raise ModelFileError(
                "The file is damaged: its header would be longer than {max_header} bytes.",
                max_header=MAX_HEADER_BYTES,
            )
        wanted = max(likely_end or end, end) + self.expected_tail
        wanted = max(wanted, have + have // 4, 4096)
        raise MoreNeeded(max(end, min(wanted, self.file_size, MAX_HEADER_BYTES)))

    def peek(self, count: int) -> bytes:
        """Up to `count` bytes from here, as many as the file has."""
        end = min(self.position + count, self.file_size)
        self.require(end, _START)
        return bytes(self.data[self.position : end])

    def skip(self, count: int) -> None:
        """Go on by `count` bytes, which may lie beyond the bytes at hand."""
        self.position += count

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        """The values of `layout` from here."""
        end = self.position + layout.size
        if end > len(self.data):
            self.require(end, _HEADER)
        values = layout.unpack_from(self.data, self.position)
        self.position = end
        return values

    def u32(self) -> int:
        """An unsigned number of 32 bits."""
        return self.unpack(_U32)[0]

    def u64(self) -> int:
        """An unsigned number of 64 bits."""
        return self.unpack(_U64)[0]

    def take(self, count: int, what: Part) -> memoryview:
        """The next `count` bytes, not copied."""
        end = self.position + count
        if end > len(self.data):
            self.require(end, what)
        taken = self._view[self.position : end]
        self.position = end
        return taken

    def text(self, what: Part, longest: int | None = None) -> str:
        """A text with its length before it. What is not UTF-8 is replaced."""
        length = self.u64()
        if longest is not None and length > longest:
            raise damaged(
                "{what} has {count} bytes; {longest} are the most.",
                what=_named(what),
                count=length,
                longest=longest,
            )
        return str(self.take(length, what), "utf-8", "replace")

    def take_texts(self, count: int, what: Part) -> tuple[memoryview, bytes | None]:
        """The bytes of the next `count` texts, without making objects of them.

        Their digest too, where known ones are looked for.
        """
        start = self.position
        if start + 8 * count > self.file_size:
            self.require(start + 8 * count, what)
        if self._known is None:
            return self._walk_texts(count, what), None
        rest = self._view[start:]
        likely_end = self._known.likely_end(count, rest, start)
        if len(self.data) < likely_end <= self.file_size:
            self.require(likely_end, what)
        found = self._known.find(count, rest)
        if found is None:
            texts = self._walk_texts(count, what)
            digest = self._known.add(count, texts)
        else:
            length, digest = found
            self.position += length
            texts = rest[:length]
        self._lists.append((count, texts))
        return texts, digest

    def note_end(self, byte_count: int) -> None:
        """The header had so many bytes: others with the same texts will have about as many."""
        if self._known is not None:
            for count, texts in self._lists:
                self._known.note_end(count, texts, byte_count)

    def _walk_texts(self, count: int, what: Part) -> memoryview:
        start = position = self.position
        unpack, data = _U64.unpack_from, self.data
        texts = iter(range(count))
        try:
            for _ in texts:
                position += 8 + unpack(data, position)[0]
        except (struct.error, OverflowError):
            read = count - length_hint(texts) - 1  # the last that was begun is cut
            self._texts_go_on(start, position, count, read, what)
        if position > len(data):
            self._texts_go_on(start, position, count, count, what)
        self.position = position
        return self._view[start:position]

    def _texts_go_on(self, start: int, position: int, count: int, index: int, what: Part) -> None:
        rest = count - index
        mean = (position - start) // max(index, 1) if index else 16
        self.require(position + 8 * rest, what, likely_end=position + rest * (mean + 1))
