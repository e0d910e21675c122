"""Real model servers on loopback, started and ended by the tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class RealServer:
    """A running server: its address, the name of its model, and its process."""

    address: str
    model: str
    process: subprocess.Popen[str]


@contextmanager
def llama_cpp_server(model: Path) -> Iterator[RealServer]:
    """The server that comes with llama-cpp-python; it tells no usage while it streams."""
    options = ["--n_ctx", "2048", "--interrupt_requests", "false", "--model_alias", "starter"]
    with _serving(["llama_cpp.server", "--model", str(model), *options], "Uvicorn running") as it:
        yield RealServer(it.address, "starter", it.process)


@contextmanager
def mlx_server(model: Path, home: Path) -> Iterator[RealServer]:
    """The server that comes with mlx-lm; it fails without a hub cache below `home`."""
    (home / "hub").mkdir(parents=True, exist_ok=True)
    command = ["mlx_lm", "server", "--model", str(model)]
    with _serving(command, "Starting httpd", HF_HOME=str(home), HF_HUB_OFFLINE="1") as it:
        yield RealServer(it.address, str(model.resolve()), it.process)


@contextmanager
def _serving(command: list[str], ready: str, **environment: str) -> Iterator[RealServer]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
    )
    assert process.stderr is not None
    log: list[str] = []
    is_ready = threading.Event()

    def read_log() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.append(line)
            if ready in line:
                is_ready.set()
        is_ready.set()  # it ended: the test shows its log

    reader = threading.Thread(target=read_log, name="server log", daemon=True)
    reader.start()
    try:
        is_ready.wait()
        assert process.poll() is None, "".join(log)
        yield RealServer(f"http://127.0.0.1:{port}", "", process)
    finally:
        process.kill()
        process.wait(_GRACE_SECONDS)
        reader.join(_GRACE_SECONDS)
        process.stderr.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
