"""Why a device or card is used or not: each with its reason and its next step."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.hardware import BackendChoice, BrokenDevice, Device, EngineStatus, Gpu
from backends.devices import mlx_status, trial_failure
from backends.findings import findings, mlx_finding
from backends.selection import choose

CPU = Device(name="CPU", kind="cpu", description="A processor")
CUDA = Device(
    name="CUDA0", kind="cuda", description="NVIDIA GeForce RTX 4070", total_bytes=12 * 2**30
)
SOFTWARE = Device(name="Vulkan0", kind="vulkan", description="llvmpipe (LLVM 15)")
CARD = Gpu(name="NVIDIA GeForce RTX 4070", vendor="nvidia", driver="550.1")


def status(
    *devices: Device, backends: tuple[str, ...] = ("CPU",), usable: bool = True
) -> EngineStatus:
    return EngineStatus(
        name="llama.cpp", version="1", usable=usable, reason="libcuda.so.1: cannot open",
        devices=devices, backends=backends,
    )  # fmt: skip


def told(found: EngineStatus, *gpus: Gpu) -> list[tuple[str, str]]:
    rows = findings(found, gpus, choose(found, gpus))
    return [(each.state, f"{each.name} | {each.reason} | {each.next_step}") for each in rows]


def test_card_that_is_used() -> None:
    rows = told(status(CPU, CUDA, backends=("CUDA", "CPU")), CARD)
    assert [state for state, _ in rows] == ["used", "usable"]
    assert "CUDA on NVIDIA GeForce RTX 4070" in rows[0][1]
    assert "layers that do not fit CUDA0" in rows[1][1]


def test_build_without_the_interface() -> None:
    rows = told(status(CPU), CARD)
    assert [state for state, _ in rows] == ["used", "unusable"]
    assert "has no CUDA; it was built with CPU. The driver is 550.1." in rows[1][1]
    assert "GGML_CUDA=ON" in rows[1][1]


def test_interface_without_a_driver() -> None:
    rows = told(status(CPU, backends=("CUDA", "CPU")), CARD)
    assert "CUDA finds no usable device" in rows[1][1]
    assert "Update the graphics driver" in rows[1][1]


def test_software_device_and_second_card() -> None:
    second = Device(name="CUDA1", kind="cuda", description="NVIDIA T4", total_bytes=2**30)
    rows = {
        text.split(" ")[0]: (state, text)
        for state, text in told(status(CPU, CUDA, second, SOFTWARE, backends=("CUDA", "Vulkan")))
    }
    assert rows["Vulkan0"][0] == "unusable"
    assert "draws in software" in rows["Vulkan0"][1]
    assert rows["CUDA1"][0] == "usable"
    assert "CUDA0 was chosen before it" in rows["CUDA1"][1]


def test_broken_engine_is_told_in_the_loaders_words() -> None:
    rows = told(status(usable=False), CARD)
    assert all(state == "unusable" for state, _ in rows)
    assert "llama.cpp | libcuda.so.1: cannot open" in rows[0][1]
    assert "Repair the engine first" in rows[1][1]


@pytest.mark.parametrize("backends", [("CPU",), ()])
def test_no_card_at_all(backends: tuple[str, ...]) -> None:
    choice = BackendChoice(engine="llama.cpp", device=None, kind="cpu", reason="No card.")
    rows = findings(status(CPU, backends=backends), (), choice)
    assert [(each.name, each.state) for each in rows] == [
        ("CPU (A processor)", "used"),
        ("Graphics card", "unusable"),
    ]
    assert rows[1].next_step


def test_device_that_does_not_open_is_told_with_the_loaders_sentence() -> None:
    broken = BrokenDevice(device=CUDA, reason="CUDA driver version is insufficient")
    found = msgspec.structs.replace(status(CPU, backends=("CUDA", "CPU")), broken=(broken,))
    rows = told(found, CARD)
    assert [state for state, _ in rows] == ["used", "unusable"]
    assert "does not open: CUDA driver version is insufficient" in rows[1][1]
    assert "Update the graphics driver" in rows[1][1]


def test_trial_in_a_process_of_its_own() -> None:
    assert trial_failure("CPU") == ""
    assert trial_failure("CUDA7") == "llama.cpp has no device CUDA7."


def test_mlx_is_tried_in_a_process_of_its_own() -> None:
    found = mlx_status()
    assert found.usable
    assert found.reason.startswith("It loads and computes on ")
    row = mlx_finding(found)
    assert (row.name, row.state) == (f"MLX {found.version}", "usable")
    assert row.reason.endswith("It runs MLX models.")


def test_mlx_that_does_not_load_says_so_in_the_loaders_words() -> None:
    reason = "The MLX engine is installed and its library does not load: libmlx.so: no such file"
    broken = EngineStatus(name="MLX", version="0.32", usable=False, reason=reason)
    row = mlx_finding(broken)
    assert (row.state, row.reason) == ("unusable", reason)
