"""A model as far as memory depends on it: read once from its headers, asked many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from app.domain.architecture import Architecture
from app.domain.architecture_reader import read_architecture
from app.domain.gguf import Header, Tensor
from app.domain.quant import quantization_name
from app.domain.weights import WeightTable, weight_table


class MlxTraits(msgspec.Struct, frozen=True, kw_only=True):
    """What only MLX models have: the bytes of a number in computing, and attention with sinks."""

    element_bytes: int
    has_sinks: bool = False


class ModelMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What the headers of a model's files say, as far as memory depends on it.

    `mlx` is there for models that MLX runs, None for those of llama.cpp.
    """

    architecture: Architecture
    weights: WeightTable
    vocabulary_entries: int
    quantization: str
    parameter_count: int
    file_bytes: int
    # The part of the weights' bytes that each tensor type has.
    kinds: Mapping[str, float] = {}
    mlx: MlxTraits | None = None


def read_model(headers: Sequence[Header], cpu_features: Iterable[str] = ()) -> ModelMemory:
    """Read the headers of all files of a model, the first one first. Raises `ModelFileError`."""
    first = headers[0]
    architecture = read_architecture(first)
    tensors = [tensor for header in headers for tensor in header.tensors]
    entries = 0
    for key in ("tokens", "merges"):
        texts = first.metadata.get(f"tokenizer.ggml.{key}")
        if texts is not None and not isinstance(texts, int | float | str):
            entries += texts.count
    return ModelMemory(
        architecture=architecture,
        weights=weight_table(
            tensors, architecture.layer_count, architecture.draft_layers, cpu_features
        ),
        vocabulary_entries=entries,
        quantization=quantization_name(
            first.integer("general.file_type"), ((t.type, t.byte_size) for t in tensors)
        ),
        parameter_count=sum(header.parameter_count for header in headers),
        file_bytes=sum(header.file_size for header in headers),
        kinds=_kinds(tensors),
    )


def _kinds(tensors: Sequence[Tensor]) -> dict[str, float]:
    sizes: dict[str, int] = {}
    for tensor in tensors:
        sizes[tensor.type.name] = sizes.get(tensor.type.name, 0) + tensor.byte_size
    whole = sum(sizes.values()) or 1
    return {name: size / whole for name, size in sizes.items()}
