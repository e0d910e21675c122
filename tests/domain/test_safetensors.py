"""Safetensors headers: sound ones are read, damaged ones are refused with their reason."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ModelFileError
from app.domain.safetensors import LENGTH_BYTES, SafetensorsHeader, header_length, read_header
from tests.fakes.mlx_folders import safetensors


def read(data: bytes, size: int | None = None) -> SafetensorsHeader:
    size = len(data) if size is None else size
    length = header_length(data[:LENGTH_BYTES], size)
    return read_header(data[LENGTH_BYTES : LENGTH_BYTES + length], size)


def test_sound_file_is_read() -> None:
    header = read(safetensors())
    assert header.weights_bytes == 28
    assert header.tensors["a"].shape == (2, 3)
    assert header.tensors["b"].byte_size == 4


def test_file_without_tensors_is_sound() -> None:
    assert read((2).to_bytes(8, "little") + b"{}").weights_bytes == 0


def entry(**changes: Any) -> bytes:
    table = {"x": {"dtype": "F32", "shape": [7], "data_offsets": [0, 28], **changes}}
    return safetensors(table)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "too few"),
        (b"1234567", "too few"),
        ((2**63).to_bytes(8, "little") + b"{}", "cut short or is no safetensors"),
        ((200).to_bytes(8, "little") + b"{}", "cut short or is no safetensors"),
        ((2).to_bytes(8, "little") + b"{]", "not valid"),
        ((2).to_bytes(8, "little") + b"[]", "not valid"),
        (safetensors()[:-1], "cut short: its tensors need"),
        (entry(dtype="F31"), "type F31, which is not known"),
        (entry(shape=[8]), "size of its shape"),
        (entry(shape=[-7]), "place of its tensor x"),
        (entry(data_offsets=[28, 0]), "place of its tensor x"),
        (entry(data_offsets=[-1, 27]), "place of its tensor x"),
        (entry(data_offsets=[2**62, 2**62 + 28]), "cut short"),
        (entry(shape="seven"), "not valid"),
        (entry(data_offsets=[0]), "not valid"),
    ],
)
def test_damaged_file_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ModelFileError, match=reason):
        read(data)


@given(at=st.integers(0, 200), value=st.integers(0, 255), cut=st.integers(0, 250))
def test_no_damage_escapes_as_another_error(at: int, value: int, cut: int) -> None:
    data = bytearray(safetensors())
    data[at % len(data)] = value
    with suppress(ModelFileError):
        read(bytes(data[: max(cut, 1)]))
