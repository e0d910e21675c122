"""The number of threads while other programs want the processor, on sequences as recorded."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from backends.llama_cpp import threads
from backends.llama_cpp.crowding import ThreadLimit, Window

SECONDS = 0.2


class Machine:
    """So many cores and so many busy programs; each core is shared fairly by those who want it."""

    def __init__(self, cores: int, *, waits_for_disk: bool = False) -> None:
        self.cores = cores
        self.programs = 0
        self.now = 0.0
        self.waits_for_disk = waits_for_disk
        self.limit = ThreadLimit(cores)

    def run(self, windows: int) -> list[int]:
        """The threads after each of so many windows."""
        return [self._window() for _ in range(windows)]

    def _window(self) -> int:
        threads, wanted = self.limit.threads, self.limit.threads + self.programs
        got = threads * min(1.0, self.cores / wanted)
        idle = max(0.0, self.cores - wanted)
        if self.waits_for_disk:
            got, idle = 0.2, self.cores - 0.2
        self.now += SECONDS
        window = Window(
            seconds=SECONDS, threads=threads, cpu_seconds=got * SECONDS, idle_cores=idle
        )
        return self.limit.observe(window, self.now)


@pytest.mark.parametrize("cores", [1, 2, 8, 64])
def test_quiet_machine_keeps_all_threads(cores: int) -> None:
    assert set(Machine(cores).run(20)) == {cores}


@pytest.mark.parametrize(
    ("cores", "programs", "fewer"), [(2, 1, 1), (2, 2, 1), (8, 1, 7), (8, 3, 5), (16, 8, 8)]
)
def test_threads_leave_room_and_come_back(cores: int, programs: int, fewer: int) -> None:
    machine = Machine(cores)
    machine.run(5)
    machine.programs = programs
    counts = machine.run(12)
    assert counts[0] < cores
    assert set(counts[6:]) == {fewer}
    machine.programs = 0
    assert machine.run(5)[-1] == cores


# What two threads on two cores missed, window by window: alone with a program that shows the reply
# and a system that tidies up; and beside a program that never rests.
@pytest.mark.parametrize(
    ("missed", "threads"), [((0.14, 0.24, 0.33, 0.27, 0.35, 0.04), 2), ((0.01, 0.62), 1)]
)
def test_short_work_of_others_costs_no_thread_of_two(missed: list[float], threads: int) -> None:
    limit = ThreadLimit(2)
    for number, cores in enumerate(missed):
        got = (2 - cores) * SECONDS
        limit.observe(Window(seconds=SECONDS, threads=2, cpu_seconds=got, idle_cores=0), number)
    assert limit.threads == threads


def test_one_thread_is_the_least() -> None:
    machine = Machine(2)
    machine.programs = 16
    assert machine.run(20)[-1] == 1


def test_waiting_for_a_disk_is_no_starving() -> None:
    assert set(Machine(4, waits_for_disk=True).run(10)) == {4}


def test_program_that_comes_and_goes_is_waited_for_ever_longer() -> None:
    machine = Machine(2)
    raised: list[float] = []
    before = 2
    for _ in range(400):
        # It is quiet whenever there is one thread, and busy as soon as there are two.
        machine.programs = int(machine.limit.threads == 2)
        (now,) = machine.run(1)
        if now > before:
            raised.append(machine.now)
        before = now
    pauses = [later - earlier for earlier, later in itertools.pairwise(raised)]
    assert pauses[0] < 1
    assert pauses[1] < pauses[2] < pauses[3]
    assert 8 <= pauses[-1] < 9


# As recorded on two cores: seconds, threads, seconds of processor time, idle cores.
STARVED = Window(seconds=0.212, threads=2.0, cpu_seconds=0.257, idle_cores=0.0)
ALONE = Window(seconds=0.204, threads=2.0, cpu_seconds=0.401, idle_cores=0.02)
SLEEPING = Window(seconds=0.207, threads=2.0, cpu_seconds=0.213, idle_cores=0.96)


@pytest.mark.parametrize(("window", "limit"), [(STARVED, 1), (ALONE, 2), (SLEEPING, 2)])
def test_recorded_windows(window: Window, limit: int) -> None:
    assert ThreadLimit(2).observe(window, 1.0) == limit


# By one thread of two: beside a window that shows the reply, and beside a program that never rests.
@pytest.mark.parametrize(("idle_cores", "threads"), [(0.68, 2), (0.02, 1)])
def test_a_core_that_others_use_a_little_is_used(idle_cores: float, threads: int) -> None:
    made = ThreadLimit(2)
    assert made.observe(STARVED, 1.0) == 1
    window = Window(seconds=0.21, threads=1.0, cpu_seconds=0.2, idle_cores=idle_cores)
    assert made.observe(window, 2.0) == threads


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000", 8), ("150000 100000", 2), ("10000 100000", 1), ("900000 100000", 8), ("", 8)],
)
def test_share_of_a_container_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, cores: int
) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(text)
    monkeypatch.setattr(threads, "_CGROUP_QUOTA", quota)

    def eight_cores(_: int) -> set[int]:
        return set(range(8))

    monkeypatch.setattr(threads.os, "sched_getaffinity", eight_cores, raising=False)
    assert threads.usable_cores() == cores
