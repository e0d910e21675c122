"""Benchmark: what a token takes beside llama.cpp's own work, early and late in a reply.

    uv run python -m tests.benchmarks.token_overhead [threads]

Two replies with as much in the cache, one at its first hundred tokens, one at its 1,500th, and the
bare loop take turns, a step each, in changing order.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from tests.benchmarks.engine import Engine, raw, tell
from tests.benchmarks.engine_bare import Bare


class Beside:
    """Steps, timed without those of their calls that are llama.cpp's own work."""

    def __init__(self, step: Callable[[], object]) -> None:
        self._step = step
        self._inside = 0.0

    def leave_out(self, owner: object, name: str) -> None:
        """Do not count a method of an object."""
        call: Callable[..., object] = getattr(owner, name)

        def run(*arguments: object) -> object:
            started = time.perf_counter()
            result = call(*arguments)
            self._inside += time.perf_counter() - started
            return result

        setattr(owner, name, run)

    def step(self) -> float:
        """Microseconds of one step."""
        self._inside, started = 0.0, time.perf_counter()
        self._step()
        return (time.perf_counter() - started - self._inside) * 1e6


def _decoding(threads: int, prompt_tokens: int, reply_tokens: int) -> tuple[Engine, Beside]:
    """An engine in the middle of a reply."""
    engine = Engine(threads, parallel=1, context_tokens=2048)
    engine.submit(raw(prompt_tokens, 2000))
    while engine.tokens < reply_tokens:
        engine.step()
    (reply,) = engine.model._scheduler._running.values()
    beside = Beside(engine.step)
    beside.leave_out(engine.model._context, "evaluate")
    beside.leave_out(reply._sampler, "sample")
    return engine, beside


def main() -> None:
    """Measure and tell."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count() or 1
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # llama.cpp's log
    early, late = _decoding(threads, 1450, 10), _decoding(threads, 16, 1450)
    bare = Bare(early[0].model._model, context=2048, sequences=1, threads=threads)
    bare.prompt(0, early[0].model._prompts.prompt(raw(1450, 1)).tokens)
    plain = Beside(lambda: bare.step(range(1)))
    for name in ("_evaluate", "_sample"):
        plain.leave_out(bare, name)
    turns = [_turn((early[1], late[1], plain), number) for number in range(102)]
    for each in (bare, early[0], late[0]):
        each.close()
    at_50, at_1500, bare_us = (statistics.median(column) for column in zip(*turns, strict=True))
    print(f"{'overhead per token at 50 and at 1,500, microseconds':52} {at_50:.0f}, {at_1500:.0f}"
          f" (bare loop: {bare_us:.0f})", flush=True)  # fmt: skip
    tell("the difference, turn by turn", [late - early for early, late, _ in turns], "within 20")


def _turn(steps: Sequence[Beside], number: int) -> list[float]:
    """A step of each, in another order each time: the second finds warmer caches."""
    orders = list(itertools.permutations(range(len(steps))))
    taken = {each: steps[each].step() for each in orders[number % len(orders)]}
    return [taken[each] for each in range(len(steps))]


if __name__ == "__main__":
    main()
