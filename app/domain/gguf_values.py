"""Values of GGUF metadata: single ones decoded, arrays as views of the bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.gguf_bytes import ENTRY, Cursor, damaged

MAX_ARRAY_VALUES: Final = 2**30
_AT_A_TIME: Final = 8192
TEXT: Final = 8
ARRAY: Final = 9
BOOL: Final = 7
UINT32: Final = 4
INT32: Final = 5
FLOAT32: Final = 6
# Type number -> name and layout of one value (enum gguf_type of gguf.h).
LAYOUTS: Final[dict[int, tuple[str, str]]] = {
    0: ("u8", "B"),
    1: ("i8", "b"),
    2: ("u16", "H"),
    3: ("i16", "h"),
    4: ("u32", "I"),
    5: ("i32", "i"),
    6: ("f32", "f"),
    7: ("bool", "?"),
    10: ("u64", "Q"),
    11: ("i64", "q"),
    12: ("f64", "d"),
}
_SINGLE: Final = {number: struct.Struct("<" + code) for number, (_, code) in LAYOUTS.items()}
_FLOATS: Final = frozenset({6, 12})


@dataclass(frozen=True, slots=True, eq=False)
class ArrayView:
    """An array of the metadata, left as the bytes of the file until its values are asked for."""

    type: int
    count: int
    data: memoryview
    # Of a list of texts that was read with `KnownTexts`.
    digest: bytes | None = None

    def __len__(self) -> int:
        return self.count

    @property
    def is_text(self) -> bool:
        """Whether its values are texts."""
        return self.type == TEXT

    def integers(self, key: str) -> tuple[int, ...]:
        """Its values as whole numbers. Raises `ModelFileError` if they are not."""
        if self.is_text or self.type in _FLOATS:
            raise damaged("its entry '{key}' is not a list of whole numbers.", key=key)
        return tuple(int(value) for value in self._numbers())

    def numbers(self, key: str) -> tuple[float, ...]:
        """Its values as numbers. Raises `ModelFileError` if they are texts."""
        if self.is_text:
            raise damaged("its entry '{key}' is not a list of numbers.", key=key)
        return tuple(float(value) for value in self._numbers())

    def _numbers(self) -> tuple[int | float, ...]:
        return struct.unpack(f"<{self.count}{LAYOUTS[self.type][1]}", self.data)

    def raw_texts(self) -> Iterator[list[bytes]]:
        """Its texts as the bytes of the file, some at a time; nothing if it holds none.

        All at once would hold up other threads, one at a time takes half as long again.
        """
        # Slices of bytes are made in half the time that those of a view take.
        unpack, data, position = struct.Struct("<Q").unpack_from, bytes(self.data), 0
        for first in range(0, self.count if self.is_text else 0, _AT_A_TIME):
            texts: list[bytes] = []
            for _ in range(min(_AT_A_TIME, self.count - first)):
                start = position + 8
                position = start + unpack(data, position)[0]
                texts.append(data[start:position])
            yield texts

    def texts(self) -> Iterator[str]:
        """Its texts; what is not UTF-8 is replaced."""
        return (raw.decode("utf-8", "replace") for raws in self.raw_texts() for raw in raws)


Value = bool | int | float | str | ArrayView


def read_value(cursor: Cursor, key: str) -> Value:
    """The value of entry `key`, its type first."""
    number = cursor.u32()
    if number == TEXT:
        return cursor.text((ENTRY, key))
    if number == ARRAY:
        return _read_array(cursor, key)
    layout = _SINGLE.get(number)
    if layout is None:
        raise damaged(
            "its entry '{key}' has type number {number}, which GGUF does not have.",
            key=key,
            number=number,
        )
    return cursor.unpack(layout)[0]


def _read_array(cursor: Cursor, key: str) -> ArrayView:
    number = cursor.u32()
    count = cursor.u64()
    what = (ENTRY, key)
    if number == ARRAY:
        raise damaged("its entry '{key}' is a list of lists.", key=key)
    if number != TEXT and number not in LAYOUTS:
        raise damaged(
            "its entry '{key}' is a list of type number {number}, which GGUF does not have.",
            key=key,
            number=number,
        )
    if count > MAX_ARRAY_VALUES:
        raise damaged("its entry '{key}' announces {count} values.", key=key, count=count)
    if number == TEXT:
        return ArrayView(number, count, *cursor.take_texts(count, what))
    return ArrayView(number, count, cursor.take(count * _SINGLE[number].size, what))
