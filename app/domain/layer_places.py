"""Which layers go to which GPU, as llama.cpp parts them."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.hardware import Device
from app.domain.memory_options import MemoryOptions
from app.domain.units import MIB


def offloaded_layers(options: MemoryOptions, layer_count: int) -> int:
    """The first layer that is not on the CPU; the head is layer `layer_count`."""
    return max(layer_count + 1 - options.gpu_layers, 0) if options.gpu_layers else layer_count + 1


def layer_shares(options: MemoryOptions, devices: Sequence[Device]) -> tuple[float, ...]:
    """The share of each GPU: those that are asked for, or what each has free, in MiB."""
    asked = options.tensor_split[: len(devices)]
    if len(asked) == len(devices) and sum(asked) > 0:
        return asked
    return tuple(float(max((device.free_bytes or 0) // MIB, 1)) for device in devices)


def place_layers(
    options: MemoryOptions, layer_count: int, devices: Sequence[Device]
) -> tuple[tuple[int, ...], ...]:
    """The layers on each GPU, the head as `layer_count`: parted as llama.cpp does by shares."""
    first = offloaded_layers(options, layer_count)
    count = layer_count + 1 - first
    shares = layer_shares(options, devices)
    bounds = [sum(shares[: index + 1]) / sum(shares) for index in range(len(shares))]
    placed: list[list[int]] = [[] for _ in devices]
    for layer in range(first, layer_count + 1):
        part = (layer - first) / count
        index = sum(bound <= part for bound in bounds)
        placed[min(index, len(devices) - 1)].append(layer)
    return tuple(tuple(layers) for layers in placed)
