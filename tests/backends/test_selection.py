"""The choice of a device, and the words for it."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hardware import Device, DeviceKind, EngineStatus, Gpu
from backends.selection import choose

GIB = 2**30
CPU = Device(name="CPU", kind="cpu", description="A CPU", total_bytes=32 * GIB)
CUDA = Device(
    name="CUDA0",
    kind="cuda",
    description="NVIDIA GeForce RTX 4070",
    total_bytes=12 * GIB,
    free_bytes=11 * GIB,
)
VULKAN = Device(
    name="Vulkan0", kind="vulkan", description="NVIDIA GeForce RTX 4070", total_bytes=12 * GIB
)
RTX = Gpu(name="NVIDIA GeForce RTX 4070", vendor="nvidia", total_bytes=12 * GIB)
RADEON = Gpu(name="Radeon RX 7900", vendor="amd", total_bytes=20 * GIB)
M4 = Gpu(name="Apple M4", vendor="apple", total_bytes=16 * GIB)


def status(*devices: Device, backends: tuple[str, ...] = ("CPU",)) -> EngineStatus:
    return EngineStatus(
        name="llama.cpp",
        version="1",
        usable=True,
        reason="Loaded.",
        devices=(*devices, CPU),
        backends=backends,
    )


def gpu(name: str, kind: DeviceKind, gib: int | None, *, integrated: bool = False) -> Device:
    total = None if gib is None else gib * GIB
    return Device(
        name=name,
        kind=kind,
        description=f"card {name}",
        total_bytes=total,
        free_bytes=total,
        is_integrated=integrated,
    )


def test_a_card_with_its_memory() -> None:
    choice = choose(status(CUDA, backends=("CUDA", "CPU")), [RTX])
    assert (choice.engine, choice.device, choice.kind) == ("llama.cpp", "CUDA0", "cuda")
    assert choice.reason == "CUDA on NVIDIA GeForce RTX 4070 (12.0 GiB, 11.0 GiB free)."


def test_no_card_at_all() -> None:
    choice = choose(status(), [])
    assert (choice.device, choice.kind) == (None, "cpu")
    assert choice.reason == "The CPU, because no graphics card was found that llama.cpp can use."


@pytest.mark.parametrize(
    ("card", "start", "interface", "option"),
    [
        (RTX, "An NVIDIA GeForce RTX 4070 is present", "CUDA", "GGML_CUDA=ON"),
        (RADEON, "A Radeon RX 7900 is present", "ROCm", "GGML_HIP=ON"),
        (M4, "An Apple M4 is present", "Metal", "GGML_METAL=ON"),
    ],
)
def test_a_card_that_this_build_cannot_use(
    card: Gpu, start: str, interface: str, option: str
) -> None:
    choice = choose(status(), [card])
    assert (choice.device, choice.kind) == (None, "cpu")
    assert choice.reason == (
        f"{start}, but this build of llama.cpp has no {interface}: the CPU is used. "
        f"A build with {option} would use the card."
    )


@pytest.mark.parametrize(
    ("card", "backend", "title"),
    [
        (RTX, "CUDA", "CUDA"),
        (RTX, "Vulkan", "Vulkan"),
        (RADEON, "ROCm", "ROCm"),
        (M4, "MTL", "Metal"),
    ],
)
def test_a_build_that_could_and_a_driver_that_does_not(card: Gpu, backend: str, title: str) -> None:
    choice = choose(status(backends=(backend, "CPU")), [card])
    assert choice.device is None
    assert f"but {title} finds no usable device" in choice.reason
    assert "quantbench doctor" in choice.reason


def test_the_largest_card_is_the_one_that_is_explained() -> None:
    small = Gpu(name="NVIDIA Small", vendor="nvidia", total_bytes=GIB)
    unknown = Gpu(name="AMD Unknown", vendor="amd")
    assert "Radeon" in choose(status(), [small, unknown, RADEON]).reason


def test_the_makers_own_interface_comes_first() -> None:
    order: list[DeviceKind] = ["cuda", "metal", "rocm", "vulkan", "other_gpu"]
    for number in range(len(order)):
        found = [gpu(f"d{kind}", kind, 8) for kind in reversed(order[number:])]
        assert choose(status(*found), []).kind == order[number]


def test_the_most_memory_of_several() -> None:
    found = [
        gpu("a", "cuda", 8),
        gpu("b", "cuda", 24),
        gpu("c", "cuda", None),
        gpu("v", "vulkan", 99),
    ]
    choice = choose(status(*found), [])
    assert choice.device == "b"
    assert "the one with the most memory" in choice.reason


def test_a_card_of_its_own_before_an_integrated_one() -> None:
    found = [gpu("shared", "vulkan", 64, integrated=True), gpu("own", "vulkan", 8)]
    choice = choose(status(*found), [])
    assert choice.device == "own"
    assert "most memory" not in choice.reason
    assert choose(status(found[0]), []).device == "shared"


def test_vulkan_hints_at_the_faster_way() -> None:
    choice = choose(status(VULKAN, backends=("Vulkan", "CPU")), [RTX])
    assert choice.device == "Vulkan0"
    assert choice.reason.endswith("A build of llama.cpp with CUDA (GGML_CUDA=ON) may be faster.")
    both = choose(status(VULKAN, backends=("Vulkan", "CUDA", "CPU")), [RTX])
    assert "may be faster" not in both.reason


@pytest.mark.parametrize("name", ["llvmpipe (LLVM 19, 256 bits)", "SwiftShader Device"])
def test_drawing_in_software_is_no_card(name: str) -> None:
    software = Device(name="Vulkan0", kind="vulkan", description=name, total_bytes=64 * GIB)
    choice = choose(status(software, backends=("Vulkan", "CPU")), [])
    assert choice.device is None
    assert choice.reason == "The CPU, because the only graphics device draws in software."


def test_a_server_elsewhere_is_never_chosen_by_itself() -> None:
    remote = Device(name="RPC0[127.0.0.1:50052]", kind="other_gpu", description="a server")
    assert choose(status(remote), []).device is None


def test_memory_that_nobody_tells_is_not_mentioned() -> None:
    assert choose(status(gpu("x", "metal", None)), []).reason == "Metal on card x."


def test_an_engine_that_does_not_run() -> None:
    broken = EngineStatus(name="llama.cpp", version=None, usable=False, reason="It crashed.")
    choice = choose(broken, [RTX])
    assert (choice.device, choice.kind) == (None, "cpu")
    assert choice.reason == "llama.cpp cannot be used. It crashed."


DEVICES = st.builds(
    Device,
    name=st.text(max_size=8),
    kind=st.sampled_from(get_args(DeviceKind)),
    description=st.text(max_size=12),
    total_bytes=st.none() | st.integers(0, 2**50),
    free_bytes=st.none() | st.integers(0, 2**50),
    is_integrated=st.booleans(),
)
GPUS = st.builds(
    Gpu,
    name=st.text(max_size=12),
    vendor=st.sampled_from(["nvidia", "amd", "apple"]),
    total_bytes=st.none() | st.integers(0, 2**50),
)


@given(
    found=st.lists(DEVICES, max_size=5),
    cards=st.lists(GPUS, max_size=3),
    backends=st.lists(st.sampled_from(["CUDA", "Vulkan", "ROCm", "MTL"])),
)
def test_every_choice_is_one_that_exists_and_a_sentence(
    found: list[Device], cards: list[Gpu], backends: list[str]
) -> None:
    choice = choose(status(*found, backends=tuple(backends)), cards)
    assert choice.reason.endswith(".")
    if choice.device is None:
        assert choice.kind == "cpu"
    else:
        assert (choice.device, choice.kind) in [(each.name, each.kind) for each in found]
