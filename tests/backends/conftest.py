"""What tests of engines share when a whole module runs in one event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest_asyncio

_THREADS = 4


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_threads() -> AsyncIterator[None]:
    """The loop's threads, all started before the first test, so that none seems left behind."""
    pool = ThreadPoolExecutor(_THREADS)
    barrier = threading.Barrier(_THREADS)
    for started in [pool.submit(barrier.wait) for _ in range(_THREADS)]:
        started.result()
    asyncio.get_running_loop().set_default_executor(pool)
    yield
    pool.shutdown()
