"""A library of 500 models with real headers: cold scan, warm list, and what the window notices.

    python -m tests.benchmarks.library [--models 500] [--folder /tmp] [--alien]

Hyperparameters and tensor tables are those of 31 published models, with vocabularies of their sizes
(merges included where the model has them), each in as many quantizations as it takes; the weights
are holes. With `--alien` no two files share a vocabulary, as in no library that we know of.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import statistics
import string
import tempfile
import time
from pathlib import Path

from app.services.library import Library
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from tests.benchmarks.download import tick
from tests.fakes.gguf_files import GgufFile, array_entry, entry
from tests.fakes.gguf_models import MODELS, header_only

COLD_SECONDS, WARM_MS = 6.0, 300.0
_KINDS = ("F16", "Q8_0", "Q6_K", "Q5_K", "Q4_K", "Q3_K", "Q2_K", "IQ4_XS", "BF16")
_BPE = ("qwen", "llama-3", "smollm", "gpt", "olmo", "glm", "phi", "granite", "stablelm", "lfm")


def vocabulary(name: str, seed: int) -> list[bytes]:
    """The entries of a tokenizer with as many tokens as the model has, of usual lengths."""
    chance = random.Random(seed)
    count = MODELS[name]["vocab"]
    letters = string.ascii_uppercase
    tokens = [
        f"{''.join(chance.choices(letters, k=chance.randint(1, 8)))}{n:x}" for n in range(count)
    ]
    entries = [
        entry("tokenizer.ggml.model", "str", "gpt2"),
        array_entry("tokenizer.ggml.tokens", "str", tokens),
        array_entry("tokenizer.ggml.token_type", "i32", [1] * count),
    ]
    if name.startswith(_BPE):
        merges = [f"{left} {right}" for left, right in itertools.pairwise(tokens)]
        entries.append(array_entry("tokenizer.ggml.merges", "str", merges))
    else:
        entries.append(array_entry("tokenizer.ggml.scores", "f32", [0.0] * count))
    return entries


def write_model(path: Path, name: str, kind: str, entries: list[bytes]) -> int:
    """A file of the model's size with a real header; how long the header is."""
    file: GgufFile = header_only(name, kind)
    file.entries = [one for one in file.entries if b"tokenizer.ggml.model" not in one] + entries
    header = file.header()
    with path.open("wb") as output:
        output.write(header)
        output.truncate(file.size())
    return len(header)


def fill(folder: Path, count: int, *, alien: bool) -> int:
    """Write the library; bytes of all headers."""
    total = 0
    known: dict[str, list[bytes]] = {}
    names = list(MODELS)
    for number in range(count):
        name = names[number % len(names)]
        entries = known.get(name)
        if entries is None or alien:
            entries = known[name] = vocabulary(name, number)
        kind = _KINDS[number // len(names) % len(_KINDS)]
        owner = folder / f"owner-{number // (len(names) * len(_KINDS))}" / name
        owner.mkdir(parents=True, exist_ok=True)
        total += write_model(owner / f"{name}-{number}-{kind}.gguf", name, kind, entries)
    return total


async def listed(home: Path) -> tuple[float, float, float, int]:
    """Seconds, processor seconds, longest stall in ms, and models, of a program just started."""
    paths = Paths.under(home)
    library = Library(paths, SettingsStore(paths.settings))
    gaps: list[float] = []
    ticker = asyncio.create_task(tick(gaps))
    await asyncio.sleep(0.05)
    begun, busy = time.perf_counter(), time.process_time()
    models = await library.models()
    taken = time.perf_counter() - begun, time.process_time() - busy
    ticker.cancel()
    problems = [model for model in models if model.problem is not None]
    assert not problems, problems[:3]
    return *taken, max(gaps) * 1000, len(models)


def report(name: str, runs: list[tuple[float, float, float, int]], unit: float) -> float:
    seconds = sorted(run[0] for run in runs)
    middle = statistics.median(seconds) * unit
    print(
        f"{name}: {middle:.2f} ({seconds[0] * unit:.2f} to {seconds[-1] * unit:.2f}), processor "
        f"{statistics.median(run[1] for run in runs) * unit:.2f}, longest stall of the loop "
        f"{max(run[2] for run in runs):.0f} ms, {runs[0][3]} models"
    )
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--alien", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        home = Path(name)
        os.environ |= {"HOME": name, "HF_HOME": name, "OLLAMA_MODELS": name}
        paths = Paths.under(home)
        paths.create()
        total = fill(paths.models, options.models, alien=options.alien)
        print(f"{options.models} models with {total / 1e6:.0f} MB of headers")
        cold, warm = [], []
        for _ in range(options.rounds):
            (paths.cache / "library.msgpack").unlink(missing_ok=True)
            cold.append(asyncio.run(listed(home)))
            warm += [asyncio.run(listed(home)) for _ in range(3)]
        first = report("cold scan, s", cold, 1)
        again = report("warm list, ms", warm, 1000)
    met = first < COLD_SECONDS and again < WARM_MS
    print(f"under {COLD_SECONDS:.0f} s and {WARM_MS:.0f} ms: {'met' if met else 'MISSED'}")


if __name__ == "__main__":
    main()
