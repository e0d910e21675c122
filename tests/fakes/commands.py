"""Runs the real program in a process of its own, as a user's shell does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
# Longer than any command needs on a slow machine; a hang fails here with what was said.
LONGEST_SECONDS = 100
SENTENCE = re.compile(r"\S.{20,700}[.\"')]\n?")


def quantbench(
    *arguments: str | Path,
    stdin: bytes = b"",
    environment: Mapping[str, str | None] = {},
    python: str | Path = sys.executable,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. `environment` changes variables; None takes one away."""
    done = subprocess.run(
        [python, "-m", "app", *arguments],
        input=stdin,
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
        cwd=ROOT,
        env=_changed(environment),
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, _decoded(done.stdout), _decoded(done.stderr)
    )


def started(*arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a command whose streams are pipes, unless `options` say otherwise."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.Popen(command, cwd=ROOT, **(pipes | options))


def worker_of(process: subprocess.Popen[bytes]) -> psutil.Process:
    """The process that holds the model of a running command."""
    (worker,) = (
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if "backends.worker" in child.cmdline()
    )
    return worker


def said_in_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Check that a command failed with exactly one sentence that holds these words."""
    assert done.returncode == 1, (done.returncode, done.stderr)
    one_sentence(done.stderr, *words)


def one_sentence(text: str, *words: str) -> None:
    """Check that standard error holds one line for people, without a traceback."""
    assert "Traceback" not in text, text
    assert SENTENCE.fullmatch(text), text
    assert "defect of its own" not in text, text
    for word in words:
        assert word.lower() in text.lower(), (word, text)


def python_without(package: str, folder: Path) -> Path:
    """A Python environment like this one, in which one package is not installed."""
    venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    (target,) = folder.glob("lib/python3*/site-packages") or folder.glob("Lib/site-packages")
    for source in _site_packages().iterdir():
        if not source.name.startswith(package):
            link = target / source.name
            link.symlink_to(source, target_is_directory=source.is_dir())
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _site_packages() -> Path:
    return Path(psutil.__file__).parents[1]


def _changed(environment: Mapping[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**os.environ, **environment}
    return {name: value for name, value in merged.items() if value is not None}


def _decoded(data: bytes) -> str:
    return data.decode("utf-8").replace("\r\n", "\n")
