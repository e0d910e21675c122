"""The memory that there is now, and the refusal of a model that cannot fit into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from app.domain.errors import MemoryShortError
from app.domain.forecast import Forecast
from app.domain.hardware import Device
from app.domain.model import LocalModel
from app.domain.placement import Machine as MachineMemory
from app.domain.units import memory_text

_NOT_FIT = "It does not fit. "


def memory_now(
    devices: Sequence[Device],
    replaced_process: int | None = None,
    released: Mapping[str, int] | None = None,
) -> MachineMemory:
    """What the host and the GPUs among these devices have free; blocks for some milliseconds.

    Counted as free on the host: what the system can give without swapping; beside it what the
    process of the model that is being replaced will give back. Its mapped weights are not among
    that: the system counts them as available all the while. `released` are the bytes that it will
    give back on GPUs, by the device's name.
    """
    import psutil

    released = released or {}
    host = next((device for device in devices if device.kind == "cpu"), None)
    host = host or Device(name="CPU", kind="cpu", description="")
    ram = psutil.virtual_memory()
    host = msgspec.structs.replace(host, total_bytes=ram.total, free_bytes=ram.available)
    given_back = 0
    if replaced_process is not None:
        with suppress(psutil.Error):
            given_back = psutil.Process(replaced_process).memory_full_info().uss
    gpus = tuple(
        msgspec.structs.replace(
            device, free_bytes=(device.free_bytes or 0) + released.get(device.name, 0)
        )
        for device in devices
        if device.kind != "cpu"
    )
    return MachineMemory(host=host, gpus=gpus, released_bytes=given_back)


def refuse_too_big(model: LocalModel, forecast: Forecast) -> None:
    """Raise `MemoryShortError`, with the change that helps most, if the forecast does not fit."""
    placed = forecast.placement
    if placed.fit == "too_big":
        advice = placed.advice.removeprefix(_NOT_FIT)
        raise MemoryShortError(f"{model.name} needs more memory than there is. {advice}")


def refuse_too_heavy(model: LocalModel, memory: MachineMemory) -> None:
    """For a model of which only the weights are known: raise `MemoryShortError` if they are more
    than all free memory together.
    """
    free = (memory.host.free_bytes or 0) + memory.released_bytes
    free += sum(gpu.free_bytes or 0 for gpu in memory.gpus)
    if model.size_bytes > free:
        raise MemoryShortError(
            f"{model.name} needs at least {memory_text(model.size_bytes)} of memory and "
            f"{memory_text(free)} are free. Choose a smaller quantization or a smaller model, or "
            "close other programs."
        )
