"""The builds of the engine as the window has them: listed, installed, checked, chosen, removed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.engine_build import BuildProposal, EngineBuild, WantedBuild, offers, shown_name
from app.domain.errors import AppError
from app.domain.settings import Settings
from app.services.build_choice import BuildChoice
from app.services.engine_builds import EngineBuilds
from app.services.engine_host import Machine
from app.services.settings_store import SettingsStore
from app.ui.errors import Notice, notice_of
from app.ui.language import tr
from app.ui.tasks import Batch, Job, Tasks


class Host(Protocol):
    """What looks at this machine."""

    async def machine(self) -> Machine: ...

    async def look_again(self) -> Machine: ...


class Services(Protocol):
    """The services that the page uses."""

    @property
    def settings(self) -> SettingsStore: ...
    @property
    def builds(self) -> EngineBuilds: ...
    @property
    def build_choice(self) -> BuildChoice: ...
    @property
    def host(self) -> Host: ...


class ModelBuild(msgspec.Struct, frozen=True):
    """A model and the build that it is to be loaded with."""

    model: str
    build: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The builds, the machine as the chosen one sees it, and what is proposed for its cards."""

    builds: tuple[EngineBuild, ...]
    machine: Machine
    proposals: tuple[BuildProposal, ...]


class Engines(QObject):
    """`changed` carries a `Found`, `log_arrived` lines; one build is installed at a time."""

    changed = Signal(object)
    log_arrived = Signal(list)
    install_started = Signal(str)
    install_ended = Signal()
    noticed = Signal(object)

    def __init__(self, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._job: Job | None = None
        self._lines: Batch[str] = Batch(self.log_arrived.emit, self)

    @property
    def settings(self) -> Settings:
        """Which build is chosen, for all and for single models."""
        return self._services.settings.current

    @property
    def installing(self) -> bool:
        """Whether an installation runs."""
        return self._job is not None and self._job.active

    @Slot()
    def refresh(self) -> None:
        """Read what is there."""
        self._tasks.run(self._find(), done=self._tell, failed=self._fail)

    async def _find(self, *, anew: bool = False) -> Found:
        host = self._services.host
        builds = await asyncio.to_thread(self._services.builds.installed)
        machine = await (host.look_again() if anew else host.machine())
        found = offers(machine.gpus, machine.status, machine.choice)
        return Found(builds=builds, machine=machine, proposals=found)

    # Installation

    def install(self, wanted: WantedBuild) -> None:
        """Install a build in the background; what it says arrives as lines."""
        if self.installing:
            return
        self.install_started.emit(wanted.name)
        self._job = self._tasks.run(
            self._install(wanted),
            done=self._tell_installed,
            failed=self._fail_install,
            cancelled=self._tell_cancelled,
        )

    async def _install(self, wanted: WantedBuild) -> Found:
        await self._services.builds.install(wanted.name, wanted.source, self._lines.add)
        return await self._find(anew=True)

    @Slot()
    def cancel(self) -> None:
        """Stop the installation; nothing of it is left."""
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _tell_installed(self, found: Found) -> None:
        self._end_install()
        self._tell(found)

    @Slot(object)
    def _fail_install(self, error: AppError) -> None:
        self._lines.add(error.said())
        self._end_install()
        self._fail(error)

    @Slot()
    def _tell_cancelled(self) -> None:
        self._lines.add(tr("Stopped. Nothing was installed."))
        self._end_install()

    def _end_install(self) -> None:
        self._job = None
        self._lines.flush()
        self.install_ended.emit()

    # One build

    def check(self, name: str) -> None:
        """Decode a few tokens with a build, and say whether it works."""

        async def work() -> Notice:
            await self._services.builds.check(self._services.builds.python_path(name))
            return Notice(
                tr("The build “{name}” loads a model and decodes: it works here.").format(
                    name=shown_name(name)
                )
            )

        self._tasks.run(work(), done=self._tell_change, failed=self._fail_change)

    def choose(self, name: str) -> None:
        """Use a build from the next load on."""

        async def work() -> Notice:
            await self._services.build_choice.choose(name)
            return Notice(
                tr("Models are loaded with the build “{name}” from now on.").format(
                    name=shown_name(name)
                ),
                "info",
                "reload",
            )

        self._change(work())

    def choose_for(self, choice: ModelBuild) -> None:
        """Use a build for one model from its next load on."""
        model, name = choice.model, choice.build

        async def work() -> Notice:
            await self._services.build_choice.choose(name, model)
            return Notice(
                tr("{model} is loaded with the build “{name}” from now on.").format(
                    model=model, name=shown_name(name)
                )
            )

        self._change(work())

    def forget_for(self, model: str) -> None:
        """Let a model be loaded with the build of all."""
        self._change(self._services.build_choice.forget(model))

    def remove(self, name: str) -> None:
        """Delete a build; what used it goes back to the bundled one."""

        async def work() -> Notice:
            await self._services.build_choice.remove(name)
            return Notice(tr("The build “{name}” was removed.").format(name=name))

        self._change(work())

    def _change(self, work: Coroutine[Any, Any, Notice | None]) -> None:
        self._tasks.write(work, done=self._tell_change, failed=self._fail_change)

    @Slot(object)
    def _tell_change(self, notice: Notice | None) -> None:
        if notice is not None:
            self._say(notice)
        self._tasks.run(self._find(anew=True), done=self._tell, failed=self._fail)

    # A card that is not used

    def offer_once(self) -> None:
        """Say once for each card that there are builds which would use it."""

        async def work() -> Notice | None:
            machine = await self._services.host.machine()
            found = offers(machine.gpus, machine.status, machine.choice)
            known = self.settings.offered_builds
            cards = tuple(gpu.name for gpu in machine.gpus if gpu.name not in known)
            if not found or not cards:
                return None
            await self._services.settings.revise(
                lambda now: {"offered_builds": (*now.offered_builds, *cards)}
            )
            return Notice(
                tr(
                    "{card} is here, and this build of {engine} cannot use it. A build with "
                    "{interface} can, and replies come much faster."
                ).format(
                    card=cards[0], engine=machine.status.name, interface=found[0].interfaces[-1]
                ),
                "info",
                "open_engines",
            )

        self._tasks.run(work(), done=self._say_offer, failed=self._fail)

    @Slot(object)
    def _say_offer(self, notice: Notice | None) -> None:
        if notice is not None:
            self._say(notice)

    @Slot(object)
    def _tell(self, found: Found) -> None:
        self.changed.emit(found)

    @Slot(object)
    def _say(self, notice: Notice) -> None:
        self.noticed.emit(notice)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.noticed.emit(notice_of(error))

    @Slot(object)
    def _fail_change(self, error: AppError) -> None:
        self._fail(error)
        self.refresh()
