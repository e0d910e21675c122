"""Predicted speed: decoding waits for memory, reading a prompt waits for arithmetic.

A decoded token reads every active weight and the cache up to its depth once, so that tokens a
second are the bandwidth over those bytes (roofline model, Williams et al. 2009). The band is wide
until real runs on the machine have corrected it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from app.domain.kv_cache import layer_kv_bytes, sequence_cells, streams, window_cells
from app.domain.memory import DeviceMemory, MemoryEstimate
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory

# The part of the bandwidth that decoding reaches, of the arithmetic that prompts reach.
DECODE_EFFICIENCY: Final = {"cpu": 0.8, "metal": 0.75, "cuda": 0.75, "rocm": 0.6, "vulkan": 0.6}
PREFILL_EFFICIENCY: Final = 0.35
_OTHER_EFFICIENCY: Final = 0.5
# What a token costs beside memory: launching the operations of each layer.
LAYER_SECONDS: Final = {"cpu": 2e-6, "cuda": 8e-6, "metal": 12e-6}
UNCORRECTED_BAND: Final = 0.3
CORRECTED_BAND: Final = 0.1


class Throughput(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a device is: measured here, or from the hardware table."""

    bandwidth_bytes_per_second: float
    # None: not known, and then no speed of reading prompts is predicted.
    operations_per_second: float | None = None


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted rates at a depth of the context. Real ones lie within `band` of them."""

    decode_tps: float
    prefill_tps: float | None
    depth_tokens: int
    band: float


def active_weights_bytes(model: ModelMemory, part: float = 1.0) -> float:
    """Bytes of weights that one token reads, of which `part` lies where it is asked for.

    Of the input embeddings one row, of a mixture the experts that are used.
    """
    weights, architecture = model.weights, model.architecture
    used = architecture.experts_used / architecture.experts if architecture.experts else 1.0
    layers = sum(
        layer.total_bytes - layer.expert_bytes + layer.expert_bytes * used
        for layer in weights.layers
    )
    return part * (layers + weights.head.total_bytes + weights.tied_bytes)


def kv_bytes_read(model: ModelMemory, options: MemoryOptions, depth_tokens: int) -> float:
    """Bytes of the cache that one token reads at this depth: of a sliding layer its window."""
    architecture = model.architecture
    layers = layer_kv_bytes(architecture, options)
    cells = sequence_cells(options) * streams(options)
    window = window_cells(architecture, options) * streams(options)
    read = 0.0
    for layer, size in zip(architecture.layers, layers, strict=True):
        states = layer.state_values * 4 * options.parallel
        within = min(depth_tokens, architecture.window_tokens) if layer.slides else depth_tokens
        read += states / options.parallel
        read += (size - states) * min(within / (window if layer.slides else cells), 1.0)
    return read


def predict(
    model: ModelMemory,
    options: MemoryOptions,
    estimate: MemoryEstimate,
    throughputs: Mapping[str, Throughput],
    *,
    depth_tokens: int = 0,
    corrections: Sequence[float] = (),
) -> Speed | None:
    """Rates for this placement; None if the speed of a device that takes part is not known.

    `throughputs` are by device name; `corrections` are ratios of real to predicted decode rates
    of earlier runs on this machine, the newest last.
    """
    if not model.architecture.is_known:
        return None
    host = estimate.devices[0].kind
    if model.mlx is not None and host == "cpu" and not corrections:
        return None  # far from any bandwidth there: only real runs tell
    shares = _shares(model, estimate)
    kv_read = kv_bytes_read(model, options, depth_tokens)
    decode_seconds = prefill_seconds = 0.0
    prefills = True
    for device, share in shares:
        speed = throughputs.get(device.name)
        if speed is None:
            return None
        decode_seconds += _decode_seconds(model, device, share, kv_read, speed)
        if speed.operations_per_second is None:
            prefills = False
        else:
            operations = 2 * _active_parameters(model) * share.weights
            prefill_seconds += operations / (speed.operations_per_second * PREFILL_EFFICIENCY)
    correction = _median(corrections[-9:]) if corrections else 1.0
    return Speed(
        decode_tps=correction / decode_seconds,
        prefill_tps=1 / prefill_seconds if prefills and prefill_seconds else None,
        depth_tokens=depth_tokens,
        band=CORRECTED_BAND if len(corrections) >= 3 else UNCORRECTED_BAND,
    )


class _Share(msgspec.Struct, frozen=True):
    """The part of the weights that compute, and of the cache, on one device."""

    weights: float
    kv: float


def _shares(model: ModelMemory, estimate: MemoryEstimate) -> list[tuple[DeviceMemory, _Share]]:
    """The devices that take part, with what they hold."""
    computing = [_computing_bytes(model, device) for device in estimate.devices]
    weights = sum(computing) or 1
    kv = sum(device.kv_bytes for device in estimate.devices) or 1
    return [
        (device, _Share(own / weights, device.kv_bytes / kv))
        for device, own in zip(estimate.devices, computing, strict=True)
        if own or device.kv_bytes
    ]


def _decode_seconds(
    model: ModelMemory, device: DeviceMemory, share: _Share, kv_read: float, speed: Throughput
) -> float:
    """What a device adds to the time of one token: its bytes, and starting its operations."""
    bytes_read = active_weights_bytes(model, share.weights) + kv_read * share.kv
    efficiency = DECODE_EFFICIENCY.get(device.kind, _OTHER_EFFICIENCY)
    starting = (
        share.weights * model.architecture.layer_count * LAYER_SECONDS.get(device.kind, 10e-6)
    )
    return bytes_read / (speed.bandwidth_bytes_per_second * efficiency) + starting


def _computing_bytes(model: ModelMemory, device: DeviceMemory) -> int:
    """A device's weights without the input embeddings, of which a token reads one row."""
    inputs = model.weights.input.total_bytes if device.kind == "cpu" else 0
    return max(device.weights_bytes - inputs, 0)


def _active_parameters(model: ModelMemory) -> float:
    weights = model.weights.total_bytes or 1
    return model.parameter_count * active_weights_bytes(model) / weights


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
