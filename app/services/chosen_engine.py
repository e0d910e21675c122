"""The engine with the build that the user chose, and the bundled one when that stops working."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.domain.engine import Engine, EngineSession
from app.domain.engine_build import BUNDLED
from app.domain.errors import (
    EngineDiedError,
    EngineError,
    EngineMissingError,
    EngineSilentError,
    UsageError,
)
from app.domain.load_options import LoadPlan, LoadProgress
from app.domain.words import sentence
from app.services.settings_store import SettingsStore

# What can be the fault of a build. If it is the model's, the bundled build fails in the same way.
_BROKEN = (EngineDiedError, EngineMissingError, EngineSilentError, UsageError)


class ChosenEngine:
    """Loads models with the build that is chosen for them."""

    def __init__(self, engine_with: Callable[[str], Engine], settings: SettingsStore) -> None:
        """`engine_with`: the engine with the build of a name; raises `UsageError` if it is gone."""
        self._engine_with = engine_with
        self._settings = settings

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> EngineSession:
        """Load a model. Cancelling the task cancels the load. Raises `AppError`."""
        name = self._settings.current.build_of(plan.name)
        if name == BUNDLED:
            return await self._engine_with(BUNDLED).load(plan, on_progress)
        try:
            return await self._engine_with(name).load(plan, on_progress)
        except _BROKEN as error:
            # Why a process died is guessed by the model's name; here the build is to blame.
            why = sentence("It crashed.") if isinstance(error, EngineDiedError) else error.sentence
            notice = sentence(
                "The build {name} of the engine does not work any more, so the bundled one is "
                "used. {why}",
                name=name,
                why=why,
            )
        bundled = self._engine_with(BUNDLED)
        told = msgspec.structs.replace(plan, notice=plan.notice or notice)
        try:
            return await bundled.load(told, on_progress)
        except EngineError:
            if told.options.device is None:
                raise
        # The bundled build has no such device.
        options = msgspec.structs.replace(
            told.options, device=None, more_devices=(), tensor_split=(), gpu_layers=0
        )
        told = msgspec.structs.replace(told, options=options)
        return await bundled.load(told, on_progress)
