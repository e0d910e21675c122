"""Benchmark: the memory of a worker process against its own buffers, and over many requests.

    uv run python -m tests.benchmarks.worker_memory [requests]

The buffers are those that llama.cpp itself tells in the engine's log.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

import psutil

from app.domain.engine import Finished
from app.domain.load_options import KvType, LoadOptions, LoadPlan
from backends.local import LocalEngine, LocalSession
from tests.benchmarks.engine import raw, starter

_BUFFERS = re.compile(r"(?:model|KV|compute|output|RS)\s+buffer size =\s+([\d.]+) MiB")
_MIB = 2**20
_SETTLED = 100


async def peak_of(session: LocalSession, prompt_tokens: int, reply_tokens: int) -> int:
    """The peak of the worker after a reply."""
    last = None
    async for event in session.generate(raw(prompt_tokens, reply_tokens)):
        last = event
    assert isinstance(last, Finished)
    assert last.timings.peak_rss_bytes is not None
    return last.timings.peak_rss_bytes


async def load(folder: Path, options: LoadOptions) -> LocalSession:
    """The starter model in a worker, whose log lies in `folder`."""
    plan = LoadPlan(name="starter", path=os.fsencode(starter()), options=options)
    return await LocalEngine("llama_cpp", folder / "run", folder / "log").load(plan, lambda _: None)


def buffers_of(folder: Path) -> int:
    """All buffers of the log, in bytes."""
    found = _BUFFERS.findall((folder / "log").read_text(errors="replace"))
    return round(sum(map(float, found)) * _MIB)


async def peak(kv_type: KvType, context_tokens: int) -> None:
    """The peak after a long prompt that fills the cache."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session = await load(folder, LoadOptions(context_tokens=context_tokens, kv_type=kv_type))
        measured = await peak_of(session, context_tokens - 300, 64)
        await session.close()
        told = buffers_of(folder)
    beyond = (measured - 1.05 * told) / 1e6
    name = f"peak, {kv_type}, {context_tokens} tokens"
    print(
        f"{name:40} {measured / _MIB:7.0f} MiB, buffers {told / _MIB:.0f} MiB; "
        f"beyond 105 % of them {beyond:.0f} MB, goal <= 40",
        flush=True,
    )


async def growth(requests: int) -> None:
    """Resident memory after some requests and after all, each with another prompt."""
    with tempfile.TemporaryDirectory() as name:
        session = await load(Path(name), LoadOptions(context_tokens=1024))
        assert session.process_id is not None
        process = psutil.Process(session.process_id)
        settled = 0
        for number in range(requests):
            if number == min(_SETTLED, requests // 2):
                settled = process.memory_info().rss
            await peak_of(session, 16 + number % 50, 2)
        grown = (process.memory_info().rss - settled) / 1e6
        await session.close()
    print(f"{f'growth over {requests} requests':40} {grown:7.1f} MB, goal none", flush=True)


async def main() -> None:
    """Run all."""
    await peak("f16", 2048)
    await peak("f16", 8192)
    await peak("q8_0", 8192)
    await growth(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)


if __name__ == "__main__":
    asyncio.run(main())
