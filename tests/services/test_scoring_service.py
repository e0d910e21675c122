"""Scores through a worker: progress, references that appear whole, a stop that leaves nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.domain.errors import ModelFileError, UsageError
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.scoring import ScoreProgress, ScoreRequest
from app.services.scoring import Scoring
from backends.local import LocalEngine, LocalSession
from tests.backends.tiny_models import write_llama

TEXT = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all. " * 8


@pytest_asyncio.fixture
async def session(tmp_path: Path) -> AsyncIterator[LocalSession]:
    model = write_llama(tmp_path / "model.gguf")
    run = tmp_path / "run"
    run.mkdir()
    options = LoadOptions(context_tokens=256, threads=1)
    plan = LoadPlan(name="tiny", path=os.fsencode(model), options=options)
    found = await LocalEngine("llama_cpp", run).load(plan, lambda _: None)
    yield found
    await found.close()


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix not in (".gguf", ""))


async def test_reference_is_kept_and_compared_with(session: LocalSession, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "reference.kld")
    seen: list[ScoreProgress] = []
    request = ScoreRequest(text=TEXT, chunk_tokens=64, keep=path)
    first = await Scoring().score(session, request, seen.append)
    assert [each.chunks for each in seen] == list(range(1, first.chunk_count))
    assert kept(tmp_path) == ["reference.kld"]
    again = await Scoring().score(session, ScoreRequest(reference=path), seen.append)
    assert again.perplexity == first.perplexity
    assert again.divergence is not None
    assert again.divergence.same_top.value > 0.99
    assert again.divergence.mean.value == pytest.approx(0, abs=1e-3)
    with pytest.raises(UsageError, match="There is a file at"):
        await Scoring().score(session, request, seen.append)


@pytest.mark.long
async def test_a_stopped_score_leaves_nothing(session: LocalSession, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "reference.kld")
    begun = asyncio.Event()
    request = ScoreRequest(text=TEXT * 50, chunk_tokens=64, keep=path)
    task = asyncio.create_task(Scoring().score(session, request, lambda _: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert kept(tmp_path) == []
    short = ScoreRequest(text=TEXT, chunk_tokens=64)
    assert (await Scoring().score(session, short, lambda _: None)).perplexity.value > 1


async def test_the_worker_lives_on_after_a_refusal(session: LocalSession, tmp_path: Path) -> None:
    request = ScoreRequest(reference=os.fsencode(tmp_path / "missing.kld"))
    with pytest.raises(ModelFileError, match="holds no reference logits"):
        await Scoring().score(session, request, lambda _: None)
    lone = ScoreRequest(text="\ud800" + TEXT, chunk_tokens=64)
    assert (await Scoring().score(session, lone, lambda _: None)).scored_tokens > 0
