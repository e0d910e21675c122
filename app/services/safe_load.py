"""Loads as a build of the engine is known to survive, and finds that out the first time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from app.domain.engine import Engine, EngineSession
from app.domain.errors import EngineDiedError, StoreError
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from app.domain.settings import Settings
from app.domain.words import said, sentence
from app.services.settings_store import SettingsStore
from backends.self_check import Configuration, configurations, remembered

OnProgress = Callable[[LoadProgress], None]

logger = logging.getLogger(__name__)


async def load_safely(
    engine: Engine, plan: LoadPlan, build_id: str, settings: SettingsStore, on_progress: OnProgress
) -> EngineSession:
    """Load in the configuration that is remembered for this build, or in the first that survives
    its self-check, which is remembered then. Raises `AppError`.
    """
    known = remembered(plan.options, settings.current.safe_configurations.get(build_id))
    if known is not None:
        return await engine.load(_with(plan, known.options), on_progress)
    first, *safer = configurations(msgspec.structs.replace(plan.options, self_check=True))
    configuration, session = await _first_that_survives(engine, plan, first, safer, on_progress)
    survived = {build_id: configuration.name}
    try:
        await settings.revise(
            lambda now: {"safe_configurations": now.safe_configurations | survived}
        )
    except StoreError as error:
        logger.warning("What survives is found out again at the next load: %s", error)
    except asyncio.CancelledError:  # nobody gets the session
        await session.close()
        raise
    return session


def runs_without(settings: Settings, build_id: str) -> str:
    """What a build is loaded without since it crashed in its self-check; empty for nothing."""
    on_any_device = LoadOptions(device="any")
    known = remembered(on_any_device, settings.safe_configurations.get(build_id))
    return "" if known is None else said(known.without)


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
    notice = sentence(
        "This build of the engine crashed in its self-check on this computer and now runs without "
        "{what}, which may be slower. `quantbench doctor` tells more.",
        what=sentence(safer[0].without),
    )
    told = msgspec.structs.replace(plan, notice=notice)
    return await _first_that_survives(engine, told, safer[0], safer[1:], on_progress)


def _with(plan: LoadPlan, options: LoadOptions) -> LoadPlan:
    return msgspec.structs.replace(plan, options=options)
