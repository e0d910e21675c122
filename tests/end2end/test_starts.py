"""Several starts of the real program at once, and what a kill of the first leaves."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress

import psutil
import pytest

from tests.fakes.commands import LONGEST_SECONDS, started
from tests.fakes.processes import end_soon


def survivor(programs: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Wait until all but one have handed over, without a word; that one."""
    while len(running := [each for each in programs if each.poll() is None]) > 1:
        with suppress(subprocess.TimeoutExpired):
            running[0].wait(0.05)
    (left,) = running
    for program in programs:
        if program is not left:
            assert b"Traceback" not in program.communicate()[1]
            assert program.returncode == 0
    return left


@pytest.mark.parametrize("count", [2, pytest.param(5, marks=pytest.mark.long)])
def test_of_several_starts_one_stays_and_a_kill_does_not_lock_the_next_out(count: int) -> None:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    first = survivor([started(**quiet) for _ in range(count)])
    left = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    assert b"Traceback" not in first.communicate()[1]
    assert end_soon(*left, seconds=LONGEST_SECONDS)
    last = survivor([started(**quiet) for _ in range(count)])
    last.send_signal(signal.SIGTERM)
    assert b"Traceback" not in last.communicate()[1]
    assert last.returncode == 0
