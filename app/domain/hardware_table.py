"""Devices that are not here: memory, bandwidth and arithmetic of cards and chips, with sources."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Literal

import msgspec

from app.domain.errors import UsageError
from app.domain.hardware import Device, DeviceKind
from app.domain.placement import Machine
from app.domain.speed import Throughput
from app.domain.units import GIB


class KnownDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card or chip. `half_teraflops` are FP16 without sparsity; None where nobody tells.

    Of a chip with unified memory `usable` is the part that its GPU may take by default.
    """

    name: str
    vendor: Literal["nvidia", "amd", "intel", "apple"]
    memory_gib: float
    bandwidth_gb_s: float
    half_teraflops: float | None = None
    usable: float = 1.0
    source: str

    @property
    def kind(self) -> DeviceKind:
        """The interface that runs it."""
        kinds: dict[str, DeviceKind] = {"nvidia": "cuda", "amd": "rocm", "apple": "metal"}
        return kinds.get(self.vendor, "vulkan")

    def device(self) -> Device:
        """The device with all of its usable memory free."""
        size = round(self.memory_gib * self.usable * GIB)
        return Device(
            name=self.name,
            kind=self.kind,
            description=self.name,
            total_bytes=round(self.memory_gib * GIB),
            free_bytes=size,
            is_integrated=self.vendor == "apple",
        )

    def throughput(self) -> Throughput:
        """How fast it is, by its data sheet."""
        flops = self.half_teraflops
        return Throughput(
            bandwidth_bytes_per_second=self.bandwidth_gb_s * 1e9,
            operations_per_second=None if flops is None else flops * 1e12,
        )


def find_device(known: Sequence[KnownDevice], name: str) -> KnownDevice:
    """The device of this name, or the one whose name holds it. Raises `UsageError`."""
    wanted = name.casefold()
    found = [each for each in known if each.name.casefold() == wanted]
    found = found or [each for each in known if wanted in each.name.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"No device called {name} is known. `quantbench estimate MODEL --on all` shows those "
            "that are."
        )
    names = ", ".join(each.name for each in found)
    raise UsageError(f"{name} could be {names}. Name one of these.")


def machine_with(device: KnownDevice, here: Machine) -> Machine:
    """A machine with this device, all of it free: a card in this computer, or a Mac of its own."""
    gpu = device.device()
    if device.vendor != "apple":
        return msgspec.structs.replace(here, gpus=(gpu,), released_bytes=0)
    size = gpu.total_bytes
    host = msgspec.structs.replace(here.host, total_bytes=size, free_bytes=size)
    return msgspec.structs.replace(here, host=host, gpus=(gpu,), released_bytes=0)


def read_table(text: str) -> tuple[KnownDevice, ...]:
    """The devices of `resources/hardware/devices.toml`, as they stand there."""
    return msgspec.convert(tomllib.loads(text)["devices"], tuple[KnownDevice, ...])
