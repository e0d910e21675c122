"""Files of reference logits, memory-mapped: the text's tokens, and what a model thought of each.

The whole vocabulary is kept as llama-perplexity keeps it (`--kl-divergence-base`), and its files
can be read: `_logits_`, three int32 (chunk length, vocabulary, chunks), the tokens, then a row for
each scored token: float32 scale and minimum, and the log-probability of each token as uint16.
Our own format, `_qblike_`, has two more int32 (the first scored place, how many likeliest tokens),
and rows of the likeliest tokens, their log-probabilities, and that of the right token. A text that
is scored whole has `_qbfull_`, with the first scored place and a zero, and llama-perplexity's rows.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from app.domain.errors import DiskFullError, ModelFileError, StoreError
from app.domain.os_causes import cause_of
from app.domain.units import file_words
from app.domain.words import sentence
from backends.disk import free_bytes

_LLAMA, _WHOLE, _LIKELIEST = b"_logits_", b"_qbfull_", b"_qblike_"
_COUNTS, _MORE = struct.Struct("<3i"), struct.Struct("<2i")
_LONGEST_CHUNK, _LARGEST_VOCABULARY = 2**20, 2**24
_SPARE_BYTES = 256 * 2**20


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a file has rows for. `likeliest` 0: the whole vocabulary."""

    chunk_tokens: int
    vocabulary: int
    chunk_count: int
    first: int
    likeliest: int = 0

    @property
    def rows_of_chunk(self) -> int:
        """The scored tokens of a chunk: the last one foretells nothing that is known."""
        return self.chunk_tokens - 1 - self.first

    def row_type(self) -> Any:
        """numpy's type of a row."""
        if self.likeliest:
            count = self.likeliest
            return np.dtype([("ids", "<i4", count), ("logprobs", "<f4", count), ("right", "<f4")])
        even = 2 * ((self.vocabulary + 1) // 2)
        return np.dtype([("scale", "<f4"), ("minimum", "<f4"), ("steps", "<u2", even)])

    def head(self) -> bytes:
        """The beginning of the file, up to the tokens."""
        counts = _COUNTS.pack(self.chunk_tokens, self.vocabulary, self.chunk_count)
        if not self.likeliest and self.first == self.chunk_tokens // 2:
            return _LLAMA + counts
        magic = _LIKELIEST if self.likeliest else _WHOLE
        return magic + counts + _MORE.pack(self.first, self.likeliest)


class ReferenceLogits:
    """An open file. `rows` has the shape (chunks, rows of a chunk), `tokens` (chunks, length)."""

    def __init__(self, shape: Shape, tokens: Any, rows: Any) -> None:
        self.shape = shape
        self.tokens = tokens
        self.rows = rows

    @classmethod
    def create(cls, path: Path, shape: Shape, tokens: Any) -> ReferenceLogits:
        """A new file without rows yet. Raises `DiskFullError`, `StoreError`."""
        head = shape.head()
        start = len(head) + tokens.nbytes
        size = start + shape.chunk_count * shape.rows_of_chunk * shape.row_type().itemsize
        try:
            free = free_bytes(path.parent)
            if free < size + _SPARE_BYTES:
                raise DiskFullError(
                    "The logits of this text take {size}, and the disk has {free} free. Free some "
                    "space, score less text, or keep the likeliest tokens only.",
                    size=file_words(size),
                    free=file_words(free),
                )
            with path.open("wb") as file:
                file.write(head + tokens.astype("<i4").tobytes())
                _allocate(file.fileno(), size)
        except OSError as error:
            raise StoreError(
                "The logits cannot be written to {path}: {cause}.",
                path=_shown(path),
                cause=cause_of(error),
            ) from error
        return cls(shape, tokens, _mapped(path, shape, start, "r+"))

    @classmethod
    def open(cls, path: Path) -> ReferenceLogits:
        """A file with all its rows. Raises `ModelFileError` for anything else."""
        try:
            with path.open("rb") as file:
                shape, head_bytes = _read_shape(file.read(64))
                size = os.fstat(file.fileno()).st_size
        except (OSError, ValueError, struct.error) as error:
            why = (
                cause_of(error) if isinstance(error, OSError) else sentence("it has another format")
            )
            raise ModelFileError(
                "{path} holds no reference logits: {why}. Make them again.",
                path=_shown(path),
                why=why,
            ) from error
        count = shape.chunk_count * shape.chunk_tokens
        start = head_bytes + 4 * count
        wanted = start + shape.chunk_count * shape.rows_of_chunk * shape.row_type().itemsize
        if size < wanted:
            raise ModelFileError(
                "{path} is cut short: it has {size} where {wanted} are due. Make the reference "
                "logits again.",
                path=_shown(path),
                size=file_words(size),
                wanted=file_words(wanted),
            )
        found = np.memmap(path, "<i4", "r", head_bytes, (shape.chunk_count, shape.chunk_tokens))
        tokens = np.array(found)
        if tokens.min() < 0 or tokens.max() >= shape.vocabulary:
            raise ModelFileError(
                "{path} is damaged: a token is outside the vocabulary.", path=_shown(path)
            )
        return cls(shape, tokens, _mapped(path, shape, start, "r"))

    def close(self) -> None:
        """Write what was changed."""
        if self.rows.mode == "r+":
            self.rows.flush()


def _mapped(path: Path, shape: Shape, start: int, mode: Any) -> Any:
    size = (shape.chunk_count, shape.rows_of_chunk)
    return np.memmap(path, shape.row_type(), mode, start, size)


def _read_shape(head: bytes) -> tuple[Shape, int]:
    """The shape, and where the tokens begin. Raises `ValueError`, `struct.error`."""
    magic, at = head[:8], 8 + _COUNTS.size
    length, vocabulary, chunks = _COUNTS.unpack_from(head, 8)
    first, likeliest = length // 2, 0
    if magic in (_WHOLE, _LIKELIEST):
        first, likeliest = _MORE.unpack_from(head, at)
        at += _MORE.size
    elif magic != _LLAMA:
        raise ValueError("another format")
    if not (
        1 < length <= _LONGEST_CHUNK
        and 0 < vocabulary <= _LARGEST_VOCABULARY
        and chunks > 0
        and 0 <= first < length - 1
        and 0 <= likeliest <= vocabulary
    ):
        raise ValueError("impossible counts")
    shape = Shape(
        chunk_tokens=length,
        vocabulary=vocabulary,
        chunk_count=chunks,
        first=first,
        likeliest=likeliest,
    )
    return shape, at


def _allocate(descriptor: int, size: int) -> None:
    """Take the room on the disk now: a mapped page without room would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.truncate(descriptor, size)


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
