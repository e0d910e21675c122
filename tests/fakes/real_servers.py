"""Real model servers on loopback, started and ended by the tests."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class RealServer:
    """A running server: its address, the name of its model, and its process."""

    address: str
    model: str
    process: subprocess.Popen[bytes]


@contextmanager
def llama_cpp_server(model: Path) -> Iterator[RealServer]:
    """The server that comes with llama-cpp-python; it tells no usage while it streams."""
    options = ["--n_ctx", "2048", "--interrupt_requests", "false", "--model_alias", "starter"]
    with _serving(["llama_cpp.server", "--model", str(model), *options]) as it:
        yield RealServer(it.address, "starter", it.process)


@contextmanager
def mlx_server(model: Path, home: Path) -> Iterator[RealServer]:
    """The server that comes with mlx-lm; it fails without a hub cache below `home`."""
    (home / "hub").mkdir(parents=True, exist_ok=True)
    command = ["mlx_lm", "server", "--model", str(model)]
    with _serving(command, HF_HOME=str(home), HF_HUB_OFFLINE="1") as it:
        yield RealServer(it.address, str(model.resolve()), it.process)


@contextmanager
def _serving(command: list[str], **environment: str) -> Iterator[RealServer]:
    with tempfile.TemporaryFile() as log:
        # Port 0: the system chooses one that nobody else can have.
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--host", "127.0.0.1", "--port", "0"],
            stdout=subprocess.DEVNULL,
            stderr=log,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
        )
        try:
            port = listening_port(process)
            if port is None:
                log.seek(0)
                raise AssertionError(log.read().decode(errors="replace"))
            yield RealServer(f"http://127.0.0.1:{port}", "", process)
        finally:
            process.kill()
            process.wait()


def listening_port(process: subprocess.Popen[bytes]) -> int | None:
    """Wait until a process listens on a TCP port: that port, or None if the process has ended."""
    while process.poll() is None:
        for each in psutil.Process(process.pid).net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN:
                return int(each.laddr.port)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    return None
