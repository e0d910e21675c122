"""What was foretold of each loaded model beside what it really takes: now, and in a sentence."""

from __future__ import annotations

from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Message
from app.domain.engine import SessionInfo, Timings
from app.domain.errors import AppError
from app.domain.hardware import MachineSample
from app.domain.measured_load import (
    HeldMemory,
    MeasuredLoad,
    held_memory,
    measured_parts,
    parts_sentence,
)
from app.domain.model import AnyModel, ModelRef, ref_of
from app.domain.units import memory_text
from app.services.engine_host import Loaded
from app.ui.language import tr
from app.ui.loaded_models import LoadedModels
from app.ui.loading import ModelLoading
from app.ui.tasks import Tasks
from app.ui.turns import Turns


class Learned(msgspec.Struct, frozen=True):
    """What a reply taught of a model."""

    ref: ModelRef
    load: MeasuredLoad | None


class Teacher(Protocol):
    """What learns from finished replies."""

    async def learn(self, loaded: Loaded, timings: Timings) -> MeasuredLoad | None: ...


class MeasuredMemory(QObject):
    """`changed` carries the sentence about the shown chat's model; it is empty while that is not
    loaded. `sampled` tells that what models hold was measured anew.
    """

    changed = Signal(str)
    sampled = Signal()
    failed = Signal(object)

    def __init__(
        self, teacher: Teacher, models: LoadedModels, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._teacher = teacher
        self._models = models
        self._tasks = tasks
        self._loading: ModelLoading | None = None
        self._turns: Turns | None = None
        self._sentences: dict[ModelRef, str] = {}
        self._resident: dict[int, int | None] = {}
        models.loaded.connect(self._foretell)

    def follow(self, loading: ModelLoading, turns: Turns) -> None:
        """Hear of the shown chat's model and of replies."""
        self._loading, self._turns = loading, turns
        loading.loaded.connect(self._tell)
        loading.ejected.connect(self._tell)
        loading.loading_started.connect(self._tell)
        turns.reply_finished.connect(self._compare)

    @property
    def text(self) -> str:
        """The sentence about the shown chat's model."""
        model = None if self._loading is None else self._loading.model
        return "" if model is None else self.text_of(model)

    def text_of(self, model: AnyModel) -> str:
        """The sentence about a loaded model; empty for others."""
        return "" if self._models.find(model) is None else self._sentences.get(ref_of(model), "")

    def held_by(self, loaded: Loaded) -> HeldMemory | None:
        """What a model holds now; None where nothing is held on this computer."""
        estimate = None if loaded.forecast is None else loaded.forecast.estimate
        process = loaded.session.process_id
        if process is None:
            return None
        return held_memory(loaded.session.info, estimate, self._resident.get(process))

    @Slot(object)
    def show_sample(self, sample: MachineSample) -> None:
        """Take a reading of the workers."""
        self._resident = sample.workers
        self.sampled.emit()

    @Slot(object)
    def _foretell(self, loaded: Loaded) -> None:
        said = ""
        if loaded.forecast is not None:
            estimate = loaded.forecast.estimate
            parts = parts_sentence(measured_parts(estimate, loaded.session.info.buffers))
            total = memory_text(estimate.total_bytes)
            words = tr("Predicted {memory} of memory; replies show what it really takes.")
            said = f"{words.format(memory=total)} {parts}"
        self._sentences[loaded.ref] = said.strip()
        self._tell()

    @Slot()
    @Slot(object)
    def _tell(self, _: SessionInfo | AnyModel | None = None) -> None:
        self.changed.emit(self.text)

    @Slot(object)
    def _compare(self, message: Message) -> None:
        session = None
        if self._turns is not None:
            session = self._turns.session_in(message.conversation_id)
        loaded = next((each for each in self._models.all if each.session is session), None)
        if loaded is not None and message.timings is not None:
            work = self._learn(loaded, message.timings)
            self._tasks.run(work, done=self._show_measured, failed=self._fail)

    async def _learn(self, loaded: Loaded, timings: Timings) -> Learned:
        return Learned(loaded.ref, await self._teacher.learn(loaded, timings))

    @Slot(object)
    def _show_measured(self, learned: Learned) -> None:
        load = learned.load
        if load is not None:
            predicted = memory_text(load.predicted_bytes)
            said = tr("Predicted {predicted}, measured {measured}.").format(
                predicted=predicted, measured=memory_text(load.measured_bytes)
            )
            self._sentences[learned.ref] = f"{said} {parts_sentence(load.parts)}".strip()
            self._tell()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)
