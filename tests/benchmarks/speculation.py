"""Benchmark: guessing ahead against plain decoding, in one process.

    uv run python -m tests.benchmarks.speculation [rounds] [threads]

Prompt lookup on edits and on free text; a draft model that is always right (the large model is the
starter with 210 more layers that add nothing, the draft model the starter itself), one that is
rounded more coarsely, and one that is nearly always wrong (three of its layers). Plain and guessing
make the same reply side by side, step by step, so that whatever else the machine does hits both.
Each figure is a ratio of decode speeds: the median over the rounds and the range from the first to
the third quartile; behind it, how many guesses were right.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from app.domain.engine import ChatMessage, Finished, GenerationRequest, Timings
from app.domain.quantize import QuantizeJob
from backends.llama_cpp.quantize import quantize
from tests.benchmarks.engine import ENDLESS, Engine, starter
from tests.fakes.layered_models import write_layers

_REPLY_TOKENS = 200
# Eight times as many layers: as a model of 27 billion weights and a draft model of three.
_ECHOES = 210
CODE = "\n".join(
    f"def area_{name}(width: float, height: float) -> float:\n    return width * height * {n}.5\n"
    for n, name in enumerate(("door", "wall", "roof", "floor", "desk", "lamp", "sofa", "shelf"))
)
TEXTS = {
    "an edit that repeats code": f"Repeat this code without a change:\n{CODE}",
    "an edit that corrects a text": (
        "Correct the spelling of this text and repeat it: The quick brwon fox jumps over the lazy "
        "dog near the river bank. Every morning the children walk to school along the old road, "
        "past the bakery and the church, and wave to the baker who stands in his door."
    ),
    "a story": "Tell a story about a lighthouse keeper and a whale.",
    "an explanation": "Explain how a bicycle works.",
    "new code": "Write a Python function that sorts a list, with tests.",
}


class Timed:
    """One reply of an engine from an empty cache, and the seconds that it took to decode."""

    def __init__(self, engine: Engine, text: str) -> None:
        self._engine = engine
        self.seconds = 0.0
        message = ChatMessage("user", text)
        engine.stop()
        engine.tokens = 0
        engine.keep_threads()
        engine.submit(
            GenerationRequest(messages=(message,), sampling=ENDLESS, max_tokens=_REPLY_TOKENS)
        )
        while engine.tokens == 0:
            engine.step()

    @property
    def tokens(self) -> int:
        return self._engine.tokens

    @property
    def is_over(self) -> bool:
        return not self._engine.model.is_busy

    def step(self) -> None:
        """One step more."""
        self.seconds += self._engine.step()

    def timings(self) -> Timings:
        """The meters at the end."""
        last = self._engine.last
        assert isinstance(last, Finished)
        return last.timings


def compare(rounds: int, plain: Engine, guessing: Engine, text: str, name: str) -> None:
    """Print the ratio of both speeds on one text."""
    ratios: list[float] = []
    drafted = accepted = 0
    for _ in range(rounds):
        one, other = Timed(plain, text), Timed(guessing, text)
        while running := [each for each in (other, one) if not each.is_over]:
            min(running, key=lambda each: each.tokens).step()
        ratios.append(one.seconds / other.seconds)
        after = other.timings()
        drafted, accepted = drafted + after.draft_tokens, accepted + after.accepted_tokens
    low, middle, high = statistics.quantiles(ratios, n=4) if rounds > 1 else ratios * 3
    print(
        f"{name:55} {middle:6.3f}  [{low:.3f} - {high:.3f}]  "
        f"{accepted // rounds} of {drafted // rounds} guesses right",
        flush=True,
    )


def lookup(rounds: int, threads: int) -> None:
    """Prompt lookup."""
    plain = Engine(threads, parallel=1)
    guessing = Engine(threads, parallel=1, speculation="lookup")
    for name, text in TEXTS.items():
        compare(rounds, plain, guessing, text, f"prompt lookup on {name}")
    plain.close()
    guessing.close()


def drafts(rounds: int, threads: int, folder: Path) -> None:
    """Draft models, from always right to nearly always wrong."""
    large = write_layers(starter(), folder / "large.gguf", range(30), echoes=_ECHOES)
    coarse, poor = folder / "coarse.gguf", folder / "poor.gguf"
    write_layers(starter(), poor, range(3))
    job = QuantizeJob(source=os.fsencode(starter()), target=os.fsencode(coarse), file_type="Q3_K_M")
    quantize(job, lambda _: None)
    plain = Engine(threads, parallel=1, path=large)
    for kind, draft in (("perfect", starter()), ("coarse", coarse), ("wrong", poor)):
        guessing = Engine(threads, parallel=1, path=large, draft_model=os.fsencode(draft))
        for name in ("a story", "new code"):
            compare(rounds, plain, guessing, TEXTS[name], f"a {kind} draft model on {name}")
        guessing.close()
    plain.close()


def main() -> None:
    """Run all."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # llama.cpp's log
    print(f"{rounds} rounds, {threads} threads, {starter().name}", flush=True)
    lookup(rounds, threads)
    with tempfile.TemporaryDirectory() as folder:
        drafts(rounds, threads, Path(folder))


if __name__ == "__main__":
    main()
