"""Devices that are not here: memory, bandwidth and arithmetic of cards and chips, with sources."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Literal

import msgspec

from app.domain.errors import UsageError
from app.domain.hardware import Device, DeviceKind
from app.domain.placement import Machine
from app.domain.speed import Throughput
from app.domain.units import GIB

# What a name holds beside the chip's: the size of its memory, and which of its variants it is.
_VARIANT = re.compile(r"( \d+-core)?( \d+ GB)?$")
# Signs that drivers put into names.
_SIGNS = re.compile(r"\((R|TM)\)", re.IGNORECASE)


class KnownDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card or chip. `half_teraflops` are FP16 without sparsity; None where nobody tells.

    Of a chip with unified memory `usable` is the part that its GPU may take by default. `source` is
    where its figures were read, `memory_source` where the size of the memory was if elsewhere.
    """

    name: str
    vendor: Literal["nvidia", "amd", "intel", "apple"]
    memory_gib: float
    bandwidth_gb_s: float
    half_teraflops: float | None = None
    usable: float = 1.0
    reported_as: str | None = None
    source: str
    memory_source: str | None = None

    @property
    def chip(self) -> str:
        """What its driver calls it, without its maker."""
        return self.reported_as or _VARIANT.sub("", self.name)

    @property
    def is_unified(self) -> bool:
        """Whether it shares the memory of the computer that it is in."""
        return self.usable < 1

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
            is_integrated=self.is_unified,
        )

    def throughput(self) -> Throughput:
        """How fast it is, by its data sheet."""
        flops = self.half_teraflops
        return Throughput(
            bandwidth_bytes_per_second=self.bandwidth_gb_s * 1e9,
            operations_per_second=None if flops is None else flops * 1e12,
        )


def find_device(known: Sequence[KnownDevice], name: str) -> KnownDevice:
    """The device of this name, or whose name ends with it, or holds it. Raises `UsageError`."""
    wanted = name.casefold()
    found = [each for each in known if each.name.casefold() == wanted]
    found = found or [each for each in known if each.name.casefold().endswith(" " + wanted)]
    found = found or [each for each in known if wanted in each.name.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            "No device called {name} is known. `quantbench estimate MODEL --on all` shows those "
            "that are.",
            name=name,
        )
    names = ", ".join(each.name for each in found)
    raise UsageError("{name} could be {names}. Name one of these.", name=name, names=names)


def best_match(known: Sequence[KnownDevice], device: Device) -> KnownDevice | None:
    """The entry whose chip the device's description names, the longest one; of the variants of a
    chip the one whose memory is nearest to the device's.
    """
    text = _SIGNS.sub("", device.description)
    size = (device.total_bytes or 0) / GIB

    def likeness(entry: KnownDevice) -> tuple[int, float]:
        return len(entry.chip), -abs(entry.memory_gib - size)

    found = [entry for entry in known if _names(text, entry.chip)]
    return max(found, key=likeness, default=None)


def _names(text: str, chip: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(chip)}(?!\w)", text, re.IGNORECASE) is not None


def machine_with(device: KnownDevice, here: Machine) -> Machine:
    """A machine with this device, all of it free: a card here, or a computer around the chip."""
    gpu = device.device()
    if not device.is_unified:
        return msgspec.structs.replace(here, gpus=(gpu,), released_bytes=0)
    size = gpu.total_bytes
    host = msgspec.structs.replace(here.host, total_bytes=size, free_bytes=size)
    return msgspec.structs.replace(here, host=host, gpus=(gpu,), released_bytes=0)


def read_table(text: str) -> tuple[KnownDevice, ...]:
    """The devices of `resources/hardware/devices.toml`, as they stand there."""
    return msgspec.convert(tomllib.loads(text)["devices"], tuple[KnownDevice, ...])
