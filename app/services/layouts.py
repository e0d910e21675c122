"""Lets the engines themselves lay models out in helper processes, from headers without weights."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from app.domain.errors import EngineError
from app.domain.gguf_strip import without_vocabulary
from app.domain.hardware import Device
from app.domain.layer_places import layer_shares
from app.domain.load_options import KvType
from app.domain.memory import Buffers
from app.domain.memory_options import MemoryOptions
from app.domain.mlx_memory import MlxBuffers
from app.domain.words import sentence
from app.services.mlx_headers import MlxHeaders, write_sparse
from app.services.model_headers import ModelHeaders
from app.services.uninterrupted import to_the_end
from backends.llama_cpp.dry_run_process import (
    MEASURE_SECONDS,
    OPEN_SECONDS,
    DryRunProcess,
    refused,
)
from backends.llama_cpp.dry_run_protocol import (
    Answer,
    Measure,
    Measured,
    MeasureMlx,
    MeasureProjector,
    MlxMeasured,
    Opened,
    OpenMlx,
    OpenModel,
    ProjectorMeasured,
)


class _SparseFiles:
    """A folder of files that are headers followed by holes; one thread at a time makes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.made: Path | None = None

    def make(self, fill: Callable[[Path], None]) -> Path:
        """The folder, filled when it is first asked for."""
        if self.made is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.made = Path(tempfile.mkdtemp(prefix="layout-", dir=self._folder))
            try:
                fill(self.made)
            except OSError:
                self.drop()
                raise
        return self.made

    def drop(self) -> None:
        if self.made is not None:
            shutil.rmtree(self.made, ignore_errors=True)
            self.made = None


class GgufLayout:
    """One GGUF model at a time, laid out by llama.cpp."""

    def __init__(self, folder: Path, rpc_ports: Sequence[int]) -> None:
        self._files = _SparseFiles(folder)
        self._helper = DryRunProcess(folder, rpc_ports)
        self._headers: ModelHeaders | None = None
        self._opened: OpenModel | None = None
        # What decides which weights the CPU repacks; known once a model was opened.
        self.cpu_features: tuple[str, ...] = ()

    @property
    def process_id(self) -> int | None:
        """The helper's process; None while there is none."""
        return self._helper.process_id

    async def use_build(self, python_path: tuple[str, ...]) -> None:
        """Ask the build in these folders from now on."""
        await self._helper.use_build(python_path)

    def take(self, headers: ModelHeaders) -> None:
        """Lay out this model from now on."""
        if self._headers is not headers:
            self._headers = headers
            self._files.drop()
            self._opened = None

    async def measure(self, options: MemoryOptions, gpus: Sequence[Device]) -> list[Buffers]:
        """The buffers of each device. Raises `EngineError`; the next question starts anew."""
        try:
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
            answer = await self._helper.ask(question, MEASURE_SECONDS)
            if not isinstance(answer, Measured):
                raise _unexpected(answer)
        except EngineError:
            self._opened = None
            raise
        return [
            Buffers(device=told.device, kv_bytes=told.kv_bytes, compute_bytes=told.compute_bytes)
            for told in answer.buffers
        ]

    async def _open(self, options: MemoryOptions, gpus: Sequence[Device]) -> None:
        folder = await to_the_end(asyncio.to_thread(self._files.make, self._write))
        path = min(folder.iterdir())
        offloads = bool(gpus) and options.gpu_layers > 0
        question = OpenModel(
            path=os.fsencode(path),
            devices=tuple(gpu.name for gpu in gpus) if offloads else (),
            tensor_split=layer_shares(options, gpus) if offloads and len(gpus) > 1 else (),
            gpu_layers=options.gpu_layers if offloads else 0,
            experts_on_cpu=options.experts_on_cpu,
        )
        if self._opened == question and self._helper.process_id is not None:
            return
        self._opened = None
        answer = await self._helper.ask(question, OPEN_SECONDS)
        if not isinstance(answer, Opened):
            raise _unexpected(answer)
        self._opened = question
        self.cpu_features = answer.cpu_features

    def _write(self, folder: Path) -> None:
        """The model's files as llama.cpp wants them: headers, and holes in place of the weights."""
        assert self._headers is not None
        count = len(self._headers.headers)
        parts = zip(self._headers.headers, self._headers.data, strict=True)
        for part, (header, data) in enumerate(parts):
            if part == 0:
                raw, size = without_vocabulary(data, header)
            else:
                raw, size = data[: header.data_offset], header.data_end
            name = f"model-{part + 1:05d}-of-{count:05d}.gguf" if count > 1 else "model.gguf"
            with (folder / name).open("wb") as output:
                output.write(raw)
                output.truncate(size)

    async def close(self) -> None:
        """End the helper and remove its files. May be called twice."""
        await self._helper.close()
        await asyncio.to_thread(self._files.drop)


class MlxLayout:
    """One MLX model at a time, laid out by mlx-lm."""

    def __init__(self, folder: Path) -> None:
        self._files = _SparseFiles(folder)
        self._helper = DryRunProcess(folder, module="backends.mlx.dry_run")
        self._headers: MlxHeaders | None = None
        self._is_open = False

    @property
    def process_id(self) -> int | None:
        """The helper's process; None while there is none."""
        return self._helper.process_id

    async def measure(
        self, headers: MlxHeaders, architecture: str, options: MemoryOptions
    ) -> MlxBuffers:
        """Weights and cache. Raises `EngineError`; the next question starts anew."""
        if self._headers is not headers:
            self._headers = headers
            self._is_open = False
            self._files.drop()
        try:
            if not self._is_open or self._helper.process_id is None:
                await self._open(headers, architecture)
            kind = cast("KvType", options.key_type)
            question = MeasureMlx(context_tokens=options.context_tokens, kv_type=kind)
            answer = await self._helper.ask(question, MEASURE_SECONDS)
            if not isinstance(answer, MlxMeasured):
                raise _unexpected(answer)
        except EngineError:
            self._is_open = False
            raise
        return MlxBuffers(weights_bytes=answer.weights_bytes, kv_bytes=answer.kv_bytes)

    async def _open(self, headers: MlxHeaders, architecture: str) -> None:
        path = headers.folder
        if path is None:
            making = asyncio.to_thread(self._files.make, lambda to: write_sparse(headers, to))
            path = await to_the_end(making)
        answer = await self._helper.ask(OpenMlx(os.fsencode(path), architecture), OPEN_SECONDS)
        if not isinstance(answer, Opened):
            raise _unexpected(answer)
        self._is_open = True

    async def close(self) -> None:
        """End the helper and remove its files. May be called twice."""
        await self._helper.close()
        await asyncio.to_thread(self._files.drop)


async def lay_out_projector(
    headers: ModelHeaders, device: str | None, folder: Path, python_path: tuple[str, ...]
) -> dict[str, int]:
    """Bytes of a projector on each device by its name, as the engine lays it out in a helper that
    ends with it. Raises `EngineError`.
    """
    header, data = headers.headers[0], headers.data[0]

    def write(to: Path) -> None:
        with (to / "projector.gguf").open("wb") as output:
            output.write(data[: header.data_offset])
            output.truncate(header.data_end)

    files = _SparseFiles(folder)
    helper = DryRunProcess(folder, module="backends.llama_cpp.projector")
    await helper.use_build(python_path)
    try:
        made = await to_the_end(asyncio.to_thread(files.make, write))
        question = MeasureProjector(os.fsencode(made / "projector.gguf"), device)
        answer = await helper.ask(question, OPEN_SECONDS)
    finally:
        await helper.close()
        await asyncio.to_thread(files.drop)
    if not isinstance(answer, ProjectorMeasured):
        raise _unexpected(answer)
    return answer.device_bytes


def _unexpected(answer: Answer) -> EngineError:
    return EngineError(refused(answer) or sentence("The dry run answered something else."))
