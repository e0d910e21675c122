"""Projectors for pictures: the formula beside llama.cpp's own layout, and one that it refuses."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.hardware import Device
from app.services.estimator import Estimator
from app.services.model_headers import ModelHeaders, read_model_headers
from tests.fakes.gguf_files import GgufFile
from tests.fakes.projectors import PROJECTORS, projector

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)
GPU = Device(name="CUDA7", kind="cuda", description="", free_bytes=8 * 2**30)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="libstdc++ is known on Linux alone")


@pytest.fixture
async def estimator(tmp_path: Path) -> AsyncIterator[Estimator]:
    estimator = Estimator(tmp_path / "estimates")
    yield estimator
    await estimator.close()
    assert not any((tmp_path / "estimates").glob("layout-*"))


def headers_of(file: GgufFile, folder: Path) -> ModelHeaders:
    path = folder / "mmproj.gguf"
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    return read_model_headers([path])


@on_linux
@pytest.mark.parametrize("name", PROJECTORS)
async def test_the_engine_tells_and_the_formula_is_near(
    estimator: Estimator, tmp_path: Path, name: str
) -> None:
    headers = headers_of(projector(name), tmp_path)
    formula = (await estimator.projector(headers, HOST, [], "formula")).estimate
    told = await estimator.projector(headers, HOST, [], "dry_run")
    assert told.notice is None
    assert (formula.tier, told.estimate.tier) == ("formula", "dry_run")
    assert formula.weights_bytes == told.estimate.weights_bytes == headers.headers[0].weights_bytes
    assert formula.compute_bytes == pytest.approx(told.estimate.compute_bytes, rel=0.15)
    assert told.estimate.error_bound == 0
    # The band that is told holds what the engine says.
    error = abs(formula.total_bytes - told.estimate.total_bytes)
    assert error <= (formula.error_bound or 0) * formula.total_bytes


@on_linux
async def test_what_the_engine_refuses_is_estimated_and_said_so(
    estimator: Estimator, tmp_path: Path
) -> None:
    file = projector("gemma-3")
    file.tensors = [each for each in file.tensors if each[0] != "mm.input_projection.weight"]
    headers = headers_of(file, tmp_path)
    found = await estimator.projector(headers, HOST, [], "dry_run")
    assert found.estimate.tier == "formula"
    assert found.notice is not None
    assert found.notice.startswith("llama.cpp does not load this projector: it is damaged")
    assert found.notice.endswith("What it takes beside its weights is a guess.")


async def test_a_gpu_holds_the_projector(estimator: Estimator, tmp_path: Path) -> None:
    headers = headers_of(projector("smolvlm"), tmp_path)
    (place,) = (await estimator.projector(headers, HOST, [GPU], "formula")).estimate.devices
    assert (place.name, place.available_bytes) == ("CUDA7", GPU.free_bytes)
