"""Tensor types and file types of GGUF: names, block sizes, and the bytes that values take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from app.domain.errors import UsageError


class TensorType(msgspec.Struct, frozen=True, gc=False):
    """One ggml type: `block_values` values are stored in `block_bytes` bytes."""

    name: str
    block_values: int
    block_bytes: int

    @property
    def bits_per_weight(self) -> float:
        """Exact bits for one value, scales included."""
        return 8 * self.block_bytes / self.block_values

    @property
    def is_quantized(self) -> bool:
        """Whether values share a block with scales."""
        return self.block_values > 1


# Number in the file -> type, from ggml.h and ggml-common.h of llama.cpp. Numbers that are left
# out were withdrawn (4, 5, 31-33, 36-38).
TENSOR_TYPES: Final[dict[int, TensorType]] = {
    0: TensorType("F32", 1, 4),
    1: TensorType("F16", 1, 2),
    2: TensorType("Q4_0", 32, 18),
    3: TensorType("Q4_1", 32, 20),
    6: TensorType("Q5_0", 32, 22),
    7: TensorType("Q5_1", 32, 24),
    8: TensorType("Q8_0", 32, 34),
    9: TensorType("Q8_1", 32, 36),
    10: TensorType("Q2_K", 256, 84),
    11: TensorType("Q3_K", 256, 110),
    12: TensorType("Q4_K", 256, 144),
    13: TensorType("Q5_K", 256, 176),
    14: TensorType("Q6_K", 256, 210),
    15: TensorType("Q8_K", 256, 292),
    16: TensorType("IQ2_XXS", 256, 66),
    17: TensorType("IQ2_XS", 256, 74),
    18: TensorType("IQ3_XXS", 256, 98),
    19: TensorType("IQ1_S", 256, 50),
    20: TensorType("IQ4_NL", 32, 18),
    21: TensorType("IQ3_S", 256, 110),
    22: TensorType("IQ2_S", 256, 82),
    23: TensorType("IQ4_XS", 256, 136),
    24: TensorType("I8", 1, 1),
    25: TensorType("I16", 1, 2),
    26: TensorType("I32", 1, 4),
    27: TensorType("I64", 1, 8),
    28: TensorType("F64", 1, 8),
    29: TensorType("IQ1_M", 256, 56),
    30: TensorType("BF16", 1, 2),
    34: TensorType("TQ1_0", 256, 54),
    35: TensorType("TQ2_0", 256, 66),
    39: TensorType("MXFP4", 32, 17),
    40: TensorType("NVFP4", 64, 36),
    41: TensorType("Q1_0", 128, 18),
    42: TensorType("Q2_0", 64, 18),
}
TYPES_BY_NAME: Final[dict[str, TensorType]] = {kind.name: kind for kind in TENSOR_TYPES.values()}

FLOAT_TYPES: Final = frozenset({"F32", "F16", "BF16"})
# Types of bookkeeping tensors, never of weights that are multiplied.
INTEGER_TYPES: Final = frozenset({"I8", "I16", "I32", "I64"})

# `general.file_type` -> the name that file names use, from llama.h (enum llama_ftype).
FILE_TYPES: Final[dict[int, str]] = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE", 39: "NVFP4",
    40: "Q1_0", 41: "Q2_0",
}  # fmt: skip


def row_bytes(kind: TensorType, values: int) -> int:
    """Bytes of one row of `values` values; a row holds whole blocks only (`ggml_row_size`)."""
    return values // kind.block_values * kind.block_bytes


def tensor_type(name: str) -> TensorType:
    """The type called `name`, in any case. Raises `UsageError` if there is none."""
    kind = TYPES_BY_NAME.get(name.upper())
    if kind is None:
        raise UsageError(
            "There is no tensor type called {name}; try f16, q8_0 or q4_0.", name=repr(name)
        )
    return kind


# The type that most of the weights of a mix have, and the file types that are made so.
_MIXED_NAMES: Final[dict[str, str]] = {"Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"}


def quantization_name(file_type: int | None, sizes: Iterable[tuple[TensorType, int]]) -> str:
    """The quantization's usual name: `Q4_K_M`, `IQ2_XXS`, `MXFP4_MOE`.

    `file_type` is `general.file_type`, None when the file has none; `sizes` are the types and
    bytes of its tensors. What the file says is believed while its tensors do not contradict it:
    a file type that says F16 over quantized tensors is left by tools that do not set it.
    """
    by_type: dict[str, int] = {}
    for kind, size_bytes in sizes:
        by_type[kind.name] = by_type.get(kind.name, 0) + size_bytes
    for name in INTEGER_TYPES:
        by_type.pop(name, None)
    if not by_type:
        return FILE_TYPES.get(file_type, "unknown") if file_type is not None else "unknown"
    dominating = max(by_type, key=by_type.__getitem__)
    named = FILE_TYPES.get(file_type) if file_type is not None else None
    is_quantized = any(TYPES_BY_NAME[name].is_quantized for name in by_type)
    contradicted = dominating not in FLOAT_TYPES if named in FLOAT_TYPES else not is_quantized
    if named is not None and not contradicted:
        return named
    return _MIXED_NAMES.get(dominating, dominating)
