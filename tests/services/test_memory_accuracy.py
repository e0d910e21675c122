"""The formula against llama.cpp's own layout of real models' headers, without their weights."""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backends.llama_cpp.dry_run_process import DryRunProcess
from tests.fakes.accuracy import compare
from tests.fakes.gguf_models import MODELS

# Those that are laid out node by node: exact. The others are bounded.
EXACT = (
    "llama-3.1-8B", "llama-2-7B", "mixtral-8x7B", "qwen2.5-7B", "qwen3-0.6B", "qwen3-30B-A3B",
    "phi-3-mini", "gpt-oss-20B", "starcoder2-3B", "glm-4-9B", "mistral-7B",
)  # fmt: skip
# A recurrent state is really allocated by the dry run: large models of this kind take seconds.
SLOW = ("mamba-codestral-7B", "qwen3-next-80B")


@pytest.fixture
async def helper(tmp_path: Path) -> AsyncIterator[DryRunProcess]:
    helper = DryRunProcess(tmp_path)
    yield helper
    await helper.close()


# One of each kind runs each time: dense, mixture, window, latent, recurrent, hybrid.
SAMPLE = (
    "llama-3.1-8B", "qwen3-30B-A3B", "gemma-3-12B", "gpt-oss-20B", "deepseek-v2-lite", "mamba-2.8B",
    "falcon-h1-7B",
)  # fmt: skip


def sampled(name: str) -> object:
    return name if name in SAMPLE else pytest.param(name, marks=pytest.mark.long)


@pytest.mark.parametrize("name", [sampled(name) for name in MODELS if name not in SLOW])
async def test_formula_agrees_with_llama_cpp(
    helper: DryRunProcess, tmp_path: Path, name: str
) -> None:
    compared = await compare(helper, name, tmp_path, contexts=(512, 32768))
    assert [c.options for c in compared if (c.formula is None) != (c.engine is None)] == []
    told = [c for c in compared if c.formula is not None]
    assert len(told) >= 8
    for point in told:
        assert point.formula is not None
        assert point.engine is not None
        # llama.cpp prints two decimals of a MiB, for keys and for values.
        assert abs(point.formula[0] - point.engine[0]) < 30_000, point
    errors = [abs(point.compute_error) for point in told]
    assert statistics.median(errors) < 0.1
    assert max(errors) < (0.005 if name in EXACT else 0.15), max(
        told, key=lambda p: abs(p.compute_error)
    )
