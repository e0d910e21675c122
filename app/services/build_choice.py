"""Which build of the engine is used, for all models or for one."""

from __future__ import annotations

from app.domain.engine_build import BUNDLED
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
            known = {**self._settings.current.model_builds, model: build}
            await self._settings.update(model_builds=known)

    async def forget(self, model: str) -> None:
        """Let a model be loaded with the build of all. Raises `StoreError`."""
        known = self._settings.current.model_builds
        kept = {name: build for name, build in known.items() if name != model}
        await self._settings.update(model_builds=kept)

    async def remove(self, build: str) -> None:
        """Delete a build; what used it goes back to the bundled one first. Raises `AppError`."""
        current = self._settings.current
        kept = {name: each for name, each in current.model_builds.items() if each != build}
        chosen = BUNDLED if current.engine_build == build else current.engine_build
        if self._builds.python_path(build):
            await self._settings.update(engine_build=chosen, model_builds=kept)
        await self._builds.remove(build)
