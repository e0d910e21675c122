"""Holds the loaded model: chooses where it runs, loads it safely, replaces it, lets it go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from app.domain.engine import (
    DEFAULT_CONTEXT_TOKENS,
    Engine,
    EngineSession,
    LoadOptions,
    LoadPlan,
    LoadProgress,
)
from app.domain.errors import (
    EngineDiedError,
    EngineMissingError,
    ModelFileError,
    ModelUnsupportedError,
)
from app.domain.hardware import BackendChoice, EngineStatus, Gpu
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


class EngineHost:
    """The one place that loads models; at most one session at a time."""

    def __init__(
        self,
        engines: Mapping[ModelFormat, Engine],
        look: Callable[[], Machine],
        refuse_too_large: Callable[[LocalModel, LoadOptions, EngineSession | None], None],
        settings: SettingsStore,
    ) -> None:
        """`look` and `refuse_too_large` block, so they are called in a thread; the latter raises
        `MemoryShortError` for a model that cannot fit once the given session is gone.
        """
        self._engines = engines
        self._look = look
        self._refuse_too_large = refuse_too_large
        self._settings = settings
        self._machine: asyncio.Task[Machine] | None = None
        self._loading = asyncio.Lock()
        self.session: EngineSession | None = None

    async def machine(self) -> Machine:
        """Engine, devices and choice; looked at once, because it takes a process of its own."""
        if self._machine is None:
            self._machine = asyncio.create_task(asyncio.to_thread(self._look))
        return await asyncio.shield(self._machine)

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
            if not machine.status.usable:
                raise EngineMissingError(machine.status.reason)
            options = _decided(options, model, machine.choice)
            await asyncio.to_thread(self._refuse_too_large, model, options, self.session)
            await self.eject()
            plan = LoadPlan(name=model.name, path=model.path, options=options)
            self.session = await self._load_safely(
                engine, plan, machine.status.build_id, on_progress
            )
            await self._settings.update(last_model=model.name)
            return self.session

    async def eject(self) -> None:
        """Release the loaded model, if there is one."""
        session, self.session = self.session, None
        if session is not None:
            await session.close()

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


def _decided(options: LoadOptions, model: LocalModel, choice: BackendChoice) -> LoadOptions:
    """The options with the context and the device that the program chooses where nobody did."""
    trained = model.context_tokens or DEFAULT_CONTEXT_TOKENS
    return msgspec.structs.replace(
        options,
        context_tokens=options.context_tokens or min(trained, DEFAULT_CONTEXT_TOKENS),
        device=options.device or choice.device,
    )
