"""How many weights an MLX model has, by the headers of its files and its configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, cast

from app.domain.safetensors import SafeTensor

# What mlx.nn.quantize takes where the configuration does not say.
_GROUP_SIZE: Final = 64


def parameter_count(tensors: Mapping[str, SafeTensor], config: Mapping[str, Any]) -> int:
    """The weights of all tensors, those of quantized layers as they were before.

    A quantized layer keeps `weight` (packed into U32), `scales` and perhaps `biases`; each scale
    stands for a group of weights, whose size config.json tells for all layers or for single ones
    (mlx.nn.quantize).
    """
    quantized = {name.removesuffix(".scales") for name in tensors if name.endswith(".scales")}
    count = 0
    for name, tensor in tensors.items():
        layer, _, part = name.rpartition(".")
        if layer not in quantized:
            count += math.prod(tensor.shape)
        elif part == "scales":
            count += math.prod(tensor.shape) * _group_size(config, layer)
    return count


def _group_size(config: Mapping[str, Any], layer: str) -> int:
    quantization = config.get("quantization")
    table = cast("dict[str, Any]", quantization) if isinstance(quantization, dict) else {}
    own = table.get(layer)
    for source in (cast("dict[str, Any]", own) if isinstance(own, dict) else {}, table):
        size = source.get("group_size")
        if isinstance(size, int) and size > 0:
            return size
    return _GROUP_SIZE
