"""Lessons of real loads and runs are kept, used, and survive a damaged file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.gguf import Header, read_header
from app.domain.hardware import Device
from app.domain.measured_load import MeasuredLoad
from app.domain.memory import Overheads, estimate_memory
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import read_model
from app.domain.speed import MEASURED_KINDS
from app.services.bandwidth import host_throughput
from app.services.calibration import Calibration, RateKind, SpeedLesson
from app.services.experience import BANDWIDTH_FILE, host_threads
from tests.fakes.gguf_models import header_only
from tests.fakes.machine_speed import write_measured_speed

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
    calibration.learn_load(
        "llama.cpp 1",
        first,
        model.vocabulary_entries,
        MeasuredLoad(predicted_bytes=first.total_bytes, measured_bytes=measured),
    )
    again = Calibration(tmp_path / "calibration.json")
    learned = again.overheads("llama.cpp 1")
    assert learned is not None
    assert again.overheads("llama.cpp 2") is None
    second = estimate_memory(model, options, HOST, (), learned)
    assert second is not None
    outputs = 49152 * 4
    assert second.total_bytes == pytest.approx(measured + outputs, abs=outputs)
    assert learned.vocabulary_entry_bytes == Overheads().vocabulary_entry_bytes


def run(device: str, predicted: float, real: float, of: RateKind = "decode") -> SpeedLesson:
    return SpeedLesson(
        engine="llama.cpp 1", device=device, predicted_tps=predicted, measured_tps=real, of=of
    )


def test_runs_teach_a_correction_for_their_device(tmp_path: Path) -> None:
    calibration = Calibration(tmp_path / "calibration.json")
    for measured in (50.0, 60.0):
        calibration.learn_run(run("CPU", 100.0, measured))
    calibration.learn_run(run("CUDA0", 100.0, 90.0))
    calibration.learn_run(run("CPU", 1000.0, 900.0, "prefill"))
    assert calibration.corrections("llama.cpp 1", "CPU", "prefill") == (0.9,)
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
    calibration.learn_run(run("CPU", 1.0, 2.0))
    assert Calibration(path).corrections("llama.cpp 1", "CPU") == (2.0,)


@pytest.mark.long
async def test_speed_is_measured_once(tmp_path: Path) -> None:
    write_measured_speed(tmp_path)
    path = tmp_path / BANDWIDTH_FILE
    before = path.stat().st_mtime_ns
    found = await host_throughput(path, host_threads())
    assert found.bandwidth_bytes_per_second > 1e8
    assert set(found.kinds) == set(MEASURED_KINDS)
    assert all(kind.operations_per_second > 1e8 for kind in found.kinds.values())
    assert path.stat().st_mtime_ns == before
