"""The machine: its devices, and what their meters say."""

from __future__ import annotations

from typing import Literal

import msgspec

DeviceKind = Literal["cuda", "metal", "vulkan", "rocm", "other_gpu", "cpu"]


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device that the built engine library can compute on.

    `name` is ggml's own ("CUDA0", "Metal", "CPU"); bytes are None where nobody tells them.
    """

    name: str
    kind: DeviceKind
    description: str
    total_bytes: int | None = None
    free_bytes: int | None = None
    # Shares the memory of the machine.
    is_integrated: bool = False


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """A graphics card that the system has, whether or not the engine can use it."""

    name: str
    vendor: Literal["nvidia", "amd", "apple"]
    total_bytes: int | None = None
    free_bytes: int | None = None
    driver: str | None = None
    # NVIDIA's, such as (8, 9).
    compute_capability: tuple[int, int] | None = None


class GpuSample(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a graphics card; None is "not available"."""

    name: str
    used_bytes: int | None = None
    total_bytes: int | None = None
    load_percent: float | None = None
    power_watts: float | None = None


class MachineSample(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of all meters. `at_seconds` is monotonic."""

    at_seconds: float
    ram_used_bytes: int
    ram_total_bytes: int
    # Resident memory of the watched processes by their number; None: there is no such any more.
    workers: dict[int, int | None] = {}
    gpus: tuple[GpuSample, ...] = ()


class BrokenDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device that the engine lists and that does not open; `reason` is the loader's sentence."""

    device: Device
    reason: str


class EngineStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An engine of this installation: whether it runs, and the loader's own words if not."""

    name: str
    version: str | None
    usable: bool
    reason: str
    devices: tuple[Device, ...] = ()
    # Identifies the built library; a changed build is checked again.
    build_id: str = ""
    # What the library was built with, by ggml's names: "CUDA", "Vulkan", "CPU".
    backends: tuple[str, ...] = ()
    # Devices that were tried in a process of their own and failed; they are not among `devices`.
    broken: tuple[BrokenDevice, ...] = ()
    # What decides which weights the CPU repacks, such as "avx2".
    cpu_features: tuple[str, ...] = ()


class BackendChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The engine and device that were chosen, and why. `device` None is the CPU."""

    engine: str
    device: str | None
    kind: DeviceKind
    reason: str


class DeviceFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One device or card, whether models run on it, why, and what the user can do about it."""

    name: str
    state: Literal["used", "usable", "unusable"]
    reason: str
    next_step: str = ""
