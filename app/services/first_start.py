"""One window for one home: a later start leaves a note for the first window, and ends."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

from app.domain.errors import AlreadyRunningError
from app.domain.words import Sentence, sentence
from app.services.files import replace_file, shown, store_error

NOTES_FOLDER = "starts"
# A window that is busy with its own start takes the note when it is done with that.
_PATIENCE_SECONDS = 15.0
_LOOK_SECONDS = 0.05
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
# Windows keeps others from reading what is locked: the lock lies behind the process id.
_LOCK_OFFSET = 1 << 20


class FirstStart:
    """The lock that tells the first window from later starts, and the notes that these leave.

    The lock is the system's own, so that it goes with its process however that ends. Notes are
    files in the home, which belongs to one user: nobody else can leave or read one.
    """

    def __init__(self, run: Path) -> None:
        """`run` is the folder for files of running processes."""
        self._notes = run / NOTES_FOLDER
        self._lock_path = run / "window.lock"
        self._lock: BinaryIO | None = None

    def claim(self) -> bool:
        """Whether this process is the first, and holds the lock from now on. Raises `StoreError`.

        A file system without locks makes every process the first.
        """
        try:
            lock = self._lock_path.open("a+b")
        except OSError as error:
            raise store_error(
                error, sentence("open {path}", path=shown(self._lock_path))
            ) from error
        if not _locked(lock):
            lock.close()
            return False
        self._lock = lock
        lock.truncate(0)
        lock.write(str(os.getpid()).encode())
        lock.flush()
        return True

    def close(self) -> None:
        """Let the next start be the first."""
        if self._lock is not None:
            self._lock.close()

    def hand_over(self, files: Sequence[str]) -> bool:
        """Ask the open window to come forward and to open `files`.

        True once it did; False when it ended meanwhile, and this process has become the first.
        Raises `AlreadyRunningError` if it does not answer, and `StoreError`.
        """
        note = self._notes / os.urandom(16).hex()
        names = [os.fsencode(Path(each).absolute()) for each in files]
        try:
            self._notes.mkdir(mode=0o700, exist_ok=True)
            replace_file(note, b"\0".join(names))
        except OSError as error:
            raise store_error(error, sentence("write {path}", path=shown(note))) from error
        try:
            return self._answered(note)
        finally:
            note.unlink(missing_ok=True)

    def _answered(self, note: Path) -> bool:
        pause = threading.Event()
        for _ in range(round(_PATIENCE_SECONDS / _LOOK_SECONDS)):
            if not note.exists():
                return True
            if self.claim():
                return False
            pause.wait(_LOOK_SECONDS)
        raise AlreadyRunningError(
            "Quantbench is open already{owner}, but has not answered for {patience_seconds} s. "
            "End that process, and start again.",
            owner=self._owner(),
            patience_seconds=f"{_PATIENCE_SECONDS:.0f}",
        )

    def _owner(self) -> str | Sentence:
        try:
            text = self._lock_path.read_bytes()
        except OSError:
            return ""
        return sentence(" (process {number})", number=str(int(text))) if text.isdigit() else ""


def _locked(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(_LOCK_OFFSET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _BUSY
    return True
