"""What later starts of the program ask the open window for."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from app.domain.words import sentence
from app.services.files import shown, store_error
from app.services.first_start import NOTES_FOLDER


class LaterStarts:
    """The notes that later starts leave: each is taken once, which answers it."""

    def __init__(self, run: Path) -> None:
        """`run` is the folder for files of running processes."""
        self.folder = run / NOTES_FOLDER

    async def take(self) -> list[str] | None:
        """The files that later starts brought, or None if there was none; their notes are gone.

        Raises `StoreError`.
        """
        return await asyncio.to_thread(self._take)

    def _take(self) -> list[str] | None:
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            notes = sorted(self.folder.iterdir())
            brought = [_taken(note) for note in notes if not note.name.startswith(".")]
        except OSError as error:
            raise store_error(error, sentence("read {path}", path=shown(self.folder))) from error
        came = [files for files in brought if files is not None]
        return [name for files in came for name in files] if came else None


def _taken(note: Path) -> list[str] | None:
    """The files of a note, which is removed; None if its writer has given up just now."""
    try:
        names = note.read_bytes().split(b"\0")
        note.unlink()
    except FileNotFoundError:
        return None
    return [os.fsdecode(name) for name in names if name]
