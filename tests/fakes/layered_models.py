"""Copies of a model with other layers: fewer of its own, or more that change nothing."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from pathlib import Path

from app.domain.gguf import Header, Tensor, read_header
from app.domain.quant import TENSOR_TYPES

_LAYER = re.compile(r"^blk\.(\d+)\.(.*)$")
# What a layer adds to the values that pass through it comes out of these.
_OUTPUTS = ("attn_output.weight", "ffn_down.weight")
_UINT32 = 4


def write_layers(source: Path, target: Path, layers: Sequence[int], echoes: int = 0) -> Path:
    """A copy of a GGUF file with these of its layers, and `echoes` more behind them.

    An echo is a copy of layer 0 that adds nothing: it takes its time, and the text stays the same.
    """
    data = source.read_bytes()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    found = {tensor.name: tensor for tensor in header.tensors}
    parts = [(name, tensor, False) for name, tensor in found.items() if not _LAYER.match(name)]
    copied = [(layer, False) for layer in layers] + [(0, True)] * echoes
    for place, (layer, is_echo) in enumerate(copied):
        for name, tensor in found.items():
            match = _LAYER.match(name)
            if match is not None and int(match[1]) == layer:
                is_zero = is_echo and match[2] in _OUTPUTS
                parts.append((f"blk.{place}.{match[2]}", tensor, is_zero))
    _write(target, data, header, parts, len(copied))
    return target


def _write(
    target: Path, data: bytes, header: Header, parts: list[tuple[str, Tensor, bool]], layers: int
) -> None:
    keys = bytearray(data[: _tensor_table(data, header)])
    struct.pack_into("<Q", keys, 8, len(parts))
    count = keys.index(b"llama.block_count") + len(b"llama.block_count")
    struct.pack_into("<II", keys, count, _UINT32, layers)
    table, offset = bytearray(), 0
    for name, tensor, _ in parts:
        code = next(code for code, kind in TENSOR_TYPES.items() if kind == tensor.type)
        table += struct.pack("<Q", len(name)) + name.encode()
        table += struct.pack(
            f"<I{len(tensor.shape)}QIQ", len(tensor.shape), *tensor.shape, code, offset
        )
        offset += _padded(tensor.byte_size, header.alignment)
    with target.open("wb") as output:
        output.write(keys + table)
        output.write(bytes(_padded(output.tell(), header.alignment) - output.tell()))
        for _, tensor, is_zero in parts:
            begin = header.data_offset + tensor.offset
            values = data[begin : begin + tensor.byte_size]
            output.write(bytes(len(values)) if is_zero else values)
            output.write(bytes(_padded(len(values), header.alignment) - len(values)))


def _tensor_table(data: bytes, header: Header) -> int:
    """Where the list of tensors begins: at the name of the first one, with its length."""
    name = header.tensors[0].name.encode()
    return data.index(struct.pack("<Q", len(name)) + name)


def _padded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment
