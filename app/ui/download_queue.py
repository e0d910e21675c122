"""The downloads as all pages see them: one list, and everything that can be asked of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import AppError
from app.domain.hub import DownloadPlan
from app.domain.transfer import DownloadFinished, DownloadProgress, DownloadState
from app.ui.tasks import Tasks

Snapshot = tuple[DownloadProgress, ...]


class Downloads(Protocol):
    """What the window needs of the downloads."""

    async def open(self) -> Snapshot: ...
    async def add(self, plan: DownloadPlan) -> str: ...
    async def resume(self, key: str) -> None: ...
    async def pause(self, key: str) -> None: ...
    async def cancel(self, key: str) -> None: ...
    async def move(self, key: str, position: int) -> None: ...
    def limit_speed(self, bytes_per_second: int | None) -> None: ...
    def snapshots(self) -> AsyncIterator[Snapshot]: ...
    def result(self, key: str) -> DownloadFinished | None: ...
    def use_folder(self, models: Path) -> None: ...
    async def close(self) -> None: ...


class DownloadQueue(QObject):
    """Tells of the downloads at most 30 times a second, and passes on what the user asks.

    `changed` carries a tuple of `DownloadProgress` in the queue's order, `interrupted_found` what
    an earlier run of the program left.
    """

    changed = Signal(object)
    finished = Signal(object)
    interrupted_found = Signal(object)
    failed = Signal(object)

    def __init__(self, downloads: Downloads, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self._tasks = tasks
        self._states: dict[str, DownloadState] = {}
        self.snapshot: Snapshot = ()

    def start(self) -> None:
        """Find what earlier runs left, and follow the queue from now on."""
        self._tasks.run(self._downloads.open(), done=self._take_opened, failed=self._follow_anyway)

    def add(self, plan: DownloadPlan) -> None:
        """Download a model."""
        self._tasks.run(self._downloads.add(plan), failed=self._fail)

    @Slot(str)
    def resume(self, key: str) -> None:
        """Go on with a paused or failed download."""
        self._tasks.run(self._downloads.resume(key), failed=self._fail)

    @Slot()
    def resume_all(self) -> None:
        """Go on with everything that is paused."""
        for one in self.snapshot:
            if one.state == "paused":
                self.resume(one.download_id)

    @Slot(str)
    def pause(self, key: str) -> None:
        """Stop a download and keep what came."""
        self._tasks.run(self._downloads.pause(key), failed=self._fail)

    @Slot()
    def pause_all(self) -> None:
        """Stop all downloads and keep what came."""
        for one in self.snapshot:
            if one.state not in ("paused", "failed", "finished"):
                self.pause(one.download_id)

    @Slot(str)
    def cancel(self, key: str) -> None:
        """Stop a download and delete what came; a finished one leaves the list."""
        self._tasks.run(self._downloads.cancel(key), failed=self._fail)

    def move(self, key: str, by: int) -> None:
        """Move a download up (-1) or down (+1)."""
        order = [one.download_id for one in self.snapshot]
        if key in order:
            position = min(max(order.index(key) + by, 0), len(order) - 1)
            self._tasks.run(self._downloads.move(key, position), failed=self._fail)

    def limit_speed(self, bytes_per_second: int | None) -> None:
        """Limit all downloads together; None lifts the limit."""
        self._downloads.limit_speed(bytes_per_second)

    def result(self, key: str) -> DownloadFinished | None:
        """The model that a finished download brought."""
        return self._downloads.result(key)

    @Slot(object)
    def _take_opened(self, snapshot: Snapshot) -> None:
        self._take([snapshot])
        left = tuple(one for one in snapshot if one.state == "paused")
        if left:
            self.interrupted_found.emit(left)
        self._follow()

    @Slot(object)
    def _follow_anyway(self, error: AppError) -> None:
        self.failed.emit(error)
        self._follow()

    def _follow(self) -> None:
        self._tasks.stream(self._downloads.snapshots(), received=self._take, failed=self._fail)

    @Slot(list)
    def _take(self, snapshots: list[Snapshot]) -> None:
        if snapshots[-1] == self.snapshot:
            return
        self.snapshot = snapshots[-1]
        before, self._states = self._states, {}
        for one in self.snapshot:
            self._states[one.download_id] = one.state
            if one.state == "finished" and before.get(one.download_id) != "finished":
                result = self.result(one.download_id)
                if result is not None:
                    self.finished.emit(result)
        self.changed.emit(self.snapshot)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)
