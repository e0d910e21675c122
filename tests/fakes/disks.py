"""Folders that cannot be written and disks that are full: real mounts where that is allowed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(parent: Path, size_bytes: int) -> Iterator[Path | None]:
    """A disk of its own of that size; None where this user may not mount one."""
    folder = Path(tempfile.mkdtemp(dir=parent))
    if not _mount(folder, f"size={size_bytes}"):
        yield None
        return
    try:
        yield folder
    finally:
        _unmount(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """`folder` with what is in it, and no way to write there.

    Root ignores permissions, so root gets a read-only mount of the folder over itself; another
    user, or a root that may not mount, gets the folder without the right to write.
    """
    mounted = os.geteuid() == 0 and _bind_read_only(folder)
    if not mounted:
        folder.chmod(0o500)
    try:
        yield folder
    finally:
        if mounted:
            _unmount(folder)
        else:
            folder.chmod(0o700)


def is_writable(folder: Path) -> bool:
    """Whether a file can really be made there."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _mount(folder: Path, options: str) -> bool:
    return _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))


def _bind_read_only(folder: Path) -> bool:
    if not _run("mount", "--bind", str(folder), str(folder)):
        return False
    if _run("mount", "-o", "remount,bind,ro", str(folder)):
        return True
    _unmount(folder)
    return False


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
