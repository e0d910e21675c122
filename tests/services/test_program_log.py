"""A defect of the program: whole in its log, one sentence for the user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fakes.commands import ROOT

DEFECT = """
import logging, sys, warnings
from pathlib import Path
from app.services.program_log import keep_log
keep_log(Path(sys.argv[1]))
logging.getLogger("a.library").warning("worth knowing")
warnings.warn("soon to be removed")
def cause():
    raise LookupError("caf\\udce9")
cause()
"""


def run(folder: Path, code: str = DEFECT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, folder]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_defect_is_one_sentence_and_a_traceback_in_the_log(tmp_path: Path) -> None:
    done = run(tmp_path)
    log = tmp_path / "quantbench.log"
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "LookupError" in done.stderr
    assert str(log) in done.stderr
    written = log.read_text("utf-8")
    for words in ("in cause", "LookupError", "worth knowing", "soon to be removed"):
        assert words in written


def test_nothing_is_written_without_a_reason(tmp_path: Path) -> None:
    assert run(tmp_path, DEFECT.replace("cause()\n", "").split("logging.get")[0]).stderr == ""
    assert not list(tmp_path.iterdir())


def test_a_long_log_makes_room(tmp_path: Path) -> None:
    (tmp_path / "quantbench.log").write_text("old\n" * 300_000)
    run(tmp_path)
    assert "old\n" not in (tmp_path / "quantbench.log").read_text("utf-8")
    assert (tmp_path / "quantbench.old.log").stat().st_size == 1_200_000
