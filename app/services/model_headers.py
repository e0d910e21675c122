"""The headers of a model's files on this computer, with the bytes that they were read from."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.errors import ModelFileError
from app.domain.gguf import Header, NeedMore, read_header
from app.domain.gguf_known import KnownTexts
from app.services.files import shown
from app.services.regular_files import open_regular, read_bytes, read_start

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
    read = [read_file_header(path) for path in paths]
    headers, data = zip(*read, strict=True)
    if headers[0].split_count > len(headers):
        raise ModelFileError(
            "Of the {parts} parts of this model {count} are here. Download the others into the "
            "same folder.",
            parts=headers[0].split_count,
            count=len(headers),
        )
    return ModelHeaders(headers, data)


def read_file_header(path: Path, known: KnownTexts | None = None) -> tuple[Header, bytes]:
    """The header of a GGUF file with the first bytes of it, hardly more than the header takes.

    Raises `ModelFileError` for a file that is no sound GGUF file, OSError when it is not readable.
    """
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        data = read_start(descriptor, _FIRST_BYTES)
        while isinstance(header := read_header(data, size, known), NeedMore):
            more = read_bytes(descriptor, header.byte_count - len(data))
            if not more:
                raise ModelFileError(
                    "{name} became shorter while it was read.", name=shown(path.name)
                )
            data += more
        return header, data
    finally:
        os.close(descriptor)
