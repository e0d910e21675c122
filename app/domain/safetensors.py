"""Safetensors headers: bytes in, a table of tensors out, strict, before any library sees the file.

Format: 8 bytes with the length N of the header, little endian; N bytes of JSON, which maps names to
`{"dtype", "shape", "data_offsets": [begin, end]}` and `__metadata__` to texts; then the data,
which the offsets count from. https://huggingface.co/docs/safetensors#format
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from app.domain.errors import ModelFileError

LENGTH_BYTES: Final = 8
# The limit of the reference implementation.
MAX_HEADER_BYTES: Final = 100_000_000
_BITS: Final = {
    name: bits
    for bits, names in (
        (4, ("F4",)),
        (8, ("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0")),
        (16, ("U16", "I16", "F16", "BF16")),
        (32, ("U32", "I32", "F32")),
        (64, ("U64", "I64", "F64", "C64")),
    )
    for name in names
}


class SafeTensor(msgspec.Struct, frozen=True):
    """One entry of the table; offsets count from the start of the data."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]

    @property
    def byte_size(self) -> int:
        """The bytes that the tensor takes in the file."""
        return self.data_offsets[1] - self.data_offsets[0]


class SafetensorsHeader(msgspec.Struct, frozen=True):
    """What a file says of itself."""

    tensors: dict[str, SafeTensor]
    data_offset: int

    @property
    def weights_bytes(self) -> int:
        """The bytes of all tensors."""
        return sum(tensor.byte_size for tensor in self.tensors.values())


def header_length(first: bytes, file_size: int) -> int:
    """How many bytes of JSON follow the first 8. Raises `ModelFileError`."""
    if len(first) < LENGTH_BYTES:
        raise ModelFileError(
            "The file has {file_size} bytes, too few for a safetensors file.",
            file_size=file_size,
        )
    length = int.from_bytes(first[:LENGTH_BYTES], "little")
    if length > min(MAX_HEADER_BYTES, file_size - LENGTH_BYTES):
        raise ModelFileError(
            "The file is cut short or is no safetensors file: its header would have {length} "
            "bytes, and the file has {file_size}.",
            length=length,
            file_size=file_size,
        )
    return length


def read_header(text: bytes, file_size: int) -> SafetensorsHeader:
    """The header from its JSON, checked against the size of the file. Raises `ModelFileError`."""
    try:
        entries = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        tensors = {
            name: msgspec.json.decode(raw, type=SafeTensor)
            for name, raw in entries.items()
            if name != "__metadata__"
        }
    except (ValueError, RecursionError) as error:  # msgspec's errors, and bytes that are no UTF-8
        raise ModelFileError(
            "The file is damaged or no safetensors file: its header is not valid ({error}).",
            error=str(error),
        ) from error
    data_offset = LENGTH_BYTES + len(text)
    end = 0
    for name, tensor in tensors.items():
        _check(name, tensor)
        end = max(end, tensor.data_offsets[1])
    if data_offset + end > file_size:
        raise ModelFileError(
            "The file is cut short: its tensors need {needed} bytes, and it has {file_size}. "
            "Download it again.",
            needed=data_offset + end,
            file_size=file_size,
        )
    return SafetensorsHeader(tensors, data_offset)


def _check(name: str, tensor: SafeTensor) -> None:
    bits = _BITS.get(tensor.dtype)
    if bits is None:
        raise ModelFileError(
            "The tensor {name} has the type {dtype}, which is not known.",
            name=name[:80],
            dtype=tensor.dtype[:20],
        )
    begin, end = tensor.data_offsets
    if begin < 0 or end < begin or any(length < 0 for length in tensor.shape):
        raise ModelFileError(
            "The file is damaged: the place of its tensor {name} is wrong.", name=name[:80]
        )
    if math.prod(tensor.shape) * bits != (end - begin) * 8:
        raise ModelFileError(
            "The file is damaged: its tensor {name} does not have the size of its shape.",
            name=name[:80],
        )
