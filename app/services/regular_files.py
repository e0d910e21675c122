"""Regular files of others, opened so that no pipe or device can make us wait."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec


class FoundFile(msgspec.Struct, frozen=True):
    """One regular file, and what tells whether it has changed."""

    path: Path
    size_bytes: int
    modified_ns: int
    device: int
    inode: int


def regular_file(path: Path) -> FoundFile | None:
    """What is at `path`, links followed; None unless it is a regular file that can be seen."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return FoundFile(path, facts.st_size, facts.st_mtime_ns, facts.st_dev, facts.st_ino)


def open_regular(path: Path) -> int:
    """A descriptor for reading a regular file. Raises OSError for anything else, at once."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    # Between a look and the opening, something else may have taken the name.
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return descriptor


def read_start(descriptor: int, byte_count: int) -> bytes:
    """The first `byte_count` bytes of an open file, fewer at its end. Raises OSError."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return read_bytes(descriptor, byte_count)


def read_bytes(descriptor: int, byte_count: int) -> bytes:
    """The next `byte_count` bytes of an open file, fewer at its end. Raises OSError."""
    parts: list[bytes] = []
    missing = byte_count
    while missing > 0 and (part := os.read(descriptor, missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def read_small_file(path: Path, most_bytes: int) -> bytes:
    """A whole file. Raises OSError, also when it is larger than `most_bytes`."""
    descriptor = open_regular(path)
    try:
        data = read_start(descriptor, most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(data) > most_bytes:
        raise OSError("larger than expected")
    return data
