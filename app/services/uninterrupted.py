"""Work that is finished although whoever waits for it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Awaitable[T]) -> T:
    """Await `work` to its end, also when this task is cancelled meanwhile, even repeatedly."""
    result, cancelled = await outlast(work)
    if cancelled is not None:
        raise cancelled
    return result


async def outlast(work: Awaitable[T]) -> tuple[T, asyncio.CancelledError | None]:
    """`to_the_end` for whoever has to act on what `work` gives: the cancellation that came
    meanwhile is handed over, to be raised by the caller. If `work` fails, it is raised here.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None and not task.cancelled() and task.exception() is not None:
        raise cancelled
    return task.result(), cancelled
