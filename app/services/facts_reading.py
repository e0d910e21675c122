"""Facts of many new models, read in processes of their own.

Headers are read in pure Python, which in a thread would hold up the window for as long as there
are new models.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from app.domain.model import ModelFacts
from app.services.facts_reader import encoded
from app.services.model_scan import FoundModel
from backends.helper_process import end_helper, exchange, start_helper

# From here on it is worth the start of a process.
MANY: Final = 8
_MOST_PROCESSES: Final = 4
_AT_A_TIME: Final = 16

Read = list[tuple[FoundModel, ModelFacts]]
_decoder = msgspec.json.Decoder(tuple[ModelFacts, ...])


async def read_many(models: Sequence[FoundModel], folder: Path) -> Read:
    """What the files of `models` say; those are left out that a process could not answer for."""
    batches = deque(_batches(models))
    count = min(os.cpu_count() or 1, _MOST_PROCESSES, len(batches))
    # A group, unlike `gather`, ends when all of them have ended, also when it is cancelled.
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(_read(batches, folder)) for _ in range(count)]
    return list(itertools.chain.from_iterable(one.result() for one in reading))


def _batches(models: Sequence[FoundModel]) -> Iterator[tuple[FoundModel, ...]]:
    """Models of one folder together: they often share a vocabulary, which is then walked once."""
    for _, group in itertools.groupby(models, key=lambda model: model.path.parent):
        while batch := tuple(itertools.islice(group, _AT_A_TIME)):
            yield batch


async def _read(batches: deque[tuple[FoundModel, ...]], folder: Path) -> Read:
    read: Read = []
    try:
        process = await start_helper("app.services.facts_reader", folder)
    except OSError:
        return read
    try:
        while batches:
            batch = batches.popleft()
            facts = _decoder.decode(await asyncio.to_thread(exchange, process, encoded(batch)))
            read += zip(batch, facts, strict=True)
    except msgspec.MsgspecError:  # it died
        return read
    finally:
        await end_helper(process)
    return read
