"""Which build of the engine is used, for all models or for one."""

from __future__ import annotations

from app.domain.engine_build import BUNDLED
from app.domain.settings import Settings
from app.services.engine_builds import EngineBuilds
from app.services.settings_store import SettingsStore


class BuildChoice:
    """Keeps the choice, and forgets it when a build is removed."""

    def __init__(self, builds: EngineBuilds, settings: SettingsStore) -> None:
        self._builds = builds
        self._settings = settings

    async def choose(self, build: str, model: str | None = None) -> None:
        """Use a build for a model, or for all that have none of their own.

        Raises `UsageError` if it is not installed, `StoreError`.
        """
        self._builds.python_path(build)
        if model is None:
            await self._settings.update(engine_build=build)
        else:
            await self._settings.revise(
                lambda now: {"model_builds": now.model_builds | {model: build}}
            )

    async def forget(self, model: str) -> None:
        """Let a model be loaded with the build of all. Raises `StoreError`."""
        await self._settings.revise(
            lambda now: {
                "model_builds": {
                    name: build for name, build in now.model_builds.items() if name != model
                }
            }
        )

    async def remove(self, build: str) -> None:
        """Delete a build; what used it goes back to the bundled one first. Raises `AppError`."""
        if self._builds.python_path(build):
            await self._settings.revise(lambda now: _without(now, build))
        await self._builds.remove(build)


def _without(settings: Settings, build: str) -> dict[str, object]:
    kept = {name: each for name, each in settings.model_builds.items() if each != build}
    chosen = BUNDLED if settings.engine_build == build else settings.engine_build
    return {"engine_build": chosen, "model_builds": kept}
