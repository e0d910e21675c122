"""Damages a GGUF header in the ways that hostile and broken files do, the same way every time."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

EXTREMES = (0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)


def _extreme_number(data: bytearray, chance: random.Random, end: int) -> bytes:
    """A 64- or 32-bit field, or whatever lies there, becomes an extreme number."""
    value = chance.choice(EXTREMES)
    if chance.random() < 0.5:
        at = chance.randrange(0, end - 8)
        data[at : at + 8] = struct.pack("<Q", value)
    else:
        at = chance.randrange(0, end - 4)
        data[at : at + 4] = struct.pack("<I", value & 0xFFFFFFFF)
    return bytes(data)


def _small_number(data: bytearray, chance: random.Random, end: int) -> bytes:
    """A 32-bit field becomes another small number: types, counts, dimensions."""
    at = chance.randrange(0, end - 4)
    data[at : at + 4] = struct.pack("<I", chance.randrange(0, 48))
    return bytes(data)


def _flip(data: bytearray, chance: random.Random, end: int) -> bytes:
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(end)] ^= 1 << chance.randrange(8)
    return bytes(data)


def _noise(data: bytearray, chance: random.Random, end: int) -> bytes:
    at = chance.randrange(end)
    count = chance.randint(1, 64)
    data[at : at + count] = chance.randbytes(count)
    return bytes(data)


def _truncate(data: bytearray, chance: random.Random, end: int) -> bytes:
    return bytes(data[: chance.randrange(end)])


def _insert(data: bytearray, chance: random.Random, end: int) -> bytes:
    at = chance.randrange(end)
    return bytes(data[:at]) + chance.randbytes(chance.randint(1, 16)) + bytes(data[at:])


def _remove(data: bytearray, chance: random.Random, end: int) -> bytes:
    at = chance.randrange(end)
    return bytes(data[:at]) + bytes(data[at + chance.randint(1, 16) :])


FIELDS = (
    b".block_count", b".head_count", b".head_count_kv", b".embedding_length", b".vocab_size",
    b".feed_forward_length", b".dimension_count", b".context_length", b"epsilon", b".freq_base",
    b".file_type", b"ggml.tokens", b"ggml.scores", b"ggml.token_type", b"ggml.model",
)  # fmt: skip


def _field(data: bytearray, chance: random.Random, end: int) -> bytes:
    """The type or the value of a known entry becomes an extreme or a small number."""
    key = chance.choice(FIELDS)
    at = data.find(key, 0, end)
    if at < 0:
        return _flip(data, chance, end)
    at += len(key) + chance.choice((0, 4, 4, 4, 8))
    value = chance.choice((*EXTREMES, *range(3, 20)))
    data[at : at + 4] = struct.pack("<I", value & 0xFFFFFFFF)
    return bytes(data)


KINDS = (_extreme_number, _small_number, _flip, _noise, _truncate, _insert, _remove, _field)


def mutations(data: bytes, header_end: int, count: int, seed: int) -> Iterator[bytes]:
    """`count` damaged copies of a file whose header ends at `header_end`."""
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        yield chance.choice(KINDS)(bytearray(data), chance, header_end)
