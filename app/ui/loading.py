"""Which model answers in the chat that is shown: chosen, remembered, and loaded when needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.engine import EngineSession
from app.domain.errors import AppError
from app.domain.model import AnyModel, ModelRef, ref_of
from app.services.engine_host import Loaded
from app.ui.loaded_models import FailedLoad, LoadedModels, LoadRequest
from app.ui.tasks import Job, Tasks


class Store(Protocol):
    """What remembers the models of chats."""

    async def model(self, conversation_id: int) -> ModelRef | None: ...

    async def set_model(self, conversation_id: int, model: ModelRef) -> None: ...


class ModelLoading(QObject):
    """The model of the shown chat. A new chat goes on with the model of the one before it.

    The signals are about that model; when another chat is shown, they tell how its model stands:
    `loaded`, `loading_started`, or `ejected` where it is not loaded. Only `load_failed` is about
    any model.
    """

    loading_started = Signal(object)
    load_progressed = Signal(object)
    loaded = Signal(object)
    load_failed = Signal(object)
    load_cancelled = Signal()
    ejected = Signal()
    # The model of the shown chat is not here any more; carries its name.
    missed = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        models: LoadedModels,
        store: Store,
        find: Callable[[ModelRef], AnyModel | None],
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        """`find` looks a model up among those that can be chosen."""
        super().__init__(parent)
        self._models = models
        self._store = store
        self._find = find
        self._tasks = tasks
        self._wanted: AnyModel | None = None
        self._chat: int | None = None
        self._reading: Job | None = None
        # What the shown chat remembers, while no such model is known.
        self._unresolved: ModelRef | None = None
        models.loading_started.connect(self._note_started)
        models.load_progressed.connect(self._note_progress)
        models.loaded.connect(self._note_loaded)
        models.load_failed.connect(self._note_failed)
        models.load_cancelled.connect(self._note_cancelled)
        models.room_wanted.connect(self._note_room_wanted)
        models.ejected.connect(self._note_ejected)

    @property
    def session(self) -> EngineSession | None:
        """The session of the chat's model; None while it is not loaded."""
        found = self._models.find(self._wanted)
        return None if found is None else found.session

    @property
    def model(self) -> AnyModel | None:
        """The chat's model, once it is loaded."""
        return None if self.session is None else self._wanted

    @property
    def wanted(self) -> AnyModel | None:
        """The chat's model, loaded or not."""
        return self._wanted

    @property
    def busy(self) -> bool:
        """Whether the chat's model is being loaded."""
        return self._models.is_loading(self._wanted)

    # The shown chat

    @Slot(object)
    def open(self, conversation_id: int | None) -> None:
        """Another chat is shown, None for a new one."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._chat, self._unresolved = conversation_id, None
        if conversation_id is not None:
            work = self._store.model(conversation_id)
            self._reading = self._tasks.run(work, done=self._take, failed=self._fail)

    @Slot(int)
    def adopt(self, conversation_id: int) -> None:
        """The new chat has its number now, and remembers its model."""
        if self._chat is None:
            self._chat = conversation_id
            self.remember()

    def remember(self) -> None:
        """Keep the model with the shown chat."""
        self._unresolved = None
        if self._chat is not None and self._wanted is not None:
            work = self._store.set_model(self._chat, ref_of(self._wanted))
            self._tasks.write(work, failed=self._fail)

    @Slot(object)
    def _take(self, ref: ModelRef | None) -> None:
        self._reading, self._unresolved = None, ref
        self.resolve()
        if self._unresolved is not None and self._unresolved.path is not None:
            self.missed.emit(self._unresolved.name)

    @Slot()
    @Slot(list)
    def resolve(self, _: object = None) -> None:
        """Look the chat's model up again: other models are known now."""
        found = None if self._unresolved is None else self._find(self._unresolved)
        if found is not None:
            self._unresolved = None
            if self._wanted is None or ref_of(found) != ref_of(self._wanted):
                self._wanted = found
                self._tell()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)

    def _tell(self) -> None:
        session = self.session
        if session is not None:
            self.loaded.emit(session.info)
        elif self.busy:
            self.loading_started.emit(self._wanted)
        else:
            self.ejected.emit()

    # What is asked

    def begin_with(self, model: AnyModel) -> None:
        """At the start: load the usual model, unless the shown chat has one of its own."""
        self._wanted = self._wanted or model
        self._models.load(self._models.request_of(model))

    @Slot(object)
    def load(self, model: AnyModel) -> None:
        """Let a model answer in the shown chat; it is loaded as it was last, unless it is."""
        self._want(model)
        if self.session is None:
            self._models.load(self._models.request_of(model))
        else:
            self._models.choose(model)
            self._tell()

    @Slot(object)
    def load_with(self, request: LoadRequest) -> None:
        """Let a model answer, loaded with these options."""
        self._want(request.model)
        self._models.load(request)

    def _want(self, model: AnyModel) -> None:
        before, self._wanted = self._wanted, model
        self.remember()
        if before is not None and ref_of(before) != ref_of(model):
            self._models.cancel_unneeded(before)

    @Slot()
    def reload(self) -> None:
        """Load what was lost or refused once more."""
        self._models.reload()

    @Slot()
    def cancel(self) -> None:
        """Cancel the load that runs."""
        if self._wanted is not None:
            self._models.cancel(self._wanted)

    @Slot()
    def eject(self) -> None:
        """Release the model and its memory."""
        if self._wanted is not None:
            self._models.eject(self._wanted)

    # What comes of it

    def _is_mine(self, model: AnyModel) -> bool:
        return self._wanted is not None and ref_of(model) == ref_of(self._wanted)

    @Slot(object)
    def _note_started(self, model: AnyModel) -> None:
        if self._is_mine(model):
            self.loading_started.emit(model)

    @Slot(object)
    def _note_progress(self, model: AnyModel) -> None:
        progress = self._models.progress_of(model)
        if progress is not None and self._is_mine(model):
            self.load_progressed.emit(progress)

    @Slot(object)
    def _note_loaded(self, loaded: Loaded) -> None:
        if self._is_mine(loaded.model):
            self.loaded.emit(loaded.session.info)

    @Slot(object)
    def _note_failed(self, failed: FailedLoad) -> None:
        self.load_failed.emit(failed.error)

    @Slot(object)
    def _note_room_wanted(self, failed: FailedLoad) -> None:
        self._note_cancelled(failed.request.model)

    @Slot(object)
    def _note_cancelled(self, model: AnyModel) -> None:
        if self._is_mine(model):
            self.load_cancelled.emit()

    @Slot(object)
    def _note_ejected(self, model: AnyModel) -> None:
        if self._is_mine(model):
            self.ejected.emit()
