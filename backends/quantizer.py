"""Quantizing as the program sees it: a worker process of its own for each job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.domain.errors import AppError
from app.domain.quantize import QuantizeJob, QuantizePlan, QuantizeProgress
from app.domain.words import sentence
from backends.engine_log import EngineLog
from backends.process import WorkerProcess
from backends.protocol import Failed, Quantize, Quantized, Quantizing, raised

_ENGINE = "llama_cpp"
_REQUEST_ID = 1


class Quantizer:
    """Runs jobs; several may run at once."""

    def __init__(
        self, run_folder: Path, log_path: Path | None = None, python_path: Sequence[str] = ()
    ) -> None:
        """`run_folder`: the worker's empty working directory. `python_path`: folders that it
        imports from first, such as another build.
        """
        self._run_folder = run_folder
        self._log_path = log_path
        self._python_path = tuple(python_path)

    async def run(
        self, job: QuantizeJob, on_progress: Callable[[QuantizeProgress], None]
    ) -> QuantizePlan:
        """Do the job. Cancelling the task ends its process; what it wrote is left. Raises
        `AppError`.
        """
        worker = await WorkerProcess.start(
            _ENGINE, self._run_folder, EngineLog(self._log_path), self._python_path
        )
        worker.activity = sentence("while it quantized a model")
        channel = worker.open_channel(_REQUEST_ID)
        try:
            worker.send(Quantize(_REQUEST_ID, job))
            while True:
                report = await channel.get()
                if isinstance(report, Quantizing):
                    on_progress(report.progress)
                elif isinstance(report, Quantized):
                    return report.plan
                elif isinstance(report, Failed):
                    raise raised(report)
                elif isinstance(report, AppError):
                    raise report
        finally:
            await worker.kill()
