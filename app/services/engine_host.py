"""Holds the loaded models: chooses where each runs, loads it beside the others, lets it go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import msgspec

from app.domain.engine import Engine, EngineSession, LocalModelSession
from app.domain.errors import (
    EngineMissingError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
    UsageError,
)
from app.domain.forecast import Forecast
from app.domain.hardware import BackendChoice, DeviceFinding, EngineStatus, Gpu
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.model import AnyModel, LocalModel, ModelFormat, ModelRef, ServedModel, ref_of
from app.domain.tuning import Tuning, tuned
from app.services.last_loads import known_options, remember_choice, remember_load
from app.services.making_room import room_needed, sacrifices
from app.services.safe_load import OnProgress, load_safely
from app.services.settings_store import SettingsStore
from app.services.tunings import Tunings, is_quiet


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
    model: AnyModel
    forecast: Forecast | None = None
    # Of the engine that runs it, if that is one of this computer.
    build_id: str = ""

    @property
    def ref(self) -> ModelRef:
        """Which model it is."""
        return ref_of(self.model)

    @property
    def tunable(self) -> LocalModel | None:
        """The model, if it is one of llama.cpp, which can be measured on this machine."""
        model = self.model
        return model if isinstance(model, LocalModel) and model.format == "gguf" else None

    @property
    def foretold_bytes(self) -> int:
        """What it was to take on this computer: its weights at least."""
        if self.forecast is not None:
            return self.forecast.estimate.total_bytes
        return self.model.size_bytes if isinstance(self.model, LocalModel) else 0


@dataclass(frozen=True)
class Neighbours:
    """What is loaded when another load is planned: what stays, and what goes before it."""

    staying: tuple[Loaded, ...] = ()
    going: tuple[Loaded, ...] = ()


ALONE = Neighbours()


@dataclass(frozen=True)
class Planned:
    """How a model is to be loaded. `forecast` is None where only its weights are known."""

    options: LoadOptions
    forecast: Forecast | None = None


class Planner(Protocol):
    """Decides what the user left open."""

    async def plan(
        self, model: LocalModel, options: LoadOptions, machine: Machine, neighbours: Neighbours
    ) -> Planned:
        """Plan a load beside the neighbours. Raises `MemoryShortError`, `ModelError`."""
        ...


class Servers(Protocol):
    """Opens sessions with the models of servers."""

    async def open_model(
        self, model: ServedModel, options: LoadOptions, on_progress: OnProgress
    ) -> EngineSession:
        """Connect. Raises `AppError`."""
        ...


class EngineHost:
    """The one place that loads models, each in a process of its own, as the memory allows."""

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
        # The one that was used last at the end.
        self._loaded: dict[ModelRef, Loaded] = {}
        # Counts what came and what went: the memory that was free before is not what is free now.
        self.changes = 0

    @property
    def loaded(self) -> tuple[Loaded, ...]:
        """The loaded models, the one that was used last at the end."""
        return tuple(self._loaded.values())

    def find(self, ref: ModelRef) -> Loaded | None:
        """A model, if it is loaded."""
        return self._loaded.get(ref)

    def note_use(self, ref: ModelRef) -> None:
        """A model is asked something: others make room before it."""
        if ref in self._loaded:
            self._loaded[ref] = self._loaded.pop(ref)

    async def choose(self, model: AnyModel, options: LoadOptions) -> None:
        """A loaded model was chosen, and how it was to be loaded: the next start does the same."""
        if isinstance(model, LocalModel):
            await remember_choice(self._settings, model, options)

    def options_of(self, model: AnyModel) -> LoadOptions:
        """How a model was to be loaded when it was chosen last."""
        return known_options(self._settings, model)

    def neighbours(self, going: Collection[ModelRef] = ()) -> Neighbours:
        """What is loaded, if these models go."""
        return Neighbours(
            staying=tuple(each for each in self.loaded if each.ref not in going),
            going=tuple(each for each in self.loaded if each.ref in going),
        )

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
        self,
        model: AnyModel,
        options: LoadOptions,
        on_progress: OnProgress,
        leaving: Collection[ModelRef] = (),
    ) -> EngineSession:
        """Load a model beside the others, in place of itself and of those in `leaving`.

        Cancelling the task cancels the load. What is refused before its load begins replaces
        nothing. Raises `RoomNeededError` if others have to go for it, `AppError`.
        """
        async with self._loading:
            if isinstance(model, ServedModel):
                return await self._connect(model, options, on_progress)
            engine = self._engine_for(model)
            machine = await self.machine(model)
            build_id = machine.status.build_id
            if model.format == "gguf":  # MLX tells itself whether it runs, and finds its device
                if not machine.status.usable:
                    raise EngineMissingError(machine.status.reason)
                options = _on_chosen_device(options, machine.choice)
            going = {ref_of(model), *leaving}
            planned = await self._plan_beside(model, options, machine, going)
            for ref in going:
                await self.eject(ref)
            plan = LoadPlan(name=model.name, path=model.path, options=planned.options)
            if model.format == "gguf":
                session = await load_safely(engine, plan, build_id, self._settings, on_progress)
            else:
                session = await engine.load(plan, on_progress)
            self._take(Loaded(session, model, planned.forecast, build_id))
            try:
                await remember_load(self._settings, model)
            except asyncio.CancelledError:  # nobody hears of it
                await self.eject(ref_of(model))
                raise
            return session

    async def tuning(self, model: LocalModel) -> Tuning | None:
        """What was measured of a model on this machine; None before that."""
        machine = await self.machine(model)
        return await self._known_tuning(model, machine, machine.choice.device)

    async def tune(self, ref: ModelRef, on_progress: Callable[[float], None]) -> Tuning | None:
        """Measure what suits a loaded model on this machine, about ten seconds; the threads are
        used at once, all of it from the next load on.

        None when something else was asked of the model meanwhile. What was measured while other
        programs were busy is not kept. Raises `UsageError`, `EngineError`.
        """
        loaded = self.find(ref)
        if loaded is None or loaded.tunable is None:
            raise UsageError("Load a GGUF model first: it is measured while it is loaded.")
        machine = await self.machine(loaded.tunable)
        session = cast("LocalModelSession", loaded.session)
        found = await session.tune(on_progress)
        if found is not None and found.holds and self._tunings is not None:
            device = session.info.options.device
            keep = self._tunings.keep
            await asyncio.to_thread(keep, machine.status, device, loaded.tunable, found)
        return found

    async def tune_if_quiet(self, ref: ModelRef) -> Tuning | None:
        """Measure a loaded model if it never was, and if neither it nor the machine has anything
        to do. Raises `EngineError`.
        """
        loaded = self.find(ref)
        if loaded is None or loaded.tunable is None:
            return None
        if await self.tuning(loaded.tunable) is not None:
            return None
        is_idle = cast("LocalModelSession", loaded.session).is_idle
        if not (is_idle and await is_quiet() and self.find(ref) is loaded):
            return None
        return await self.tune(ref, lambda _: None)

    async def _plan_beside(
        self, model: LocalModel, options: LoadOptions, machine: Machine, going: set[ModelRef]
    ) -> Planned:
        """Raises `RoomNeededError` naming as few models as possible, those not used for long."""
        try:
            return await self._plan(model, options, machine, self.neighbours(going))
        except MemoryShortError as error:
            short = error
        for more in sacrifices(self.neighbours(going).staying):
            neighbours = self.neighbours({*going, *(each.ref for each in more)})
            try:
                await self._plan(model, options, machine, neighbours)
            except MemoryShortError:
                continue
            raise room_needed(model, short, more)
        raise short

    async def _plan(
        self, model: LocalModel, options: LoadOptions, machine: Machine, neighbours: Neighbours
    ) -> Planned:
        """With what was measured on this machine, as far as that fits into the memory."""
        tuning = await self._known_tuning(model, machine, options.device)
        if tuning is None:
            return await self._planner.plan(model, options, machine, neighbours)
        with contextlib.suppress(MemoryShortError):
            best = tuned(options, tuning)
            planned = await self._planner.plan(model, best, machine, neighbours)
            if planned.forecast is None or planned.forecast.placement.fit == "fits":
                return planned
        best = tuned(options, tuning, is_short=True)
        return await self._planner.plan(model, best, machine, neighbours)

    async def _known_tuning(
        self, model: LocalModel, machine: Machine, device: str | None
    ) -> Tuning | None:
        if self._tunings is None or model.format != "gguf":
            return None
        return await asyncio.to_thread(self._tunings.find, machine.status, device, model)

    async def _connect(
        self, model: ServedModel, options: LoadOptions, on_progress: OnProgress
    ) -> EngineSession:
        if self._servers is None:
            raise UsageError("Servers cannot be used here.")
        session = await self._servers.open_model(model, options, on_progress)
        await self.eject(ref_of(model))
        self._take(Loaded(session, model))
        return session

    def _take(self, loaded: Loaded) -> None:
        self._loaded[loaded.ref] = loaded
        self.changes += 1

    async def eject(self, ref: ModelRef) -> None:
        """Release a model and its memory, if it is loaded."""
        loaded = self._loaded.pop(ref, None)
        if loaded is not None:
            self.changes += 1
            await loaded.session.close()
            self.changes += 1

    async def close(self) -> None:
        """Release everything."""
        await asyncio.gather(*(self.eject(each.ref) for each in self.loaded))
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
                "{name} is an MLX model, and no engine for MLX is here. Choose a GGUF file of the "
                "same model.",
                name=model.name,
            )
        return engine


def _on_chosen_device(options: LoadOptions, choice: BackendChoice) -> LoadOptions:
    """The options with the device that the program chooses where nobody did."""
    if options.device is not None or options.gpu_layers == 0:
        return options
    return msgspec.structs.replace(options, device=choice.device)
