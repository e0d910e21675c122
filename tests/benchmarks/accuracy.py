"""Prints how far the formula is from llama.cpp's own buffers, model by model.

    python -m tests.benchmarks.accuracy [NAME ...]

Truth is a load with `no_alloc` of a header without its weights: llama.cpp plans every buffer.
The grid: contexts 512 to 131,072, KV f16, q8_0 and q4_0, flash attention on and off, 1 and 4
sequences.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app.domain.gguf import Header, read_header
from app.domain.hardware import Device
from app.domain.memory import estimate_memory
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import read_model
from backends.llama_cpp.dry_run_process import DryRunProcess
from tests.fakes.accuracy import Compared, compare, engine
from tests.fakes.gguf_models import MODELS, header_only

_POINTS = 40


def line(name: str, compared: list[Compared]) -> list[float]:
    """Print one model's row; the errors of its compute buffers."""
    told = [point for point in compared if point.formula is not None and point.engine is not None]
    errors = [abs(point.compute_error) for point in told]
    kv = max(abs(point.kv_error) for point in told)
    wrong = sum((point.formula is None) != (point.engine is None) for point in compared)
    print(
        f"{name:20} {len(told):4} points  KV worst {kv:8.4%}  compute median "
        f"{statistics.median(errors):7.3%}  worst {max(errors):7.2%}"
        + (f"  refused differently: {wrong}" if wrong else "")
    )
    return errors


def formula_seconds() -> float:
    """The time of fifty files: read from their headers, and priced."""
    host = Device(name="CPU", kind="cpu", description="")
    file = header_only("llama-3.1-8B", "Q4_K")
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    start = time.perf_counter()
    for _ in range(50):
        estimate_memory(read_model([header]), MemoryOptions(context_tokens=8192), host)
    return time.perf_counter() - start


async def dry_run_milliseconds(helper: DryRunProcess, folder: Path) -> list[float]:
    """The times of single points of an open model, at contexts that were not asked before."""
    await compare(helper, "llama-3.1-8B", folder, contexts=(512,))
    times: list[float] = []
    for context in range(1024, 1024 + 256 * _POINTS, 256):
        start = time.perf_counter()
        await engine(helper, MemoryOptions(context_tokens=context))
        times.append(1000 * (time.perf_counter() - start))
    return times


async def main() -> None:
    """Compare and print."""
    errors: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        helper = DryRunProcess(Path(folder))
        for name in sys.argv[1:] or MODELS:
            errors += line(name, await compare(helper, name, Path(folder)))
        points = await dry_run_milliseconds(helper, Path(folder))
        await helper.close()
    within = sum(error < 0.05 for error in errors) / len(errors)
    print(
        f"all: {len(errors)} points, compute median {statistics.median(errors):.4%}, within 5 % "
        f"{within:.1%}, worst {max(errors):.1%}"
    )
    print(f"formula for 50 files: {1000 * formula_seconds():.0f} ms")
    print(
        f"dry-run point after the first: median {statistics.median(points):.1f} ms, "
        f"worst of {len(points)} {max(points):.1f} ms"
    )


if __name__ == "__main__":
    asyncio.run(main())
