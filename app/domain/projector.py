"""What a projector for pictures (mmproj) takes: its weights exactly, its work by one picture.

The formula counts the widest step of llama.cpp's graph for the picture that it reserves memory for
when it loads (tools/mtmd/clip.cpp, with flash attention); a larger picture takes more. With what a
dry run told, its numbers are the engine's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Final

from app.domain.gguf import Header
from app.domain.hardware import Device
from app.domain.memory import DeviceMemory, MemoryEstimate, Tier

_F32: Final = 4
# Kinds that were compared with llama.cpp's own layout, and those whose pictures have no fixed size:
# the tokens of the picture that is reserved for, and the side of the square of patches of a token.
_COMPARED: Final = frozenset({"gemma3", "idefics3", "internvl", "mlp"})
_FLEXIBLE: Final = {
    "qwen2vl_merger": (46 * 46, 2),
    "qwen2.5vl_merger": (46 * 46, 2),
    "qwen3vl_merger": (46 * 46, 2),
    "pixtral": (256, 1),
}
_COMPARED_ERROR, _OTHER_ERROR = 0.15, 0.5


def vision_estimate(
    header: Header,
    host: Device,
    gpus: Sequence[Device],
    told: Mapping[str, int] | None = None,
) -> MemoryEstimate:
    """The estimate of a projector, on the first GPU or else on the host.

    `told` are the bytes on each device by its name, as the engine lays the projector out.
    """
    place = gpus[0] if gpus else host
    weights, compute = header.weights_bytes, _compute_bytes(header)
    error = _COMPARED_ERROR if _kind(header) in (_COMPARED | _FLEXIBLE.keys()) else _OTHER_ERROR
    tier: Tier = "formula"
    if told is not None:
        compute, error, tier = max(sum(told.values()) - weights, 0), 0.0, "dry_run"
    total = weights + compute
    memory = DeviceMemory(
        name=place.name,
        kind=place.kind,
        weights_bytes=weights,
        kv_bytes=0,
        compute_bytes=compute,
        overhead_bytes=0,
        total_bytes=total,
        available_bytes=place.free_bytes,
    )
    return MemoryEstimate(
        tier=tier,
        context_tokens=0,
        weights_bytes=weights,
        kv_bytes=0,
        compute_bytes=compute,
        overhead_bytes=0,
        total_bytes=total,
        devices=(memory,),
        repacked_bytes=0,
        mapped_bytes=0,  # they are read, not mapped
        error_bound=error * compute / max(total, 1),
    )


def _kind(header: Header) -> str:
    return header.text("clip.vision.projector_type") or header.text("clip.projector_type") or ""


def _compute_bytes(header: Header) -> int:
    """The wider of a layer's feed-forward part and of the last step, rows beside them included."""
    number = {
        key: header.integer(f"clip.vision.{key}") or 0
        for key in (
            "image_size", "patch_size", "embedding_length", "feed_forward_length", "projection_dim",
            "spatial_merge_size", "n_wa_pattern",
        )
    }  # fmt: skip
    patch, row = max(number["patch_size"], 1), number["embedding_length"]
    patches = rows = (number["image_size"] // patch) ** 2
    if _kind(header) in _FLEXIBLE:
        tokens, merge = _FLEXIBLE[_kind(header)]
        side = isqrt(tokens) * (number["spatial_merge_size"] or merge)
        patches, rows = side * side, tokens
    elif _kind(header) != "mlp":  # neighbouring patches become one
        rows //= 4
    pixels = 3 * patch * patch
    gated = any(tensor.name.endswith("ffn_gate.weight") for tensor in header.tensors)
    inner = number["feed_forward_length"] * (3 if gated else 1)
    mask = patches if number["n_wa_pattern"] else 0
    layer = patches * (inner + 2 * row + pixels + mask)
    last = rows * (2 * number["projection_dim"] + row + pixels)
    return _F32 * max(layer, last)
