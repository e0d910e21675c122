"""Importance matrices as llama-imatrix writes them: GGUF, and the older format of its own.

For each tensor they hold the mean square of what each of its columns was multiplied by. In GGUF:
`NAME.in_sum2` (sums of squares) and `NAME.counts` (how many, for each expert); in the older format
a count of entries, then of each its name, the calls and the values, of which the mean is taken.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import AppError, ModelFileError
from app.domain.gguf import Header, Tensor, read_header
from app.domain.os_causes import cause_of

_MAGIC = b"GGUF"
_SUMS, _COUNTS = ".in_sum2", ".counts"
_INT = struct.Struct("<i")
_LONGEST_NAME = 1024

# Values of one tensor: float32, a row length for each expert.
Importance = dict[str, Any]


def read_importance(path: Path) -> Importance:
    """The matrix in a file. Raises `ModelFileError` for one that is no whole matrix."""
    name = str(path).encode("utf-8", "replace").decode()
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found = _from_gguf(data) if data[:4] == _MAGIC else _from_older(data)
    except OSError as error:
        raise ModelFileError(
            "The importance matrix {name} cannot be read: {cause}.",
            name=name,
            cause=cause_of(error),
        ) from error
    except (ValueError, struct.error, AppError) as error:
        raise ModelFileError(
            "{name} is no importance matrix, or it is cut short.", name=name
        ) from error
    if not found or not all(np.isfinite(values).all() for values in found.values()):
        raise ModelFileError(
            "The importance matrix {name} has no entries, or values that are no numbers.", name=name
        )
    return found


def _from_gguf(data: mmap.mmap) -> Importance:
    header = read_header(data[:], len(data))
    if not isinstance(header, Header):
        raise ModelFileError("cut short")
    tensors = {tensor.name: tensor for tensor in header.tensors}
    found: Importance = {}
    for name, tensor in tensors.items():
        if not name.endswith(_SUMS):
            continue
        base = name.removesuffix(_SUMS)
        sums = _values(data, header, tensor)
        counts = _values(data, header, tensors.get(base + _COUNTS))
        if not len(counts) or len(sums) % len(counts):
            raise ValueError(name)
        rows = sums.reshape(len(counts), -1)
        # An expert that was never called counts as evenly important.
        divided = np.where(counts[:, None] > 0, rows / np.maximum(counts, 1)[:, None], 1)
        found[base] = np.ascontiguousarray(divided, np.float32).reshape(-1)
    return found


def _values(data: mmap.mmap, header: Header, tensor: Tensor | None) -> Any:
    if tensor is None or tensor.type.name != "F32":
        raise ValueError("a count or a sum is missing")
    start = header.data_offset + tensor.offset
    return np.frombuffer(data[start : start + tensor.byte_size], "<f4")


def _from_older(data: mmap.mmap) -> Importance:
    found: Importance = {}
    (entries,), at = _INT.unpack_from(data, 0), _INT.size
    for _ in range(entries):
        (length,) = _INT.unpack_from(data, at)
        if not 0 < length <= _LONGEST_NAME:
            raise ValueError("a name")
        at += _INT.size
        name = data[at : at + length].decode()
        calls, count = struct.unpack_from("<ii", data, at + length)
        at += length + 2 * _INT.size
        if count < 1 or at + 4 * count > len(data):
            raise ValueError(name)
        values = np.frombuffer(data[at : at + 4 * count], "<f4")
        found[name] = np.ascontiguousarray(values / max(calls, 1), np.float32)
        at += 4 * count
    return found
