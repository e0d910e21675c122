"""One estimator for the badge, the load dialog, the command line and the API, in three tiers.

formula: from the header alone. dry_run: llama.cpp lays the model out in a helper process that stays
alive, so that every further context is answered at once. calibrated: the dry run with the overhead
that real loads on this machine taught. A helper that dies, hangs or refuses falls back to the
formula, and the result says so.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.errors import EngineError, ModelUnsupportedError
from app.domain.gguf_strip import without_vocabulary
from app.domain.hardware import Device
from app.domain.memory import (
    Buffers,
    MemoryEstimate,
    Overheads,
    Tier,
    estimate_memory,
    measured_memory,
)
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory, read_model
from app.services.model_headers import ModelHeaders
from backends.llama_cpp.dry_run_process import (
    MEASURE_SECONDS,
    OPEN_SECONDS,
    DryRunProcess,
    refused,
)
from backends.llama_cpp.dry_run_protocol import Measure, Measured, Opened, OpenModel


class Estimated(msgspec.Struct, frozen=True):
    """An estimate and, if it is not of the tier that was asked for, why."""

    estimate: MemoryEstimate
    notice: str | None = None


class _Layout(msgspec.Struct, frozen=True):
    """What the helper has open."""

    model: int
    question: OpenModel


class Estimator:
    """Estimates what loads take. Owns the helper process and its files; `close` ends both."""

    def __init__(
        self,
        folder: Path,
        *,
        overheads: Overheads | None = None,
        rpc_port: int | None = None,
        patience_seconds: float = MEASURE_SECONDS,
    ) -> None:
        self._folder = folder
        # What loads on this machine taught; the tier "calibrated" needs them.
        self.overheads = overheads
        # Where the build of the engine lies that is asked, if not the bundled one.
        self.python_path: tuple[str, ...] = ()
        self._helper = DryRunProcess(folder, rpc_port)
        self._patience_seconds = patience_seconds
        self._lock = asyncio.Lock()
        self._opened: _Layout | None = None
        self._cpu_features: tuple[str, ...] = ()
        self._headers: ModelHeaders | None = None
        self._model: ModelMemory | None = None
        self._sparse: Path | None = None

    @property
    def process_id(self) -> int | None:
        """The helper's process; None while there is none."""
        return self._helper.process_id

    async def estimate(
        self,
        headers: ModelHeaders,
        options: MemoryOptions,
        host: Device,
        gpus: Sequence[Device] = (),
        tier: Tier = "dry_run",
    ) -> Estimated:
        """What a load of this model with these options takes on these devices.

        Raises `UsageError` for options that make no sense, `ModelFileError` for a damaged header,
        `ModelUnsupportedError` if neither the formula nor the engine knows the architecture.
        """
        options.check()
        async with self._lock:
            self._take(headers)
            if tier == "formula":
                return Estimated(self._formula(options, host, gpus, None))
            try:
                buffers = await self._measure(options, gpus)
            except EngineError as error:
                self._opened = None
                notice = f"{error} The numbers are the formula's."
                return Estimated(self._formula(options, host, gpus, str(error)), notice)
            assert self._model is not None
            overheads = self.overheads if tier == "calibrated" else None
            return Estimated(measured_memory(self._model, options, host, gpus, buffers, overheads))

    def _take(self, headers: ModelHeaders) -> None:
        if self._headers is headers:
            return
        self._model = read_model(headers.headers, self._cpu_features)
        self._headers = headers
        self._drop_sparse()

    def _formula(
        self, options: MemoryOptions, host: Device, gpus: Sequence[Device], cause: str | None
    ) -> MemoryEstimate:
        assert self._model is not None
        found = estimate_memory(self._model, options, host, gpus, self.overheads)
        if found is None:
            name = self._model.architecture.name
            raise ModelUnsupportedError(
                f"What the architecture '{name}' takes is unknown to the formula. "
                + (cause or "A dry run asks the engine itself: choose the tier dry-run.")
            )
        return found

    async def _measure(self, options: MemoryOptions, gpus: Sequence[Device]) -> list[Buffers]:
        await self._helper.use_build(self.python_path)
        await self._open(options, gpus)
        question = Measure(
            context_tokens=options.context_tokens,
            key_type=options.key_type,
            value_type=options.value_type,
            flash_attention="on" if options.flash_attention else "off",
            micro_batch_tokens=options.micro_batch_tokens,
            batch_tokens=options.batch_tokens,
            parallel=options.parallel,
            unified=options.unified,
            outputs=options.outputs,
            full_window=options.full_window,
        )
        answer = await self._helper.ask(question, self._patience_seconds)
        if not isinstance(answer, Measured):
            raise EngineError(refused(answer) or "The dry run answered something else.")
        return [
            Buffers(device=told.device, kv_bytes=told.kv_bytes, compute_bytes=told.compute_bytes)
            for told in answer.buffers
        ]

    async def _open(self, options: MemoryOptions, gpus: Sequence[Device]) -> None:
        if len(gpus) > 1:
            raise EngineError("A dry run over several GPUs is not possible.")
        path = await asyncio.to_thread(self._sparse_file)
        offloads = bool(gpus) and options.gpu_layers > 0
        question = OpenModel(
            path=str(path).encode(),
            device=gpus[0].name if offloads else None,
            gpu_layers=options.gpu_layers if offloads else 0,
            experts_on_cpu=options.experts_on_cpu,
        )
        layout = _Layout(id(self._headers), question)
        if self._opened == layout and self._helper.process_id is not None:
            return
        self._opened = None
        answer = await self._helper.ask(question, OPEN_SECONDS)
        if not isinstance(answer, Opened):
            raise EngineError(refused(answer) or "The dry run answered something else.")
        self._opened = layout
        if answer.cpu_features != self._cpu_features and self._headers is not None:
            self._cpu_features = answer.cpu_features
            self._model = read_model(self._headers.headers, self._cpu_features)

    def _sparse_file(self) -> Path:
        """The model's files as llama.cpp wants them: headers, and holes in place of the weights."""
        if self._sparse is not None:
            return self._sparse
        assert self._headers is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="layout-", dir=self._folder))
        count = len(self._headers.headers)
        paths = [
            folder / (f"model-{part + 1:05d}-of-{count:05d}.gguf" if count > 1 else "model.gguf")
            for part in range(count)
        ]
        parts = zip(paths, self._headers.headers, self._headers.data, strict=True)
        for part, (path, header, data) in enumerate(parts):
            if part == 0:
                raw, size = without_vocabulary(data, header)
            else:
                raw, size = data[: header.data_offset], header.data_end
            with path.open("wb") as output:
                output.write(raw)
                output.truncate(size)
        self._sparse = paths[0]
        return self._sparse

    def _drop_sparse(self) -> None:
        if self._sparse is not None:
            shutil.rmtree(self._sparse.parent, ignore_errors=True)
            self._sparse = None
            self._opened = None

    async def close(self) -> None:
        """End the helper and remove its files. May be called twice."""
        await self._helper.close()
        await asyncio.to_thread(self._drop_sparse)
