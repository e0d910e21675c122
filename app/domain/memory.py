"""What a load takes: weights, KV cache, compute buffers and overhead, on each device.

The formula tier. Weights and KV cache are exact for the architectures in `architecture_table`,
compute buffers follow llama.cpp's own planning. An architecture that is not known gives None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from app.domain.architecture import Architecture, Layer
from app.domain.compute_buffer import device_compute_bytes, host_compute_bytes
from app.domain.hardware import Device, DeviceKind
from app.domain.kv_cache import (
    layer_kv_bytes,
    micro_batch,
    sequence_cells,
    total_cells,
    window_cells,
)
from app.domain.layer_places import offloaded_layers, place_layers
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory
from app.domain.quant import tensor_type
from app.domain.units import MIB
from app.domain.weights import Part, WeightTable

Tier = Literal["formula", "dry_run", "calibrated"]
# Two caches, keys and values of each, rounded to 0.01 MiB.
_PRINTED_BYTES = 4 * 5300
# How far a compute buffer may be off, as a part of it: tests.benchmarks.accuracy on 31 models. For
# recurrent models, and for a part of the layers on an RPC device, it was more.
_COMPUTE_ERROR, _FAR_ERROR, _OVERHEAD_ERROR = 0.05, 0.15, 0.3


class Overheads(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker takes beside llama.cpp's buffers. Calibration replaces the defaults.

    Defaults: measured on Linux for the host (the interpreter and the library, then the vocabulary
    and its merges), read in reports for the contexts of GPUs.
    """

    host_bytes: int = 31 * MIB
    vocabulary_entry_bytes: int = 150
    device_bytes: Mapping[str, int] = msgspec.field(
        default_factory=lambda: {
            "cuda": 320 * MIB,
            "rocm": 320 * MIB,
            "vulkan": 128 * MIB,
            "metal": 64 * MIB,
        }
    )


class DeviceMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What one device takes. `available_bytes` is None where nobody tells it."""

    name: str
    kind: DeviceKind
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int
    total_bytes: int
    available_bytes: int | None = None


class MemoryEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a load takes, over all devices and the host.

    Weights, KV and compute mean what llama.cpp's buffers hold. `repacked_bytes` are copies of
    weights in another order, `mapped_bytes` the part of the weights that the system may drop.
    `total_bytes` is the peak of the process, the mapped part included. `error_bound` is how far
    the total may be off, as a part of it; None where that is not known.
    """

    tier: Tier
    context_tokens: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int
    total_bytes: int
    devices: tuple[DeviceMemory, ...]
    repacked_bytes: int
    mapped_bytes: int
    error_bound: float | None


class _Place(msgspec.Struct):
    """One device and what was put on it."""

    device: Device
    layers: tuple[int, ...]
    weights: int = 0
    kv: int = 0
    compute: int = 0


def estimate_memory(
    model: ModelMemory,
    options: MemoryOptions,
    host: Device,
    gpus: Sequence[Device] = (),
    overheads: Overheads | None = None,
) -> MemoryEstimate | None:
    """The formula's estimate, or None for an architecture that it does not know.

    Raises `UsageError` for options that make no sense or that llama.cpp would refuse.
    """
    options.check()
    architecture = model.architecture
    if not architecture.is_known:
        return None
    if not gpus:
        options = msgspec.structs.replace(options, gpu_layers=0)
    kv = layer_kv_bytes(architecture, options)
    places = _places(model, options, host, gpus)
    for place in places:
        place.kv = sum(kv[layer] for layer in place.layers if layer < len(kv))
        place.compute = _compute(architecture, options, place, len(gpus))
    return _total(model, options, places, overheads or Overheads(), "formula")


class Buffers(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine itself says that it would allocate on the device of this name."""

    device: str
    kv_bytes: int
    compute_bytes: int


def measured_memory(
    model: ModelMemory,
    options: MemoryOptions,
    host: Device,
    gpus: Sequence[Device],
    buffers: Sequence[Buffers],
    overheads: Overheads | None = None,
) -> MemoryEstimate:
    """The estimate with the KV cache and compute buffers that a dry run told.

    Weights are placed by the engine's own rule. With `overheads` that were learned on this machine
    the tier is "calibrated".
    """
    options.check()
    if not gpus:
        options = msgspec.structs.replace(options, gpu_layers=0)
    told = {buffer.device: buffer for buffer in buffers}
    places = _places(model, options, host, gpus)
    for place in places:
        buffer = told.get(place.device.name)
        if buffer is not None:
            place.kv, place.compute = buffer.kv_bytes, buffer.compute_bytes
    _unround(model, options, places)
    tier: Tier = "dry_run" if overheads is None else "calibrated"
    return _total(model, options, places, overheads or Overheads(), tier)


def _unround(model: ModelMemory, options: MemoryOptions, places: Sequence[_Place]) -> None:
    """The engine prints caches in hundredths of a MiB: the formula's exact bytes if they agree."""
    if not model.architecture.is_known:
        return
    kv = layer_kv_bytes(model.architecture, options)
    if abs(sum(kv) - sum(place.kv for place in places)) < _PRINTED_BYTES:
        for place in places:
            place.kv = sum(kv[layer] for layer in place.layers if layer < len(kv))


def _places(
    model: ModelMemory, options: MemoryOptions, host: Device, gpus: Sequence[Device]
) -> list[_Place]:
    """The host and the GPUs with their layers and weights."""
    count = model.architecture.layer_count
    first = offloaded_layers(options, count)
    places = [_Place(host, tuple(range(min(first, count))))]
    if gpus:
        placed = place_layers(options, count, gpus)
        places += [_Place(gpu, layers) for gpu, layers in zip(gpus, placed, strict=True)]
    _place_weights(model.weights, places, options, head_on_host=first > count)
    return places


def _devices(places: Sequence[_Place]) -> tuple[DeviceMemory, ...]:
    """Places as devices, without their overhead."""
    return tuple(
        DeviceMemory(
            name=place.device.name,
            kind=place.device.kind,
            weights_bytes=place.weights,
            kv_bytes=place.kv,
            compute_bytes=place.compute,
            overhead_bytes=0,
            total_bytes=0,
            available_bytes=place.device.free_bytes,
        )
        for place in places
    )


def _place_weights(
    weights: WeightTable, places: list[_Place], options: MemoryOptions, *, head_on_host: bool
) -> None:
    host, *gpus = places
    count = len(weights.layers)
    host.weights = weights.input.total_bytes
    host.weights += sum(weights.layers[layer].total_bytes for layer in host.layers)
    if head_on_host:
        host.weights += weights.head.total_bytes
    for gpu in gpus:
        for layer in gpu.layers:
            part = weights.layers[layer] if layer < count else weights.head
            kept = part.expert_bytes if options.experts_on_cpu else 0
            gpu.weights += part.total_bytes - kept + (weights.tied_bytes if layer == count else 0)
            host.weights += kept


def _compute(
    architecture: Architecture, options: MemoryOptions, place: _Place, gpu_count: int
) -> int:
    count = architecture.layer_count
    run = count - architecture.draft_layers
    layers = tuple(architecture.layers[layer] for layer in place.layers if layer < run)
    if place.device.kind == "cpu":
        if options.experts_on_cpu and gpu_count and architecture.is_mixture:
            layers = architecture.layers[:run]
        bytes_ = host_compute_bytes(architecture, options, layers)
        return bytes_ + _pipeline_bytes(architecture, options, gpu_count, rows=3)
    if not place.layers:
        return 0
    has_head = count in place.layers
    bytes_ = device_compute_bytes(architecture, options, layers, has_head=has_head)
    bytes_ += _unpacked_kv_bytes(place.device.kind, options, layers)
    # Rows of another GPU that come in copies are not added up in their place.
    later = bool(layers) and layers[0] is not architecture.layers[0]
    rows = 5 if later and not architecture.is_mixture else 4
    return bytes_ + _pipeline_bytes(architecture, options, gpu_count, rows=rows)


def _pipeline_bytes(
    architecture: Architecture, options: MemoryOptions, gpu_count: int, rows: int
) -> int:
    """What more it takes when several GPUs hold the whole model: they work at once, and the inputs
    exist four times. `rows` of a micro-batch beside the masks, as measured on two devices.
    """
    if gpu_count < 2 or options.gpu_layers <= architecture.layer_count or options.experts_on_cpu:
        return 0
    tokens = micro_batch(options)
    cells = {layer.slides for layer in architecture.layers if layer.key_values}
    masks = sum(
        window_cells(architecture, options) if slides else sequence_cells(options)
        for slides in cells
    )
    width = 2 if options.flash_attention else 4
    return 3 * masks * tokens * width + rows * architecture.embedding_values * tokens * 4


def _unpacked_kv_bytes(kind: str, options: MemoryOptions, layers: Sequence[Layer]) -> int:
    """An F16 copy of one layer's cache that flash attention on GPUs makes of a quantized one.

    Read in ggml-cuda and ggml-metal; not measured.
    """
    quantized = tensor_type(options.key_type).is_quantized
    if not options.flash_attention or kind not in ("cuda", "rocm", "metal"):
        return 0
    if not quantized and kind != "metal":
        return 0
    widest = max((layer.key_values + layer.value_values for layer in layers), default=0)
    return 2 * widest * sequence_cells(options)


def _repacked(model: ModelMemory, options: MemoryOptions, host_layers: int, gpu_count: int) -> int:
    weights = model.weights
    parts: list[Part] = list(weights.layers[:host_layers])
    on_host = sum(part.repacked_bytes for part in parts)
    if gpu_count and options.experts_on_cpu:
        on_host += sum(part.expert_repacked_bytes for part in weights.layers[host_layers:])
    if host_layers >= len(weights.layers) and not (gpu_count and options.gpu_layers):
        on_host += weights.head.repacked_bytes
        on_host += weights.tied_bytes if weights.tied_repacks else 0
    return on_host


def _total(
    model: ModelMemory,
    options: MemoryOptions,
    places: Sequence[_Place],
    overheads: Overheads,
    tier: Tier,
) -> MemoryEstimate:
    """Add up devices (the host first) and what the worker takes beside them."""
    gpu_count = len(places) - 1
    count = model.architecture.layer_count
    first = offloaded_layers(options, count)
    repacked = _repacked(model, options, min(first, count), gpu_count)
    full: list[DeviceMemory] = []
    for device in _devices(places):
        overhead = _overhead(model, options, device, overheads)
        sum_ = device.weights_bytes + device.kv_bytes + device.compute_bytes + overhead
        sum_ += repacked if device.kind == "cpu" and options.mapped else 0
        full.append(msgspec.structs.replace(device, overhead_bytes=overhead, total_bytes=sum_))
    compute = sum(device.compute_bytes for device in full)
    overhead = sum(device.overhead_bytes for device in full)
    bytes_ = sum(device.total_bytes for device in full)
    recurrent = any(layer.state_values for layer in model.architecture.layers)
    parted = gpu_count > 0 and 0 < options.gpu_layers <= count
    part = _FAR_ERROR if recurrent or parted else _COMPUTE_ERROR
    error = (part if tier == "formula" else 0.0) * compute
    error += (0.02 if tier == "calibrated" else _OVERHEAD_ERROR) * overhead
    return MemoryEstimate(
        tier=tier,
        context_tokens=total_cells(options),
        weights_bytes=sum(device.weights_bytes for device in full),
        kv_bytes=sum(device.kv_bytes for device in full),
        compute_bytes=compute,
        overhead_bytes=overhead,
        total_bytes=bytes_,
        devices=tuple(full),
        repacked_bytes=repacked,
        mapped_bytes=full[0].weights_bytes if options.mapped else 0,
        error_bound=error / bytes_ if bytes_ else None,
    )


def _overhead(
    model: ModelMemory, options: MemoryOptions, device: DeviceMemory, overheads: Overheads
) -> int:
    if device.kind != "cpu":
        used = device.weights_bytes + device.kv_bytes + device.compute_bytes > 0
        return overheads.device_bytes.get(device.kind, 0) if used else 0
    outputs = options.parallel * model.architecture.vocabulary_tokens * 4
    vocabulary = model.vocabulary_entries * overheads.vocabulary_entry_bytes
    return overheads.host_bytes + vocabulary + outputs
