"""The worker process: holds one model, obeys commands on stdin, reports on stdout.

Run as `python -m backends.worker ENGINE [FOLDER ...]`. Three threads: this one loads and decodes,
a step for all requests at a time; one reads commands, so that a cancel is seen during a decode; one
sends heartbeats. Whatever a library prints goes to standard error, because standard output is
claimed for the protocol.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO, Protocol, cast

from app.domain.engine import GenerationEvent, GenerationRequest, SessionInfo
from app.domain.errors import AppError, EngineError
from app.domain.load_options import LoadPlan, LoadProgress
from backends.one_at_a_time import LoadSerialModel, serial
from backends.protocol import (
    Answer,
    Cancel,
    Command,
    CountTokens,
    Embed,
    Failed,
    Generate,
    Generated,
    Heartbeat,
    Load,
    Loaded,
    Loading,
    ProtocolError,
    Question,
    ReadPrompt,
    Report,
    SetAdapters,
    encode_frame,
    failed,
    read_command,
)

HEARTBEAT_SECONDS = 0.5
_ENGINES = {"llama_cpp": "backends.llama_cpp.engine", "mlx": "backends.mlx.engine"}
_SERIAL_ENGINES = ("mlx",)


class LoadedModel(Protocol):
    """A model in this process, as an engine's module gives it."""

    info: SessionInfo

    @property
    def is_busy(self) -> bool:
        """Whether `step` has anything to do."""
        ...

    def submit(self, request_id: int, request: GenerationRequest) -> None:
        """Take up a request; its events go to the model's `emit`. Raises `AppError`."""
        ...

    def step(self) -> None:
        """Move the requests on a little."""
        ...

    def answer(self, question: Question) -> Answer:
        """Answer at once. Raises `AppError`."""
        ...

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; called from another thread, also for one that has ended."""
        ...

    def close(self) -> None: ...


class LoadModel(Protocol):
    """The one function that an engine's module must have.

    `emit` takes the events of a request, of which `Finished` or an error is the last.
    """

    def __call__(
        self,
        plan: LoadPlan,
        on_progress: Callable[[LoadProgress], None],
        emit: Callable[[int, GenerationEvent | AppError], None],
    ) -> LoadedModel: ...


class Worker:
    """One model and the requests that wait for it."""

    def __init__(self, load_model: LoadModel, commands: BinaryIO, reports: int) -> None:
        self._load_model = load_model
        self._commands = commands
        self._reports = reports
        self._write_lock = threading.Lock()
        self._inbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._model: LoadedModel | None = None
        # Requests that wait to be taken up by the model, and those among them that are cancelled.
        # Two threads change them.
        self._open_lock = threading.Lock()
        self._unsubmitted: set[int] = set()
        self._cancelled: set[int] = set()

    def run(self) -> None:
        """Obey commands until told to end or until standard input closes."""
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        while True:
            if self._model is not None and self._model.is_busy and self._inbox.empty():
                self._model.step()
                continue
            command = self._inbox.get()
            if isinstance(command, Load):
                self._load(command.plan)
            elif isinstance(command, Generate):
                self._submit(command)
            elif isinstance(command, CountTokens | ReadPrompt | Embed | SetAdapters):
                self._answer(command)
            else:
                break
        if self._model is not None:
            self._model.close()

    def _load(self, plan: LoadPlan) -> None:
        if self._model is not None:
            self._send(Failed(None, "EngineError", "This worker has a model already."))
            return
        try:
            self._model = self._load_model(
                plan, lambda progress: self._send(Loading(progress)), self._emit
            )
        except AppError as error:
            self._send(failed(None, error))
        else:
            self._send(Loaded(self._model.info))

    def _submit(self, command: Generate) -> None:
        try:
            if self._model is None:
                raise EngineError("No model is loaded yet. Load a model first.")
            self._model.submit(command.request_id, command.request)
        except AppError as error:
            self._send(failed(command.request_id, error))
        with self._open_lock:
            self._unsubmitted.discard(command.request_id)
            was_cancelled = command.request_id in self._cancelled
            self._cancelled.discard(command.request_id)
        if was_cancelled and self._model is not None:
            self._model.cancel(command.request_id)

    def _answer(self, question: Question) -> None:
        try:
            if self._model is None:
                raise EngineError("No model is loaded yet. Load a model first.")
            self._send(self._model.answer(question))
        except AppError as error:
            self._send(failed(question.request_id, error))

    def _emit(self, request_id: int, event: GenerationEvent | AppError) -> None:
        if isinstance(event, AppError):
            self._send(failed(request_id, event))
        else:
            self._send(Generated(request_id, event))

    def _read_commands(self) -> None:
        try:
            while (command := read_command(self._commands)) is not None:
                if isinstance(command, Cancel):
                    self._cancel(command.request_id)
                    continue
                if isinstance(command, Generate):
                    with self._open_lock:
                        self._unsubmitted.add(command.request_id)
                self._inbox.put(command)
        except ProtocolError as error:
            print(f"quantbench: broken command: {error}", file=sys.stderr, flush=True)  # noqa: T201 - stderr is this process's log
        # The program has gone or speaks nonsense: nothing here is worth keeping, and a load or a
        # decode in progress cannot be asked to stop.
        os._exit(0)

    def _cancel(self, request_id: int) -> None:
        with self._open_lock:
            if request_id in self._unsubmitted:
                self._cancelled.add(request_id)
                return
        if self._model is not None:
            self._model.cancel(request_id)

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(HEARTBEAT_SECONDS):
            self._send(Heartbeat())

    def _send(self, report: Report) -> None:
        frame = encode_frame(report)
        with self._write_lock:
            try:
                _write_all(self._reports, frame)
            except OSError:
                os._exit(0)  # nobody listens any more


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _claim_standard_streams() -> tuple[BinaryIO, int]:
    """Keep stdin and stdout for the protocol; libraries get nothing and standard error."""
    commands = os.fdopen(os.dup(0), "rb")
    reports = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return commands, reports


def _harden() -> None:
    """No core files with chats in them, and no way to gain rights by running a program."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Unix only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - Linux only here

        pr_set_no_new_privs = 38
        ctypes.CDLL(None).prctl(pr_set_no_new_privs, 1, 0, 0, 0)


def main() -> None:
    """Entry point of the process: the engine's name, then folders to import from first."""
    commands, reports = _claim_standard_streams()
    _harden()
    engine, *folders = sys.argv[1:]
    sys.path[:0] = folders
    load_model = import_module(_ENGINES[engine]).load_model
    if engine in _SERIAL_ENGINES:
        load_model = serial(cast("LoadSerialModel", load_model))
    Worker(cast("LoadModel", load_model), commands, reports).run()


if __name__ == "__main__":
    main()
