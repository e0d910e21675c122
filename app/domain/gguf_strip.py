"""A GGUF header without its vocabulary: what a dry run needs, read in milliseconds."""

from __future__ import annotations

import struct
from typing import Final

from app.domain.gguf import Header, read_tensors
from app.domain.gguf_bytes import ENTRY, Cursor
from app.domain.gguf_values import TEXT, UINT32, read_value

_FIXED: Final = struct.Struct("<4sIQQ")
# llama.cpp reads it before it looks at the kind of vocabulary.
_KEPT: Final = "tokenizer.ggml.token_type_count"


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def without_vocabulary(data: bytes | memoryview, header: Header) -> tuple[bytes, int]:
    """The header of `data` with a vocabulary of the same size and no tokens, and the file's size.

    `data` are the bytes that `header` was read from. The file to which the new header belongs is
    as long as the returned size; its tensor data may be a hole.
    """
    cursor = Cursor(data, header.file_size)
    cursor.skip(_FIXED.size)
    arch = header.architecture or ""
    size_key = f"{arch}.vocab_size"
    tokens = header.array("tokenizer.ggml.tokens")
    count = header.integer(size_key) or 0 if tokens is None else len(tokens)
    entries: list[bytes] = []
    for _ in header.metadata:
        start = cursor.position
        key = cursor.text((ENTRY, ""))
        read_value(cursor, key)
        if key == size_key or (key.startswith("tokenizer.") and key != _KEPT):
            continue
        entries.append(bytes(data[start : cursor.position]))
    entries.append(_text("tokenizer.ggml.model") + struct.pack("<I", TEXT) + _text("none"))
    entries.append(_text(size_key) + struct.pack("<II", UINT32, count))
    table_start = cursor.position
    read_tensors(cursor, len(header.tensors), header.alignment)
    fixed = _FIXED.pack(b"GGUF", header.version, len(header.tensors), len(entries))
    raw = fixed + b"".join(entries) + bytes(data[table_start : cursor.position])
    padded = -(-len(raw) // header.alignment) * header.alignment
    return raw.ljust(padded, b"\0"), padded + header.data_end - header.data_offset
