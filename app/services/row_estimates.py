"""What each quantization of a repository would take here: the estimator on its own header."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec

from app.domain.errors import ModelError
from app.domain.estimates import RowEstimate
from app.domain.forecast_text import row_of
from app.domain.hub import ModelFile, RepositoryFiles
from app.domain.load_options import LoadOptions
from app.domain.memory import Tier
from app.domain.placement import Machine as MachineMemory
from app.services.engine_host import EngineHost, Machine
from app.services.forecasts import Forecasts, Subject, subject_of
from app.services.model_headers import ModelHeaders
from app.services.remote_header import RemoteHeader

# Free memory changes while one looks at a list; to ask a driver for each row would be too often.
_FRESH_SECONDS: Final = 3.0
_MOST_KEPT: Final = 64


class RowEstimates:
    """Reads headers from the hub once, and prices them at any context."""

    def __init__(
        self,
        remote_header: RemoteHeader,
        forecasts: Forecasts,
        host: EngineHost,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._remote_header = remote_header
        self._forecasts = forecasts
        self._host = host
        self._clock = clock
        self._subjects: dict[tuple[str, str, str], Subject | None] = {}
        self._memory: tuple[float, MachineMemory] | None = None

    async def estimate(
        self,
        repository: RepositoryFiles,
        row: ModelFile,
        context_tokens: int,
        tier: Tier = "formula",
    ) -> RowEstimate | None:
        """The estimate of one row; None where this tier cannot tell.

        Raises `NetworkError` where its header cannot be read.
        """
        if row.problem is not None:
            return None
        subject = await self._subject(repository, row)
        machine = await self._host.machine()
        if subject is None or (tier != "formula" and not machine.status.usable):
            return None
        wanted = LoadOptions(context_tokens=context_tokens, device=machine.choice.device)
        try:
            if tier != "formula":
                subject = await self._read(repository, row)
            found = await self._forecasts.forecast(subject, wanted, await self._free(machine), tier)
        except ModelError:  # an architecture that only the engine itself could price
            return None
        return row_of(found)

    async def close(self) -> None:
        """Close the connections to the hub."""
        await self._remote_header.close()

    async def _subject(self, repository: RepositoryFiles, row: ModelFile) -> Subject | None:
        key = (repository.repository, repository.revision, row.name)
        if key not in self._subjects:
            while len(self._subjects) >= _MOST_KEPT:
                del self._subjects[next(iter(self._subjects))]
            self._subjects[key] = await self._without_bytes(repository, row)
        return self._subjects[key]

    async def _without_bytes(self, repository: RepositoryFiles, row: ModelFile) -> Subject | None:
        """The formula needs no bytes of the file, of which a vocabulary takes many."""
        try:
            subject = await self._read(repository, row)
        except ModelError:  # no sound model: the row says so when it is downloaded
            return None
        return msgspec.structs.replace(subject, headers=ModelHeaders((), ()))

    async def _read(self, repository: RepositoryFiles, row: ModelFile) -> Subject:
        """From the hub the first time, and then from the disk."""
        return subject_of(
            row.name,
            await self._remote_header.read(repository.repository, repository.revision, row),
        )

    async def _free(self, machine: Machine) -> MachineMemory:
        now = self._clock()
        if self._memory is None or now - self._memory[0] > _FRESH_SECONDS:
            everything = self._host.neighbours([each.ref for each in self._host.loaded])
            self._memory = now, await self._forecasts.memory(machine, everything)
        return self._memory[1]
