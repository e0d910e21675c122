"""Files that are replaced whole or not at all, and copies of those that are broken."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import DiskFullError, StoreError
from app.domain.os_causes import cause_of
from app.domain.words import Sentence


def store_error(error: OSError, doing: Sentence) -> StoreError:
    """The sentence for a failure of the file system while `doing` (`write /home/a/x.toml`)."""
    cause = cause_of(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(
            "Could not {doing}: {cause}. Free some space and try again.", doing=doing, cause=cause
        )
    if error.errno == errno.EROFS:
        return StoreError(
            "Could not {doing}: {cause}. Set QUANTBENCH_HOME to a folder that can be written.",
            doing=doing,
            cause=cause,
        )
    return StoreError(
        "Could not {doing}: {cause}. Check the folder and its permissions.",
        doing=doing,
        cause=cause,
    )


def shown(path: Path | str) -> str:
    """A path as text that every terminal and label can take, names that are not UTF-8 included."""
    return os.fsencode(path).decode("utf-8", "replace")


def replace_file(path: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Write `data` so that after a crash the file is the old one or the new one. Raises OSError.

    The new file has mode 0600, because what this program keeps is nobody else's. What is not
    durable is not synced: a power cut may leave nothing of it. That is for what can be made again,
    since a sync may wait for everything else that was written to the disk.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if is_durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder; the rename itself has happened.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def keep_copy(path: Path, data: bytes) -> Path:
    """Keep `data`, the broken contents of `path`, beside it; a copy that exists is not doubled."""
    for candidate in _bad_names(path):
        if not candidate.exists():
            replace_file(candidate, data)
            return candidate
        if candidate.is_file() and candidate.read_bytes() == data:
            return candidate
    raise AssertionError("the names never end")


def move_aside(path: Path) -> Path:
    """Rename a broken file to the first free `.bad` name and return that. Raises OSError."""
    target = next(name for name in _bad_names(path) if not name.exists())
    path.rename(target)
    sync_folder(path.parent)
    return target


def _bad_names(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.bad")
    number = 2
    while True:
        yield path.with_name(f"{path.name}.bad{number}")
        number += 1
