"""Later starts of the program: the window that is open comes forward with what they brought."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal, Slot

from app.ui.tasks import Tasks


class LaterStarts(Protocol):
    """What the window needs of the notes that later starts leave."""

    @property
    def folder(self) -> Path: ...

    async def take(self) -> list[str] | None: ...


class Arrivals(QObject):
    """`arrived` brings the files of a later start: the window has to come forward."""

    arrived = Signal(list)
    failed = Signal(object)

    def __init__(self, starts: LaterStarts, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._starts = starts
        self._tasks = tasks
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._look)

    def start(self) -> None:
        """Take what lies there already, and watch from then on."""
        self._tasks.run(self._starts.take(), done=self._begin, failed=self.failed.emit)

    @Slot(object)
    def _begin(self, files: list[str] | None) -> None:
        self._watcher.addPath(str(self._starts.folder))
        self._pass_on(files)
        self._look()  # what came between the two

    @Slot()
    @Slot(str)
    def _look(self, _: str = "") -> None:
        self._tasks.run(self._starts.take(), done=self._pass_on, failed=self.failed.emit)

    @Slot(object)
    def _pass_on(self, files: list[str] | None) -> None:
        if files is not None:
            self.arrived.emit(files)
