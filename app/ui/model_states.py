"""How each model stands: loaded and what it holds, being loaded, or whether it would fit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import AppError
from app.domain.estimates import RowEstimate
from app.domain.measured_load import HeldMemory
from app.domain.model import AnyModel, LocalModel, ModelRef, ref_of
from app.ui.loaded_models import LoadedModels
from app.ui.measured_memory import MeasuredMemory
from app.ui.tasks import Job, Tasks

Estimated = tuple[ModelRef, RowEstimate | None]


class ModelState(msgspec.Struct, frozen=True, kw_only=True):
    """`fraction`: how far a load has come; None while it has not begun to read the weights."""

    kind: Literal["", "loading", "loaded"] = ""
    fraction: float | None = None
    held: HeldMemory | None = None
    estimate: RowEstimate | None = None


class Estimates(Protocol):
    """The one estimator, asked for models of this computer."""

    async def estimate(self, model: LocalModel) -> RowEstimate | None: ...


async def _estimates(
    estimates: Estimates, models: Sequence[LocalModel]
) -> AsyncIterator[Estimated]:
    for model in models:
        yield ref_of(model), await estimates.estimate(model)


class ModelStates(QObject):
    """`listed` tells that other models are loaded or another sentence is known of them, `changed`
    that something else of them is new, twice a second.
    """

    listed = Signal()
    changed = Signal()

    def __init__(
        self,
        models: LoadedModels,
        measured: MeasuredMemory,
        estimates: Estimates,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._measured = measured
        self._estimates = estimates
        self._tasks = tasks
        self._known: dict[ModelRef, RowEstimate | None] = {}
        # Estimates that were made with what is loaded and free now.
        self._fresh: set[ModelRef] = set()
        self._job: Job | None = None
        models.changed.connect(self._relist)
        models.load_progressed.connect(self._tell)
        measured.sampled.connect(self._tell)
        measured.changed.connect(self._relist)

    def of(self, model: AnyModel) -> ModelState:
        """How a model stands."""
        if self._models.is_loading(model):
            progress = self._models.progress_of(model)
            is_reading = progress is not None and progress.stage == "reading"
            fraction = progress.fraction if progress is not None and is_reading else None
            return ModelState(kind="loading", fraction=fraction)
        loaded = self._models.find(model)
        if loaded is not None:
            return ModelState(kind="loaded", held=self._measured.held_by(loaded))
        return ModelState(estimate=self._known.get(ref_of(model)))

    @property
    def loaded(self) -> tuple[AnyModel, ...]:
        """The loaded models, the one that was used last at the end."""
        return tuple(each.model for each in self._models.all)

    @property
    def active(self) -> tuple[AnyModel, ...]:
        """The models that are loaded or being loaded."""
        return (*self.loaded, *self._models.loading)

    def memory_text(self, model: AnyModel) -> str:
        """What was foretold of a loaded model and what it takes, as a sentence."""
        return self._measured.text_of(model)

    def held(self) -> list[HeldMemory]:
        """What the loaded models of this computer hold."""
        found = (self._measured.held_by(each) for each in self._models.all)
        return [each for each in found if each is not None]

    @Slot()
    def refresh(self) -> None:
        """What was estimated is asked again when it is wanted; it is shown until then."""
        self._fresh.clear()

    def want(self, models: Sequence[AnyModel]) -> None:
        """Estimate these models, in place of those that were wanted before."""
        wanted = [
            model
            for model in models
            if isinstance(model, LocalModel)
            and model.problem is None
            and ref_of(model) not in self._fresh
        ]
        if self._job is not None:
            self._job.cancel()
        self._job = self._tasks.stream(
            _estimates(self._estimates, wanted), received=self._take, failed=self._fail
        )

    @Slot(list)
    def _take(self, arrived: list[Estimated]) -> None:
        self._known.update(arrived)
        self._fresh.update(ref for ref, _ in arrived)
        self.changed.emit()

    @Slot(object)
    def _fail(self, _: AppError) -> None:
        """Rows without a badge stay without one: the list itself is of use."""

    @Slot()
    @Slot(str)
    def _relist(self, _: str = "") -> None:
        self.refresh()
        self.listed.emit()

    @Slot()
    @Slot(object)
    def _tell(self, _: object = None) -> None:
        self.changed.emit()
