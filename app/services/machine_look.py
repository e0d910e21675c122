"""What this machine computes on with a build of the engine; what is no coroutine blocks."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Sequence

from app.domain.engine_build import BUNDLED
from app.domain.errors import UsageError
from app.domain.hardware import Device, DeviceFinding, EngineStatus
from app.domain.words import said
from app.services.engine_builds import EngineBuilds
from app.services.engine_host import Machine
from backends import devices, selection
from backends.findings import findings, mlx_finding


class MachineLook:
    """Looks with a build that is installed."""

    def __init__(self, builds: EngineBuilds) -> None:
        self._builds = builds

    def __call__(self, build: str) -> Machine:
        """Engine, graphics cards and the choice between them; by the bundled build where the other
        one does not work any more.
        """
        try:
            path = self._builds.python_path(build)
        except UsageError:  # it was removed
            path = ()
        status, gpus = devices.engine_status(path), devices.gpus()
        if build != BUNDLED and not status.usable:
            path, status = (), devices.engine_status()
        choice = selection.choose(status, gpus)
        return Machine(status, gpus, choice, findings(status, gpus, choice), path)


async def tried_mlx() -> EngineStatus:
    """Whether MLX is installed, loads and computes here, tried in a process of its own."""
    return await asyncio.to_thread(devices.mlx_status)


async def try_mlx() -> DeviceFinding:
    """What came of trying MLX, for a report."""
    return mlx_finding(await tried_mlx())


def mlx_status() -> EngineStatus:
    """Whether MLX is installed; nothing is tried."""
    try:
        version = importlib.metadata.version("mlx-lm")
    except importlib.metadata.PackageNotFoundError:
        reason = said(
            "MLX is not installed. It runs MLX models on Apple Silicon, where it comes with the "
            "program; elsewhere choose GGUF files of the same models."
        )
        return EngineStatus(name="MLX", version=None, usable=False, reason=reason)
    reason = said("mlx-lm {version} is installed and runs MLX models.").format(version=version)
    return EngineStatus(name="MLX", version=version, usable=True, reason=reason)


def look_at_devices(python_path: Sequence[str]) -> Sequence[Device]:
    """The devices of a build with what they have free now."""
    return devices.engine_status(python_path).devices
