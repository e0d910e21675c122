"""Serves an engine that makes one reply at a time: the others wait in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from app.domain.engine import Finished, GenerationEvent, GenerationRequest, SessionInfo
from app.domain.errors import AppError, EngineError
from app.domain.load_options import LoadPlan, LoadProgress
from backends.protocol import Answer, Question

Emit = Callable[[int, GenerationEvent | AppError], None]


class SerialModel(Protocol):
    """A loaded model that streams one reply."""

    info: SessionInfo

    def generate(
        self, request: GenerationRequest, cancelled: threading.Event
    ) -> Iterator[GenerationEvent]: ...

    def interrupt(self) -> None:
        """Make a running evaluation return soon; called from another thread."""
        ...

    def close(self) -> None: ...


class LoadSerialModel(Protocol):
    """The function that such an engine's module has."""

    def __call__(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> SerialModel: ...


class _Request:
    def __init__(self, request_id: int, request: GenerationRequest) -> None:
        self.id = request_id
        self.request = request
        self.cancelled = threading.Event()
        self.events: Iterator[GenerationEvent] | None = None


class OneAtATime:
    """A model as the worker wants it, out of one that streams one reply."""

    def __init__(self, model: SerialModel, emit: Emit) -> None:
        self._model = model
        self._emit = emit
        self._queue: deque[_Request] = deque()
        # Held while the queue changes, so that an interrupt never hits the next request.
        self._lock = threading.Lock()
        self.info = model.info

    @property
    def is_busy(self) -> bool:
        return bool(self._queue)

    def prepare(self, request: GenerationRequest) -> GenerationRequest:
        """Such an engine makes the prompt when the request's turn has come."""
        return request

    def submit(self, request_id: int, prepared: GenerationRequest) -> None:
        """Put a request behind the others."""
        with self._lock:
            self._queue.append(_Request(request_id, prepared))

    def answer(self, question: Question) -> Answer:
        """Such an engine makes replies only."""
        raise EngineError(
            f"The engine {self.info.engine_name} cannot do this ({type(question).__name__})."
        )

    def step(self) -> None:
        """The next event of the first request."""
        first = self._queue[0]
        try:
            if first.events is None:
                first.events = self._model.generate(first.request, first.cancelled)
            event: GenerationEvent | AppError | None = next(first.events, None)
        except AppError as error:
            event = error
        if event is None or isinstance(event, Finished | AppError):
            with self._lock:
                self._queue.popleft()
        if event is not None:
            self._emit(first.id, event)

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; from any thread."""
        with self._lock:
            for place, request in enumerate(self._queue):
                if request.id == request_id:
                    request.cancelled.set()
                    if place == 0:
                        self._model.interrupt()

    def close(self) -> None:
        """Free the model."""
        self._model.close()


def serial(load_model: LoadSerialModel) -> Callable[..., OneAtATime]:
    """The load function that the worker wants, out of one that gives a `SerialModel`."""

    def load(plan: LoadPlan, on_progress: Callable[[LoadProgress], None], emit: Emit) -> OneAtATime:
        return OneAtATime(load_model(plan, on_progress), emit)

    return load
