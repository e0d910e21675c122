"""How many threads evaluate while other programs want the processor too.

The threads of one evaluation wait for each other after every operation, spinning. One that another
program keeps from its core makes all of them wait, so that two threads on two cores can be fifty
times slower beside one busy program, where a single thread hardly notices it.
"""

from __future__ import annotations

import msgspec

# Of a core: what the threads may miss before there are fewer of them, and what others may take of
# the core that one more gets, which is more than it will miss. One thread less costs its share, so
# the fewer there are, the more may be missed: of two, more than the short work of other programs
# takes that is always there; a program that never rests takes 0.5 and more.
_MISSED_CORES = 0.25
_MISSED_SHARE = 0.75
# A count that was raised too early is raised later the next time.
_LEAST_PATIENCE_SECONDS = 0.25
_MOST_PATIENCE_SECONDS = 8.0


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What evaluations of some tenths of a second saw.

    `seconds` were spent in evaluations with `threads` threads, which got `cpu_seconds`; meanwhile
    `idle_cores` of this process's cores had nothing to do.
    """

    seconds: float
    threads: float
    cpu_seconds: float
    idle_cores: float


class ThreadLimit:
    """The most threads that are of use now; told what was seen and what time it is."""

    def __init__(self, most: int) -> None:
        self._most = self.threads = most
        self._patience_seconds = _LEAST_PATIENCE_SECONDS
        self._lowered_at = self._raised_at = float("-inf")

    def observe(self, window: Window, now: float) -> int:
        """Take in what was seen until `now` (seconds); the limit from here on."""
        missed = window.threads - window.cpu_seconds / window.seconds
        may_take = _may_miss(self.threads + 1)
        # Threads that wait for a disk or sleep are not starved: then cores lie idle.
        if missed > _may_miss(window.threads) and window.idle_cores < missed / 2:
            self._lower(int(window.threads - missed + _MISSED_CORES), now)
        elif self.threads < self._most and window.idle_cores >= 1 - may_take:
            self._raise(int(window.idle_cores + may_take), now)
        return self.threads

    def _lower(self, threads: int, now: float) -> None:
        if self.threads == 1:
            return
        was_too_early = now - self._raised_at < 2 * self._patience_seconds
        self._patience_seconds = (
            min(2 * self._patience_seconds, _MOST_PATIENCE_SECONDS)
            if was_too_early
            else _LEAST_PATIENCE_SECONDS
        )
        self.threads = max(1, min(threads, self.threads - 1))
        self._lowered_at = now

    def _raise(self, more: int, now: float) -> None:
        if now - self._lowered_at >= self._patience_seconds:
            self.threads = min(self._most, self.threads + more)
            self._raised_at = now


def _may_miss(threads: float) -> float:
    return max(_MISSED_CORES, _MISSED_SHARE / threads)
