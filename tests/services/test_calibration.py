"""Lessons of real loads and runs are kept, used, and survive a damaged file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.gguf import Header, read_header
from app.domain.hardware import Device
from app.domain.memory import Overheads, estimate_memory
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import read_model
from app.services.bandwidth import host_throughput
from app.services.calibration import Calibration
from tests.fakes.gguf_models import header_only

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)


def test_a_load_teaches_its_overhead(tmp_path: Path) -> None:
    file = header_only("smollm2-135M")
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    model = read_model([header])
    options = MemoryOptions(context_tokens=2048)
    first = estimate_memory(model, options, HOST)
    assert first is not None
    calibration = Calibration(tmp_path / "calibration.json")
    assert calibration.overheads("llama.cpp 1") is None
    measured = first.total_bytes + 7 * 2**20
    calibration.learn_load("llama.cpp 1", first, model.vocabulary_entries, measured)
    again = Calibration(tmp_path / "calibration.json")
    learned = again.overheads("llama.cpp 1")
    assert learned is not None
    assert again.overheads("llama.cpp 2") is None
    second = estimate_memory(model, options, HOST, (), learned)
    assert second is not None
    outputs = 49152 * 4
    assert second.total_bytes == pytest.approx(measured + outputs, abs=outputs)
    assert learned.vocabulary_entry_bytes == Overheads().vocabulary_entry_bytes


def test_runs_teach_a_correction_for_their_device(tmp_path: Path) -> None:
    calibration = Calibration(tmp_path / "calibration.json")
    for measured in (50.0, 60.0):
        calibration.learn_run("llama.cpp 1", "CPU", 100.0, measured)
    calibration.learn_run("llama.cpp 1", "CUDA0", 100.0, 90.0)
    assert Calibration(tmp_path / "calibration.json").corrections("llama.cpp 1", "CPU") == (
        0.5,
        0.6,
    )


@pytest.mark.parametrize("damage", [b"", b"{", b"[1, 2]", b'{"loads": [{"engine": 3}]}', b"\xff"])
def test_a_damaged_file_is_started_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(damage)
    calibration = Calibration(path)
    assert calibration.overheads("llama.cpp 1") is None
    calibration.learn_run("llama.cpp 1", "CPU", 1.0, 2.0)
    assert Calibration(path).corrections("llama.cpp 1", "CPU") == (2.0,)


async def test_bandwidth_is_measured_once(tmp_path: Path) -> None:
    path = tmp_path / "bandwidth.json"
    first = await host_throughput(path, 1)
    assert first.bandwidth_bytes_per_second > 1e8
    assert await host_throughput(path, 1) == first
    kept = json.loads(path.read_text())
    assert kept["bytes_per_second"] == first.bandwidth_bytes_per_second
