"""The texts that wait to be scored, one after the other, between the batches of replies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.engine import GenerationEvent
from app.domain.errors import AppError, RequestError
from app.domain.scoring import Score
from backends.llama_cpp.context import AbortedError
from backends.protocol import Answer, Scored, ScoringProgress

if TYPE_CHECKING:
    from backends.llama_cpp.scoring import Scoring

Emit = Callable[[int, GenerationEvent | Answer | AppError], None]


class Scorings:
    """All but `cancel` belongs to the decode thread."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._waiting: deque[tuple[int, Callable[[], Scoring]]] = deque()
        self._running: tuple[int, Scoring] | None = None
        # Requests that are not over, and those of them that are to stop; two threads look at them.
        self._open: set[int] = set()
        self._cancelled: set[int] = set()

    @property
    def is_busy(self) -> bool:
        return bool(self._waiting or self._running)

    def submit(self, request_id: int, begin: Callable[[], Scoring]) -> None:
        """Take a text up, which `begin` makes ready; its progress and answer go to `emit`."""
        self._open.add(request_id)
        self._waiting.append((request_id, begin))

    def cancel(self, request_id: int) -> None:
        """Stop it soon, if it is one of these; from any thread."""
        if request_id not in self._open:
            return
        self._cancelled.add(request_id)
        running = self._running
        if running is not None and running[0] == request_id:
            running[1].context.interrupt()

    def step(self) -> None:
        """Evaluate a batch of the first."""
        if self._running is None:
            self._start()
            return
        request_id, scoring = self._running
        if request_id in self._cancelled:
            self._end(_stopped())
            return
        try:
            outcome = scoring.step()
        except AbortedError:
            self._end(_stopped())
        except AppError as error:
            self._end(error)
        else:
            if isinstance(outcome, Score):
                self._end(outcome)
            elif outcome is not None:
                self._emit(request_id, ScoringProgress(request_id, outcome))

    def close(self) -> None:
        """Free what is at work."""
        self._waiting.clear()
        if self._running is not None:
            self._running[1].close()
            self._running = None

    def _start(self) -> None:
        request_id, begin = self._waiting.popleft()
        if request_id in self._cancelled:
            self._tell(request_id, _stopped())
            return
        try:
            self._running = (request_id, begin())
        except AppError as error:
            self._tell(request_id, error)

    def _end(self, outcome: Score | AppError) -> None:
        assert self._running is not None
        request_id, scoring = self._running
        self._running = None
        scoring.close()
        self._tell(request_id, outcome)

    def _tell(self, request_id: int, outcome: Score | AppError) -> None:
        self._open.discard(request_id)
        self._cancelled.discard(request_id)
        told = outcome if isinstance(outcome, AppError) else Scored(request_id, outcome)
        self._emit(request_id, told)


def _stopped() -> RequestError:
    return RequestError("The scoring was stopped before its end. Start it again to have a score.")
