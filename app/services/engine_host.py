"""Holds the loaded model: chooses where it runs, loads it safely, replaces it, lets it go."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import msgspec

from app.domain.engine import Engine, EngineSession, LocalModelSession
from app.domain.errors import (
    EngineDiedError,
    EngineMissingError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
    UsageError,
)
from app.domain.forecast import Forecast
from app.domain.hardware import BackendChoice, DeviceFinding, EngineStatus, Gpu
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from app.domain.model import AnyModel, LocalModel, ModelFormat, ServedModel
from app.domain.tuning import Tuning, tuned
from app.services.settings_store import SettingsStore
from app.services.tunings import Tunings, is_quiet
from backends.self_check import Configuration, configurations, remembered

OnProgress = Callable[[LoadProgress], None]
# Of which it is known when they were loaded last.
_MOST_LOADS_KEPT = 300


@dataclass(frozen=True)
class Machine:
    """What the first look at this machine found."""

    status: EngineStatus
    gpus: tuple[Gpu, ...]
    choice: BackendChoice
    # Each device and card, and why it is used or not.
    findings: tuple[DeviceFinding, ...] = ()
    # Where the build of the engine lies that was looked at, if not the bundled one.
    python_path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """A loaded model, and what was foretold of it."""

    session: EngineSession
    forecast: Forecast | None = None
    # Of a model of llama.cpp, which can be measured on this machine.
    model: LocalModel | None = None


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


class Servers(Protocol):
    """Opens sessions with the models of servers."""

    async def open_model(
        self, model: ServedModel, options: LoadOptions, on_progress: OnProgress
    ) -> EngineSession:
        """Connect. Raises `AppError`."""
        ...


class EngineHost:
    """The one place that loads models; at most one session at a time."""

    def __init__(
        self,
        engines: Mapping[ModelFormat, Engine],
        look: Callable[[str], Machine],
        planner: Planner,
        settings: SettingsStore,
        servers: Servers | None = None,
        tunings: Tunings | None = None,
    ) -> None:
        """`look` takes the name of a build. It blocks, so it is called in a thread."""
        self._engines = engines
        self._look = look
        self._planner = planner
        self._settings = settings
        self._servers = servers
        self._tunings = tunings
        # What was found with each build that was asked for.
        self._machines: dict[str, asyncio.Task[Machine]] = {}
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

    async def machine(self, model: AnyModel | None = None) -> Machine:
        """Engine, devices and choice, with the build of a model or of all; looked at once, because
        it takes a process of its own.
        """
        build = self._settings.current.build_of(None if model is None else model.name)
        if build not in self._machines:
            self._machines[build] = asyncio.create_task(asyncio.to_thread(self._look, build))
        return await asyncio.shield(self._machines[build])

    async def look_again(self) -> Machine:
        """Look anew, as after a driver or a build was installed."""
        await self._end_looking()
        return await self.machine()

    async def load(
        self, model: AnyModel, options: LoadOptions, on_progress: OnProgress
    ) -> EngineSession:
        """Load a model in place of the present one. Cancelling the task cancels the load.

        The present model stays loaded when the new one is refused before its load begins.
        Raises `AppError`.
        """
        if isinstance(model, ServedModel):
            return await self._connect(model, options, on_progress)
        async with self._loading:
            engine = self._engine_for(model)
            machine = await self.machine(model)
            if model.format == "gguf":  # MLX tells itself whether it runs, and finds its device
                if not machine.status.usable:
                    raise EngineMissingError(machine.status.reason)
                options = _on_chosen_device(options, machine.choice)
            planned = await self._plan(model, options, machine)
            await self.eject()
            plan = LoadPlan(name=model.name, path=model.path, options=planned.options)
            if model.format == "gguf":
                build_id = machine.status.build_id
                session = await self._load_safely(engine, plan, build_id, on_progress)
            else:
                session = await engine.load(plan, on_progress)
            tunable = model if model.format == "gguf" else None
            self._loaded = Loaded(session, planned.forecast, tunable)
            await self._remember(model)
            return session

    async def tuning(self, model: LocalModel) -> Tuning | None:
        """What was measured of a model on this machine; None before that."""
        machine = await self.machine(model)
        return await self._known_tuning(model, machine, machine.choice.device)

    async def known_tuning(self) -> Tuning | None:
        """What was measured of the loaded model; None before that."""
        loaded = self._loaded
        return None if loaded is None or loaded.model is None else await self.tuning(loaded.model)

    async def tune(self, on_progress: Callable[[float], None]) -> Tuning | None:
        """Measure what suits the loaded model on this machine, about ten seconds; the threads are
        used at once, all of it from the next load on.

        None when something else was asked of the model meanwhile. What was measured while other
        programs were busy is not kept. Raises `UsageError`, `EngineError`.
        """
        loaded = self._loaded
        if loaded is None or loaded.model is None:
            raise UsageError("Load a GGUF model first: it is measured while it is loaded.")
        machine = await self.machine(loaded.model)
        session = cast("LocalModelSession", loaded.session)
        found = await session.tune(on_progress)
        if found is not None and found.holds and self._tunings is not None:
            device = session.info.options.device
            keep = self._tunings.keep
            await asyncio.to_thread(keep, machine.status, device, loaded.model, found)
        return found

    async def tune_if_quiet(self) -> Tuning | None:
        """Measure the loaded model if it never was, and if neither it nor the machine has anything
        to do. Raises `EngineError`.
        """
        loaded = self._loaded
        if loaded is None or loaded.model is None or await self.known_tuning() is not None:
            return None
        is_idle = cast("LocalModelSession", loaded.session).is_idle
        if not (is_idle and await is_quiet() and self._loaded is loaded):
            return None
        return await self.tune(lambda _: None)

    async def _plan(self, model: LocalModel, options: LoadOptions, machine: Machine) -> Planned:
        """With what was measured on this machine, as far as that fits into the memory."""
        tuning = await self._known_tuning(model, machine, options.device)
        if tuning is None:
            return await self._planner.plan(model, options, machine, self._loaded)
        with contextlib.suppress(MemoryShortError):
            best = tuned(options, tuning)
            planned = await self._planner.plan(model, best, machine, self._loaded)
            if planned.forecast is None or planned.forecast.placement.fit == "fits":
                return planned
        best = tuned(options, tuning, is_short=True)
        return await self._planner.plan(model, best, machine, self._loaded)

    async def _known_tuning(
        self, model: LocalModel, machine: Machine, device: str | None
    ) -> Tuning | None:
        if self._tunings is None or model.format != "gguf":
            return None
        return await asyncio.to_thread(self._tunings.find, machine.status, device, model)

    async def _remember(self, model: LocalModel) -> None:
        path = os.fsdecode(model.path)
        loads = {**self._settings.current.last_loads, path: int(time.time())}
        latest = sorted(loads.items(), key=lambda load: load[1])[-_MOST_LOADS_KEPT:]
        await self._settings.update(last_model=model.name, last_loads=dict(latest))

    async def _connect(
        self, model: ServedModel, options: LoadOptions, on_progress: OnProgress
    ) -> EngineSession:
        if self._servers is None:
            raise UsageError("Servers cannot be used here.")
        async with self._loading:
            session = await self._servers.open_model(model, options, on_progress)
            await self.eject()
            self._loaded = Loaded(session)
            return session

    async def eject(self) -> None:
        """Release the loaded model, if there is one."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            await loaded.session.close()

    async def close(self) -> None:
        """Release everything."""
        await self.eject()
        await self._end_looking()

    async def _end_looking(self) -> None:
        looking, self._machines = set(self._machines.values()), {}
        if looking:
            await asyncio.wait(looking)

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
