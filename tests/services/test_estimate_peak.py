"""The predicted total beside the peak of a real worker after a long prompt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, Finished, GenerationRequest
from app.domain.hardware import Device
from app.domain.load_memory import options_of_load
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.model_memory import read_model
from app.services.estimator import Estimator
from app.services.model_headers import read_model_headers
from backends.local import LocalEngine

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)


@pytest.mark.parametrize("context", [1024, pytest.param(3072, marks=pytest.mark.long)])
async def test_predicted_total_within_five_percent_of_the_peak(
    tmp_path: Path, starter_path: Path, context: int
) -> None:
    headers = read_model_headers([starter_path])
    load = LoadOptions(context_tokens=context, threads=2)
    options = options_of_load(load, read_model(headers.headers))
    estimator = Estimator(tmp_path / "estimates")
    try:
        predicted = await estimator.estimate(headers, options, HOST)
    finally:
        await estimator.close()
    engine = LocalEngine("llama_cpp", tmp_path / "run", tmp_path / "logs" / "engine.log")
    plan = LoadPlan(name="starter", path=os.fsencode(starter_path), options=load)
    session = await engine.load(plan, lambda _: None)
    text = "The quick brown fox jumps over the lazy dog. " * (context * 3 // 40)
    request = GenerationRequest(messages=(ChatMessage("user", text),), max_tokens=4)
    try:
        events = [event async for event in session.generate(request)]
    finally:
        await session.close()
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.timings.prompt_tokens > context // 2
    peak = last.timings.peak_rss_bytes
    assert peak is not None
    assert predicted.estimate.tier == "dry_run"
    assert predicted.estimate.total_bytes == pytest.approx(peak, rel=0.05)
