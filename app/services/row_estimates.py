"""What each quantization of a repository would take here: the estimator on its own header."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final

import msgspec

from app.domain.errors import (
    GatedError,
    ModelError,
    ModelFileError,
    NetworkError,
    OfflineError,
    RateLimitError,
)
from app.domain.estimates import RowAnswer, RowEstimate
from app.domain.forecast_text import row_of
from app.domain.hub import ModelFile, RepositoryFiles
from app.domain.load_options import LoadOptions
from app.domain.memory import Tier
from app.domain.placement import Machine as MachineMemory
from app.services.engine_host import EngineHost, Machine
from app.services.forecasts import Forecasts, Subject
from app.services.model_headers import ModelHeaders
from app.services.remote_header import RemoteHeader

# Free memory changes while one looks at a list; to ask a driver for each row would be too often.
_FRESH_SECONDS: Final = 3.0
_MOST_KEPT: Final = 64
_AT_A_TIME: Final = 3
# What holds for all files of a repository alike.
_FOR_ALL: Final = (GatedError, OfflineError, RateLimitError)


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
        self._subjects: dict[tuple[str, str, str], Subject | ModelError] = {}
        self._memory: tuple[float, MachineMemory] | None = None

    async def rows(
        self,
        repository: RepositoryFiles,
        context_tokens: int | None,
        tiers: Sequence[Tier] = ("formula",),
    ) -> AsyncGenerator[tuple[str, RowAnswer], None]:
        """The answers as they come, by the names of rows: all of one tier, then all of the next.

        A later tier is asked where the header was read; without a context the usual one is taken.
        Raises the `NetworkError` that holds for all rows alike: gated, offline, too busy.
        """
        slots = asyncio.Semaphore(_AT_A_TIME)

        async def one(row: ModelFile, tier: Tier) -> tuple[ModelFile, RowAnswer]:
            async with slots:
                return row, await self._answer(repository, row, context_tokens, tier)

        left = [row for row in repository.rows if row.problem is None]
        for tier in tiers:
            if tier != "formula" and not (await self._host.machine()).status.usable:
                return
            asked = [asyncio.ensure_future(one(row, tier)) for row in left]
            try:
                for arrived in asyncio.as_completed(asked):
                    row, answer = await arrived
                    if isinstance(answer, NetworkError | ModelFileError):
                        left.remove(row)
                    yield row.name, answer
            finally:
                for each in asked:
                    each.cancel()
                await asyncio.gather(*asked, return_exceptions=True)

    async def _answer(
        self, repository: RepositoryFiles, row: ModelFile, context_tokens: int | None, tier: Tier
    ) -> RowAnswer:
        """The estimate of one row by one tier, or why there is none."""
        try:
            return await self._estimate(repository, row, context_tokens, tier)
        except _FOR_ALL:
            raise
        except (ModelError, NetworkError) as error:
            return error

    async def _estimate(
        self, repository: RepositoryFiles, row: ModelFile, context_tokens: int | None, tier: Tier
    ) -> RowEstimate:
        """Raises `NetworkError`, `ModelError`."""
        machine = await self._host.machine()
        free = await self._free(machine)
        subject = await self._subject(repository, row)
        if tier != "formula":
            subject = await self._read(repository, row)
        wanted = LoadOptions(context_tokens=context_tokens, device=machine.choice.device)
        return row_of(await self._forecasts.forecast(subject, wanted, free, tier))

    async def close(self) -> None:
        """Close the connections to the hub."""
        await self._remote_header.close()

    async def _subject(self, repository: RepositoryFiles, row: ModelFile) -> Subject:
        """Read once. Raises `NetworkError`, and `ModelError` for what is no sound model."""
        key = (repository.repository, repository.revision, row.name)
        if key not in self._subjects:
            found = await self._without_bytes(repository, row)
            while len(self._subjects) >= _MOST_KEPT:
                del self._subjects[next(iter(self._subjects))]
            self._subjects[key] = found
        known = self._subjects[key]
        if isinstance(known, ModelError):
            raise known
        return known

    async def _without_bytes(
        self, repository: RepositoryFiles, row: ModelFile
    ) -> Subject | ModelError:
        """The formula needs no bytes of the file, of which a vocabulary takes many."""
        try:
            subject = await self._read(repository, row)
        except ModelError as error:
            return error
        return msgspec.structs.replace(subject, headers=ModelHeaders((), ()))

    async def _read(self, repository: RepositoryFiles, row: ModelFile) -> Subject:
        """From the hub the first time, and then from the disk."""
        return self._forecasts.subject_of(
            row.name,
            await self._remote_header.read(repository.repository, repository.revision, row),
        )

    async def _free(self, machine: Machine) -> MachineMemory:
        now = self._clock()
        if self._memory is None or now - self._memory[0] > _FRESH_SECONDS:
            everything = self._host.neighbours([each.ref for each in self._host.loaded])
            self._memory = now, await self._forecasts.memory(machine, everything)
        return self._memory[1]
