"""The headers of a model's files on this computer, with the bytes that they were read from."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.errors import ModelFileError
from app.domain.gguf import Header, NeedMore, read_header
from app.services.regular_files import open_regular, read_start

_FIRST_BYTES = 2 * 2**20
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)


class ModelHeaders(msgspec.Struct, frozen=True):
    """The headers of all files of a model, the first one first; from the disk or from the hub."""

    headers: tuple[Header, ...]
    data: tuple[bytes, ...]


def part_paths(path: Path) -> tuple[Path, ...]:
    """All parts of the model whose first part is `path`; `path` alone if it is whole."""
    found = _PART.search(path.name)
    if found is None:
        return (path,)
    count, stem = int(found[2]), path.name[: found.start()]
    return tuple(
        path.with_name(f"{stem}-{part:05d}-of-{count:05d}.gguf") for part in range(1, count + 1)
    )


def read_model_headers(paths: Sequence[Path]) -> ModelHeaders:
    """Read the headers, and no more of the files than they take.

    Raises `ModelFileError` for files that are no sound model, OSError for unreadable ones.
    """
    read = [_read(path) for path in paths]
    headers, data = zip(*read, strict=True)
    if headers[0].split_count > len(headers):
        raise ModelFileError(
            f"Of the {headers[0].split_count} parts of this model {len(headers)} are here. "
            "Download the others into the same folder."
        )
    return ModelHeaders(headers, data)


def _read(path: Path) -> tuple[Header, bytes]:
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        count = _FIRST_BYTES
        while True:
            data = read_start(descriptor, count)
            header = read_header(data, size)
            if not isinstance(header, NeedMore):
                return header, data
            count = max(header.byte_count, 2 * count)
    finally:
        os.close(descriptor)
