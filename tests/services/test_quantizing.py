"""A new file appears whole under its name or not at all, whatever happens."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from app.domain.errors import AppError, DiskFullError, UsageError
from app.domain.quantize import QuantizeJob, QuantizeProgress
from app.services.quantizing import Quantizing
from backends.quantizer import Quantizer
from tests.backends.tiny_models import write_llama


@pytest.fixture
def service(tmp_path: Path) -> Quantizing:
    run = tmp_path / "run"
    run.mkdir()
    return Quantizing(Quantizer(run))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llama(tmp_path_factory.mktemp("models") / "source.gguf")


def job(source: Path, target: Path, file_type: str = "Q4_K_M") -> QuantizeJob:
    return QuantizeJob(source=os.fsencode(source), target=os.fsencode(target), file_type=file_type)


async def test_file_is_made_with_progress(
    service: Quantizing, source: Path, tmp_path: Path
) -> None:
    seen: list[QuantizeProgress] = []
    target = tmp_path / "new.gguf"
    plan = await service.quantize(job(source, target), seen.append)
    assert target.stat().st_size == plan.file_bytes
    assert len(seen) == len(plan.tensors)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.gguf", "run"]


async def test_a_cancelled_job_leaves_nothing(
    service: Quantizing, starter_path: Path, tmp_path: Path
) -> None:
    begun = asyncio.Event()
    target = tmp_path / "new.gguf"
    task = asyncio.create_task(
        service.quantize(job(starter_path, target, "Q6_K"), lambda _: begun.set())
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


async def test_senseless_jobs_are_refused_before_anything_is_written(
    service: Quantizing, source: Path, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.gguf"
    taken.write_bytes(b"kept")
    for target, file_type, said in (
        (source, "Q4_K_M", "The model itself is at"),
        (taken, "Q4_K_M", "A file of that name is at"),
        (tmp_path / "none" / "new.gguf", "Q4_K_M", "There is no folder"),
        (tmp_path / "new.gguf", "IQ1_S", "IQ1_S needs an importance matrix"),
        (tmp_path / "new.gguf", "Q9", "makes no files of the type Q9"),
    ):
        with pytest.raises(UsageError, match=said):
            await service.quantize(job(source, target, file_type), lambda _: None)
    assert taken.read_bytes() == b"kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "taken.gguf"]


async def test_too_small_a_disk_is_told_with_numbers(source: Path, tmp_path: Path) -> None:
    service = Quantizing(Quantizer(tmp_path), spare_bytes=2**62)
    with pytest.raises(DiskFullError, match=r"will have 812 kB, and the disk has .* free"):
        await service.quantize(job(source, tmp_path / "new.gguf"), lambda _: None)
    assert not list(tmp_path.iterdir())


async def test_a_source_that_is_cut_short_is_told(
    service: Quantizing, source: Path, tmp_path: Path
) -> None:
    short = tmp_path / "short.gguf"
    short.write_bytes(source.read_bytes()[:-4096])
    with pytest.raises(AppError, match="cannot quantize short"):
        await service.quantize(job(short, tmp_path / "new.gguf"), lambda _: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "short.gguf"]
