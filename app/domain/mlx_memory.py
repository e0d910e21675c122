"""What an MLX model takes: weights, KV cache, the work of a prompt's chunk, and the process.

Weights are kept as they lie in the files. The cache grows in steps of 256 tokens as the chat grows,
so what is told is a full context. Source: mlx_lm/models/cache.py of mlx-lm 0.32.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.domain.architecture import Layer
from app.domain.errors import UsageError
from app.domain.hardware import Device
from app.domain.memory import DeviceMemory, MemoryEstimate, Overheads, Tier
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import MlxTraits, ModelMemory
from app.domain.units import MIB

_STEP: Final = 256
_BITS: Final = {"f16": 16, "q8_0": 8, "q4_0": 4}
# Tokens of a prompt that are evaluated at once: chunks last a fraction of a second.
_GPU_CHUNK, _CPU_CHUNK = 1024, 64
# The interpreter, mlx, transformers and the tokenizer, measured on Linux.
MLX_PROCESS_BYTES: Final = 80 * MIB
_VOCABULARY_ENTRY_BYTES: Final = 1000
_COMPUTE_ERROR, _OVERHEAD_ERROR = 0.5, 0.3


class MlxBuffers(msgspec.Struct, frozen=True, kw_only=True):
    """What mlx-lm's own classes say: bytes of weights, and of a cache of so many tokens."""

    weights_bytes: int
    kv_bytes: int


def estimate_mlx(
    model: ModelMemory,
    options: MemoryOptions,
    device: Device,
    overheads: Overheads | None = None,
    told: MlxBuffers | None = None,
) -> MemoryEstimate | None:
    """The estimate by the formula, or with what a dry run told; None for an unknown architecture.

    Raises `UsageError` for options that make no sense for MLX.
    """
    options.check()
    traits = model.mlx
    assert traits is not None
    if told is None:
        if not model.architecture.is_known:
            return None
        weights = model.weights
        told = MlxBuffers(
            weights_bytes=weights.total_bytes, kv_bytes=sum(mlx_layer_kv_bytes(model, options))
        )
        tier: Tier = "formula"
    else:
        tier = "dry_run" if overheads is None else "calibrated"
    parts = DeviceMemory(
        name=device.name,
        kind=device.kind,
        weights_bytes=told.weights_bytes,
        kv_bytes=told.kv_bytes,
        compute_bytes=_compute_bytes(model, traits, options, device),
        overhead_bytes=_overhead_bytes(model, overheads),
        total_bytes=0,
        available_bytes=device.free_bytes,
    )
    return _total(parts, options.context_tokens, tier)


def _total(parts: DeviceMemory, context_tokens: int, tier: Tier) -> MemoryEstimate:
    compute, overhead = parts.compute_bytes, parts.overhead_bytes
    total = parts.weights_bytes + parts.kv_bytes + compute + overhead
    error = _COMPUTE_ERROR * compute
    error += (0.02 if tier == "calibrated" else _OVERHEAD_ERROR) * overhead
    return MemoryEstimate(
        tier=tier,
        context_tokens=context_tokens,
        weights_bytes=parts.weights_bytes,
        kv_bytes=parts.kv_bytes,
        compute_bytes=compute,
        overhead_bytes=overhead,
        total_bytes=total,
        devices=(msgspec.structs.replace(parts, total_bytes=total),),
        repacked_bytes=0,
        mapped_bytes=0,
        error_bound=error / total,
    )


def mlx_layer_kv_bytes(model: ModelMemory, options: MemoryOptions) -> tuple[int, ...]:
    """Bytes of each layer's cache at a full context. Raises `UsageError` for a type it cannot be.

    A window is not stored in fewer bits (mlx-lm cannot), and is as long as the model says.
    """
    traits = model.mlx
    assert traits is not None
    architecture = model.architecture
    cells = -(-options.context_tokens // _STEP) * _STEP
    _check_types(architecture.layers, options, traits)

    def layer_bytes(layer: Layer) -> int:
        values = layer.key_values + layer.value_values
        if layer.slides:
            return values * traits.element_bytes * min(architecture.window_tokens, cells)
        return round(values * cells * _element_bytes(layer, options, traits))

    return tuple(layer_bytes(layer) for layer in architecture.layers)


def _element_bytes(layer: Layer, options: MemoryOptions, traits: MlxTraits) -> float:
    """Bytes of one number, with its share of the group's scale and bias."""
    bits = _BITS[options.key_type]
    if bits == 16:
        return traits.element_bytes
    head = layer.key_values // max(layer.kv_heads, 1)
    group = 64 if head % 64 == 0 else 32
    return bits / 8 + 2 * traits.element_bytes / group


def _check_types(layers: Sequence[Layer], options: MemoryOptions, traits: MlxTraits) -> None:
    if options.key_type not in _BITS or options.key_type != options.value_type:
        raise UsageError(
            "MLX cannot store the KV cache as {key_type}; possible are {names}, for keys and "
            "values alike.",
            key_type=options.key_type,
            names=", ".join(_BITS),
        )
    if options.key_type == "f16":
        return
    if traits.has_sinks:
        raise UsageError(
            "This model attends in a way for which MLX cannot store its KV cache as {key_type}. "
            "Keep f16.",
            key_type=options.key_type,
        )
    for layer in layers:
        head = layer.key_values // max(layer.kv_heads, 1)
        if not layer.slides and head % 32:
            raise UsageError(
                "MLX cannot store the KV cache of this model as {key_type}: its heads have {head} "
                "values, which is no multiple of 32. Keep f16.",
                key_type=options.key_type,
                head=head,
            )


def _compute_bytes(
    model: ModelMemory, traits: MlxTraits, options: MemoryOptions, device: Device
) -> int:
    """The widest moment of a chunk: the feed-forward part, or scores where they are written out."""
    whole = model.architecture
    chunk = min(_CPU_CHUNK if device.kind == "cpu" else _GPU_CHUNK, options.context_tokens)
    row = whole.embedding_values
    widest = max((layer.feed_forward for layer in whole.layers), default=4 * row)
    heads = max((layer.heads for layer in whole.layers), default=0)
    # With a cache in few bits attention writes its scores out; else they stay in the kernel.
    scores = 0 if options.key_type == "f16" else options.context_tokens
    per_token = max(4 * row + 3 * widest, 4 * row + heads * scores)
    logits = 2 * whole.vocabulary_tokens * 4
    # A cache that grows is copied once, layer by layer.
    copied = max(mlx_layer_kv_bytes(model, options), default=0) if whole.is_known else 0
    return chunk * per_token * traits.element_bytes + logits + copied


def _overhead_bytes(model: ModelMemory, overheads: Overheads | None) -> int:
    if overheads is not None:  # learned of this machine's loads with MLX
        return overheads.host_bytes + model.vocabulary_entries * overheads.vocabulary_entry_bytes
    return MLX_PROCESS_BYTES + model.vocabulary_entries * _VOCABULARY_ENTRY_BYTES
