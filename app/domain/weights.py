"""Where the weights of a file lie: which layer, input or head each tensor belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from app.domain.gguf import Tensor

# Tensors that are looked up for the input; they stay on the CPU (llama-arch.cpp, LAYER_INPUT).
_INPUT: Final = (
    "token_embd.weight",
    "position_embd.weight",
    "token_types.weight",
    "per_layer_token_embd.weight",
)
# Tensors beside the layers that go with the output head (LAYER_OUTPUT).
_OUTPUT: Final = (
    "output",
    "cls",
    "dense_2",
    "dense_3",
    "altup_proj",
    "altup_unembd_proj",
)
# Type -> rows must divide by this, for the instruction sets that repack it (repack.cpp).
_REPACKED_AVX2: Final = {"Q4_0": 8, "Q4_K": 8, "IQ4_NL": 8, "MXFP4": 8}
_REPACKED_AVX512: Final = {"Q2_K": 8}
_REPACKED_DOTPROD: Final = {
    "Q4_0": 4,
    "Q4_K": 8,
    "Q5_K": 8,
    "Q6_K": 8,
    "IQ4_NL": 4,
    "MXFP4": 4,
    "Q8_0": 4,
    "Q1_0": 4,
}


class Part(msgspec.Struct, frozen=True, gc=False):
    """Bytes of one layer, of the input or of the head.

    `expert_bytes` are those of a mixture's experts, `repacked_bytes` what the CPU would copy into
    another order; `expert_repacked_bytes` is the experts' part of that.
    """

    total_bytes: int = 0
    expert_bytes: int = 0
    repacked_bytes: int = 0
    expert_repacked_bytes: int = 0
    largest_bytes: int = 0


class WeightTable(msgspec.Struct, frozen=True, kw_only=True):
    """A model's weights by place. `tied_bytes` is what the head would copy of the embeddings.

    `draft_bytes` belong to draft layers, which are in the file and not loaded.
    """

    input: Part
    layers: tuple[Part, ...]
    head: Part
    tied_bytes: int
    tied_repacks: bool
    draft_bytes: int

    @property
    def total_bytes(self) -> int:
        """Bytes of all tensors that are loaded."""
        return (
            self.input.total_bytes + self.head.total_bytes + sum(p.total_bytes for p in self.layers)
        )


def repacking(cpu_features: Iterable[str]) -> dict[str, int]:
    """Which types this CPU repacks, and what their rows must divide by.

    `cpu_features` are names such as "avx2", "avx512", "dotprod"; empty repacks nothing.
    """
    features = set(cpu_features)
    types: dict[str, int] = {}
    if "avx2" in features:
        types |= _REPACKED_AVX2
    if "avx512" in features:
        types |= _REPACKED_AVX512
    if "dotprod" in features:
        types |= _REPACKED_DOTPROD
    return types


class _Sum:
    """Adds up one part."""

    __slots__ = ("expert", "expert_repacked", "largest", "repacked", "total")

    def __init__(self) -> None:
        self.total = self.expert = self.repacked = self.expert_repacked = self.largest = 0

    def add(self, size: int, *, expert: bool, repacked: bool) -> None:
        self.total += size
        self.largest = max(self.largest, size)
        if expert:
            self.expert += size
        if repacked:
            self.repacked += size
            if expert:
                self.expert_repacked += size

    def part(self) -> Part:
        return Part(self.total, self.expert, self.repacked, self.expert_repacked, self.largest)


def _layer_of(name: str) -> int | None:
    if not name.startswith("blk."):
        return None
    number = name[4 : name.find(".", 4)]
    return int(number) if number.isdecimal() else None


def _is_repacked(tensor: Tensor, types: dict[str, int]) -> bool:
    rows = types.get(tensor.type.name)
    shape = tensor.shape
    return (
        rows is not None
        and len(shape) in (2, 3)
        and shape[1] % rows == 0
        and (len(shape) == 2 or "_exps" in tensor.name)
    )


def weight_table(
    tensors: Iterable[Tensor],
    layer_count: int,
    draft_layers: int = 0,
    cpu_features: Iterable[str] = (),
) -> WeightTable:
    """Sort the tensors of all files of a model by the place that llama.cpp gives them."""
    types = repacking(cpu_features)
    layers = [_Sum() for _ in range(max(layer_count, 1))]
    inputs, head = _Sum(), _Sum()
    embedding: Tensor | None = None
    has_head, draft_bytes = False, 0
    for tensor in tensors:
        name, size = tensor.name, tensor.byte_size
        layer = _layer_of(name)
        if layer is not None and layer_count - draft_layers <= layer < layer_count:
            draft_bytes += size
            continue
        repacked = bool(types) and _is_repacked(tensor, types)
        expert = "_exps" in name
        if layer is not None and layer < layer_count:
            layers[layer].add(size, expert=expert, repacked=repacked)
        elif name in _INPUT:
            inputs.add(size, expert=False, repacked=False)
            embedding = tensor if name == "token_embd.weight" else embedding
        elif name.startswith(_OUTPUT):
            head.add(size, expert=False, repacked=repacked)
            has_head = has_head or name == "output.weight"
        else:
            layers[0].add(size, expert=expert, repacked=repacked)
    tied = 0 if has_head or embedding is None else embedding.byte_size
    return WeightTable(
        input=inputs.part(),
        layers=tuple(layer.part() for layer in layers),
        head=head.part(),
        tied_bytes=tied,
        tied_repacks=bool(tied and embedding is not None and _is_repacked(embedding, types)),
        draft_bytes=draft_bytes,
    )
