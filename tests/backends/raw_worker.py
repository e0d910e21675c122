"""A worker process without the program around it: frames in, frames out."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from app.domain.load_options import LoadOptions, LoadPlan
from backends.protocol import Heartbeat, Loading, Report, read_report


def plan(path: Path) -> LoadPlan:
    return LoadPlan(
        name="starter",
        path=os.fsencode(path),
        options=LoadOptions(context_tokens=256, threads=1),
    )


class RawWorker:
    """A worker process that is spoken to without the program around it."""

    def __init__(self, folder: Path, script: str | None = None) -> None:
        """`script` is run in place of the worker's own module; what it prints goes to `log`."""
        program = ["-m", "backends.worker"] if script is None else ["-c", script]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", *program, "llama_cpp"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def send(self, *frames: bytes) -> None:
        self.stdin.write(b"".join(frames))
        self.stdin.flush()

    def report(self) -> Report | None:
        """The next report that is no heartbeat; None at the end."""
        while isinstance(report := read_report(self.stdout), Heartbeat | Loading):
            pass
        return report

    def end(self) -> int:
        """Its exit status once its input is closed."""
        self.stdin.close()
        self.stdout.read()
        self.stdout.close()
        return self.process.wait(60)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        for stream in (self.stdin, self.stdout):
            with suppress(BrokenPipeError):
                stream.close()
