"""The worker process: holds one model, obeys commands on stdin, reports on stdout.

Run as `python -m backends.worker ENGINE [FOLDER ...]`. This thread loads and decodes, a step for
all requests at a time; one reads commands, so that a cancel is seen during a decode; one makes
prompts, so that a slow template or a long text holds up no other reply; one sends heartbeats.
Whatever a library prints goes to standard error, because standard output is claimed for the
protocol.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, Protocol, cast

import msgspec

from app.domain.engine import GenerationEvent, GenerationRequest, SessionInfo
from app.domain.errors import AppError, EngineError
from app.domain.load_options import LoadPlan, LoadProgress
from app.domain.quantize import QuantizeJob, QuantizePlan, QuantizeProgress
from backends.protocol import (
    Answer,
    Cancel,
    Command,
    Count,
    Generate,
    Generated,
    Heartbeat,
    Load,
    Loaded,
    Loading,
    ProtocolError,
    Quantize,
    Quantized,
    Quantizing,
    Question,
    Shutdown,
    failed,
    read_command,
)
from backends.report_pipe import ReportPipe
from backends.worker_process import (
    claim_standard_streams,
    end_with_any_thread,
    give_memory_back,
    harden,
)

HEARTBEAT_SECONDS = 0.5
_ENGINES = {"llama_cpp": "backends.llama_cpp.engine", "mlx": "backends.mlx.engine"}
_QUANTIZE = "backends.llama_cpp.quantize"


class LoadedModel(Protocol):
    """A model in this process, as an engine's module gives it."""

    info: SessionInfo

    @property
    def is_busy(self) -> bool:
        """Whether `step` has anything to do."""
        ...

    def prepare(self, request: GenerationRequest) -> Any:
        """What `submit` takes; called from the thread that makes prompts. Raises `AppError`."""
        ...

    def submit(self, request_id: int, prepared: Any) -> None:
        """Take up a request; its events go to the model's `emit`. Raises `AppError`."""
        ...

    def step(self) -> None:
        """Move the requests on a little."""
        ...

    def answer(self, question: Question) -> Answer | None:
        """Answer at once, or later to `emit` (None). Raises `AppError`.

        `CountTokens` and `CountContext` are asked in the thread that makes prompts.
        """
        ...

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; called from another thread, also for one that has ended."""
        ...

    def close(self) -> None:
        """Free the model, also while `prepare` runs: that ends with an error then."""
        ...


class LoadModel(Protocol):
    """The one function that an engine's module must have.

    `emit` takes the events of a request, of which `Finished` or an error is the last.
    """

    def __call__(
        self,
        plan: LoadPlan,
        on_progress: Callable[[LoadProgress], None],
        emit: Callable[[int, GenerationEvent | Answer | AppError], None],
    ) -> LoadedModel: ...


RunQuantizeJob = Callable[[QuantizeJob, Callable[[QuantizeProgress], None]], QuantizePlan]


class _Prepared(msgspec.Struct, frozen=True):
    """A request whose prompt is made."""

    request_id: int
    prepared: Any


class Worker:
    """One model and the requests that wait for it."""

    def __init__(self, load_model: LoadModel, commands: BinaryIO, reports: int) -> None:
        self._load_model = load_model
        self._commands = commands
        self._reports = ReportPipe(reports, _end_at_once)
        self._inbox: queue.SimpleQueue[Command | _Prepared | None] = queue.SimpleQueue()
        self._prompts: queue.SimpleQueue[Generate | Count] = queue.SimpleQueue()
        # Cleared from the moment that a load is asked for until it is done.
        self._settled = threading.Event()
        self._settled.set()
        self._model: LoadedModel | None = None
        # Requests that wait to be taken up by the model, and those among them that are cancelled.
        # Two threads change them.
        self._open_lock = threading.Lock()
        self._unsubmitted: set[int] = set()
        self._cancelled: set[int] = set()

    def run(self) -> None:
        """Obey commands until told to end or until standard input closes."""
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()
        threading.Thread(target=self._make_prompts, name="prompts", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        while True:
            if self._model is not None and self._model.is_busy and self._inbox.empty():
                self._model.step()
                continue
            command = self._inbox.get()
            if isinstance(command, Load):
                self._load(command.plan)
                self._settled.set()
            elif isinstance(command, _Prepared):
                self._submit(command)
            elif isinstance(command, Question):
                self._answer(command)
            elif isinstance(command, Quantize):
                self._quantize(command)
            else:
                break
        if self._model is not None:
            self._model.close()

    def _load(self, plan: LoadPlan) -> None:
        if self._model is not None:
            self._reports.send(failed(None, EngineError("This worker has a model already.")))
            return
        try:
            self._model = self._load_model(
                plan, lambda progress: self._reports.send(Loading(progress)), self._emit
            )
        except AppError as error:
            self._reports.send(failed(None, error))
        else:
            self._reports.send(Loaded(self._model.info))

    def _quantize(self, command: Quantize) -> None:
        request_id = command.request_id
        try:
            quantize = cast("RunQuantizeJob", import_module(_QUANTIZE).quantize)
            plan = quantize(
                command.job, lambda progress: self._reports.send(Quantizing(request_id, progress))
            )
        except AppError as error:
            self._reports.send(failed(request_id, error))
        else:
            self._reports.send(Quantized(request_id, plan))

    def _make_prompts(self) -> None:
        while True:
            command = self._prompts.get()
            self._settled.wait()
            if isinstance(command, Count):
                self._answer(command)
                continue
            try:
                prepared = self._present().prepare(command.request)
            except AppError as error:
                self._fail(command.request_id, error)
            else:
                self._inbox.put(_Prepared(command.request_id, prepared))

    def _submit(self, command: _Prepared) -> None:
        request_id = command.request_id
        try:
            model = self._present()
            model.submit(request_id, command.prepared)
        except AppError as error:
            self._fail(request_id, error)
            return
        if self._was_cancelled(request_id):
            model.cancel(request_id)

    def _fail(self, request_id: int, error: AppError) -> None:
        self._was_cancelled(request_id)
        self._reports.send(failed(request_id, error))

    def _was_cancelled(self, request_id: int) -> bool:
        """Whether a request was cancelled while it waited, which it does no longer."""
        with self._open_lock:
            self._unsubmitted.discard(request_id)
            was_cancelled = request_id in self._cancelled
            self._cancelled.discard(request_id)
        return was_cancelled

    def _present(self) -> LoadedModel:
        if self._model is None:
            raise EngineError("No model is loaded yet. Load a model first.")
        return self._model

    def _answer(self, question: Question) -> None:
        try:
            answer = self._present().answer(question)
        except AppError as error:
            answer = failed(question.request_id, error)
        if answer is not None:
            self._reports.send(answer)

    def _emit(self, request_id: int, event: GenerationEvent | Answer | AppError) -> None:
        if isinstance(event, AppError):
            self._reports.send(failed(request_id, event))
        elif isinstance(event, Answer):
            self._reports.send(event)
        else:
            self._reports.send(Generated(request_id, event))

    def _read_commands(self) -> None:
        try:
            while (command := read_command(self._commands)) is not None:
                if isinstance(command, Cancel):
                    self._cancel(command.request_id)
                    continue
                if isinstance(command, Generate):
                    with self._open_lock:
                        self._unsubmitted.add(command.request_id)
                if isinstance(command, Generate | Count):
                    self._prompts.put(command)
                    continue
                if isinstance(command, Load):
                    self._settled.clear()
                self._inbox.put(command)
                if isinstance(command, Shutdown):
                    return  # the model is released in order, and the end of the input is no haste
        except ProtocolError as error:
            sys.stderr.write(f"quantbench: broken command: {error}\n")
            sys.stderr.flush()
        _end_at_once()

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
            self._reports.send(Heartbeat())


def _end_at_once() -> None:
    """The program has gone or speaks nonsense: nothing here is worth keeping, and a load or a
    decode in progress cannot be asked to stop.
    """
    os._exit(0)


def main() -> None:
    """Entry point of the process: the engine's name, then folders to import from first."""
    commands, reports = claim_standard_streams()
    harden()
    end_with_any_thread()
    engine, *folders = sys.argv[1:]
    if engine == "llama_cpp":  # MLX makes and frees large blocks all the time
        give_memory_back()
    sys.path[:0] = folders
    load_model = cast("LoadModel", import_module(_ENGINES[engine]).load_model)
    Worker(load_model, commands, reports).run()


if __name__ == "__main__":
    main()
