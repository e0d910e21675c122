"""The measurement of the best options while no reply is in the making."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import AppError
from backends.llama_cpp.context import Context
from backends.llama_cpp.tuner import Tuner
from backends.process_memory import forget_peak
from backends.protocol import Answer, Tuned, TuningProgress

Emit = Callable[[int, Answer | AppError], None]


class Measurement:
    """At most one runs. All but `cancel` belongs to the decode thread."""

    def __init__(self, context: Context, make_tuner: Callable[[], Tuner], emit: Emit) -> None:
        """`context` gets the threads that are found best."""
        self._context = context
        self._make_tuner = make_tuner
        self._emit = emit
        self._running: tuple[int, Tuner] | None = None
        self._cancelled: int | None = None

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def begin(self, request_id: int) -> None:
        """Start one; its progress and its result go to `emit`."""
        self._running = (request_id, self._make_tuner())

    def step(self) -> None:
        """Measure for some tenths of a second."""
        assert self._running is not None
        request_id, tuner = self._running
        if self._cancelled == request_id:
            self.end()
            return
        try:
            tuning = tuner.step()
        except AppError as error:
            self._running = None
            self._emit(request_id, error)
            return
        if tuning is None:
            self._emit(request_id, TuningProgress(request_id, tuner.fraction))
            return
        if tuning.holds:
            self._context.use_threads(tuning.threads, tuning.prompt_threads)
        self._finish(Tuned(request_id, tuning))

    def cancel(self, request_id: int) -> None:
        """End it soon if it is this one; from any thread."""
        self._cancelled = request_id

    def end(self) -> None:
        """One that runs ends without a result."""
        if self._running is not None:
            request_id, tuner = self._running
            tuner.close()
            self._finish(Tuned(request_id, None))

    def _finish(self, answer: Tuned) -> None:
        self._running = None
        forget_peak()  # what it took says nothing about chats
        self._emit(answer.request_id, answer)
