"""Benchmark: the engine beside a busy program, against the best fixed number of threads.

    uv run python -m tests.benchmarks.crowding [rounds]

In each round the same second of decoding is done with every fixed number of threads and by the
engine, which begins with all its threads each time; alone, and beside a process that never rests.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from backends.llama_cpp.threads import default_threads
from tests.benchmarks.engine import Engine, raw, starter, tell
from tests.benchmarks.engine_bare import Bare

_SECONDS = 1.5
_BUSY = "while True: pass"


def rate(step: Callable[[], object], seconds: float = _SECONDS) -> float:
    """Steps a second."""
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        step()
        count += 1
    return count / passed


def fixed_rate(bare: Bare, prompt: list[int], threads: int) -> float:
    """Tokens a second with a fixed number of threads."""
    bare.forget()
    bare.prompt(0, prompt)
    bare.api.llama_set_n_threads(bare.handle, threads, threads)
    return rate(lambda: bare.step(range(1)))


def engine_rate(engine: Engine) -> float:
    """Tokens a second of the engine, from its first notice of the situation on."""
    engine.stop()
    engine.model._context.thread_counts.use((default_threads(),) * 2, adapts=True)
    engine.tokens = 0
    engine.submit(raw(64, 10_000))
    while engine.tokens < 1:
        engine.step()
    found = rate(engine.step)
    engine.stop()
    return found


def main() -> None:
    """Run all."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # llama.cpp's log
    most = default_threads()
    engine = Engine(most, parallel=1)
    bare = Bare(engine.model._model, context=8192, sequences=1, threads=most)
    prompt = engine.model._prompts.prompt(raw(64, 1)).tokens
    counts = sorted({1, max(1, most // 2), max(1, most - 1), most})
    print(f"{rounds} rounds, {most} cores, {starter().name}", flush=True)
    for programs, goal in ((0, ">= 0.97"), (1, ">= 0.7"), (most, ">= 0.7")):
        ratios: list[float] = []
        rates: dict[int, list[float]] = {count: [] for count in counts}
        engine_rates: list[float] = []
        others = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(programs)]
        try:
            for _ in range(rounds):
                for count in counts:
                    rates[count].append(fixed_rate(bare, prompt, count))
                engine_rates.append(engine_rate(engine))
                best = max(rates[count][-1] for count in counts)
                ratios.append(engine_rates[-1] / best)
        finally:
            for other in others:
                other.kill()
                other.wait()
        tell(f"decode beside {programs} busy programs, to the best fixed", ratios, goal)
        medians = {count: round(statistics.median(found), 1) for count, found in rates.items()}
        print(
            f"    tokens/s by threads: {medians}; the engine {statistics.median(engine_rates):.1f}"
        )
    bare.close()
    engine.close()


if __name__ == "__main__":
    main()
