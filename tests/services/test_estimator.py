"""The estimator with the real helper process, on the real model and on headers without weights."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from app.domain.errors import ModelUnsupportedError, UsageError
from app.domain.hardware import Device
from app.domain.memory import Overheads
from app.domain.memory_options import MemoryOptions
from app.services import layouts
from app.services.estimator import Estimator
from app.services.layouts import GgufLayout
from app.services.model_headers import ModelHeaders, part_paths, read_model_headers
from tests.fakes.gguf_files import GgufFile
from tests.fakes.gguf_models import MODELS, header_only

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)
POINT = MemoryOptions(context_tokens=4096)


@pytest.fixture
async def estimator(tmp_path: Path) -> AsyncIterator[Estimator]:
    estimator = Estimator(tmp_path / "estimates")
    yield estimator
    await estimator.close()
    assert list((tmp_path / "estimates").glob("*")) == []


def sparse(file: GgufFile, path: Path) -> Path:
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    return path


def headers_of(name: str, tmp_path: Path) -> ModelHeaders:
    return read_model_headers([sparse(header_only(name), tmp_path / "model.gguf")])


@pytest.mark.parametrize("name", ["smollm2-135M", "gemma-3-12B", "qwen3-30B-A3B", "mamba-2.8B"])
async def test_formula_and_dry_run_agree(estimator: Estimator, tmp_path: Path, name: str) -> None:
    headers = headers_of(name, tmp_path)
    for context in (512, 32768):
        options = MemoryOptions(context_tokens=context)
        formula = await estimator.estimate(headers, options, HOST, tier="formula")
        dry_run = await estimator.estimate(headers, options, HOST, tier="dry_run")
        assert (formula.estimate.tier, dry_run.estimate.tier) == ("formula", "dry_run")
        assert dry_run.notice is None
        assert formula.estimate.weights_bytes == dry_run.estimate.weights_bytes
        assert formula.estimate.kv_bytes == pytest.approx(dry_run.estimate.kv_bytes, rel=1e-3)
        assert formula.estimate.compute_bytes == pytest.approx(
            dry_run.estimate.compute_bytes, rel=0.15
        )


async def test_real_model_with_its_vocabulary(estimator: Estimator, starter_path: Path) -> None:
    headers = read_model_headers([starter_path])
    found = await estimator.estimate(headers, MemoryOptions(context_tokens=8192), HOST)
    assert found.estimate.kv_bytes == pytest.approx(180 * 2**20, rel=1e-4)
    assert found.estimate.weights_bytes == headers.headers[0].weights_bytes
    assert found.estimate.context_tokens == 8192


async def test_question_after_one_that_was_cancelled_while_its_files_were_written(
    estimator: Estimator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_writing, may_write, write = threading.Event(), threading.Event(), GgufLayout._write

    def held(layout: GgufLayout, folder: Path) -> None:
        if not is_writing.is_set():
            is_writing.set()
            may_write.wait(60)
        write(layout, folder)

    monkeypatch.setattr(GgufLayout, "_write", held)
    headers = headers_of("smollm2-135M", tmp_path)
    first = asyncio.create_task(estimator.estimate(headers, POINT, HOST))
    await asyncio.to_thread(is_writing.wait, 60)
    first.cancel()
    second = asyncio.create_task(estimator.estimate(headers, POINT, HOST))
    await asyncio.wait([second], timeout=0.3)  # in vain: it waits for the files
    may_write.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await second).notice is None


async def test_one_helper_answers_a_moving_slider(estimator: Estimator, tmp_path: Path) -> None:
    headers = headers_of("llama-3.1-8B", tmp_path)
    before = {child.pid for child in psutil.Process().children()}
    sizes = [
        (await estimator.estimate(headers, MemoryOptions(context_tokens=context), HOST)).estimate
        for context in range(1024, 16385, 1024)
    ]
    helpers = {child.pid for child in psutil.Process().children()} - before
    assert len(helpers) == 1
    assert [size.kv_bytes for size in sizes] == [131072 * c for c in range(1024, 16385, 1024)]


async def test_helper_that_hangs_is_told_and_replaced(
    estimator: Estimator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = headers_of("smollm2-135M", tmp_path)
    await estimator.estimate(headers, POINT, HOST)
    stopped = estimator.process_id
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    with monkeypatch.context() as hasty:  # a helper that is well may need longer than this
        hasty.setattr(layouts, "MEASURE_SECONDS", 0.5)
        second = await estimator.estimate(headers, POINT, HOST)
    assert second.estimate.tier == "formula"
    assert second.notice is not None
    assert "no answer within 0.5 seconds. The numbers are the formula's." in second.notice
    assert not psutil.pid_exists(stopped)
    third = await estimator.estimate(headers, POINT, HOST)
    assert (third.estimate.tier, third.notice) == ("dry_run", None)


async def test_helper_that_dies_is_told_and_replaced(estimator: Estimator, tmp_path: Path) -> None:
    headers = headers_of("smollm2-135M", tmp_path)
    await estimator.estimate(headers, POINT, HOST)
    pid = estimator.process_id
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it cannot answer before it is killed
    asyncio.get_running_loop().call_later(1.0, os.kill, pid, signal.SIGKILL)
    second = await estimator.estimate(headers, POINT, HOST)
    assert second.estimate.tier == "formula"
    assert second.notice is not None
    assert "ended in the middle" in second.notice
    third = await estimator.estimate(headers, POINT, HOST)
    assert third.estimate.tier == "dry_run"


async def test_unknown_architecture_is_never_a_number(estimator: Estimator, tmp_path: Path) -> None:
    file = header_only("smollm2-135M")
    file.entries = [e.replace(b"llama", b"lIama") for e in file.entries]
    headers = read_model_headers([sparse(file, tmp_path / "model.gguf")])
    with pytest.raises(ModelUnsupportedError, match="'lIama'"):
        await estimator.estimate(headers, POINT, HOST, tier="formula")
    with pytest.raises(ModelUnsupportedError, match="unknown model architecture"):
        await estimator.estimate(headers, POINT, HOST)


async def test_calibrated_overhead_replaces_the_default(tmp_path: Path) -> None:
    learned = Overheads(host_bytes=100 * 2**20, vocabulary_entry_bytes=0)
    estimator = Estimator(tmp_path / "estimates", overheads=learned)
    headers = headers_of("smollm2-135M", tmp_path)
    try:
        found = await estimator.estimate(headers, POINT, HOST, tier="calibrated")
    finally:
        await estimator.close()
    assert found.estimate.tier == "calibrated"
    outputs = MODELS["smollm2-135M"]["vocab"] * 4
    assert found.estimate.overhead_bytes == 100 * 2**20 + outputs


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (MemoryOptions(context_tokens=-1), "context of -1"),
        (MemoryOptions(context_tokens=512, key_type="q9"), "KV type"),
        (
            MemoryOptions(context_tokens=512, value_type="q8_0", flash_attention=False),
            "needs flash attention",
        ),
        (MemoryOptions(context_tokens=512, parallel=1000), "parallel"),
    ],
)
async def test_options_that_make_no_sense(
    estimator: Estimator, tmp_path: Path, options: MemoryOptions, reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        await estimator.estimate(headers_of("smollm2-135M", tmp_path), options, HOST)


async def test_parts_of_a_split_model_are_laid_out_together(
    estimator: Estimator, tmp_path: Path
) -> None:
    whole = header_only("smollm2-135M")
    paths = part_paths(tmp_path / "model-00001-of-00002.gguf")
    assert len(paths) == 2
    half = len(whole.tensors) // 2
    for number, path in enumerate(paths):
        part = GgufFile()
        if number == 0:
            part.entries = list(whole.entries)
        part.add("split.no", "u16", number)
        part.add("split.count", "u16", 2)
        part.add("split.tensors.count", "i32", len(whole.tensors))
        part.tensors = whole.tensors[:half] if number == 0 else whole.tensors[half:]
        sparse(part, path)
    found = await estimator.estimate(read_model_headers(paths), POINT, HOST)
    alone = headers_of("smollm2-135M", tmp_path)
    expected = await estimator.estimate(alone, POINT, HOST)
    assert found.notice is None
    assert found.estimate.total_bytes == expected.estimate.total_bytes
