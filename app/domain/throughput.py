"""How evenly a reply streamed: the times between its tokens."""

from __future__ import annotations

import itertools

import msgspec

from app.domain.engine import ReasoningDelta, TextDelta
from app.domain.statistics import percentiles


class ReplySpeed(msgspec.Struct, frozen=True, kw_only=True):
    """Inter-token latencies of one reply in milliseconds, from the second token on.

    p99 is the stall that one token in a hundred exceeds.
    """

    itl_p50_ms: float
    itl_p95_ms: float
    itl_p99_ms: float


class TokenClock:
    """Collects the engine's own time of each token of one reply."""

    def __init__(self) -> None:
        self._elapsed_ms: list[float] = []

    def add(self, delta: TextDelta | ReasoningDelta) -> None:
        """Note one token; a token without text counts like any other."""
        self._elapsed_ms.append(delta.timings.elapsed_ms)

    def speed(self) -> ReplySpeed | None:
        """The percentiles so far; None before the second token."""
        times = self._elapsed_ms
        if len(times) < 2:
            return None
        latencies = [later - earlier for earlier, later in itertools.pairwise(times)]
        p50, p95, p99 = percentiles(latencies, (0.50, 0.95, 0.99))
        return ReplySpeed(itl_p50_ms=p50, itl_p95_ms=p95, itl_p99_ms=p99)
