"""Graphics cards: through a driver library, through files of the kernel, and when they fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.domain.hardware import Gpu, GpuSample
from backends import apple, devices
from backends.amd import AmdCards
from tests.fakes import libraries

ROOT = Path(__file__).parents[2]
GIB = 2**30
LOOK = """
import msgspec, pathlib, sys
from backends.devices import GpuMeters, gpus
script = pathlib.Path(sys.argv[1])
found = gpus()
meters = GpuMeters()
before = meters.samples()
script.write_text(sys.argv[2])
after = meters.samples()
meters.close()
meters.close()
print(msgspec.json.encode([found, before, after, meters.samples()]).decode())
"""


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    libraries.build(folder, "libnvidia-ml.so.1", libraries.SOURCES / "nvml.c")
    return folder


def look(driver: Path, first: str, then: str) -> list[Any]:
    """What a fresh process finds with the driver in one state and then in another."""
    script = driver / "script"
    script.write_text(first)
    environment = os.environ | {"LD_LIBRARY_PATH": str(driver), "NVIDIA_TEST_SCRIPT": str(script)}
    answer = subprocess.run(
        [sys.executable, "-c", LOOK, str(script), then],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    return json.loads(answer.stdout)


def readings(samples: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(each["used_bytes"], each["load_percent"], each["power_watts"]) for each in samples]


def test_cards_with_their_meters(driver: Path) -> None:
    gpus, samples, _, closed = look(driver, "ok", "ok")
    assert [(gpu["vendor"], gpu["driver"], gpu["total_bytes"]) for gpu in gpus] == [
        ("nvidia", "999.1", 8 * GIB)
    ] * 2
    assert [gpu["free_bytes"] for gpu in gpus] == [7 * GIB, 6 * GIB]
    assert [gpu["compute_capability"] for gpu in gpus] == [[8, 9], [8, 6]]
    assert readings(samples) == [(GIB, 43.0, 61.5), (2 * GIB, 44.0, 61.5)]
    assert closed == []


def test_a_name_that_is_no_text_is_replaced(driver: Path) -> None:
    gpus, *_ = look(driver, "ok", "ok")
    assert [gpu["name"] for gpu in gpus] == ["NVIDIA Test 1", "NVIDIA GPU 1"]


def test_what_a_card_does_not_tell_is_not_available(driver: Path) -> None:
    gpus, samples, *_ = look(driver, "partial", "partial")
    assert [gpu["name"] for gpu in gpus] == ["NVIDIA Test 1", "NVIDIA GPU 1"]
    assert readings(samples) == [(GIB, None, None), (2 * GIB, None, None)]


def test_a_card_that_is_lost_while_it_is_read(driver: Path) -> None:
    _, before, after, _ = look(driver, "ok", "lost")
    assert readings(before) != readings(after) == [(None, None, None)] * 2
    assert [sample["name"] for sample in before] == [sample["name"] for sample in after]


def test_a_driver_that_does_not_start(driver: Path) -> None:
    assert look(driver, "no-driver", "ok") == [[], [], [], []]


def test_a_driver_library_that_is_broken(tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"no library at all")
    assert look(tmp_path, "ok", "ok") == [[], [], [], []]
    libraries.build(tmp_path / "empty", "libnvidia-ml.so.1", "int nothing;")
    assert look(tmp_path / "empty", "ok", "ok") == [[], [], [], []]


def amd_card(sysfs: Path, number: int, files: dict[str, str]) -> None:
    device = sysfs / f"class/drm/card{number}/device"
    for name, text in {"vendor": "0x1002", "device": "0x744c", **files}.items():
        (device / name).parent.mkdir(parents=True, exist_ok=True)
        (device / name).write_text(text + "\n")


def test_amd_cards_from_the_files_of_their_driver(tmp_path: Path) -> None:
    amd_card(
        tmp_path,
        10,
        {
            "product_name": "AMD Radeon Test",
            "mem_info_vram_total": str(8 * GIB),
            "mem_info_vram_used": str(GIB),
            "gpu_busy_percent": "37",
            "hwmon/hwmon3/power1_average": "25500000",
        },
    )
    amd_card(tmp_path, 2, {"gpu_busy_percent": "no number"})
    amd_card(tmp_path, 3, {"vendor": "0x10de"})
    (tmp_path / "class/drm/card10-DP-1").mkdir()
    cards = AmdCards(tmp_path)
    assert cards.gpus() == (
        Gpu(name="AMD GPU 0x744c", vendor="amd"),
        Gpu(name="AMD Radeon Test", vendor="amd", total_bytes=8 * GIB, free_bytes=7 * GIB),
    )
    assert cards.samples() == (
        GpuSample(name="AMD GPU 0x744c"),
        GpuSample(
            name="AMD Radeon Test",
            used_bytes=GIB,
            total_bytes=8 * GIB,
            load_percent=37,
            power_watts=25.5,
        ),
    )
    (tmp_path / "class/drm/card10/device/gpu_busy_percent").unlink()
    assert cards.samples()[1].load_percent is None


def test_no_amd_driver(tmp_path: Path) -> None:
    assert AmdCards(tmp_path).gpus() == ()
    assert AmdCards(tmp_path / "nothing").samples() == ()


def test_apple_silicon_shares_the_memory_of_the_machine() -> None:
    gpu = apple.gpu_from("Apple M4 Pro\n25769803776\n", "15.1")
    assert (gpu.name, gpu.vendor, gpu.total_bytes) == ("Apple M4 Pro", "apple", 24 * GIB)
    assert gpu.driver == "macOS 15.1"
    assert apple.gpu_from("", "").total_bytes is None


def test_this_machine_answers() -> None:
    for gpu in devices.gpus():
        assert gpu.name
