"""Making a smaller file of a model: what is asked, what it will be, and how far it is."""

from __future__ import annotations

from typing import Final

import msgspec

from app.domain.quant import FILE_TYPES

# llama.cpp reads NVFP4 files and cannot make them.
QUANTIZABLE: Final = tuple(name for name in FILE_TYPES.values() if name != "NVFP4")


class QuantizeJob(msgspec.Struct, frozen=True, kw_only=True):
    """One model file to be made of another. Paths are as the file system gives them."""

    source: bytes
    # None: only tell what the file would be.
    target: bytes | None = None
    # A name of `QUANTIZABLE`.
    file_type: str
    # An importance matrix, GGUF or the older format; the smallest types need one.
    matrix: bytes | None = None
    threads: int | None = None


class QuantizedTensor(msgspec.Struct, frozen=True):
    """One tensor of the new file; types as ggml names them ("q4_K")."""

    name: str
    # The row length first.
    shape: tuple[int, ...]
    source_type: str
    type: str
    source_bytes: int
    size_bytes: int


class QuantizePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the new file is: its exact size, and each tensor."""

    file_bytes: int
    tensors: tuple[QuantizedTensor, ...]
    # llama.cpp refuses to make such a file without an importance matrix.
    needs_matrix: bool
    # Tensors whose rows do not divide into blocks of the wanted type, and got another one.
    fallback_tensors: int

    @property
    def is_requantized(self) -> bool:
        """Whether values are rounded that were rounded before, which costs quality twice."""
        exact = ("f32", "f16", "bf16")
        return any(
            each.source_type not in exact and each.source_type != each.type for each in self.tensors
        )


class QuantizeProgress(msgspec.Struct, frozen=True):
    """How far a job is: the part of the source's bytes that is done, and the tensor at work."""

    fraction: float
    tensor: str
