"""What suits the loaded model on this machine: measured when it is quiet, or when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.engine import SessionInfo
from app.domain.errors import AppError
from app.domain.model import LocalModel, ModelRef, ref_of
from app.domain.tuning import Tuning, details_text, tuning_text
from app.domain.units import percent_text
from app.domain.words import marked
from app.services.engine_host import Loaded
from app.ui.language import tr
from app.ui.loading import ModelLoading
from app.ui.tasks import Job, Tasks
from app.ui.turns import Turns

# The user reads, thinks, and does not come back at once; each time in vain waits twice as long.
_REST_MILLISECONDS: Final = 30_000
_LONGEST_REST_MILLISECONDS: Final = 30 * 60_000

_NOTHING_LOADED: Final = marked(
    "Load a GGUF model to measure which settings suit it on this machine best."
)
_NOT_YET: Final = marked(
    "Not measured on this machine yet. It happens by itself when the computer rests."
)
_STOPPED: Final = marked("The measurement was stopped, because the model had something else to do.")
_BUSY: Final = marked(
    "Other programs were busy meanwhile, so this would not hold. Close them and measure again."
)


# Of a model, which may not be the one that is shown any more.
Answer = tuple[ModelRef, Tuning | None]


class Host(Protocol):
    """What measures."""

    def find(self, ref: ModelRef) -> Loaded | None: ...

    async def tuning(self, model: LocalModel) -> Tuning | None: ...

    async def tune(self, ref: ModelRef, on_progress: Callable[[float], None]) -> Tuning | None: ...

    async def tune_if_quiet(self, ref: ModelRef) -> Tuning | None: ...


class TuningState(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of the model of the shown chat."""

    text: str = _NOTHING_LOADED
    details: str = ""
    can_measure: bool = False
    is_measuring: bool = False


class MachineTuning(QObject):
    """`changed` carries a `TuningState`."""

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, host: Host, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._tasks = tasks
        self._job: Job | None = None
        self._fraction = 0.0
        self._loading: ModelLoading | None = None
        self._ref: ModelRef | None = None
        self.state = TuningState()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MILLISECONDS)
        self._rest.timeout.connect(self._try)
        self._progress = QTimer(self)
        self._progress.setInterval(200)
        self._progress.timeout.connect(self._show_progress)

    def follow(self, loading: ModelLoading, turns: Turns) -> None:
        """Hear of loads and replies."""
        self._loading = loading
        loading.loaded.connect(self._begin)
        loading.ejected.connect(self._forget)
        loading.loading_started.connect(self._forget)
        turns.reply_finished.connect(self._wait)

    @Slot()
    def measure(self) -> None:
        """Measure now; the same again stops it."""
        if self._job is not None and self._job.active:
            self._job.cancel()
            return
        if not self.state.can_measure or self._ref is None:
            return
        self._rest.stop()
        self._fraction = 0.0
        self._progress.start()
        self._job = self._tasks.run(
            self._host.tune(self._ref, self._note),
            done=self._show,
            failed=self._fail,
            cancelled=self._stop,
        )
        self._show_progress()

    @Slot(object)
    def _begin(self, _: SessionInfo) -> None:
        model = None if self._loading is None else self._loading.model
        loaded = None if model is None else self._host.find(ref_of(model))
        if loaded is not None and loaded.ref == self._ref and self.state.is_measuring:
            return  # another chat with the same model
        self._forget()
        if loaded is not None and loaded.tunable is not None:
            self._ref = loaded.ref
            self._tell(TuningState(text=_NOT_YET, can_measure=True))
            work = self._known(loaded.ref, loaded.tunable)
            self._tasks.run(work, done=self._show_known, failed=self._fail)

    async def _known(self, ref: ModelRef, model: LocalModel) -> Answer:
        return ref, await self._host.tuning(model)

    async def _found(self, ref: ModelRef) -> Answer:
        return ref, await self._host.tune_if_quiet(ref)

    @Slot(object)
    def _show_known(self, answer: Answer) -> None:
        ref, tuning = answer
        if ref != self._ref or self.state.is_measuring:
            return
        if tuning is None:
            self._rest.setInterval(_REST_MILLISECONDS)
            self._rest.start()
        else:
            self._show(tuning)

    @Slot()
    @Slot(object)
    def _forget(self, _: object = None) -> None:
        self._ref = None
        if self._job is not None:
            self._job.cancel()
        self._rest.stop()
        self._progress.stop()
        self._tell(TuningState())

    @Slot(object)
    def _wait(self, _: object) -> None:
        """A reply ended: the rest begins again."""
        if self._rest.isActive():
            self._rest.start()

    @Slot()
    def _try(self) -> None:
        if self._ref is not None:
            self._tasks.run(self._found(self._ref), done=self._show_found, failed=self._fail)

    @Slot(object)
    def _show_found(self, answer: Answer) -> None:
        ref, tuning = answer
        if ref != self._ref or self.state.is_measuring:
            return
        if tuning is not None and tuning.holds:
            self._show(tuning)
        elif self.state.can_measure:
            self._rest.setInterval(min(2 * self._rest.interval(), _LONGEST_REST_MILLISECONDS))
            self._rest.start()

    def _note(self, fraction: float) -> None:
        self._fraction = fraction

    @Slot()
    def _show_progress(self) -> None:
        text = tr("Measuring… {percent}").format(percent=percent_text(100 * self._fraction))
        self._tell(TuningState(text=text, can_measure=True, is_measuring=True))

    @Slot(object)
    def _show(self, tuning: Tuning | None) -> None:
        self._progress.stop()
        if tuning is None:
            self._tell(TuningState(text=_STOPPED, can_measure=True))
        elif not tuning.holds:
            self._tell(TuningState(text=_BUSY, details=tuning_text(tuning), can_measure=True))
        else:
            text, details = tuning_text(tuning), details_text(tuning)
            self._tell(TuningState(text=text, details=details, can_measure=True))

    @Slot()
    def _stop(self) -> None:
        if self.state.is_measuring:  # else another model is told of
            self._show(None)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self._progress.stop()
        if self._ref is not None:  # else the model went, and that is told elsewhere
            self._tell(TuningState(text=error.said(), can_measure=True))

    def _tell(self, state: TuningState) -> None:
        self.state = state
        self.changed.emit(state)
