"""Damaged and hostile GGUF files are refused with a sentence, quickly, and nothing else happens."""

from __future__ import annotations

import gc
import os
import statistics
import struct
import time
from collections.abc import Iterator

import pytest

from app.domain.errors import ModelError, ModelFileError, ModelUnsupportedError
from app.domain.gguf import Header, NeedMore, read_header
from app.domain.gguf_check import check_loadable
from tests.fakes.gguf_files import GgufFile, array_entry, text, tiny_llama
from tests.fakes.gguf_mutations import mutations

MUTATIONS = int(os.environ.get("QUANTBENCH_MUTATIONS", "2000"))


@pytest.fixture
def no_collection() -> Iterator[None]:
    """A collection of the whole run's garbage would count as one file's time."""
    gc.disable()
    yield
    gc.enable()


def refusal(data: bytes, size: int | None = None) -> str:
    with pytest.raises(ModelFileError) as raised:
        read_header(data, len(data) if size is None else size)
    return str(raised.value)


def load_refusal(file: GgufFile) -> str:
    data = file.whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    with pytest.raises(ModelError) as raised:
        check_loadable(header)
    return str(raised.value)


# --- ten thousand ways to be broken ---------------------------------------------------------


@pytest.mark.usefixtures("no_collection")
def test_mutated_headers_give_a_sentence_or_a_header() -> None:
    file = tiny_llama()
    data = file.whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    times: list[float] = []
    sentences: list[str] = []

    def read(damaged: bytes) -> float:
        start = time.thread_time()
        try:
            answer = read_header(damaged, len(damaged))
            if isinstance(answer, Header):
                check_loadable(answer)
        except ModelError as error:
            sentences.append(str(error))
        else:
            assert isinstance(answer, Header), "a whole file never needs more bytes"
        return time.thread_time() - start

    slowest = (0.0, b"")
    for damaged in mutations(data, header.data_offset, MUTATIONS, seed=1):
        times.append(read(damaged))
        slowest = max(slowest, (times[-1], damaged))
    assert len(sentences) > MUTATIONS / 3
    assert [text for text in sentences if not text.endswith(".")] == []
    assert max(map(len, sentences)) < 300  # whatever the file's own names are
    # A hang shows as one refusal that takes ages beside the others, on any machine.
    # It is read once more, for a pause of the machine may have fallen on it.
    assert min(slowest[0], read(slowest[1])) < 1000 * statistics.median(times)


def test_mutated_headers_read_in_pieces_never_ask_for_what_there_is_not() -> None:
    data = tiny_llama().whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    for damaged in mutations(data, header.data_offset, MUTATIONS // 4, seed=2):
        count = 64
        for _step in range(64):
            try:
                answer = read_header(damaged[:count], len(damaged))
            except ModelFileError:
                break
            if isinstance(answer, Header):
                break
            assert isinstance(answer, NeedMore)
            assert count < answer.byte_count <= len(damaged)
            count = answer.byte_count
        else:
            pytest.fail("reading in pieces did not come to an end")


# --- handcrafted files: each with its own reason --------------------------------------------


def test_strangers_are_named() -> None:
    assert "empty" in refusal(b"")
    assert "does not begin with 'GGUF'" in refusal(b"\0" * 100)
    assert "Git LFS" in refusal(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "web page" in refusal(b"<!DOCTYPE html><html></html>")
    assert "zip" in refusal(b"PK\x03\x04" + b"\0" * 60)
    assert "before GGUF" in refusal(b"tjgg" + b"\0" * 60)
    assert "cut short" in refusal(b"GGU")


@pytest.mark.parametrize(
    ("version", "reason"),
    [(0, "version 0"), (1, "version 1"), (4, "version 4"), (2**31, "big-endian")],
)
def test_versions_that_cannot_be_read(version: int, reason: str) -> None:
    assert reason in refusal(GgufFile(version=version).whole())


def test_big_endian_files_are_named() -> None:
    data = b"GGUF" + struct.pack(">IQQ", 3, 0, 0)
    assert "big-endian" in refusal(data)


@pytest.mark.parametrize("count", [2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1, 300_000, 1000])
def test_absurd_counts(count: int) -> None:
    assert f"{count:,} entries" in refusal(GgufFile(entry_count=count).whole())
    assert f"{count:,} tensors" in refusal(GgufFile(tensor_count=count).whole())


@pytest.mark.parametrize("alignment", [0, 13, 2**31, 2**32 - 1, 24])
def test_bad_alignments(alignment: int) -> None:
    file = GgufFile()
    file.add("general.alignment", "u32", alignment)
    file.add_tensor("a", (8,))
    assert f"alignment is {alignment:,}" in refusal(file.whole())


def test_alignment_that_is_no_number() -> None:
    file = GgufFile()
    file.add("general.alignment", "str", "32")
    assert "alignment is not a whole number" in refusal(file.whole())


def test_what_occurs_twice() -> None:
    file = GgufFile()
    file.add("a", "u32", 1)
    file.add("a", "u32", 2)
    assert "'a' occurs twice" in refusal(file.whole())
    file = GgufFile()
    file.add_tensor("b", (8,))
    file.add_tensor("b", (8,))
    assert "'b' occurs twice" in refusal(file.whole())


def test_bad_names() -> None:
    file = GgufFile()
    file.add("", "u32", 1)
    assert "has no name" in refusal(file.whole())
    file = GgufFile()
    file.add_tensor("x" * 64, (8,))
    assert "63 are the most" in refusal(file.whole())
    file = GgufFile(entries=[struct.pack("<Q", 2**63) + b"key"])
    assert "cut short or damaged" in refusal(file.whole())


@pytest.mark.parametrize("number", [13, 255, 2**32 - 1])
def test_bad_entry_types(number: int) -> None:
    file = GgufFile(entries=[text("a") + struct.pack("<IQ", number, 0)])
    assert f"type number {number:,}" in refusal(file.whole())
    file = GgufFile(entries=[text("a") + struct.pack("<IIQ", 9, number, 0)])
    assert f"list of type number {number:,}" in refusal(file.whole())


def test_nested_lists() -> None:
    nested = text("a") + struct.pack("<IIQ", 9, 9, 1) * 500
    assert "list of lists" in refusal(GgufFile(entries=[nested]).whole())


@pytest.mark.parametrize("count", [2**31, 2**62, 2**63, 2**64 - 1, 10_000])
@pytest.mark.parametrize("number", [0, 7, 8, 12])
def test_lists_that_are_longer_than_the_file(count: int, number: int) -> None:
    file = GgufFile(entries=[text("a") + struct.pack("<IIQ", 9, number, count)])
    reason = refusal(file.whole())
    assert "announces" in reason or "cut short or damaged" in reason


def test_texts_in_a_list_that_run_past_the_end() -> None:
    entry = array_entry("a", "str", ["x", "y"])
    broken = bytearray(entry)
    broken[-9:-1] = struct.pack("<Q", 2**64 - 1)
    assert "cut short or damaged" in refusal(GgufFile(entries=[bytes(broken)]).whole())


@pytest.mark.parametrize("dimensions", [5, 100, 2**32 - 1])
def test_too_many_dimensions(dimensions: int) -> None:
    file = GgufFile(tensor_count=1)
    data = file.whole() + text("a") + struct.pack("<I", dimensions) + b"\0" * 64
    assert f"{dimensions:,} dimensions" in refusal(data)


@pytest.mark.parametrize("shape", [(0,), (8, 0), (2**32, 2**32), (2**63,), (2**64 - 1, 2)])
def test_bad_shapes(shape: tuple[int, ...]) -> None:
    file = GgufFile(tensors=[("a", shape, 0, 32)])
    assert "has the shape" in refusal(file.whole())


def test_rows_that_are_no_whole_blocks() -> None:
    file = GgufFile(tensors=[("a", (100,), 12, 144)])
    assert "no multiple of 256" in refusal(file.whole())


@pytest.mark.parametrize("number", [4, 5, 31, 36, 43, 2**31, 2**32 - 1])
def test_unknown_tensor_types(number: int) -> None:
    file = GgufFile(tensors=[("a", (32,), number, 128)])
    assert f"type number {number:,}" in refusal(file.whole())


@pytest.mark.parametrize("offset", [0, 31, 33, 2**32, 2**63, 2**64 - 32])
def test_tensors_that_start_elsewhere(offset: int) -> None:
    file = GgufFile(offsets={1: offset})
    file.add_tensor("a", (8,))
    file.add_tensor("b", (8,))
    assert f"starts at byte {offset:,}" in refusal(file.whole())


def test_extents_that_wrap_around() -> None:
    file = GgufFile(offsets={1: 0})
    file.tensors = [("a", (2**61, 2), 0, 0), ("b", (8,), 0, 32)]
    assert "starts at byte" in refusal(file.whole())
    file.tensors = [("a", (2**61,), 0, 0)]
    assert "are missing" in refusal(file.whole())


def test_truncation_at_every_tensor_boundary() -> None:
    file = tiny_llama()
    data = file.whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    for tensor in header.tensors:
        start = header.data_offset + tensor.offset
        for end in (start, start + 1, start + tensor.byte_size - 1):
            missing = len(data) - end
            reason = refusal(data[:end])
            assert f"{missing:,} of {len(data):,} bytes are missing" in reason
    assert isinstance(read_header(data, len(data)), Header)


def test_truncation_inside_the_header() -> None:
    data = tiny_llama().whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    for end in range(4, header.data_offset - 32, 7):
        reason = refusal(data[:end])
        assert "cut short" in reason or "more than its size allows" in reason


def test_a_header_that_would_fill_the_memory_is_refused() -> None:
    entry = text("a") + struct.pack("<IIQ", 9, 4, 2**28)
    data = GgufFile(entries=[entry]).whole()
    assert "header would be longer" in refusal(data, size=2**40)


# --- headers on which the engine would abort ------------------------------------------------


def replaced(key: str, code: str, value: int | float | str) -> GgufFile:
    file = tiny_llama()
    file.entries = [entry for entry in file.entries if not entry[8:].startswith(key.encode())]
    file.add(key, code, value)
    return file


@pytest.mark.parametrize(
    ("key", "code", "value"),
    [
        ("llama.block_count", "u32", 0),
        ("llama.block_count", "u32", 513),
        ("llama.nextn_predict_layers", "u32", 3),
        ("llama.expert_count", "u32", 1025),
        ("llama.expert_used_count", "u32", 2),
        ("llama.expert_group_count", "u32", 1),
        ("llama.rope.scaling.type", "str", "cubic"),
        ("llama.attention.layer_norm_rms_epsilon", "f32", -1.0),
        ("llama.attention.layer_norm_rms_epsilon", "f32", float("nan")),
        ("llama.rope.freq_base", "f32", float("inf")),
        ("llama.rope.dimension_count", "u32", 7),
        ("llama.rope.dimension_count", "u32", 10),
        ("llama.attention.head_count_kv", "u32", 3),
        ("llama.attention.head_count", "u32", 64),
        ("llama.context_length", "u32", 0),
        ("llama.embedding_length", "u32", 2**31),
        ("llama.ssm.group_count", "u32", 0),
    ],
)
def test_hyperparameters_that_would_abort(key: str, code: str, value: float | str) -> None:
    assert "damaged" in load_refusal(replaced(key, code, value))


def test_vocabularies_that_would_abort() -> None:
    file = tiny_llama()
    file.entries = [entry for entry in file.entries if b"ggml.tokens" not in entry]
    assert "no vocabulary" in load_refusal(file)
    file.add_array("tokenizer.ggml.tokens", "str", ["a", "b", "", "", "a"])
    assert "twice" in load_refusal(file)
    file.entries.pop()
    file.add_array("tokenizer.ggml.tokens", "str", [f"t{n}" for n in range(301)])
    assert "do not fit its 301 tokens" in load_refusal(file)


def test_tensor_types_that_would_abort() -> None:
    file = tiny_llama()
    file.tensors[0] = ("token_embd.weight", (32, 300), 24, 32 * 300)
    assert "I8" in load_refusal(file)
    file = tiny_llama()
    file.tensors[1] = ("output_norm.weight", (32,), 2, 18)
    assert "one row and is quantized" in load_refusal(file)


@pytest.mark.parametrize("name", ["nonsense", "clip", "LLAMA"])
def test_architectures_that_cannot_be_loaded(name: str) -> None:
    file = replaced("general.architecture", "str", name)
    data = file.whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    with pytest.raises(ModelUnsupportedError):
        check_loadable(header)


@pytest.mark.parametrize("kind", ["adapter", "imatrix", "mmproj"])
def test_companions_are_not_loaded(kind: str) -> None:
    file = replaced("general.type", "str", kind)
    assert "not a model by itself" in load_refusal(file)


def test_later_parts_of_a_split_model_are_not_loaded() -> None:
    file = tiny_llama()
    file.add("split.no", "u16", 1)
    file.add("split.count", "u16", 3)
    assert "part 2 of 3" in load_refusal(file)
