"""Writes GGUF headers, sound ones and ones that no writer would write."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.quant import TENSOR_TYPES

NUMBERS = {kind.name: number for number, kind in TENSOR_TYPES.items()}
CODES = {"u8": (0, "B"), "i8": (1, "b"), "u16": (2, "H"), "i16": (3, "h"), "u32": (4, "I"),
         "i32": (5, "i"), "f32": (6, "f"), "bool": (7, "?"), "str": (8, ""), "u64": (10, "Q"),
         "i64": (11, "q"), "f64": (12, "d")}  # fmt: skip
Value = int | float | str | bool | bytes


def text(value: str | bytes) -> bytes:
    """A text with its length before it."""
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def single(code: str, value: Value) -> bytes:
    """A value of type `code` ("u32", "str", ...) without its type."""
    if code == "str":
        assert isinstance(value, str | bytes)
        return text(value)
    return struct.pack("<" + CODES[code][1], value)


def entry(key: str | bytes, code: str, value: Value) -> bytes:
    """One entry of the metadata."""
    return text(key) + struct.pack("<I", CODES[code][0]) + single(code, value)


def array_entry(key: str, code: str, values: Sequence[Value]) -> bytes:
    """One entry of the metadata that is a list."""
    number, layout = CODES[code]
    body = (
        struct.pack(f"<{len(values)}{layout}", *values)
        if layout
        else b"".join(single(code, value) for value in values)
    )
    return text(key) + struct.pack("<IIQ", 9, number, len(values)) + body


@dataclass
class GgufFile:
    """A GGUF file in the making; every count and field can be set to something wrong."""

    entries: list[bytes] = field(default_factory=list)
    # Name, lengths, type number, bytes.
    tensors: list[tuple[str | bytes, tuple[int, ...], int, int]] = field(default_factory=list)
    alignment: int = 32
    magic: bytes = b"GGUF"
    version: int = 3
    entry_count: int | None = None
    tensor_count: int | None = None
    # Overrides where tensor n starts.
    offsets: dict[int, int] = field(default_factory=dict)

    def add(self, key: str | bytes, code: str, value: Value) -> None:
        """Add an entry."""
        self.entries.append(entry(key, code, value))

    def add_array(self, key: str, code: str, values: Sequence[Value]) -> None:
        """Add an entry that is a list."""
        self.entries.append(array_entry(key, code, values))

    def add_tensor(self, name: str | bytes, shape: Sequence[int], kind: str = "F32") -> None:
        """Add a tensor of the type called `kind`."""
        type_ = TENSOR_TYPES[NUMBERS[kind]]
        count = 1
        for length in shape:
            count *= length
        size = count // type_.block_values * type_.block_bytes
        self.tensors.append((name, tuple(shape), NUMBERS[kind], size))

    def padded(self, size: int) -> int:
        """`size` up to the next multiple of the alignment."""
        return -(-size // self.alignment) * self.alignment if self.alignment else size

    def header(self) -> bytes:
        """The header, up to the tensor data."""
        entry_count = len(self.entries) if self.entry_count is None else self.entry_count
        tensor_count = len(self.tensors) if self.tensor_count is None else self.tensor_count
        parts = [self.magic, struct.pack("<IQQ", self.version, tensor_count, entry_count)]
        parts += self.entries
        offset = 0
        for index, (name, shape, number, size) in enumerate(self.tensors):
            parts += [text(name), struct.pack(f"<I{len(shape)}Q", len(shape), *shape)]
            parts.append(struct.pack("<IQ", number, self.offsets.get(index, offset)))
            offset += self.padded(size)
        raw = b"".join(parts)
        return raw.ljust(self.padded(len(raw)), b"\0") if self.tensors else raw

    def size(self) -> int:
        """Bytes of the whole file: the last tensor is not padded."""
        size = len(self.header())
        for _name, _shape, _number, length in self.tensors[:-1]:
            size += self.padded(length)
        return size + (self.tensors[-1][3] if self.tensors else 0)

    def whole(self) -> bytes:
        """The whole file with zeros for weights."""
        return self.header().ljust(self.size(), b"\0")


def tiny_llama(layers: int = 2, tokens: int = 300) -> GgufFile:
    """A complete llama model of a few kilobytes, with a vocabulary, that llama.cpp loads."""
    file = GgufFile()
    file.add("general.architecture", "str", "llama")
    file.add("general.name", "str", "Tiny")
    file.add("general.file_type", "u32", 0)
    for key, value in {
        "context_length": 128,
        "embedding_length": 32,
        "block_count": layers,
        "feed_forward_length": 64,
        "attention.head_count": 4,
        "attention.head_count_kv": 2,
        "rope.dimension_count": 8,
        "vocab_size": tokens,
    }.items():
        file.add(f"llama.{key}", "u32", value)
    file.add("llama.attention.layer_norm_rms_epsilon", "f32", 1e-5)
    file.add("llama.rope.freq_base", "f32", 10000.0)
    file.add("tokenizer.ggml.model", "str", "llama")
    bytes_ = [f"<0x{value:02X}>" for value in range(256)]
    letters = [chr(0x2581), *(chr(33 + n) for n in range(tokens - 260))]
    file.add_array("tokenizer.ggml.tokens", "str", ["<unk>", "<s>", "</s>", *bytes_, *letters])
    file.add_array("tokenizer.ggml.scores", "f32", [0.0] * tokens)
    types = [2, 3, 3, *[6] * 256, *[1] * (tokens - 259)]
    file.add_array("tokenizer.ggml.token_type", "i32", types)
    file.add_tensor("token_embd.weight", (32, tokens))
    file.add_tensor("output_norm.weight", (32,))
    for layer in range(layers):
        for name, shape in {
            "attn_norm": (32,),
            "attn_q": (32, 32),
            "attn_k": (32, 16),
            "attn_v": (32, 16),
            "attn_output": (32, 32),
            "ffn_norm": (32,),
            "ffn_gate": (32, 64),
            "ffn_up": (32, 64),
            "ffn_down": (64, 32),
        }.items():
            file.add_tensor(f"blk.{layer}.{name}.weight", shape)
    return file
