"""Compiles the engine from source with uv or pip, in a process of its own, its log told live."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from app.domain.engine_build import DISTRIBUTION, SourceCode
from app.domain.errors import EngineError, EngineMissingError
from app.domain.words import Sentence, sentence

_KEPT_LINES = 30
_SHOWN_CHARACTERS = 300
_LONGEST_LINE = 2**16
# A step of ninja, whose line is the compiler's whole command.
_STEP = re.compile(r"\[(\d+/\d+)\] .* -o (\S+)")
# Lines that say why a build failed, rather than that it did.
_TELLING = ("error:", "CMake Error", "not found", "No CMAKE_CXX_COMPILER", "fatal")


async def build(
    source: SourceCode, folder: Path, on_line: Callable[[str], None], *, offline: bool
) -> None:
    """Compile `source` and install it into `folder`, without its dependencies.

    `offline`: ask no index, for what the compilation needs is here.
    Cancelling the task ends the compiler. Raises `EngineMissingError` where nothing can build,
    and `EngineError` with the compiler's own words.
    """
    command = _command(source, folder, offline=offline)
    environment = {**os.environ, "CMAKE_ARGS": source.cmake_args, "PYTHONUNBUFFERED": "1"}
    environment.pop("VIRTUAL_ENV", None)  # uv warns about one that is not the project's
    # Not asyncio's subprocess: the event loop of a Qt program has none on every system.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    log: deque[str] = deque(maxlen=_KEPT_LINES)
    tell = functools.partial(asyncio.get_running_loop().call_soon_threadsafe, on_line)
    reading = asyncio.ensure_future(asyncio.to_thread(_read, process, log, tell))
    try:
        status = await asyncio.shield(reading)
    except asyncio.CancelledError:
        await asyncio.to_thread(_end, process)
        await reading
        raise
    if status != 0:
        raise EngineError(
            "The build failed.{why} The whole log tells more; without a C++ compiler, install "
            "one first.",
            why=_why(log),
        )


def _command(source: SourceCode, folder: Path, *, offline: bool) -> list[str]:
    """`-v`, because only so the compiler's progress is shown; no cache, because caches of builds
    do not look at CMAKE_ARGS.
    """
    options = ["--no-deps", "--target", str(folder), "-v"]
    uv = shutil.which("uv")
    if uv is not None:
        python = ["--python", sys.executable, "--no-cache", "--no-config"]
        sources = ["--no-binary", DISTRIBUTION, *(["--offline"] if offline else [])]
        return [uv, "pip", "install", *python, *sources, *options, source.requirement]
    if importlib.util.find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip", "install", "--no-cache-dir"]
        sources = ["--no-binary", ":all:", *(["--no-index"] if offline else [])]
        return [*pip, *sources, *options, source.requirement]
    raise EngineMissingError(
        "Nothing here can build the engine: neither uv nor pip is installed. Install uv "
        "(https://docs.astral.sh/uv), or choose a finished build."
    )


def _read(process: subprocess.Popen[bytes], log: deque[str], tell: Callable[[str], object]) -> int:
    """Pass the log on, line by line, to its end; the exit status."""
    with process:
        assert process.stdout is not None
        while line := process.stdout.readline(_LONGEST_LINE):
            text = line.decode("utf-8", "replace").rstrip()
            log.append(text)
            tell(_shown(text))
    return process.returncode


def _shown(line: str) -> str:
    """A line as a person wants it: of a step, how far it is and what it makes."""
    step = _STEP.search(line)
    return line.removeprefix("DEBUG ") if step is None else f"[{step[1]}] {Path(step[2]).name}"


def _why(log: Sequence[str]) -> str | Sentence:
    lines = [line.strip() for line in log if line.strip()]
    telling = [line for line in lines if any(sign in line for sign in _TELLING)]
    last = (telling or lines)[-1:]
    return sentence(" Its log ends with: {line}.", line=last[0][:_SHOWN_CHARACTERS]) if last else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End all: make and the compilers are children of children."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(process.pid)
        for one in (*first.children(recursive=True), first):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
