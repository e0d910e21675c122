"""What llama.cpp says while it quantizes: the tensors as they come, and why it gave up."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from app.domain.quant import TYPES_BY_NAME, row_bytes
from app.domain.quantize import QuantizedTensor
from backends.llama_cpp import library

_ERROR, _CONTINUED = 4, 5
# "[   3/ 272] blk.0.attn_k.weight - [ 576,  192,  1,  1], type = f16, size = ... -> ... MiB (q8_0)"
_BEGUN = re.compile(r"\[ *(\d+)/ *(\d+)\] (\S+) +- \[([\d, ]+)\], type = +(\S+), ")
_CHANGED = re.compile(r"-> .* MiB \((\S+)\)")
_FALLBACK = re.compile(r"(\d+) of \d+ tensor\(s\) required fallback")
_FAILED = "failed to quantize: "


class SourceTensor(msgspec.Struct, frozen=True):
    """A tensor that is at work; `shape` in ggml's order, the row length first."""

    name: str
    shape: tuple[int, ...]
    type: str

    def bytes_as(self, type_name: str) -> int:
        """Its size in a type."""
        rows = 1
        for length in self.shape[1:]:
            rows *= length
        return rows * row_bytes(TYPES_BY_NAME[type_name.upper()], self.shape[0])


class QuantizeLog:
    """Listens to the library."""

    def __init__(self, api: Any, on_tensor: Callable[[SourceTensor], None]) -> None:
        """`on_tensor` is told each tensor as its turn comes."""
        self._on_tensor = on_tensor
        self._line = ""
        self._at_work: SourceTensor | None = None
        self.tensors: list[QuantizedTensor] = []
        self.fallbacks = 0
        self.needs_matrix = False
        self.failure = ""
        library.listen(api, self._hear)

    def clear(self) -> None:
        """Forget what was heard."""
        self.tensors = []
        self.fallbacks, self.needs_matrix, self.failure = 0, False, ""

    def _hear(self, level: int, text: bytes, _user_data: object) -> None:
        # A line comes in pieces, of which each claims to be one.
        self._line += text.decode("utf-8", "replace")
        if self._at_work is None and (found := _BEGUN.search(self._line)):
            shape = tuple(int(length) for length in found[4].split(","))
            self._at_work = SourceTensor(found[3], shape, found[5])
            self._on_tensor(self._at_work)
        if self._line.endswith("\n"):
            self._end_line(self._line)
            if level in (_ERROR, _CONTINUED) or self._at_work is None:
                sys.stderr.write(self._line)
            self._line, self._at_work = "", None

    def _end_line(self, line: str) -> None:
        tensor = self._at_work
        if tensor is not None:
            changed = _CHANGED.search(line)
            kind = changed[1] if changed else tensor.type
            sizes = tensor.bytes_as(tensor.type), tensor.bytes_as(kind)
            self.tensors.append(
                QuantizedTensor(tensor.name, tensor.shape, tensor.type, kind, *sizes)
            )
        elif found := _FALLBACK.search(line):
            self.fallbacks = int(found[1])
        elif "will require an imatrix" in line:
            self.needs_matrix = True
        elif _FAILED in line:
            self.failure = line.split(_FAILED, 1)[1].strip()
