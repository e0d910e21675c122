"""Foretells loads for the command line, the window and the engine host, from one estimator."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from app.domain.companions import room_beside, with_companions, without_process
from app.domain.engine import Timings
from app.domain.errors import ModelFileError, ModelUnsupportedError
from app.domain.fit import device_fits, worst
from app.domain.forecast import Forecast, forecast, measured, on_device, on_unified_memory
from app.domain.hardware import Device
from app.domain.hardware_table import KnownDevice
from app.domain.load_memory import options_of_load
from app.domain.load_options import DEFAULT_CONTEXT_TOKENS, LoadOptions, draft_options
from app.domain.measured_load import MeasuredLoad
from app.domain.memory import Overheads, Tier
from app.domain.memory_options import MemoryOptions
from app.domain.mlx_memory import MLX_PROCESS_BYTES
from app.domain.mlx_options import check_mlx_options
from app.domain.model import LocalModel, ModelFormat
from app.domain.model_memory import ModelMemory, read_model
from app.domain.os_causes import cause_of
from app.domain.placement import Machine as MachineMemory
from app.domain.placement import Placement
from app.services.engine_host import ALONE, Loaded, Machine, Neighbours, Planned
from app.services.estimator import Estimated, Estimator
from app.services.experience import Experience
from app.services.memory_check import memory_among, refuse_too_big, refuse_too_heavy
from app.services.mlx_headers import Headers, MlxHeaders, read_mlx_headers
from app.services.model_headers import ModelHeaders, part_paths, read_model_headers

# Lessons of MLX hold for this name; it finds its device itself.
MLX_ENGINE: Final = "mlx"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A model whose header is read: what forecasts are made of."""

    name: str
    headers: Headers
    memory: ModelMemory
    # The projector that is loaded beside it, for pictures.
    vision: ModelHeaders | None = None


class Forecasts:
    """Reads headers and asks the estimator. `close` ends the estimator's helper process."""

    def __init__(
        self,
        estimator: Estimator,
        look_at_devices: Callable[[Sequence[str]], Sequence[Device]],
        experience: Experience,
    ) -> None:
        """`look_at_devices` is told where the build lies, and tells what is free now. It blocks, so
        it is called in a thread.
        """
        self._estimator = estimator
        self._look_at_devices = look_at_devices
        self._experience = experience
        self._engine = ""
        self._cpu_features: tuple[str, ...] = ()
        # A draft model's headers by its path, and who lays it out.
        self._draft_model: tuple[bytes, Subject] | None = None
        self._beside: Estimator | None = None

    @property
    def speed_is_measured(self) -> bool:
        """Whether this computer's speed is known; else the first forecast measures it."""
        return self._experience.is_measured

    async def subject(self, model: LocalModel) -> Subject:
        """Read the headers of a model's files; `memory` comes first. Raises `ModelError`."""
        if model.problem is not None:
            raise ModelFileError("{name}: {problem}", name=model.name, problem=model.problem)
        path = Path(os.fsdecode(model.path))
        try:
            headers = await asyncio.to_thread(_read_headers, path, model.format)
        except OSError as error:
            raise ModelFileError(
                "{name} cannot be read: {cause}.", name=model.name, cause=cause_of(error)
            ) from error
        return self.subject_of(model.name, headers)

    def subject_of(self, name: str, headers: Headers) -> Subject:
        """A subject from headers of any origin, for the processor that `memory` saw last.

        Raises `ModelError`.
        """
        if isinstance(headers, MlxHeaders):
            return Subject(name=name, headers=headers, memory=headers.model())
        memory = read_model(headers.headers, self._cpu_features)
        return Subject(name=name, headers=headers, memory=memory)

    async def projector(self, path: Path) -> ModelHeaders:
        """The headers of a projector's file. Raises `ModelFileError`."""
        try:
            found = await asyncio.to_thread(read_model_headers, [path])
        except OSError as error:
            raise ModelFileError(
                "{name} cannot be read: {cause}.", name=path.name, cause=cause_of(error)
            ) from error
        if found.headers[0].architecture != "clip":
            raise ModelFileError("{name} is no projector for pictures (mmproj).", name=path.name)
        return found

    async def memory(self, machine: Machine, neighbours: Neighbours = ALONE) -> MachineMemory:
        """What is free now, beside the models that stay, and what those that go will give back."""
        devices: Sequence[Device] = machine.status.devices
        if machine.choice.device is not None:  # only a GPU's free memory has to be asked again
            found = await asyncio.to_thread(self._look_at_devices, machine.python_path)
            devices = found or devices
        self._engine = machine.status.build_id
        self._cpu_features = machine.status.cpu_features
        self._estimator.python_path = machine.python_path
        free = await asyncio.to_thread(memory_among, devices, neighbours)
        return msgspec.structs.replace(free, overheads=self._experience.overheads(self._engine))

    async def forecast(
        self, subject: Subject, options: LoadOptions, memory: MachineMemory, tier: Tier
    ) -> Forecast:
        """What a load with these options takes on this memory; what is left open is decided.

        Raises `UsageError` for options that make no sense, `ModelUnsupportedError` if neither the
        formula nor the engine knows the architecture.
        """
        if subject.memory.mlx is not None:
            check_mlx_options(options)
            memory = on_unified_memory(memory, self._experience.overheads(MLX_ENGINE))
        told = await self._companions(subject, options, memory, tier)
        companions = [each.estimate for each in told]
        room = room_beside(memory, companions)
        alone = await self._alone(subject, options, room, tier)
        notices = filter(None, (alone.notice, *(each.notice for each in told)))
        together = with_companions(alone, companions, memory)
        return msgspec.structs.replace(together, notice=" ".join(notices) or None)

    async def _companions(
        self, subject: Subject, options: LoadOptions, memory: MachineMemory, tier: Tier
    ) -> list[Estimated]:
        """What the draft model and the projector of a load take; Raises `ModelError`."""
        gpus = on_device(memory, options).gpus
        found: list[Estimated] = []
        if options.draft_model is not None:
            is_mlx = subject.memory.mlx is not None
            draft = await self._draft(options.draft_model, "mlx" if is_mlx else "gguf")
            passed = options_of_load(options, subject.memory)
            chosen = draft_options(
                msgspec.structs.replace(options, context_tokens=passed.context_tokens),
                passed.parallel,
            )
            beside = self._beside = self._beside or self._estimator.another()
            beside.overheads, beside.python_path = memory.overheads, self._estimator.python_path
            wanted = options_of_load(chosen, draft.memory)
            told = await beside.estimate(draft.headers, wanted, memory.host, gpus, tier)
            usual = MLX_PROCESS_BYTES if is_mlx else Overheads().host_bytes
            process = usual if memory.overheads is None else memory.overheads.host_bytes
            estimate = without_process(told.estimate, process)
            found.append(msgspec.structs.replace(told, estimate=estimate))
        if subject.vision is not None:
            found.append(await self._estimator.projector(subject.vision, memory.host, gpus, tier))
        return found

    async def _draft(self, path: bytes, kind: ModelFormat) -> Subject:
        """The draft model's headers, read once."""
        if self._draft_model is None or self._draft_model[0] != path:
            model = LocalModel(
                name=Path(os.fsdecode(path)).name,
                path=path,
                format=kind,
                source="file",
                size_bytes=0,
            )
            self._draft_model = path, await self.subject(model)
        return self._draft_model[1]

    async def _alone(
        self, subject: Subject, options: LoadOptions, memory: MachineMemory, tier: Tier
    ) -> Forecast:
        devices = (memory.host, *memory.gpus)
        speeds = await self._experience.throughputs(devices)
        ratios = self._experience.corrections(self._engine_of(subject.memory), devices)
        try:
            planned = await asyncio.to_thread(
                forecast, subject.memory, options, memory, speeds, ratios
            )
        except ModelUnsupportedError:
            if tier == "formula":
                raise
            return await self._unknown(subject, options, memory)
        if tier == "formula":
            return planned
        placed = planned.placement
        found = await self._lay_out(subject, placed.options, memory, placed.gpus)
        told = measured(planned, found.estimate, memory)
        return msgspec.structs.replace(told, notice=found.notice)

    async def _lay_out(
        self,
        subject: Subject,
        options: MemoryOptions,
        memory: MachineMemory,
        gpus: Sequence[Device],
    ) -> Estimated:
        """The dry run, calibrated as soon as loads have taught something."""
        self._estimator.overheads = memory.overheads
        tier: Tier = "dry_run" if memory.overheads is None else "calibrated"
        return await self._estimator.estimate(subject.headers, options, memory.host, gpus, tier)

    async def _unknown(
        self, subject: Subject, options: LoadOptions, memory: MachineMemory
    ) -> Forecast:
        """An architecture that the engine alone knows: all of it on the GPU, or what was asked."""
        memory = on_device(memory, options)
        layers = subject.memory.architecture.layer_count + 1
        passed = msgspec.structs.replace(
            options_of_load(options, subject.memory),
            gpu_layers=min(layers, layers if options.gpu_layers is None else options.gpu_layers),
        )
        gpus = memory.gpus if passed.gpu_layers else ()
        found = await self._lay_out(subject, passed, memory, gpus)
        fits = device_fits(found.estimate, memory.released_bytes, memory.shared)
        placed = Placement(
            options=passed, estimate=found.estimate, gpus=gpus, fits=fits, fit=worst(fits)
        )
        chosen = msgspec.structs.replace(
            options,
            device=gpus[0].name if gpus else None,
            context_tokens=passed.context_tokens,
        )
        return Forecast(
            model=subject.memory,
            options=chosen,
            placement=placed,
            layer_count=layers,
            notice=found.notice,
        )

    async def known_devices(self) -> Sequence[KnownDevice]:
        """Devices that are not here, of which memory and speed are known."""
        return await self._experience.known_devices()

    async def plan(
        self, model: LocalModel, options: LoadOptions, machine: Machine, neighbours: Neighbours
    ) -> Planned:
        """The options of a load, with what the user left open decided by the formula.

        A model that cannot fit is refused with `MemoryShortError`. Of an architecture that nobody
        knows, and of a file that only the engine can judge, just the weights are counted.
        """
        memory = await self.memory(machine, neighbours)
        try:
            subject = await self.subject(model)
            found = await self.forecast(subject, options, memory, "formula")
        except ModelUnsupportedError:
            refuse_too_heavy(model, memory)
            return Planned(_decided(model, options))
        refuse_too_big(model, found)
        return Planned(found.options, found)

    async def learn(self, loaded: Loaded, timings: Timings) -> MeasuredLoad | None:
        """Compare a reply's meters with what was foretold, and keep what they teach."""
        forecast = loaded.forecast
        if forecast is None:
            return None
        engine = loaded.build_id if forecast.model.mlx is None else MLX_ENGINE
        return await self._experience.learn(engine, loaded, timings)

    def _engine_of(self, model: ModelMemory) -> str:
        return self._engine if model.mlx is None else MLX_ENGINE

    async def close(self) -> None:
        """End the helper process. May be called twice."""
        await self._estimator.close()
        if self._beside is not None:
            await self._beside.close()


def _read_headers(path: Path, kind: ModelFormat) -> Headers:
    """Raises `ModelError`, OSError."""
    return read_mlx_headers(path) if kind == "mlx" else read_model_headers(part_paths(path))


def _decided(model: LocalModel, options: LoadOptions) -> LoadOptions:
    trained = model.context_tokens or DEFAULT_CONTEXT_TOKENS
    context = options.context_tokens or min(trained, DEFAULT_CONTEXT_TOKENS)
    return msgspec.structs.replace(options, context_tokens=context)
