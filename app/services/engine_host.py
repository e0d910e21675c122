"""Holds the loaded model: chooses where it runs, loads it safely, replaces it, lets it go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from app.domain.engine import Engine, EngineSession
from app.domain.errors import (
    EngineDiedError,
    EngineMissingError,
    ModelFileError,
    ModelUnsupportedError,
)
from app.domain.forecast import Forecast
from app.domain.hardware import BackendChoice, DeviceFinding, EngineStatus, Gpu
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from app.domain.model import LocalModel, ModelFormat
from app.services.settings_store import SettingsStore
from backends.self_check import Configuration, configurations, remembered

OnProgress = Callable[[LoadProgress], None]


@dataclass(frozen=True)
class Machine:
    """What the first look at this machine found."""

    status: EngineStatus
    gpus: tuple[Gpu, ...]
    choice: BackendChoice
    # Each device and card, and why it is used or not.
    findings: tuple[DeviceFinding, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """A loaded model, and what was foretold of it."""

    session: EngineSession
    forecast: Forecast | None = None


@dataclass(frozen=True)
class Planned:
    """How a model is to be loaded. `forecast` is None where only its weights are known."""

    options: LoadOptions
    forecast: Forecast | None = None


class Planner(Protocol):
    """Decides what the user left open."""

    async def plan(
        self, model: LocalModel, options: LoadOptions, machine: Machine, loaded: Loaded | None
    ) -> Planned:
        """Plan a load in place of the loaded model. Raises `MemoryShortError`, `ModelError`."""
        ...


class EngineHost:
    """The one place that loads models; at most one session at a time."""

    def __init__(
        self,
        engines: Mapping[ModelFormat, Engine],
        look: Callable[[], Machine],
        planner: Planner,
        settings: SettingsStore,
    ) -> None:
        """`look` blocks, so it is called in a thread."""
        self._engines = engines
        self._look = look
        self._planner = planner
        self._settings = settings
        self._machine: asyncio.Task[Machine] | None = None
        self._loading = asyncio.Lock()
        self._loaded: Loaded | None = None

    @property
    def session(self) -> EngineSession | None:
        """The loaded model's session."""
        return None if self._loaded is None else self._loaded.session

    @property
    def loaded(self) -> Loaded | None:
        """The loaded model with what was foretold of it."""
        return self._loaded

    async def machine(self) -> Machine:
        """Engine, devices and choice; looked at once, because it takes a process of its own."""
        if self._machine is None:
            self._machine = asyncio.create_task(asyncio.to_thread(self._look))
        return await asyncio.shield(self._machine)

    async def look_again(self) -> Machine:
        """Look anew, as after a driver was installed."""
        if self._machine is not None:
            await asyncio.wait([self._machine])
            self._machine = None
        return await self.machine()

    async def load(
        self, model: LocalModel, options: LoadOptions, on_progress: OnProgress
    ) -> EngineSession:
        """Load a model in place of the present one. Cancelling the task cancels the load.

        The present model stays loaded when the new one is refused before its load begins.
        Raises `AppError`.
        """
        async with self._loading:
            engine = self._engine_for(model)
            machine = await self.machine()
            if model.format == "gguf":  # MLX tells itself whether it runs, and finds its device
                if not machine.status.usable:
                    raise EngineMissingError(machine.status.reason)
                options = _on_chosen_device(options, machine.choice)
            planned = await self._planner.plan(model, options, machine, self._loaded)
            await self.eject()
            plan = LoadPlan(name=model.name, path=model.path, options=planned.options)
            if model.format == "gguf":
                build_id = machine.status.build_id
                session = await self._load_safely(engine, plan, build_id, on_progress)
            else:
                session = await engine.load(plan, on_progress)
            self._loaded = Loaded(session, planned.forecast)
            await self._settings.update(last_model=model.name)
            return session

    async def eject(self) -> None:
        """Release the loaded model, if there is one."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            await loaded.session.close()

    async def close(self) -> None:
        """Release everything."""
        await self.eject()
        if self._machine is not None:
            await asyncio.wait([self._machine])

    def _engine_for(self, model: LocalModel) -> Engine:
        if model.problem is not None:
            raise ModelFileError(model.problem)
        engine = self._engines.get(model.format)
        if engine is None:
            raise ModelUnsupportedError(
                f"{model.name} is an MLX model, and no engine for MLX is here. "
                "Choose a GGUF file of the same model."
            )
        return engine

    async def _load_safely(
        self, engine: Engine, plan: LoadPlan, build_id: str, on_progress: OnProgress
    ) -> EngineSession:
        """Load as this build of the engine is known to survive; find that out the first time."""
        known = remembered(plan.options, self._settings.current.safe_configurations.get(build_id))
        if known is not None:
            return await engine.load(_with(plan, known.options), on_progress)
        first, *safer = configurations(msgspec.structs.replace(plan.options, self_check=True))
        configuration, session = await _first_that_survives(engine, plan, first, safer, on_progress)
        known = {**self._settings.current.safe_configurations, build_id: configuration.name}
        await self._settings.update(safe_configurations=known)
        return session


async def _first_that_survives(
    engine: Engine,
    plan: LoadPlan,
    configuration: Configuration,
    safer: Sequence[Configuration],
    on_progress: OnProgress,
) -> tuple[Configuration, EngineSession]:
    try:
        return configuration, await engine.load(_with(plan, configuration.options), on_progress)
    except EngineDiedError as error:
        if not (error.crashed and safer):
            raise
    notice = (
        "This build of the engine crashed in its self-check on this computer and now runs without "
        f"{safer[0].without}, which may be slower. `quantbench doctor` tells more."
    )
    told = msgspec.structs.replace(plan, notice=notice)
    return await _first_that_survives(engine, told, safer[0], safer[1:], on_progress)


def _with(plan: LoadPlan, options: LoadOptions) -> LoadPlan:
    return msgspec.structs.replace(plan, options=options)


def _on_chosen_device(options: LoadOptions, choice: BackendChoice) -> LoadOptions:
    """The options with the device that the program chooses where nobody did."""
    if options.device is not None or options.gpu_layers == 0:
        return options
    return msgspec.structs.replace(options, device=choice.device)
