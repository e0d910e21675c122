"""The meters: one thread, several listeners, and an end that leaves nothing."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from app.domain.hardware import MachineSample
from app.services.monitor import Monitor
from tests.fakes import libraries

ROOT = Path(__file__).parents[2]


def meter_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "meters"]


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    meters = Monitor(interval_seconds=0.001)
    yield meters
    await meters.close()
    assert meter_threads() == []


async def take(monitor: Monitor, count: int) -> list[MachineSample]:
    async with aclosing(monitor.samples()) as samples:
        return [await anext(samples) for _ in range(count)]


async def test_nothing_runs_before_somebody_listens(monitor: Monitor) -> None:
    monitor.watch([os.getpid()])
    assert meter_threads() == []
    assert len(await take(monitor, 1)) == 1


async def test_samples_are_of_this_machine(monitor: Monitor) -> None:
    samples = await take(monitor, 3)
    memory = psutil.virtual_memory()
    for sample in samples:
        assert sample.ram_total_bytes == memory.total
        assert 0 < sample.ram_used_bytes < memory.total
        assert sample.workers == {}
    times = [sample.at_seconds for sample in samples]
    assert times == sorted(set(times))


async def test_the_memory_of_the_watched_process_while_there_is_one(monitor: Monitor) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        monitor.watch([child.pid, os.getpid()])
        async with aclosing(monitor.samples()) as samples:
            held = (await anext(samples)).workers
            assert held[child.pid]
            assert held[os.getpid()]
            child.communicate()
            async for sample in samples:
                if sample.workers[child.pid] is None:
                    assert sample.workers[os.getpid()]
                    break
            monitor.watch([])
            async for sample in samples:
                if not sample.workers:
                    break


async def test_all_listeners_hear_the_same_from_one_thread(monitor: Monitor) -> None:
    async with aclosing(monitor.samples()) as one, aclosing(monitor.samples()) as other:
        first, second = await asyncio.gather(anext(one), anext(other))
        firsts, seconds = [first], [second]
        for _ in range(5):
            firsts.append(await anext(one))
            seconds.append(await anext(other))
        assert len(meter_threads()) == 1
        common = {sample.at_seconds for sample in firsts} & {each.at_seconds for each in seconds}
        assert len(common) >= 4
    assert len(await take(monitor, 2)) == 2


async def test_it_rests_while_nobody_listens() -> None:
    looks = itertools.count()
    monitor = Monitor(interval_seconds=0.0, clock=lambda: float(next(looks)))
    await take(monitor, 3)
    # One more sample may be under way when the last listener leaves; then the thread waits.
    (thread,) = meter_threads()
    before = next(looks)
    await asyncio.to_thread(thread.join, 0.2)
    assert next(looks) - before <= 2
    again = await take(monitor, 1)
    assert again[0].at_seconds > before
    await monitor.close()


async def test_a_slow_listener_loses_the_oldest(monitor: Monitor) -> None:
    async with aclosing(monitor.samples()) as slow, aclosing(monitor.samples()) as quick:
        start = asyncio.create_task(anext(slow))
        heard = [await anext(quick) for _ in range(400)]
        await start
        left = await anext(slow)
        assert left.at_seconds > heard[200].at_seconds


async def test_closing_ends_the_iterators(monitor: Monitor) -> None:
    async def listen() -> int:
        return len([sample async for sample in monitor.samples()])

    listeners = [asyncio.create_task(listen()) for _ in range(3)]
    await take(monitor, 2)
    await monitor.close()
    await monitor.close()
    assert all(count >= 1 for count in await asyncio.gather(*listeners))
    assert [sample async for sample in monitor.samples()] == []


async def test_cancelling_a_listener(monitor: Monitor) -> None:
    task = asyncio.create_task(take(monitor, 10**9))
    await take(monitor, 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await take(monitor, 2)) == 2


def test_a_loop_that_is_gone_does_not_stop_the_others() -> None:
    monitor = Monitor(interval_seconds=0.001)
    samples = monitor.samples()

    async def start() -> None:
        await anext(samples)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(start())
    loop.close()
    assert len(asyncio.run(take(monitor, 3))) == 3
    asyncio.run(monitor.close())
    assert meter_threads() == []


CARDS = """
import asyncio, pathlib, sys
from contextlib import aclosing
from app.services.monitor import Monitor
async def main():
    monitor = Monitor(interval_seconds=0.001)
    script = pathlib.Path(sys.argv[1])
    async with aclosing(monitor.samples()) as samples:
        gpus = (await anext(samples)).gpus
        assert [gpu.load_percent for gpu in gpus] == [43.0, 44.0], gpus
        assert gpus[0].power_watts == 61.5
        script.write_text("lost")
        async for sample in samples:
            if all(gpu.used_bytes is None for gpu in sample.gpus): break
        assert len(sample.gpus) == 2
    await monitor.close()
assert "psutil" not in sys.modules and "pynvml" not in sys.modules
asyncio.run(main())
"""


def test_cards_are_read_and_may_be_lost(tmp_path: Path) -> None:
    libraries.build(tmp_path, "libnvidia-ml.so.1", libraries.SOURCES / "nvml.c")
    script = tmp_path / "script"
    script.write_text("ok")
    environment = os.environ | {
        "LD_LIBRARY_PATH": str(tmp_path),
        "NVIDIA_TEST_SCRIPT": str(script),
    }
    command = [sys.executable, "-c", CARDS, str(script)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)
