"""The models that are loaded and being loaded, side by side: one state that all pages share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.engine import EngineSession
from app.domain.errors import AppError, RoomNeededError
from app.domain.load_options import LoadOptions, LoadProgress
from app.domain.model import AnyModel, ModelRef, ref_of
from app.services.engine_host import Loaded
from app.ui.tasks import Batch, Job, Tasks


class LoadRequest(msgspec.Struct, frozen=True):
    """A model, how to load it, and which models go for it."""

    model: AnyModel
    options: LoadOptions = LoadOptions()
    leaving: tuple[ModelRef, ...] = ()


class FailedLoad(msgspec.Struct, frozen=True):
    """A load that was refused or went wrong."""

    request: LoadRequest
    error: AppError


class Host(Protocol):
    """What the window needs of the engine host."""

    @property
    def loaded(self) -> tuple[Loaded, ...]: ...

    def find(self, ref: ModelRef) -> Loaded | None: ...

    def note_use(self, ref: ModelRef) -> None: ...

    async def load(
        self,
        model: AnyModel,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
        leaving: Collection[ModelRef] = (),
    ) -> EngineSession: ...

    async def eject(self, ref: ModelRef) -> None: ...

    async def choose(self, model: AnyModel, options: LoadOptions) -> None: ...

    def options_of(self, model: AnyModel) -> LoadOptions: ...


class RunningLoad(QObject):
    """One load, from the request to its end; its progress is told a batch at a time."""

    progressed = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal(object)

    def __init__(self, request: LoadRequest, parent: QObject) -> None:
        super().__init__(parent)
        self.request = request
        self.progress: LoadProgress | None = None
        # A question waits for it.
        self.is_needed = False
        # What takes its place once it is cancelled.
        self.successor: LoadRequest | None = None
        self._job: Job | None = None
        self._news: Batch[LoadProgress] = Batch(self._tell_progress, self)

    def start(self, host: Host, tasks: Tasks) -> None:
        """Begin."""
        asked = self.request
        work = host.load(asked.model, asked.options, self._note, asked.leaving)
        self._job = tasks.run(work, done=self._finish, failed=self._fail, cancelled=self._end)

    def cancel(self) -> None:
        """Stop it; `cancelled` follows."""
        if self._job is not None:
            self._job.cancel()

    def _note(self, progress: LoadProgress) -> None:
        self.progress = progress
        self._news.add(progress)

    @Slot(list)
    def _tell_progress(self, _: list[LoadProgress]) -> None:
        self.progressed.emit(self.request.model)

    @Slot(object)
    def _finish(self, _: EngineSession) -> None:
        self._news.clear()
        self.done.emit(self)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self._news.clear()
        self.failed.emit(FailedLoad(self.request, error))

    @Slot()
    def _end(self) -> None:
        self._news.clear()
        self.cancelled.emit(self)


class LoadedModels(QObject):
    """Loads and ejects models, and tells everyone.

    The signals carry the model, `loaded` and `leaving` a `Loaded`, `load_failed` and `room_wanted`
    a `FailedLoad`. `changed` follows each of them but the progress.
    """

    loading_started = Signal(object)
    load_progressed = Signal(object)
    loaded = Signal(object)
    load_failed = Signal(object)
    load_cancelled = Signal(object)
    # It fits if others are ejected: `make_room` or `decline` answers.
    room_wanted = Signal(object)
    # A model is about to go: what it is asked ends now.
    leaving = Signal(object)
    ejected = Signal(object)
    changed = Signal()

    def __init__(self, host: Host, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._tasks = tasks
        self._loads: dict[ModelRef, RunningLoad] = {}
        # What was told as loaded, and not yet as ejected.
        self._told: dict[ModelRef, Loaded] = {}
        self._requests: dict[ModelRef, LoadRequest] = {}
        self._last: ModelRef | None = None
        for signal in (
            self.loading_started,
            self.loaded,
            self.load_failed,
            self.load_cancelled,
            self.room_wanted,
            self.ejected,
        ):
            signal.connect(self._note_change)

    @Slot(object)
    def _note_change(self, _: object) -> None:
        self.changed.emit()

    # What there is

    @property
    def all(self) -> tuple[Loaded, ...]:
        """The loaded models, the one that was used last at the end."""
        return tuple(each for each in self._host.loaded if each.ref in self._told)

    def find(self, model: AnyModel | None) -> Loaded | None:
        """A model, if it is loaded and not being replaced."""
        if model is None:
            return None
        ref = ref_of(model)
        return None if ref in self._loads or ref not in self._told else self._host.find(ref)

    @property
    def loading(self) -> tuple[AnyModel, ...]:
        """The models that are being loaded or wait for it."""
        return tuple(load.request.model for load in self._loads.values())

    def is_loading(self, model: AnyModel | None) -> bool:
        """Whether a model is being loaded or waits for it."""
        return model is not None and ref_of(model) in self._loads

    def progress_of(self, model: AnyModel) -> LoadProgress | None:
        """How far a load has come; None while it waits for others."""
        load = self._loads.get(ref_of(model))
        return None if load is None else load.progress

    def request_of(self, model: AnyModel) -> LoadRequest:
        """How a model was loaded last, also by an earlier start; as the program chooses, if it
        was not yet.
        """
        known = self._requests.get(ref_of(model))
        return known or LoadRequest(model, self._host.options_of(model))

    @property
    def asked_last(self) -> AnyModel:
        """What was to be loaded last, or was lost; there must have been one."""
        assert self._last is not None
        return self._requests[self._last].model

    # What is asked

    def load(self, request: LoadRequest) -> None:
        """Load a model, beside the others; one that is loaded is loaded anew."""
        ref = ref_of(request.model)
        running = self._loads.get(ref)
        if running is not None:
            if running.request != request:
                running.successor = request
                running.cancel()
            return
        self._last = ref
        self._requests[ref] = msgspec.structs.replace(request, leaving=())
        for each in self.all:
            if each.ref == ref or each.ref in request.leaving:
                self.leaving.emit(each)
        load = self._loads[ref] = RunningLoad(request, self)
        load.progressed.connect(self._show_progress)
        load.done.connect(self._conclude)
        load.failed.connect(self._fail)
        load.cancelled.connect(self._cancelled)
        self.loading_started.emit(request.model)
        load.start(self._host, self._tasks)

    def choose(self, model: AnyModel) -> None:
        """A model is loaded and chosen: the next start begins with it."""
        options = self.request_of(model).options
        self._tasks.write(self._host.choose(model, options), failed=self._ignore)

    def need(self, model: AnyModel) -> None:
        """Load a model that is asked something; `loaded`, `load_failed` or `load_cancelled` ends
        the wait for it.
        """
        if not self.is_loading(model):
            self.load(self.request_of(model))
        self._loads[ref_of(model)].is_needed = True

    @Slot()
    def reload(self) -> None:
        """Load what was lost, or else asked for last, once more."""
        if self._last is not None:
            self.load(self._requests[self._last])

    def cancel(self, model: AnyModel) -> None:
        """Cancel the load of a model."""
        load = self._loads.get(ref_of(model))
        if load is not None:
            load.cancel()

    def cancel_unneeded(self, model: AnyModel) -> None:
        """Cancel the load of a model, unless a question waits for it."""
        load = self._loads.get(ref_of(model))
        if load is not None and not load.is_needed:
            load.cancel()

    def make_room(self, failed: FailedLoad) -> None:
        """Load what was refused, and eject what has to go for it."""
        assert isinstance(failed.error, RoomNeededError)
        asked = failed.request
        leaving = (*asked.leaving, *failed.error.leaving)
        self.load(msgspec.structs.replace(asked, leaving=leaving))
        self._loads[ref_of(asked.model)].is_needed = True

    def decline(self, failed: FailedLoad) -> None:
        """Leave everything as it is."""
        self.load_cancelled.emit(failed.request.model)

    def eject(self, model: AnyModel) -> None:
        """Release a model and its memory."""
        found = self.find(model)
        if found is not None:
            self.leaving.emit(found)
            self._let_go(found)

    def lose(self, session: EngineSession) -> bool:
        """The engine died: the session is of no use any more. False if that is known."""
        for each in self.all:
            if each.session is session:
                self._last = each.ref
                self._let_go(each)
                return True
        return False

    def note_use(self, model: AnyModel) -> None:
        """A model is asked something: others make room before it."""
        self._host.note_use(ref_of(model))

    def _let_go(self, loaded: Loaded) -> None:
        # Once more at the end: until its process has ended its memory is not free.
        self._tasks.run(self._host.eject(loaded.ref), done=self._note_change, failed=self._ignore)
        del self._told[loaded.ref]
        self.ejected.emit(loaded.model)

    @Slot(object)
    def _ignore(self, error: AppError) -> None:
        """Closing a session never fails, nor does the note of a choice."""

    # What comes of it

    @Slot(object)
    def _show_progress(self, model: AnyModel) -> None:
        self._tell_gone()
        self.load_progressed.emit(model)

    @Slot(object)
    def _conclude(self, load: RunningLoad) -> None:
        found = self._host.find(ref_of(load.request.model))
        if found is not None:
            self._told[found.ref] = found
            self.choose(found.model)
        self._forget(load)
        if found is not None:
            self.loaded.emit(found)

    @Slot(object)
    def _fail(self, failed: FailedLoad) -> None:
        self._forget(self._loads[ref_of(failed.request.model)])
        is_question = isinstance(failed.error, RoomNeededError)
        (self.room_wanted if is_question else self.load_failed).emit(failed)

    @Slot(object)
    def _cancelled(self, load: RunningLoad) -> None:
        self._forget(load)
        if load.successor is not None:
            self.load(load.successor)
        else:
            self.load_cancelled.emit(load.request.model)

    def _forget(self, load: RunningLoad) -> None:
        del self._loads[ref_of(load.request.model)]
        load.deleteLater()
        self._tell_gone()

    def _tell_gone(self) -> None:
        """The host has ejected what had to make room."""
        for ref, gone in list(self._told.items()):
            if self._host.find(ref) is not gone and ref not in self._loads:
                del self._told[ref]
                self.ejected.emit(gone.model)
