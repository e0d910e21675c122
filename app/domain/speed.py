"""Predicted speed: decoding waits for memory, reading a prompt waits for arithmetic.

A decoded token reads every active weight and the cache up to its depth once, so that tokens a
second are the bandwidth over those bytes (roofline model, Williams et al. 2009). The band is wide
until real runs on the machine have corrected it.
"""

from __future__ import annotations

import math
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
# Of earlier runs, so many count, and so many narrow the band.
_COUNTED: Final = 9
_ENOUGH: Final = 3
# The part of them that lies within the band, which is never narrower than CORRECTED_BAND.
_MOST: Final = 0.8
# Tokens of a prompt that share the starting of operations.
_PROMPT_BATCH: Final = 256
# A layer of a device of the table starts about 20 kernels for them, 3.8 us each where nothing waits
# ("Getting Started with CUDA Graphs", NVIDIA 2019): more than the arithmetic of a tiny model.
_PROMPT_LAYER_SECONDS: Final = 20 * 3.8e-6


# Kinds of weights that are measured, one for each way in which ggml multiplies on a CPU, and the
# others that go the same way or nearly so (ggml-cpu: repack.cpp, llamafile/sgemm.cpp, quants.c).
_LIKE: Final = {
    "Q4_0": "Q4_0 IQ4_NL",
    "Q4_1": "Q4_1 Q5_0 Q5_1 MXFP4 NVFP4",
    "Q8_0": "Q8_0 Q8_1",
    "Q4_K": "Q4_K Q2_K Q3_K Q5_K",
    "Q6_K": "Q6_K Q8_K IQ4_XS TQ1_0 TQ2_0 Q1_0 Q2_0",
    "IQ3_S": "IQ3_S IQ3_XXS IQ2_XXS IQ2_XS IQ2_S IQ1_S IQ1_M",
    "F16": "F16 BF16 F32",
}
MEASURED_KINDS: Final = tuple(_LIKE)
_MEASURED_AS: Final = {name: kind for kind, names in _LIKE.items() for name in names.split()}


class KindSpeed(msgspec.Struct, frozen=True, kw_only=True):
    """Arithmetic with one kind of weights: operations a second in a prompt, and bytes of weights a
    second in single tokens while they lie in the caches.
    """

    operations_per_second: float
    bytes_per_second: float


class Throughput(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a device is: measured here, or from the hardware table."""

    bandwidth_bytes_per_second: float
    # None: not known, and then no speed of reading prompts is predicted.
    operations_per_second: float | None = None
    # Measured here, by the kind of weights; and what starting the operations of a layer takes.
    kinds: Mapping[str, KindSpeed] = {}
    layer_seconds: float | None = None

    def of_kind(self, name: str) -> KindSpeed | None:
        """What was measured for weights of this type, or of one that is like it."""
        return self.kinds.get(_MEASURED_AS.get(name, "F16"))


class Corrections(msgspec.Struct, frozen=True, kw_only=True):
    """Ratios of real to predicted rates of earlier runs on this machine, the newest last."""

    decode: Sequence[float] = ()
    prefill: Sequence[float] = ()


UNCORRECTED: Final = Corrections()


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted rates at a depth of the context. Real ones lie within their band of them."""

    decode_tps: float
    prefill_tps: float | None
    depth_tokens: int
    band: float
    prefill_band: float = 0.3
    # Of the last reply that the context holds: each token reads the whole cache then.
    full_decode_tps: float | None = None


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
    corrections: Corrections = UNCORRECTED,
) -> Speed | None:
    """Rates for this placement; None if the speed of a device that takes part is not known.

    `throughputs` are by device name.
    """
    if not model.architecture.is_known:
        return None
    host = estimate.devices[0].kind
    if model.mlx is not None and host == "cpu" and not corrections.decode:
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
        seconds = _prefill_seconds(model, share, speed)
        prefills = prefills and seconds is not None
        prefill_seconds += seconds or 0.0
    prefill = 1 / prefill_seconds if prefills and prefill_seconds else None
    return Speed(
        decode_tps=_correction(corrections.decode) / decode_seconds,
        prefill_tps=None if prefill is None else prefill * _correction(corrections.prefill),
        depth_tokens=depth_tokens,
        band=_band(corrections.decode),
        prefill_band=_band(corrections.prefill),
    )


def _correction(ratios: Sequence[float]) -> float:
    return _median(ratios[-_COUNTED:]) if ratios else 1.0


def _band(ratios: Sequence[float]) -> float:
    """How far most of the counted runs were from their median, which is what is foretold."""
    counted = ratios[-_COUNTED:]
    if len(counted) < _ENOUGH:
        return UNCORRECTED_BAND
    middle = _median(counted)
    apart = sorted(abs(ratio / middle - 1) for ratio in counted)
    return max(CORRECTED_BAND, apart[math.ceil(_MOST * len(apart)) - 1])


def _prefill_seconds(model: ModelMemory, share: _Share, speed: Throughput) -> float | None:
    """What a device adds to the time of one token of a prompt; None where nobody knows.

    Attention is left out: in prompts of usual length it is a small part. The output head runs once.
    """
    active = active_weights_bytes(model) or 1
    head = model.weights.head.total_bytes + model.weights.tied_bytes
    operations = 2 * _active_parameters(model) * (1 - head / active) * share.weights
    layers = share.weights * model.architecture.layer_count / _PROMPT_BATCH
    if speed.operations_per_second is not None:
        seconds = operations / (speed.operations_per_second * PREFILL_EFFICIENCY)
        return seconds + layers * _PROMPT_LAYER_SECONDS
    measured = [(part, speed.of_kind(name)) for name, part in model.kinds.items()]
    if not measured:
        return None
    seconds = 0.0
    for part, kind in measured:
        if kind is None:
            return None
        seconds += operations * part / kind.operations_per_second
    return seconds + layers * (speed.layer_seconds or 0.0)


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
    weights = active_weights_bytes(model, share.weights)
    rate = speed.bandwidth_bytes_per_second * DECODE_EFFICIENCY.get(device.kind, _OTHER_EFFICIENCY)
    layer = speed.layer_seconds or LAYER_SECONDS.get(device.kind, 10e-6)
    seconds = share.weights * model.architecture.layer_count * layer + kv_read * share.kv / rate
    for name, part in model.kinds.items() or [("F16", 1.0)]:
        kind = speed.of_kind(name)
        # Fetching the weights and multiplying with them overlap in part: a rounded roofline.
        multiplying = 0.0 if kind is None else 1 / kind.bytes_per_second
        seconds += weights * part * math.hypot(1 / rate, multiplying)
    return seconds


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
