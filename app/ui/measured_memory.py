"""What was foretold of the loaded model beside what it really takes, as a sentence."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Message
from app.domain.engine import SessionInfo, Timings
from app.domain.errors import AppError
from app.domain.measured_load import MeasuredLoad, measured_parts, parts_sentence
from app.domain.units import memory_text
from app.services.engine_host import Loaded
from app.ui.loading import Host, ModelLoading
from app.ui.tasks import Tasks
from app.ui.turns import Turns


class Teacher(Protocol):
    """What learns from finished replies."""

    async def learn(self, loaded: Loaded, timings: Timings) -> MeasuredLoad | None: ...


class MeasuredMemory(QObject):
    """`changed` carries the sentence; it is empty while nothing is loaded."""

    changed = Signal(str)
    failed = Signal(object)

    def __init__(
        self, teacher: Teacher, host: Host, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._teacher = teacher
        self._host = host
        self._tasks = tasks
        self.text = ""

    def follow(self, loading: ModelLoading, turns: Turns) -> None:
        """Hear of loads and replies."""
        loading.loaded.connect(self._show_foretold)
        loading.ejected.connect(self._forget)
        loading.loading_started.connect(self._forget)
        turns.reply_finished.connect(self._compare)

    @Slot(object)
    def _show_foretold(self, _: SessionInfo) -> None:
        loaded = self._host.loaded
        if loaded is not None and loaded.forecast is not None:
            estimate = loaded.forecast.estimate
            parts = parts_sentence(measured_parts(estimate, loaded.session.info.buffers))
            total = memory_text(estimate.total_bytes)
            said = f"Predicted {total} of memory; replies show what it really takes. {parts}"
            self._say(said.strip())

    @Slot()
    @Slot(object)
    def _forget(self, _: object = None) -> None:
        self._say("")

    @Slot(object)
    def _compare(self, message: Message) -> None:
        loaded = self._host.loaded
        if loaded is None or message.timings is None:
            return
        work = self._teacher.learn(loaded, message.timings)
        self._tasks.run(work, done=self._show_measured, failed=self._fail)

    @Slot(object)
    def _show_measured(self, load: MeasuredLoad | None) -> None:
        if load is not None:
            predicted = memory_text(load.predicted_bytes)
            said = f"Predicted {predicted}, measured {memory_text(load.measured_bytes)}."
            self._say(f"{said} {parts_sentence(load.parts)}".strip())

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)

    def _say(self, text: str) -> None:
        self.text = text
        self.changed.emit(text)
