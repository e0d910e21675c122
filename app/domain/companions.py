"""What is loaded beside a model, such as a draft model: counted with it, and judged together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.domain.fit import device_fits, needed_bytes, worst
from app.domain.forecast import Forecast
from app.domain.hardware import Device
from app.domain.memory import DeviceMemory, MemoryEstimate
from app.domain.placement import Machine


def room_beside(machine: Machine, companions: Iterable[MemoryEstimate]) -> Machine:
    """The machine with what the companions leave free."""
    taken: dict[str, int] = {}
    for estimate in companions:
        for device in estimate.devices:
            taken[device.name] = taken.get(device.name, 0) + needed_bytes(estimate, device)

    def less(device: Device) -> Device:
        free = device.free_bytes
        left = None if free is None else max(free - taken.get(device.name, 0), 0)
        return msgspec.structs.replace(device, free_bytes=left)

    return msgspec.structs.replace(
        machine, host=less(machine.host), gpus=tuple(less(gpu) for gpu in machine.gpus)
    )


def with_companions(
    forecast: Forecast, companions: Sequence[MemoryEstimate], machine: Machine
) -> Forecast:
    """The forecast of the model and its companions together, judged on the whole machine."""
    if not companions:
        return forecast
    estimate = forecast.estimate
    free = {device.name: device.free_bytes for device in (machine.host, *machine.gpus)}
    for other in companions:
        estimate = _sum(estimate, other, free)
    fits = device_fits(estimate, machine.released_bytes, machine.shared)
    fit = worst(fits)
    if forecast.placement.fit == "partial" and fit != "too_big":
        fit = "partial"
    placed = msgspec.structs.replace(forecast.placement, estimate=estimate, fits=fits, fit=fit)
    return msgspec.structs.replace(forecast, placement=placed)


def _sum(
    first: MemoryEstimate, other: MemoryEstimate, free: dict[str, int | None]
) -> MemoryEstimate:
    names = [device.name for device in first.devices]
    added = {device.name: device for device in other.devices}
    devices = [_both(device, added.get(device.name)) for device in first.devices]
    devices += [device for device in other.devices if device.name not in names]
    total = first.total_bytes + other.total_bytes
    bounds = [(one.error_bound, one.total_bytes) for one in (first, other)]
    known = [bound * size for bound, size in bounds if bound is not None]
    return msgspec.structs.replace(
        first,
        weights_bytes=first.weights_bytes + other.weights_bytes,
        kv_bytes=first.kv_bytes + other.kv_bytes,
        compute_bytes=first.compute_bytes + other.compute_bytes,
        overhead_bytes=first.overhead_bytes + other.overhead_bytes,
        total_bytes=total,
        devices=tuple(
            msgspec.structs.replace(device, available_bytes=free.get(device.name))
            for device in devices
        ),
        repacked_bytes=first.repacked_bytes + other.repacked_bytes,
        mapped_bytes=first.mapped_bytes + other.mapped_bytes,
        error_bound=sum(known) / total if len(known) == len(bounds) else None,
    )


def _both(device: DeviceMemory, other: DeviceMemory | None) -> DeviceMemory:
    if other is None:
        return device
    return msgspec.structs.replace(
        device,
        weights_bytes=device.weights_bytes + other.weights_bytes,
        kv_bytes=device.kv_bytes + other.kv_bytes,
        compute_bytes=device.compute_bytes + other.compute_bytes,
        overhead_bytes=device.overhead_bytes + other.overhead_bytes,
        total_bytes=device.total_bytes + other.total_bytes,
    )


def without_process(estimate: MemoryEstimate, process_bytes: int) -> MemoryEstimate:
    """A further model's estimate: the process is there already."""
    spared = min(process_bytes, estimate.devices[0].overhead_bytes)
    host, *gpus = estimate.devices

    def less(device: DeviceMemory, size: int) -> DeviceMemory:
        return msgspec.structs.replace(
            device,
            overhead_bytes=device.overhead_bytes - size,
            total_bytes=device.total_bytes - size,
        )

    rest = [less(gpu, gpu.overhead_bytes) for gpu in gpus]
    gone = spared + sum(gpu.overhead_bytes for gpu in gpus)
    return msgspec.structs.replace(
        estimate,
        overhead_bytes=estimate.overhead_bytes - gone,
        total_bytes=estimate.total_bytes - gone,
        devices=(less(host, spared), *rest),
    )
