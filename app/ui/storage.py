"""The models on the disk: what they take, which are the same, and removing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import AppError
from app.domain.model import LocalModel
from app.domain.storage import DiskUse, Removal
from app.ui.model_shelf import ModelShelf
from app.ui.tasks import Job, Tasks


class ModelFiles(Protocol):
    """What the window needs of the files of models."""

    async def removal(self, model: LocalModel) -> Removal: ...
    async def remove(self, removal: Removal) -> None: ...
    async def duplicates(self, models: Sequence[LocalModel]) -> dict[bytes, tuple[str, ...]]: ...
    async def disk_use(self, models: Sequence[LocalModel]) -> DiskUse: ...


class Storage(QObject):
    """Follows the list of models; `removal_planned` asks for the user's word."""

    changed = Signal()
    removal_planned = Signal(object)
    removed = Signal(object)
    failed = Signal(object)

    def __init__(
        self, files: ModelFiles, shelf: ModelShelf, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._shelf = shelf
        self._tasks = tasks
        self._measuring: tuple[Job, ...] = ()
        self.duplicates: Mapping[bytes, tuple[str, ...]] = {}
        self.disk_use: DiskUse | None = None
        shelf.models_changed.connect(self._measure)
        if shelf.is_known:
            self._measure(shelf.models)

    @Slot(list)
    def _measure(self, models: list[LocalModel]) -> None:
        for job in self._measuring:  # of a list that holds no more
            job.cancel()
        use, duplicates = self._files.disk_use(models), self._files.duplicates(models)
        self._measuring = (
            self._tasks.run(use, done=self._take_use, failed=self._fail_use),
            self._tasks.run(duplicates, done=self._take_duplicates, failed=self._fail),
        )

    @Slot(object)
    def _take_use(self, use: DiskUse) -> None:
        self.disk_use = use
        self.changed.emit()

    @Slot(object)
    def _fail_use(self, error: AppError) -> None:
        self.disk_use = None
        self._fail(error)

    @Slot(object)
    def _take_duplicates(self, duplicates: Mapping[bytes, tuple[str, ...]]) -> None:
        self.duplicates = duplicates
        self.changed.emit()

    def plan_removal(self, model: LocalModel) -> None:
        """Find out what removing a model would do, so that the user can decide."""
        self._tasks.run(self._files.removal(model), done=self._tell_planned, failed=self._fail)

    def remove(self, removal: Removal) -> None:
        """Move a model to the trash."""

        async def work() -> LocalModel:
            await self._files.remove(removal)
            return removal.model

        self._tasks.run(work(), done=self._tell_removed, failed=self._fail)

    @Slot(object)
    def _tell_planned(self, removal: Removal) -> None:
        self.removal_planned.emit(removal)

    @Slot(object)
    def _tell_removed(self, model: LocalModel) -> None:
        self.removed.emit(model)
        self._shelf.refresh()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)
