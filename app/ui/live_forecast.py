"""The forecast of a load that is being composed: the engine's own, or the formula's until then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import AppError, ModelUnsupportedError
from app.domain.forecast import Forecast
from app.domain.hardware_table import KnownDevice, find_device, machine_with
from app.domain.load_options import LoadOptions
from app.domain.memory import Tier
from app.domain.model import AnyModel, LocalModel, ModelRef, ref_of
from app.domain.placement import Machine as MachineMemory
from app.domain.tuning import Tuning, tuned
from app.services.engine_host import Machine, Neighbours
from app.services.forecasts import Subject
from app.ui.tasks import Job, Tasks

# An engine that answers sooner is waited for, so that the numbers are exact while a slider moves.
_PATIENCE_MILLISECONDS = 80


class Forecasts(Protocol):
    """What the window needs of the forecasts."""

    async def subject(self, model: LocalModel) -> Subject: ...

    async def memory(self, machine: Machine, neighbours: Neighbours) -> MachineMemory: ...

    async def forecast(
        self, subject: Subject, options: LoadOptions, memory: MachineMemory, tier: Tier
    ) -> Forecast: ...

    async def known_devices(self) -> Sequence[KnownDevice]: ...


class Host(Protocol):
    """What a forecast needs of the engine host."""

    def neighbours(self, going: Collection[ModelRef] = ()) -> Neighbours: ...

    async def machine(self, model: AnyModel | None = None) -> Machine: ...

    async def tuning(self, model: LocalModel) -> Tuning | None: ...


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What all forecasts of one model stand on."""

    subject: Subject
    memory: MachineMemory
    # The device that is chosen where nobody else does.
    device: str | None
    # What was measured of the model on this machine: loads go by it.
    tuning: Tuning | None = None
    # Devices that are not here, by name, and the one of them that forecasts are for.
    elsewhere: tuple[str, ...] = ()
    place: str | None = None
    # The models that are loaded and stay, as far as there is room.
    beside: tuple[str, ...] = ()


async def _ground(forecasts: Forecasts, host: Host, model: LocalModel) -> Ground:
    machine = await host.machine(model)
    neighbours = host.neighbours([ref_of(model)])
    memory = await forecasts.memory(machine, neighbours)
    subject = await forecasts.subject(model)
    tuning = await host.tuning(model)
    known = await forecasts.known_devices()
    return Ground(
        subject=subject,
        memory=memory,
        device=machine.choice.device,
        tuning=tuning,
        elsewhere=tuple(device.name for device in known),
        beside=tuple(each.model.name for each in neighbours.staying),
    )


async def _elsewhere(forecasts: Forecasts, here: Ground, name: str | None) -> Ground:
    """The ground on a machine with this device; `here` if it is None."""
    if name is None:
        return here
    device = find_device(await forecasts.known_devices(), name)
    there = machine_with(device, here.memory)
    gpu = there.gpus[0].name
    return msgspec.structs.replace(here, memory=there, device=gpu, place=name, tuning=None)


class LiveForecast(QObject):
    """Answers the newest question only. `settled` comes with the dry run's answer."""

    prepared = Signal(object)
    foretold = Signal(object)
    settled = Signal(object)
    refused = Signal(object)
    # Forecasts are for another machine from now on; carries its ground.
    moved = Signal(object)

    def __init__(
        self, forecasts: Forecasts, host: Host, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._forecasts = forecasts
        self._host = host
        self._tasks = tasks
        self._ground: Ground | None = None
        self._here: Ground | None = None
        self._looking: Job | None = None
        self._asked: LoadOptions | None = None
        # What is being computed, and what is being laid out; one each.
        self._computing: LoadOptions | None = None
        self._laying_out: LoadOptions | None = None
        # Whether the engine answered in time before; what the formula says if it does not now.
        self._is_quick = False
        self._held: Forecast | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._lose_patience)

    def prepare(self, model: LocalModel) -> None:
        """Read the model's header and what is free; `prepared` or `refused` follows."""
        work = _ground(self._forecasts, self._host, model)
        self._tasks.run(work, done=self._take, failed=self._refuse)

    def look_elsewhere(self, name: str | None) -> None:
        """Foretell for a machine with this device, None: this one; `moved` or `refused` follows."""
        if self._looking is not None:
            self._looking.cancel()
        if self._here is not None:
            work = _elsewhere(self._forecasts, self._here, name)
            self._looking = self._tasks.run(work, done=self._move, failed=self._refuse)

    @Slot(object)
    def _move(self, ground: Ground) -> None:
        self._ground, self._is_quick = ground, False
        self.moved.emit(ground)

    def ask(self, options: LoadOptions) -> None:
        """Foretell a load with these options. Answers to earlier questions are dropped."""
        self._asked = options
        self._compute()

    @Slot(object)
    def _take(self, ground: Ground) -> None:
        self._ground = self._here = ground
        self.prepared.emit(ground)

    @Slot(object)
    def _refuse(self, error: AppError) -> None:
        self.refused.emit(error)

    def _compute(self) -> None:
        if self._ground is None or self._asked is None or self._computing is not None:
            return
        self._computing = self._asked
        self._tasks.run(
            self._forecast(self._ground, self._asked, "formula"),
            done=self._show_formula,
            failed=self._fail_formula,
        )

    def _lay_out(self) -> None:
        if self._ground is None or self._asked is None or self._laying_out is not None:
            return
        if self._ground.place is not None:  # the engine has no such device to lay it out on
            return
        self._laying_out = self._asked
        self._patience.start()
        self._tasks.run(
            self._forecast(self._ground, self._asked, "dry_run"),
            done=self._show_dry_run,
            failed=self._fail_dry_run,
        )

    async def _forecast(self, ground: Ground, options: LoadOptions, tier: Tier) -> Forecast:
        ask, tuning = self._forecasts.forecast, ground.tuning
        if tuning is None:
            return await ask(ground.subject, options, ground.memory, tier)
        best = await ask(ground.subject, tuned(options, tuning), ground.memory, tier)
        if best.placement.fit == "fits":
            return best
        short = tuned(options, tuning, is_short=True)
        return await ask(ground.subject, short, ground.memory, tier)

    def _formula_is_stale(self) -> bool:
        """Whether something else was asked meanwhile; then that is computed."""
        stale, self._computing = self._computing is not self._asked, None
        if stale:
            self._compute()
        return stale

    def _dry_run_is_stale(self) -> bool:
        stale, self._laying_out = self._laying_out is not self._asked, None
        if stale and self._computing is None:  # else the formula comes first
            self._lay_out()
        return stale

    @Slot(object)
    def _show_formula(self, forecast: Forecast) -> None:
        if self._formula_is_stale():
            return
        self._lay_out()
        if self._is_quick and self._laying_out is not None:
            self._held = forecast
        else:
            self.foretold.emit(forecast)

    @Slot()
    def _lose_patience(self) -> None:
        """The engine takes its time: what the formula says comes first."""
        self._is_quick = False
        if self._held is not None:
            forecast, self._held = self._held, None
            self.foretold.emit(forecast)

    @Slot(object)
    def _fail_formula(self, error: AppError) -> None:
        if self._formula_is_stale():
            return
        if isinstance(error, ModelUnsupportedError):  # the engine may know it all the same
            self._lay_out()
        else:
            self.refused.emit(error)

    @Slot(object)
    def _show_dry_run(self, forecast: Forecast) -> None:
        self._is_quick = self._patience.isActive()
        if not self._dry_run_is_stale():
            self._held = None
            self.foretold.emit(forecast)
            self.settled.emit(forecast)

    @Slot(object)
    def _fail_dry_run(self, error: AppError) -> None:
        if not self._dry_run_is_stale():
            self._held = None
            self.refused.emit(error)
