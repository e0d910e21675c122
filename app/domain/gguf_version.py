"""The first bytes of a file: the version of GGUF, or what it is instead."""

from __future__ import annotations

from typing import Final

from app.domain.errors import ModelFileError
from app.domain.gguf_bytes import Cursor
from app.domain.words import marked

_OLD: Final = marked(
    "The file is in the format that came before GGUF; convert it or download a newer file."
)
_PAGE: Final = marked("The file is a web page; download the file itself.")
# What other files that end up with the name of a model begin with.
_STRANGERS: Final = (
    (
        b"version https://git-lfs",
        marked("The file is a Git LFS pointer, not the model itself; fetch it with Git LFS."),
    ),
    (b"PK\x03\x04", marked("The file is a zip archive; unpack it.")),
    *((start, _PAGE) for start in (b"<!DOCTYPE", b"<html")),
    *((start, _OLD) for start in (b"ggml", b"lmgg", b"fmgg", b"tjgg")),
)


def read_version(cursor: Cursor) -> int:
    """The version of GGUF, 2 or 3. Raises `ModelFileError` for what this program does not read."""
    if cursor.file_size == 0:
        raise ModelFileError("The file is empty. Download it again.")
    magic = cursor.peek(32)
    for start, what in _STRANGERS:
        if magic.startswith(start):
            raise ModelFileError(what)
    if magic[:4] != b"GGUF"[: len(magic)]:
        raise ModelFileError(
            "The file is not a GGUF model: it does not begin with 'GGUF'. Choose another file, or "
            "download the model again."
        )
    cursor.skip(4)
    version = cursor.u32()
    if version & 0xFFFF == 0 and version:
        raise ModelFileError(
            "The model was made for big-endian computers, which this engine does not read. "
            "Download the usual little-endian file."
        )
    if version == 1:
        raise ModelFileError(
            "The file has version 1 of GGUF, which llama.cpp does not read since November 2023. "
            "Download a newer file of this model."
        )
    if version not in (2, 3):
        raise ModelFileError(
            "The file has version {version} of GGUF; versions 2 and 3 can be read. It is damaged, "
            "or needs a newer version of this program.",
            version=version,
        )
    return version
