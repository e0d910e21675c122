"""GGUF headers: bytes in, values out, bounded and strict, before any library sees the file.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little
endian. The limits are those of llama.cpp's own reader (gguf.cpp) and tighter ones for what no
model needs, so that what passes here is read by llama.cpp as well.

    header = read_header(first_bytes, file_size)
    while isinstance(header, NeedMore):
        header = read_header(<the first header.byte_count bytes>, file_size)
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import msgspec

from app.domain.errors import ModelFileError
from app.domain.gguf_bytes import Cursor, MoreNeeded, damaged
from app.domain.gguf_known import KnownTexts
from app.domain.gguf_values import ArrayView, Value, read_value
from app.domain.gguf_version import read_version
from app.domain.quant import INTEGER_TYPES, TENSOR_TYPES, TensorType, quantization_name
from app.domain.units import count_text
from app.domain.words import marked

MAX_KEYS: Final = 65_536
MAX_TENSORS: Final = 262_144
MAX_ALIGNMENT: Final = 65_536
MAX_NAME_BYTES: Final = 63
MAX_DIMENSIONS: Final = 4
DEFAULT_ALIGNMENT: Final = 32
_INT64_MAX: Final = 2**63 - 1
# The least bytes that a key with its value, and a tensor's entry, can take.
_SMALLEST_KEY, _SMALLEST_TENSOR = 14, 24
# What an entry of the tensor table takes on average: to ask for enough bytes at once.
_USUAL_TENSOR_BYTES: Final = 64
# After the number of dimensions: that many lengths, the type, the offset.
_TENSOR_REST: Final = tuple(struct.Struct(f"<{n}QIQ") for n in range(MAX_DIMENSIONS + 1))

_NAME_OF_ENTRY: Final = marked("the name of entry {name}")
_NAME_OF_TENSOR: Final = marked("the name of tensor {name}")
_NO_TEXT: Final = marked("its entry '{key}' is not text.")
_NO_INTEGER: Final = marked("its entry '{key}' is not a whole number.")
_NO_INTEGERS: Final = marked("its entry '{key}' is not a list of whole numbers.")
_NO_NUMBER: Final = marked("its entry '{key}' is not a number.")
_NO_LIST: Final = marked("its entry '{key}' is not a list.")
# By whether it is more than any model has, or than the file has room for.
_TENSOR_COUNTS: Final = {
    True: marked("it announces {count} tensors, more than any model has."),
    False: marked("it announces {count} tensors, more than its size allows."),
}
_ENTRY_COUNTS: Final = {
    True: marked("it announces {count} entries, more than any model has."),
    False: marked("it announces {count} entries, more than its size allows."),
}


class NeedMore(msgspec.Struct, frozen=True):
    """The header goes on: read again with at least `byte_count` bytes from the file's start."""

    byte_count: int


class Tensor(msgspec.Struct, frozen=True, gc=False):
    """One entry of the tensor table. `shape` is in ggml's order, the row length first.

    `offset` counts from the start of the tensor data, `byte_size` is without padding.
    """

    name: str
    shape: tuple[int, ...]
    type: TensorType
    offset: int
    byte_size: int

    @property
    def value_count(self) -> int:
        """How many values the tensor has."""
        count = 1
        for length in self.shape:
            count *= length
        return count


@dataclass(frozen=True)
class Header:
    """What a GGUF file says of itself. Arrays are views of the bytes that were read."""

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]
    alignment: int
    # Where the tensor data starts, and where the last tensor ends, from the file's start.
    data_offset: int
    data_end: int
    file_size: int

    def _as(self, key: str, kinds: type | tuple[type, ...], refused: str) -> Value | None:
        value = self.metadata.get(key)
        if value is None or isinstance(value, kinds):
            return value
        raise damaged(refused, key=key)

    def text(self, key: str) -> str | None:
        """A text entry; None if there is none. Raises `ModelFileError` if it is not text."""
        value = self._as(key, str, _NO_TEXT)
        return value if isinstance(value, str) else None

    def integer(self, key: str) -> int | None:
        """A whole number; None if there is none. Raises `ModelFileError` if it is none."""
        value = self._as(key, int, _NO_INTEGER)
        return int(value) if isinstance(value, int) else None

    def number(self, key: str) -> float | None:
        """A number; None if there is none. Raises `ModelFileError` if it is none."""
        value = self._as(key, (int, float), _NO_NUMBER)
        return float(value) if isinstance(value, int | float) else None

    def integers(self, key: str) -> tuple[int, ...] | None:
        """A list of whole numbers or truth values, such as one a layer; None if there is none.

        A single number is a list of one. Raises `ModelFileError` if it is something else.
        """
        value = self._as(key, (int, ArrayView), _NO_INTEGERS)
        if isinstance(value, ArrayView):
            return value.integers(key)
        return (int(value),) if isinstance(value, int) else None

    def array(self, key: str) -> ArrayView | None:
        """An array as a view; None if there is none. Raises `ModelFileError` if it is single."""
        value = self._as(key, ArrayView, _NO_LIST)
        return value if isinstance(value, ArrayView) else None

    @property
    def architecture(self) -> str | None:
        """`general.architecture`, such as `llama`."""
        return self.text("general.architecture")

    @property
    def name(self) -> str | None:
        """`general.name`: the model's own name."""
        return self.text("general.name")

    @property
    def chat_template(self) -> str | None:
        """The Jinja template of the model's chats."""
        return self.text("tokenizer.chat_template")

    @property
    def split_count(self) -> int:
        """How many files the model is split into; 1 for a whole one."""
        return max(self.integer("split.count") or 1, 1)

    @property
    def split_index(self) -> int:
        """Which of the files of a split model this is, from 0."""
        return self.integer("split.no") or 0

    @cached_property
    def weights_bytes(self) -> int:
        """Bytes of all tensors of this file, without padding."""
        return sum(tensor.byte_size for tensor in self.tensors)

    @cached_property
    def parameter_count(self) -> int:
        """How many weights the tensors of this file hold."""
        return sum(
            tensor.value_count for tensor in self.tensors if tensor.type.name not in INTEGER_TYPES
        )

    @property
    def bits_per_weight(self) -> float | None:
        """Exact mean over the tensor table, not what the quantization's name suggests."""
        return 8 * self.weights_bytes / self.parameter_count if self.parameter_count else None

    @property
    def quantization(self) -> str:
        """The quantization's usual name, such as `Q4_K_M`."""
        sizes = ((tensor.type, tensor.byte_size) for tensor in self.tensors)
        return quantization_name(self.integer("general.file_type"), sizes)


def read_header(
    data: bytes | memoryview, file_size: int, known: KnownTexts | None = None
) -> Header | NeedMore:
    """Read the header from the first bytes of a file; with `known`, a vocabulary is walked once.

    `NeedMore` is returned while `data` ends inside the header and the file does not. Raises
    `ModelFileError` for anything that is not a whole and sound GGUF file; tensor data itself is
    not looked at, only that the file is long enough to hold it.
    """
    cursor = Cursor(data, file_size, known)
    try:
        return _read(cursor)
    except MoreNeeded as more:
        return NeedMore(more.byte_count)


def _read(cursor: Cursor) -> Header:
    version = read_version(cursor)
    tensor_count = _read_count(cursor, _TENSOR_COUNTS, MAX_TENSORS, _SMALLEST_TENSOR)
    key_count = _read_count(cursor, _ENTRY_COUNTS, MAX_KEYS, _SMALLEST_KEY)
    cursor.expected_tail = tensor_count * _USUAL_TENSOR_BYTES
    metadata = _read_metadata(cursor, key_count)
    alignment = _alignment(metadata)
    tensors = read_tensors(cursor, tensor_count, alignment)
    data_offset = cursor.position
    if tensors:
        data_offset = -(-data_offset // alignment) * alignment
    data_end = data_offset
    if tensors:
        data_end += tensors[-1].offset + tensors[-1].byte_size
    _check_length(data_end, cursor.file_size)
    cursor.note_end(data_offset)
    return Header(
        version,
        MappingProxyType(metadata),
        tensors,
        alignment,
        data_offset,
        data_end,
        cursor.file_size,
    )


def _check_length(data_end: int, file_size: int) -> None:
    missing = data_end - file_size
    if missing > 0:
        raise ModelFileError(
            "The file is cut short: {missing} of {data_end} bytes are missing. Download it again.",
            missing=missing,
            data_end=data_end,
        )


def _read_count(cursor: Cursor, refusals: Mapping[bool, str], most: int, smallest: int) -> int:
    count = cursor.u64()
    if count > most or count * smallest > cursor.file_size:
        raise damaged(refusals[count > most], count=count)
    return count


def _read_metadata(cursor: Cursor, key_count: int) -> dict[str, Value]:
    metadata: dict[str, Value] = {}
    for index in range(key_count):
        key = cursor.text((_NAME_OF_ENTRY, index + 1))
        if not key:
            raise damaged("its entry {number} has no name.", number=index + 1)
        if key in metadata:
            raise damaged("its entry '{key}' occurs twice.", key=key)
        metadata[key] = read_value(cursor, key)
    return metadata


def _alignment(metadata: Mapping[str, Value]) -> int:
    value = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    if not isinstance(value, int) or isinstance(value, bool):
        raise damaged("its alignment is not a whole number.")
    if not 0 < value <= MAX_ALIGNMENT or value & (value - 1):
        raise damaged(
            "its alignment is {value}, not a power of two up to {most}.",
            value=value,
            most=MAX_ALIGNMENT,
        )
    return value


def read_tensors(cursor: Cursor, tensor_count: int, alignment: int) -> tuple[Tensor, ...]:
    """The tensor table, which begins at the cursor. Raises `ModelFileError`."""
    tensors: list[Tensor] = []
    names: set[str] = set()
    expected_offset = 0
    for index in range(tensor_count):
        cursor.expected_tail = (tensor_count - index) * _USUAL_TENSOR_BYTES
        tensor = _read_tensor(cursor, index)
        if tensor.name in names:
            raise damaged("its tensor '{name}' occurs twice.", name=tensor.name)
        if tensor.offset != expected_offset:
            raise damaged(
                "its tensor '{name}' starts at byte {offset} of the data instead of {expected}.",
                name=tensor.name,
                offset=tensor.offset,
                expected=expected_offset,
            )
        names.add(tensor.name)
        tensors.append(tensor)
        expected_offset += -(-tensor.byte_size // alignment) * alignment
    return tuple(tensors)


def _read_tensor(cursor: Cursor, index: int) -> Tensor:
    name = cursor.text((_NAME_OF_TENSOR, index + 1), longest=MAX_NAME_BYTES)
    dimension_count = cursor.u32()
    if dimension_count > MAX_DIMENSIONS:
        raise damaged(
            "its tensor '{name}' has {count} dimensions; there are at most {most}.",
            name=name,
            count=dimension_count,
            most=MAX_DIMENSIONS,
        )
    *shape, type_number, offset = cursor.unpack(_TENSOR_REST[dimension_count])
    kind = TENSOR_TYPES.get(type_number)
    if kind is None:
        raise ModelFileError(
            "The file's tensor '{name}' has type number {type_number}, which this program does "
            "not know: the file is damaged, or needs a newer version of it.",
            name=name,
            type_number=type_number,
        )
    return Tensor(name, tuple(shape), kind, offset, _byte_size(name, shape, kind))


def _byte_size(name: str, shape: list[int], kind: TensorType) -> int:
    count = 1
    for length in shape:
        count *= length
    if count == 0 or count > _INT64_MAX:
        lengths = " × ".join(count_text(length) for length in shape)
        raise damaged("its tensor '{name}' has the shape {lengths}.", name=name, lengths=lengths)
    if (shape[0] if shape else 1) % kind.block_values:
        raise damaged(
            "its tensor '{name}' has rows that are no multiple of {count} values, the block of "
            "{kind}.",
            name=name,
            count=kind.block_values,
            kind=kind.name,
        )
    return count // kind.block_values * kind.block_bytes
