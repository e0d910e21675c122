"""Benchmark: in how many of eight replies the text changes with what else the engine does.

    uv run python -m tests.benchmarks.same_text [options of the load, as flash_attention=off]

Each of eight questions is asked alone, beside the seven others, and after a long beginning that
lies in the cache. Counted are the replies of 48 tokens whose text differs, and measured the largest
difference of a probability's logarithm, as long as the texts are the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.domain.engine import ChatMessage, GenerationRequest, Sampling
from tests.backends.stepped import Stepped
from tests.benchmarks.engine import starter, text

QUESTIONS = [f"Tell me about {what}." for what in
             ("the sea", "cats", "Rome", "tea", "snow", "gold", "bees", "chess")]  # fmt: skip
TOKENS = 48
CONFIGURATIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("as models are loaded", {}),
    ("flash attention off", {"flash_attention": "off"}),
    ("micro-batch 32, 512 cells", {"flash_attention": "on", "micro_batch_tokens": 32,
                                   "context_tokens": 512}),
)  # fmt: skip


def request(question: str, system: str) -> GenerationRequest:
    """A question that is answered the same each time."""
    return GenerationRequest(
        messages=(ChatMessage("system", system), ChatMessage("user", question)),
        sampling=Sampling(temperature=0.0),
        max_tokens=TOKENS,
        logprobs=0,
    )


def replies(
    engine: Stepped, questions: Sequence[str], system: str
) -> list[list[tuple[int, float]]]:
    """Tokens and logarithms of probabilities of replies that are made together."""
    numbers = [engine.submit(request(question, system)) for question in questions]
    engine.run()
    return [
        [
            (event.logprob.chosen.token_id, event.logprob.chosen.logprob)
            for event in engine.of(number)
            if getattr(event, "logprob", None)
        ]
        for number in numbers
    ]


def compare(name: str, alone: list[list[tuple[int, float]]], other: list[list[tuple[int, float]]],
            ) -> None:  # fmt: skip
    """Print how far two sets of replies are apart."""
    changed, largest = 0, 0.0
    for one, two in zip(alone, other, strict=True):
        same = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a[0] != b[0]),
                    min(len(one), len(two)))  # fmt: skip
        changed += same < max(len(one), len(two))
        pairs = zip(one[:same], two[:same], strict=True)
        largest = max([largest, *(abs(a[1] - b[1]) for a, b in pairs)])
    print(f"  {name:28} {changed} of {len(alone)} texts differ, logarithms by {largest:.2e}")


def main() -> None:
    """Run all."""
    system = text(120)
    for name, options in CONFIGURATIONS:
        engine = Stepped(starter(), **{"context_tokens": 4096, "parallel": 8, "threads": 2,
                                       **options})  # fmt: skip
        print(f"{name}:", flush=True)
        alone = []
        for question in QUESTIONS:
            engine.forget()
            alone += replies(engine, [question], system)
        engine.forget()
        again = []
        for question in QUESTIONS:
            engine.forget()
            again += replies(engine, [question], system)
        compare("alone once more", alone, again)
        engine.forget()
        replies(engine, ["Hello."], system)
        reused = [reply for each in QUESTIONS for reply in replies(engine, [each], system)]
        compare("after a reused beginning", alone, reused)
        engine.forget()
        compare("beside seven others", alone, replies(engine, QUESTIONS, system))
        engine.close()


if __name__ == "__main__":
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # llama.cpp's log
    sys.exit(main())
