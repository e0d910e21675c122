"""One estimator for the badge, the load dialog, the command line and the API, in three tiers.

formula: from the header alone. dry_run: the engine lays the model out in a helper process that
stays alive, so that every further context is answered at once. calibrated: the dry run with the
overhead that real loads on this machine taught. A helper that dies, hangs or refuses falls back to
the formula, and the result says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.errors import EngineError, ModelUnsupportedError
from app.domain.hardware import Device
from app.domain.load_estimate import estimate_load
from app.domain.memory import MemoryEstimate, Overheads, Tier, measured_memory
from app.domain.memory_options import MemoryOptions
from app.domain.mlx_memory import estimate_mlx
from app.domain.model_memory import ModelMemory, read_model
from app.domain.projector import vision_estimate
from app.domain.words import said, sentence
from app.services.layouts import GgufLayout, MlxLayout, lay_out_projector
from app.services.mlx_headers import Headers, MlxHeaders
from app.services.model_headers import ModelHeaders


class Estimated(msgspec.Struct, frozen=True):
    """An estimate and, if it is not of the tier that was asked for, why."""

    estimate: MemoryEstimate
    notice: str | None = None


class Estimator:
    """Estimates what loads take. Owns the helper processes and their files; `close` ends all."""

    def __init__(
        self,
        folder: Path,
        *,
        overheads: Overheads | None = None,
        rpc_ports: Sequence[int] = (),
    ) -> None:
        # What loads on this machine taught; the tier "calibrated" needs them.
        self.overheads = overheads
        # Where the build of the engine lies that is asked, if not the bundled one.
        self.python_path: tuple[str, ...] = ()
        self._folder = folder
        self._rpc_ports = tuple(rpc_ports)
        self._gguf = GgufLayout(folder, rpc_ports)
        self._mlx = MlxLayout(folder)
        self._lock = asyncio.Lock()
        self._headers: Headers | None = None
        self._model: ModelMemory | None = None

    def another(self) -> Estimator:
        """One with a helper of its own, for a model beside the first."""
        made = Estimator(self._folder, rpc_ports=self._rpc_ports)
        made.python_path, made.overheads = self.python_path, self.overheads
        return made

    @property
    def process_id(self) -> int | None:
        """The process of llama.cpp's helper; None while there is none."""
        return self._gguf.process_id

    async def estimate(
        self,
        headers: Headers,
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
            model = self._take(headers)
            if tier == "formula":
                return Estimated(self._formula(model, options, host, gpus))
            overheads = self.overheads if tier == "calibrated" else None
            try:
                return Estimated(await self._laid_out(headers, options, host, gpus, overheads))
            except EngineError as error:
                notice = said("{error} The numbers are the formula's.").format(error=error.said())
                return Estimated(self._formula(model, options, host, gpus, error), notice)

    async def projector(
        self, headers: ModelHeaders, host: Device, gpus: Sequence[Device], tier: Tier
    ) -> Estimated:
        """What a projector for pictures takes on the first GPU, or else on the host."""
        header = headers.headers[0]
        if tier == "formula":
            return Estimated(vision_estimate(header, host, gpus))
        device = gpus[0].name if gpus else None
        try:
            told = await lay_out_projector(headers, device, self._folder, self.python_path)
        except EngineError as error:
            words = said("{error} What it takes beside its weights is a guess.")
            notice = words.format(error=error.said())
            return Estimated(vision_estimate(header, host, gpus), notice)
        return Estimated(vision_estimate(header, host, gpus, told))

    def _take(self, headers: Headers) -> ModelMemory:
        if self._headers is not headers or self._model is None:
            self._model = (
                headers.model()
                if isinstance(headers, MlxHeaders)
                else read_model(headers.headers, self._gguf.cpu_features)
            )
            self._headers = headers
        return self._model

    async def _laid_out(
        self,
        headers: Headers,
        options: MemoryOptions,
        host: Device,
        gpus: Sequence[Device],
        overheads: Overheads | None,
    ) -> MemoryEstimate:
        model = self._take(headers)
        if isinstance(headers, MlxHeaders):
            told = await self._mlx.measure(headers, model.architecture.name, options)
            estimate = estimate_mlx(model, options, host, overheads, told)
            assert estimate is not None
            return estimate
        await self._gguf.use_build(self.python_path)
        self._gguf.take(headers)
        features = self._gguf.cpu_features
        buffers = await self._gguf.measure(options, gpus)
        if features != self._gguf.cpu_features:
            self._model = model = read_model(headers.headers, self._gguf.cpu_features)
        return measured_memory(model, options, host, gpus, buffers, overheads)

    def _formula(
        self,
        model: ModelMemory,
        options: MemoryOptions,
        host: Device,
        gpus: Sequence[Device],
        cause: EngineError | None = None,
    ) -> MemoryEstimate:
        found = estimate_load(model, options, host, gpus, self.overheads)
        if found is None:
            raise ModelUnsupportedError(
                "What the architecture '{name}' takes is unknown to the formula. {cause}",
                name=model.architecture.name,
                cause=cause
                or sentence("A dry run asks the engine itself: choose the tier dry-run."),
            )
        return found

    async def close(self) -> None:
        """End the helpers and remove their files. May be called twice."""
        await self._gguf.close()
        await self._mlx.close()
