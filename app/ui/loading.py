"""Which model is loaded or being loaded: one state that all pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.engine import EngineSession
from app.domain.errors import AppError
from app.domain.load_options import LoadOptions, LoadProgress
from app.domain.model import AnyModel, LocalModel
from app.services.engine_host import Loaded
from app.ui.tasks import BATCH_MILLISECONDS, Job, Tasks


class LoadRequest(msgspec.Struct, frozen=True):
    """A model and how to load it."""

    model: AnyModel
    options: LoadOptions = LoadOptions()


class Host(Protocol):
    """What the window needs of the engine host."""

    @property
    def session(self) -> EngineSession | None: ...

    @property
    def loaded(self) -> Loaded | None: ...

    async def load(
        self,
        model: AnyModel,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> EngineSession: ...

    async def eject(self) -> None: ...


class ModelLoading(QObject):
    """Loads and ejects models, and tells everyone. One model at a time."""

    loading_started = Signal(object)
    load_progressed = Signal(object)
    loaded = Signal(object)
    load_failed = Signal(object)
    load_cancelled = Signal()
    ejected = Signal()

    def __init__(self, host: Host, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._tasks = tasks
        self._job: Job | None = None
        self._wanted: LoadRequest | None = None
        self._model: AnyModel | None = None
        self._previous: AnyModel | None = None
        self._next: LoadRequest | None = None
        self._progress: LoadProgress | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(BATCH_MILLISECONDS)
        self._timer.timeout.connect(self._tell_progress)

    @property
    def session(self) -> EngineSession | None:
        """The loaded model's session; None while nothing is loaded or a load runs."""
        return None if self._model is None else self._host.session

    @property
    def model(self) -> AnyModel | None:
        """The loaded model."""
        return self._model

    @property
    def local_model(self) -> LocalModel | None:
        """The loaded model, if it is on this computer."""
        return self._model if isinstance(self._model, LocalModel) else None

    @property
    def wanted(self) -> AnyModel | None:
        """The model that is loaded, is being loaded, or was the last to fail or die."""
        return None if self._wanted is None else self._wanted.model

    @property
    def request(self) -> LoadRequest | None:
        """The wanted model with the options that were asked for."""
        return self._wanted

    @property
    def busy(self) -> bool:
        """Whether a load or an eject runs."""
        return self._job is not None and self._job.active

    @Slot(object)
    def load(self, model: AnyModel) -> None:
        """Load a model, with what the program chooses, in place of what is there."""
        self.load_with(LoadRequest(model))

    @Slot(object)
    def load_with(self, request: LoadRequest) -> None:
        """Load a model with these options; a load that runs is cancelled first."""
        if self.busy:
            self._next = request
            self.cancel()
            return
        self._previous, self._wanted, self._model = self._model, request, None
        self.loading_started.emit(request.model)
        self._job = self._tasks.run(
            self._host.load(request.model, request.options, self._note_progress),
            done=self._conclude,
            failed=self._fail,
            cancelled=self._cancelled,
        )

    @Slot()
    def reload(self) -> None:
        """Load the last wanted model again."""
        if self._wanted is not None:
            self.load_with(self._wanted)

    @Slot()
    def cancel(self) -> None:
        """Cancel the load that runs."""
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def eject(self) -> None:
        """Release the model and its memory."""
        if self.busy or self._model is None:
            return
        self._model = None
        self._job = self._tasks.run(self._host.eject(), done=self._tell_ejected, failed=self._fail)

    @Slot()
    def lose(self) -> None:
        """The engine died: the session is of no use any more, the wish to use the model stays."""
        self._model = self._previous = None
        self.ejected.emit()

    def _note_progress(self, progress: LoadProgress) -> None:
        self._progress = progress
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _tell_progress(self) -> None:
        if self.busy and self._progress is not None:
            self.load_progressed.emit(self._progress)

    @Slot(object)
    def _conclude(self, session: EngineSession) -> None:
        self._model = self.wanted
        self._settle()
        self.loaded.emit(session.info)

    def _keep_previous(self) -> None:
        """A model that was refused before its load began leaves the one before it loaded."""
        if self._host.session is not None:
            self._model = self._previous

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self._settle()
        self._keep_previous()
        self.load_failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        self._settle()
        self._keep_previous()
        if self._next is not None:
            request, self._next = self._next, None
            self.load_with(request)
        else:
            self.load_cancelled.emit()

    @Slot(object)
    def _tell_ejected(self, _: object) -> None:
        self._settle()
        self.ejected.emit()

    def _settle(self) -> None:
        self._job = None
        self._progress = None
        self._timer.stop()
