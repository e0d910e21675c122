"""Whether an estimate fits the memory that there is, device by device."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from app.domain.memory import DeviceMemory, MemoryEstimate
from app.domain.units import GIB, memory_text
from app.domain.words import said

# "partial": not all layers fit the GPUs, and the rest fits the RAM.
Fit = Literal["fits", "tight", "partial", "too_big"]
_WORST: tuple[Fit, ...] = ("too_big", "partial", "tight", "fits")


class DeviceFit(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one device. `short_bytes` is what is missing, 0 if nothing is."""

    name: str
    needed_bytes: int
    available_bytes: int
    fit: Fit
    short_bytes: int


def margin_bytes(available: int) -> int:
    """What is left free for other programs and for what cannot be foreseen."""
    return max(GIB, available * 3 // 100)


def needed_bytes(estimate: MemoryEstimate, device: DeviceMemory) -> int:
    """What a device must really have: originals of repacked weights may be dropped again."""
    spared = min(estimate.repacked_bytes, estimate.mapped_bytes) if device.kind == "cpu" else 0
    return device.total_bytes - spared


def device_fits(
    estimate: MemoryEstimate, released_bytes: int = 0, shared: Collection[str] = ()
) -> tuple[DeviceFit, ...]:
    """The verdict on each device; `released_bytes` is what a model that goes gives to the host.

    Devices named in `shared` have no memory of their own: they get what the host leaves over, as
    far as they may take it. A device whose free memory nobody tells has none.
    """
    fits: list[DeviceFit] = []
    left = 0
    for place, device in enumerate(estimate.devices):
        available = device.available_bytes or 0
        needed = needed_bytes(estimate, device)
        if not place:  # the host, or the one place of a machine with unified memory
            available += released_bytes
            left = available - needed
        elif device.name in shared:
            available = max(min(available, left), 0)
            left -= needed
        fits.append(_device_fit(device.name, needed, available))
    return tuple(fits)


def _device_fit(name: str, needed: int, available: int) -> DeviceFit:
    if needed <= available - margin_bytes(available) or not needed:
        fit: Fit = "fits"
    else:
        fit = "tight" if needed <= available else "too_big"
    return DeviceFit(
        name=name,
        needed_bytes=needed,
        available_bytes=available,
        fit=fit,
        short_bytes=max(needed - available, 0),
    )


def worst(fits: Sequence[DeviceFit]) -> Fit:
    """The verdict on all devices together."""
    verdicts = {fit.fit for fit in fits}
    for verdict in _WORST:
        if verdict in verdicts:
            return verdict
    return "fits"


def shortage_text(fits: Sequence[DeviceFit]) -> str:
    """What is missing where: `CPU: 9.30 GiB needed, 6.10 GiB free, 3.20 GiB short`."""
    return "; ".join(
        said("{device}: {needed} needed, {free} free, {short} short").format(
            device=fit.name,
            needed=memory_text(fit.needed_bytes),
            free=memory_text(fit.available_bytes),
            short=memory_text(fit.short_bytes),
        )
        for fit in fits
        if fit.short_bytes
    )
