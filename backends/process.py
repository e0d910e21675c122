"""A worker process seen from the program: started, spoken to, watched, and ended.

Three threads serve its pipes, so that neither a slow worker nor a full pipe can stop the event
loop. Reports are handed to the loop in batches: one wake-up for all that has come.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from app.domain.errors import AppError, EngineError, EngineMissingError, EngineSilentError
from app.domain.os_causes import cause_of
from app.domain.words import sentence
from backends.death import Death, explain, memory_kill_count
from backends.engine_log import EngineLog
from backends.protocol import (
    Command,
    Heartbeat,
    ProtocolError,
    Report,
    Shutdown,
    encode_frame,
    read_report,
)

Channel = asyncio.Queue["Report | AppError"]

TICK_SECONDS = 0.5
SILENT_TICKS = 12
_GRACE_SECONDS = 3.0
# What a worker may see of the user's environment: nothing that could be a secret.
_ENVIRONMENT = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE")
_ENVIRONMENT_PREFIXES = (
    *("CUDA_", "DYLD_", "GGML_", "HIP_", "HSA_", "LC_", "LD_", "METAL_", "MLX_", "NVIDIA_"),
    *("OMP_", "ROCR_", "VK_"),
)


class WorkerProcess:
    """One running worker. Made by `start`; all methods belong to the event loop's thread."""

    def __init__(self, process: subprocess.Popen[bytes], log: EngineLog) -> None:
        self.log = log
        self.activity = sentence("while it started")
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._kills_before = memory_kill_count()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._arrived: deque[Report | AppError] = deque()
        self._waking = threading.Event()
        self._heard = threading.Event()
        self._channels: dict[int | None, Channel] = {}
        self._end: AppError | None = None
        self._silent = False
        self._closing = False
        self._threads = [
            threading.Thread(target=target, name=f"worker {name}", daemon=True)
            for name, target in (
                ("log", self._read_log),
                ("commands", self._write_commands),
                ("reports", self._read_reports),
            )
        ]
        for thread in self._threads:
            thread.start()
        self._watchdog = self._loop.create_task(self._watch())

    @classmethod
    async def start(
        cls, engine: str, folder: Path, log: EngineLog, python_path: Sequence[str] = ()
    ) -> WorkerProcess:
        """Start a worker for `engine` in the empty `folder`. Raises `EngineMissingError`."""
        spawning = asyncio.ensure_future(asyncio.to_thread(_spawn, engine, folder, python_path))
        try:
            process = await asyncio.shield(spawning)
        except asyncio.CancelledError:  # it starts all the same, and must not be left behind
            await cls(await spawning, log).kill()
            raise
        except EngineMissingError:
            log.close()
            raise
        return cls(process, log)

    @property
    def process_id(self) -> int:
        return self._process.pid

    def send(self, command: Command) -> None:
        """Send a command; never blocks. To a worker that has ended, it goes nowhere."""
        self._outbox.put(encode_frame(command))

    def open_channel(self, request_id: int | None) -> Channel:
        """Reports about one request (None: the load); the worker's end comes as an error."""
        channel: Channel = asyncio.Queue()
        if self._end is not None:
            channel.put_nowait(self._end)
        self._channels[request_id] = channel
        return channel

    def close_channel(self, request_id: int | None) -> None:
        """Reports about this request are of no interest any more."""
        self._channels.pop(request_id, None)

    async def close(self) -> None:
        """Let the worker end, and make it end if it does not. Safe to call twice."""
        if not self._closing:
            self._closing = True
            self._tell_end(EngineError("The model was ejected. Load it again to go on."))
            self.send(Shutdown())
            self._outbox.put(None)
        await self._reap(_GRACE_SECONDS)

    async def kill(self) -> None:
        """End the worker at once, whatever it does."""
        self._closing = True
        self._outbox.put(None)
        _kill(self._process)
        await self._reap(_GRACE_SECONDS)

    async def _reap(self, grace_seconds: float) -> None:
        self._watchdog.cancel()
        await asyncio.shield(asyncio.to_thread(self._wait_and_join, grace_seconds))

    def _wait_and_join(self, grace_seconds: float) -> None:
        try:
            self._process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            _kill(self._process)
        for thread in self._threads:
            thread.join()
        self._process.wait()
        self.log.close()

    # The three threads.

    def _read_log(self) -> None:
        with cast("BinaryIO", self._process.stderr) as stream:
            for line in stream:
                self.log.add(line)

    def _write_commands(self) -> None:
        stream = cast("BinaryIO", self._process.stdin)
        try:
            while (frame := self._outbox.get()) is not None:
                stream.write(frame)
                stream.flush()
            stream.close()
        except OSError:
            with contextlib.suppress(OSError):  # the worker has ended; what is buffered is lost
                stream.close()

    def _read_reports(self) -> None:
        with cast("BinaryIO", self._process.stdout) as stream:
            try:
                while (report := read_report(stream)) is not None:
                    self._heard.set()
                    if not isinstance(report, Heartbeat):
                        self._hand_over(report)
            except ProtocolError as error:
                self.log.add(f"quantbench: broken report: {error}".encode())
                _kill(self._process)
        if not self._closing:
            self._hand_over(self._cause_of_end())
        self._outbox.put(None)

    def _cause_of_end(self) -> AppError:
        """Called at the end of its reports, which a worker has only when it ends."""
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(self._process)
            self._process.wait()
        self._threads[0].join(_GRACE_SECONDS)
        if self._silent:
            seconds = TICK_SECONDS * SILENT_TICKS
            return EngineSilentError(
                "The engine gave no sign of life for {seconds} seconds {activity} and was ended. "
                "Load the model again to go on.",
                seconds=f"{seconds:.0f}",
                activity=self.activity,
            )
        before, after = self._kills_before, memory_kill_count()
        death = Death(
            status=self._process.returncode,
            activity=self.activity,
            log_tail=self.log.tail(),
            memory_kills=None if before is None or after is None else after - before,
        )
        return explain(death)

    def _hand_over(self, report: Report | AppError) -> None:
        self._arrived.append(report)
        if not self._waking.is_set():
            self._waking.set()
            try:
                self._loop.call_soon_threadsafe(self._deliver)
            except RuntimeError:
                self._closing = True  # the loop has closed: nobody is there to hear it

    # On the loop.

    def _deliver(self) -> None:
        self._waking.clear()
        while self._arrived:
            report = self._arrived.popleft()
            if isinstance(report, AppError):
                self._tell_end(report)
                continue
            channel = self._channels.get(getattr(report, "request_id", None))
            if channel is not None:
                channel.put_nowait(report)

    def _tell_end(self, error: AppError) -> None:
        """All who wait for reports, and all who will, get this error."""
        self._end = error
        for channel in self._channels.values():
            channel.put_nowait(error)

    async def _watch(self) -> None:
        """Counts ticks without a sign of life, and not seconds: when the computer sleeps, neither
        side makes progress, and that is nobody's fault.
        """
        silent = 0
        while silent < SILENT_TICKS:
            await asyncio.sleep(TICK_SECONDS)
            silent = 0 if self._heard.is_set() else silent + 1
            self._heard.clear()
        if self._process.poll() is None:
            self._silent = True
            _kill(self._process)


def _spawn(engine: str, folder: Path, python_path: Sequence[str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    # -I: nothing of the user's environment or of the working directory is imported.
    command = [sys.executable, "-I", "-X", "utf8", "-m", "backends.worker", engine, *python_path]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=worker_environment(),
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise EngineMissingError(
            "The engine's process cannot be started: {cause}. Reinstall Quantbench, or close "
            "other programs if the system is out of processes or memory.",
            cause=cause_of(error),
        ) from error


def worker_environment() -> dict[str, str]:
    """The part of the environment that a child of the program gets: no secrets."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _ENVIRONMENT or name.upper().startswith(_ENVIRONMENT_PREFIXES)
    }
    return kept | {"GGML_NO_BACKTRACE": "1"}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it may have started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()
