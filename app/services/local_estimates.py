"""What each model on this computer would take beside those that are loaded, as lists show it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

import msgspec

from app.domain.errors import AppError
from app.domain.estimates import RowEstimate
from app.domain.forecast_text import row_of
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.domain.placement import Machine as MachineMemory
from app.services.engine_host import EngineHost, Machine
from app.services.forecasts import Forecasts, Subject
from app.services.model_headers import ModelHeaders

# Free memory changes while one looks at a list; to ask a driver for each row would be too often.
_FRESH_SECONDS: Final = 3.0
_MOST_KEPT: Final = 256


class LocalEstimates:
    """Reads each header once, and prices it by the formula."""

    def __init__(
        self,
        forecasts: Forecasts,
        host: EngineHost,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._forecasts = forecasts
        self._host = host
        self._clock = clock
        self._subjects: dict[tuple[bytes, int], Subject] = {}
        # When it was looked, after how many changes: what is free, and what is if all models go.
        self._looked = (-math.inf, 0)
        self._memory: tuple[MachineMemory, MachineMemory] | None = None

    async def estimate(self, model: LocalModel) -> RowEstimate | None:
        """The estimate of a load with the usual options; None where the formula cannot tell."""
        machine = await self._host.machine(model)
        wanted = LoadOptions(device=machine.choice.device)
        try:
            beside, alone = await self._free(machine)
            subject = await self._subject(model)
            found = await self._forecasts.forecast(subject, wanted, beside, "formula")
            if found.placement.fit == "too_big" and self._host.loaded:
                without = await self._forecasts.forecast(subject, wanted, alone, "formula")
                if without.placement.fit != "too_big":
                    return row_of(without, needs_room=True)
        except AppError:  # the load itself will say why
            return None
        return row_of(found)

    async def _subject(self, model: LocalModel) -> Subject:
        key = model.path, model.size_bytes
        if key not in self._subjects:
            subject = await self._forecasts.subject(model)
            if isinstance(subject.headers, ModelHeaders):
                # The formula needs no bytes of the file, of which a vocabulary takes many.
                subject = msgspec.structs.replace(subject, headers=ModelHeaders((), ()))
            while len(self._subjects) >= _MOST_KEPT:
                del self._subjects[next(iter(self._subjects))]
            self._subjects[key] = subject
        return self._subjects[key]

    async def _free(self, machine: Machine) -> tuple[MachineMemory, MachineMemory]:
        now, changes = self._clock(), self._host.changes
        before, known = self._looked
        if self._memory is None or now - before > _FRESH_SECONDS or changes != known:
            everything = [each.ref for each in self._host.loaded]
            beside = await self._forecasts.memory(machine, self._host.neighbours())
            alone = await self._forecasts.memory(machine, self._host.neighbours(everything))
            self._looked, self._memory = (now, changes), (beside, alone)
        return self._memory
