"""The models on this computer: one list that all pages share, read again when asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import AppError
from app.domain.model import LocalModel
from app.ui.tasks import Job, Tasks


class Library(Protocol):
    """What the window needs of the library."""

    async def models(self) -> list[LocalModel]: ...

    def changes(self) -> AsyncIterator[None]: ...

    async def add_file(self, path: str) -> LocalModel: ...


def suggested(models: list[LocalModel], last: str | None) -> LocalModel | None:
    """The model to offer: the one loaded last, else the starter, else the smallest that works."""
    usable = [model for model in models if model.problem is None]
    for model in usable:
        if last is not None and model.name == last:
            return model
    starters = [model for model in usable if model.source == "starter"]
    return min(starters or usable, key=lambda model: model.size_bytes, default=None)


class ModelShelf(QObject):
    """Lists the models and adds files to them."""

    refresh_started = Signal()
    models_changed = Signal(list)
    refresh_failed = Signal(object)
    file_added = Signal(object)
    file_refused = Signal(object)

    def __init__(self, library: Library, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks
        self._models: list[LocalModel] | None = None
        self._refreshing: Job | None = None
        self._is_stale = False

    @property
    def models(self) -> list[LocalModel]:
        """The models that are known so far."""
        return self._models or []

    @property
    def is_known(self) -> bool:
        """Whether the list was read at least once."""
        return self._models is not None

    @Slot()
    def refresh(self) -> None:
        """Read the list again; once more after a reading that runs, which may have passed by what
        is new.
        """
        if self._refreshing is not None and self._refreshing.active:
            self._is_stale = True
            return
        self.refresh_started.emit()
        self._refreshing = self._tasks.run(
            self._library.models(), done=self._take, failed=self._fail
        )

    def watch(self) -> None:
        """Read the list again whenever something changes in the folders."""
        self._tasks.stream(
            self._library.changes(), received=self._see_changes, failed=self._fail_watch
        )

    @Slot(list)
    def _see_changes(self, _: list[None]) -> None:
        self.refresh()

    @Slot(object)
    def _fail_watch(self, error: AppError) -> None:
        self.refresh_failed.emit(error)

    @Slot(str)
    def add_file(self, path: str) -> None:
        """Check a file and put it on the list; it is told by `file_added` or `file_refused`."""
        self._tasks.run(self._library.add_file(path), done=self._add, failed=self._refuse)

    @Slot(object)
    def _take(self, models: list[LocalModel]) -> None:
        self._models = models
        self.models_changed.emit(models)
        if self._is_stale:
            self._is_stale = False
            self._refreshing = None
            self.refresh()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self._models, self._is_stale = self._models or [], False
        self.refresh_failed.emit(error)

    @Slot(object)
    def _add(self, model: LocalModel) -> None:
        self._models = [model, *(m for m in self.models if m.path != model.path)]
        self.models_changed.emit(self._models)
        self.file_added.emit(model)

    @Slot(object)
    def _refuse(self, error: AppError) -> None:
        self.file_refused.emit(error)
