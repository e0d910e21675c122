"""Benchmark: in how many of eight replies the text changes with what else the engine does.

    uv run python -m tests.benchmarks.same_text

Each of eight questions is asked alone, beside the seven others, and after a beginning that lies in
the cache. Counted are the replies whose text differs, and measured the largest difference of a
probability's logarithm, as long as the texts are the same. Where they differ it is llama.cpp's own
arithmetic: a bare loop with one prompt, evaluated in one call and in several, shows the same; and
where no step has 64 tokens and no token 512 cells to look at, nothing differs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from app.domain.engine import ChatMessage, GenerationRequest, Sampling
from backends.llama_cpp.candidates import log_softmax
from tests.backends.stepped import Stepped
from tests.benchmarks.engine import starter, text
from tests.benchmarks.engine_bare import Bare

QUESTIONS = [f"Tell me about {what}." for what in
             ("the sea", "cats", "Rome", "tea", "snow", "gold", "bees", "chess")]  # fmt: skip
SMALL: dict[str, object] = {"flash_attention": "on", "micro_batch_tokens": 32}
# Options of the load, words of the system prompt, tokens of a reply.
CONFIGURATIONS: tuple[tuple[str, dict[str, object], int, int], ...] = (
    ("as models are loaded", {}, 120, 48),
    ("flash attention off", {"flash_attention": "off"}, 120, 48),
    ("micro-batch 32, under 512 cells", SMALL, 4, 20),
)
_SIZES = (1, 8, 32, 64, 150)


def request(question: str, system: str, tokens: int) -> GenerationRequest:
    """A question that is answered the same each time."""
    return GenerationRequest(
        messages=(ChatMessage("system", system), ChatMessage("user", question)),
        sampling=Sampling(temperature=0.0),
        max_tokens=tokens,
        logprobs=0,
    )


def replies(
    engine: Stepped, questions: Sequence[str], system: str, tokens: int
) -> list[list[tuple[int, float]]]:
    """Tokens and logarithms of probabilities of replies that are made together, on nothing."""
    engine.forget()
    numbers = [engine.submit(request(question, system, tokens)) for question in questions]
    engine.run()
    return [_chosen(engine, number) for number in numbers]


def reused(engine: Stepped, system: str, tokens: int) -> list[list[tuple[int, float]]]:
    """The same of replies that are made one by one, each on the beginning of another chat."""
    found: list[list[tuple[int, float]]] = []
    for question in QUESTIONS:
        replies(engine, ["Hello."], system, 1)
        number = engine.submit(request(question, system, tokens))
        engine.run()
        assert engine.end(number).timings.cached_tokens > 0
        found.append(_chosen(engine, number))
    return found


def _chosen(engine: Stepped, number: int) -> list[tuple[int, float]]:
    events = [event for event in engine.of(number) if getattr(event, "logprob", None)]
    return [(event.logprob.chosen.token_id, event.logprob.chosen.logprob) for event in events]


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


def bare(engine: Stepped) -> None:
    """Print what llama.cpp itself makes of one prompt in calls of several sizes."""
    model = engine.model._model
    loop = Bare(model, context=4096, sequences=1, threads=2)
    tokens = model.tokenize(text(150))[:150]
    found = [log_softmax(loop.logits(tokens, size)) for size in _SIZES]
    loop.close()
    differences = [float(abs(each - found[-1]).max()) for each in found[:-1]]
    sizes = ", ".join(f"{d:.2e} of {n}" for n, d in zip(_SIZES, differences, strict=False))
    print(f"a bare loop, one call against calls: logarithms by {sizes}", flush=True)


def main() -> None:
    """Run all."""
    for name, options, words, tokens in CONFIGURATIONS:
        engine = Stepped(starter(), **{"context_tokens": 4096, "parallel": 8, "threads": 2,
                                       **options})  # fmt: skip
        if not options:
            bare(engine)
        print(f"{name}:", flush=True)
        system = text(words)
        alone, again = (
            [reply for each in QUESTIONS for reply in replies(engine, [each], system, tokens)]
            for _ in range(2)
        )
        compare("alone once more", alone, again)
        compare("after a reused beginning", alone, reused(engine, system, tokens))
        compare("beside seven others", alone, replies(engine, QUESTIONS, system, tokens))
        engine.close()


if __name__ == "__main__":
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # llama.cpp's log
    main()
