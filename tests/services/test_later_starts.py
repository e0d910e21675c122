"""One window for one home: real processes that start, hand over, and are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import AlreadyRunningError
from app.services import first_start
from app.services.first_start import FirstStart
from app.services.later_starts import LaterStarts

HOLD = """
import sys
from pathlib import Path
from app.services.first_start import FirstStart
start = FirstStart(Path(sys.argv[1]))
print(start.claim(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the window of `tmp_path`."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "True"
        yield process
        process.kill()


async def test_a_later_start_hands_its_files_to_the_first(
    holder: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    starts = LaterStarts(tmp_path)
    code = f"""
import sys
from pathlib import Path
from app.services.first_start import FirstStart
sys.exit(FirstStart(Path({str(tmp_path)!r})).hand_over(["a b.gguf", "/c\\n.gguf"]))
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as later:
        files = None
        while files is None:
            files = await starts.take()
        assert later.wait() == 1  # True: it was taken
    assert files == [str(tmp_path / "a b.gguf"), "/c\n.gguf"]
    assert await starts.take() is None


def test_after_a_kill_the_next_start_is_the_first(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    with closing(FirstStart(tmp_path)) as start:
        assert not start.claim()
        holder.kill()
        holder.wait()
        assert start.claim()


def test_the_first_ends_while_the_later_start_waits(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    with closing(FirstStart(tmp_path)) as start:
        assert not start.claim()
        assert holder.stdin is not None
        holder.stdin.close()
        assert start.hand_over([]) is False
    assert not list((tmp_path / "starts").iterdir())


def test_a_window_that_does_not_answer_is_named(
    holder: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_start, "_PATIENCE_SECONDS", 0.2)
    start = FirstStart(tmp_path)
    with pytest.raises(AlreadyRunningError, match=rf"process {holder.pid}\).*start again\."):
        start.hand_over([])
    assert not list((tmp_path / "starts").iterdir())
