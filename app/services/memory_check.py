"""The memory that there is now, and the refusal of a model that cannot fit into it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from app.domain.errors import MemoryShortError
from app.domain.fit import needed_bytes
from app.domain.forecast import Forecast
from app.domain.hardware import Device
from app.domain.model import LocalModel
from app.domain.placement import NOT_FIT
from app.domain.placement import Machine as MachineMemory
from app.domain.units import memory_text
from app.domain.words import said
from app.services.engine_host import Loaded, Neighbours


def memory_among(devices: Sequence[Device], neighbours: Neighbours) -> MachineMemory:
    """What the host and the GPUs among these devices have free; blocks for some milliseconds.

    Counted as free on the host is what the system can give without swapping. It counts mapped
    weights among that all the while: those of models that stay are taken off it, and what a model
    that goes gives back is what its process has beside them. GPUs tell themselves what is free;
    what the models that go were to take there comes on top.
    """
    import psutil

    host = next((device for device in devices if device.kind == "cpu"), None)
    host = host or Device(name="CPU", kind="cpu", description="")
    ram = psutil.virtual_memory()
    free = max(ram.available - sum(_still_claimed(each) for each in neighbours.staying), 0)
    host = msgspec.structs.replace(host, total_bytes=ram.total, free_bytes=free)
    gpus = tuple(
        msgspec.structs.replace(
            device, free_bytes=(device.free_bytes or 0) + _held_on(device.name, neighbours.going)
        )
        for device in devices
        if device.kind != "cpu"
    )
    released = sum(_private_bytes(each.session.process_id) for each in neighbours.going)
    return MachineMemory(host=host, gpus=gpus, released_bytes=released)


def _held_on(device: str, models: Sequence[Loaded]) -> int:
    return sum(
        held.total_bytes
        for each in models
        if each.forecast is not None
        for held in each.forecast.estimate.devices
        if held.name == device
    )


def _still_claimed(loaded: Loaded) -> int:
    """What a model that stays needs of the host beside what its process has for itself."""
    if loaded.session.process_id is None:
        return 0
    needed = loaded.foretold_bytes
    if loaded.forecast is not None:
        estimate = loaded.forecast.estimate
        needed = needed_bytes(estimate, estimate.devices[0])
    return max(needed - _private_bytes(loaded.session.process_id), 0)


def _private_bytes(process_id: int | None) -> int:
    """The memory of a process without the files that it has mapped; 0 if it is gone.

    Linux counts the pages of a file that one process alone has mapped as unique to it (USS).
    """
    import psutil

    if process_id is None:
        return 0
    with suppress(psutil.Error):
        process = psutil.Process(process_id)
        if psutil.LINUX:
            info = process.memory_info()
            return info.rss - info.shared
        return process.memory_full_info().uss
    return 0


def refuse_too_big(model: LocalModel, forecast: Forecast) -> None:
    """Raise `MemoryShortError`, with the change that helps most, if the forecast does not fit."""
    placed = forecast.placement
    if placed.fit == "too_big":
        advice = placed.advice.removeprefix(said(NOT_FIT)).strip()
        short = max(placed.fits, key=lambda fit: fit.short_bytes)
        raise MemoryShortError(
            "{name} needs more memory than there is. {advice}",
            needed_bytes=short.needed_bytes,
            free_bytes=short.available_bytes,
            name=model.name,
            advice=advice,
        )


def refuse_too_heavy(model: LocalModel, memory: MachineMemory) -> None:
    """For a model of which only the weights are known: raise `MemoryShortError` if they are more
    than all free memory together.
    """
    free = (memory.host.free_bytes or 0) + memory.released_bytes
    free += sum(gpu.free_bytes or 0 for gpu in memory.gpus)
    if model.size_bytes > free:
        raise MemoryShortError(
            "{name} needs at least {size} of memory and {free} are free. Choose a smaller "
            "quantization or a smaller model, or close other programs.",
            needed_bytes=model.size_bytes,
            free_bytes=free,
            name=model.name,
            size=memory_text(model.size_bytes),
            free=memory_text(free),
        )
