"""How many threads evaluate: by default, and from one evaluation to the next."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Any

from backends.llama_cpp.crowding import ThreadLimit, Window

# Long enough for the system's clocks of idle cores, which tick every hundredth of a second.
_WINDOW_SECONDS = 0.2
# Evaluations so far apart have nothing to do with each other.
_PAUSE_SECONDS = 0.5
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# Linux tells of its cores in two files; psutil, which reads them too, takes 1.2 MB of each worker.
_CORES = Path("/sys/devices/system/cpu")
_TIMES = Path("/proc/stat")


def default_threads() -> int:
    """One thread for each core that this process may use; a second one on a core slows decode."""
    return max(1, min(_physical_cores() or os.cpu_count() or 1, usable_cores()))


def _physical_cores() -> int | None:
    with contextlib.suppress(OSError):
        siblings = _CORES.glob("cpu[0-9]*/topology/thread_siblings_list")
        if cores := {path.read_text("ascii") for path in siblings}:
            return len(cores)
    import psutil

    return psutil.cpu_count(logical=False)


def usable_cores() -> int:
    """The logical cores that this process may use, a container's share of them counted."""
    allowed = allowed_cores()
    with contextlib.suppress(OSError, ValueError):  # "max 100000", or microseconds of a period
        quota, period = _CGROUP_QUOTA.read_text("ascii").split()
        return max(1, min(allowed, round(int(quota) / int(period))))
    return allowed


def allowed_cores() -> int:
    """The logical cores that the system may run this process on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Threads:
    """The threads of one context, fewer while other programs want the processor.

    `start` and `stop` go around each evaluation; together they take about two microseconds.
    """

    def __init__(self, api: Any, handle: Any) -> None:
        """`use` must follow."""
        self._api = api
        self._handle = handle

    def use(self, counts: tuple[int, int], *, adapts: bool) -> None:
        """Have so many threads from now on, for one token and for more of them at once.

        `adapts`: whether there are fewer of them while other programs keep the cores busy.
        """
        self._counts = self._current = counts
        self._adapts = adapts and max(counts) > 1
        self._limit = ThreadLimit(max(counts))
        self._api.llama_set_n_threads(self._handle, *counts)
        self._begin_window()

    def start(self) -> None:
        """An evaluation begins."""
        self._started, self._cpu_before = time.monotonic(), time.process_time()
        if self._started - self._stopped > _PAUSE_SECONDS:
            self._begin_window()

    def stop(self, tokens: int) -> None:
        """The evaluation of so many tokens is over; the next one may have other threads."""
        self._stopped = time.monotonic()
        seconds = self._stopped - self._started
        self._seconds += seconds
        self._thread_seconds += seconds * self._current[tokens > 1]
        self._cpu_seconds += time.process_time() - self._cpu_before
        if self._adapts and self._seconds >= _WINDOW_SECONDS:
            self._adapt()
            self._begin_window()

    def _adapt(self) -> None:
        window = Window(
            seconds=self._seconds,
            threads=self._thread_seconds / self._seconds,
            cpu_seconds=self._cpu_seconds,
            idle_cores=(idle_seconds() - self._idle_before) / (self._stopped - self._window_began),
        )
        limit = self._limit.observe(window, self._stopped)
        decode, prompt = self._counts
        wanted = (min(decode, limit), min(prompt, limit))
        if wanted != self._current:
            self._current = wanted
            self._api.llama_set_n_threads(self._handle, *wanted)

    def _begin_window(self) -> None:
        self._window_began = self._stopped = time.monotonic()
        self._idle_before = idle_seconds() if self._adapts else 0.0
        self._seconds = self._thread_seconds = self._cpu_seconds = 0.0


def idle_seconds() -> float:
    """For how long the cores that this process may use have had nothing to do, together."""
    idle = _linux_idle() if sys.platform == "linux" else _idle()
    if hasattr(os, "sched_getaffinity"):
        idle = [idle[each] for each in os.sched_getaffinity(0) if each < len(idle)]
    return sum(idle)


def _linux_idle() -> list[float]:
    """`cpuN user nice system idle iowait ..`, in ticks."""
    with _TIMES.open("rb") as file:
        cores = [line.split() for line in file if line[:3] == b"cpu" and line[3:4] != b" "]
    ticks = os.sysconf("SC_CLK_TCK")
    return [(int(core[4]) + int(core[5])) / ticks for core in cores]


def _idle() -> list[float]:
    import psutil

    return [core.idle + getattr(core, "iowait", 0.0) for core in psutil.cpu_times(percpu=True)]
