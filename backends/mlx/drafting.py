"""Guessing ahead with a draft model for one reply, as long as it is faster than plain steps."""

from __future__ import annotations

import time
from collections.abc import Callable

from backends.draft_pace import DraftPace

# Plain steps at the beginning of a reply, by whose time a round of guesses is judged.
_PLAIN_STEPS = 6
_NEW = 0.2


class Drafting:
    """Measures plain steps and rounds of guesses: which of the two should go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pace = DraftPace()
        self._plain_steps = 0
        self._plain_seconds = 0.0
        # When the latest token came in the loop that runs; what its round has brought so far.
        self._came: float | None = None
        self._round_seconds = 0.0
        self._accepted = 0
        self._is_timed = True
        self._in_round = False
        self._has_stopped = False

    @property
    def is_due(self) -> bool:
        """Whether the reply should go on with guesses."""
        return self._plain_steps >= _PLAIN_STEPS and not self._pace.rests and not self._has_stopped

    @property
    def begins_round(self) -> bool:
        """Whether the next token begins a round: only before it a loop can be left."""
        return not self._in_round

    def pause(self) -> None:
        """Something else comes before the next token, whose time then tells nothing."""
        self._came = None

    def stop(self) -> None:
        """The draft model cannot keep up: no more guesses for this reply."""
        self._has_stopped = True

    def step(self) -> None:
        """A token came by a plain step."""
        seconds = self._lap()
        self._pace.step()
        if seconds is not None:
            self._plain_steps += 1
            weight = max(_NEW, 1 / self._plain_steps)
            self._plain_seconds += weight * (seconds - self._plain_seconds)

    def guess(self, *, is_right: bool) -> None:
        """A token came in a round of guesses: a right one, or the model's own that ends it."""
        seconds = self._lap()
        self._is_timed = self._is_timed and seconds is not None
        self._round_seconds += seconds or 0.0
        self._in_round = is_right
        if is_right:
            self._accepted += 1
            return
        if self._is_timed:
            self._pace.learn(self._accepted, self._round_seconds / self._plain_seconds - 1)
        self._round_seconds, self._accepted, self._is_timed = 0.0, 0, True

    def _lap(self) -> float | None:
        """Seconds since the token before; None for the first of a loop."""
        now, came = self._clock(), self._came
        self._came = now
        return None if came is None else now - came
