"""Sound GGUF headers are read in full and agree with the reference reader; nothing is refused."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from app.domain.errors import ModelFileError
from app.domain.gguf import Header, NeedMore, read_header
from app.domain.gguf_check import check_loadable
from app.domain.gguf_known import KnownTexts
from app.domain.gguf_values import ArrayView
from tests.fakes.gguf_files import GgufFile, tiny_llama

ARCHITECTURES = (
    "llama", "qwen2", "qwen3", "qwen3moe", "gemma2", "gemma3", "phi3", "gpt-oss", "deepseek2",
    "mamba", "jamba", "falcon-h1", "granitehybrid", "rwkv7", "lfm2", "cohere2", "glm4moe", "bert",
)  # fmt: skip


def read(data: bytes, size: int | None = None) -> Header:
    header = read_header(data, len(data) if size is None else size)
    assert isinstance(header, Header)
    return header


@pytest.fixture
def starter(starter_path: Path) -> bytes:
    return starter_path.read_bytes()


@pytest.mark.long
def test_starter_model_agrees_with_the_reference_reader(starter: bytes, starter_path: Path) -> None:
    header = read(starter)
    reference = gguf.GGUFReader(starter_path)  # noqa: TID251 - the oracle of this test
    tensors = {tensor.name: tensor for tensor in header.tensors}
    assert len(tensors) == len(reference.tensors)
    for tensor in reference.tensors:
        mine = tensors[tensor.name]
        assert list(mine.shape) == [int(length) for length in tensor.shape]
        assert mine.type.name == tensor.tensor_type.name
        assert mine.byte_size == tensor.n_bytes
        assert header.data_offset + mine.offset == tensor.data_offset
    for key, field in reference.fields.items():
        if key.startswith("GGUF."):
            continue
        mine = header.metadata[key]
        wanted = field.contents()
        if isinstance(mine, ArrayView):
            assert (list(mine.texts()) if mine.is_text else list(mine.numbers(key))) == wanted
        else:
            assert mine == wanted
    assert header.data_end == len(starter)


def test_starter_model_is_described_exactly(starter: bytes) -> None:
    header = read(starter)
    assert header.architecture == "llama"
    assert header.quantization == "Q4_1"
    assert header.parameter_count == 134_515_008
    assert header.weights_bytes == sum(t.byte_size for t in header.tensors)
    assert header.bits_per_weight == pytest.approx(5.7437, abs=1e-4)
    assert header.split_count == 1
    assert header.chat_template is not None
    assert "im_start" in header.chat_template
    check_loadable(header)


def test_growing_prefixes_give_the_same_header_in_few_steps(starter: bytes) -> None:
    whole = read(starter)
    count, steps = 4096, 0
    while True:
        answer = read_header(starter[:count], len(starter))
        if isinstance(answer, Header):
            break
        assert count < answer.byte_count <= len(starter)
        count, steps = answer.byte_count, steps + 1
    assert answer.tensors == whole.tensors
    assert count < 2 * whole.data_offset
    assert steps <= 6


def test_every_prefix_of_a_header_asks_for_more(tmp_path: Path) -> None:
    data = tiny_llama().whole()
    header = read(data)
    for count in range(header.data_offset - 32):
        answer = read_header(memoryview(data)[:count], len(data))
        if isinstance(answer, Header):  # only the padding before the data is missing
            assert answer.tensors == header.tensors
        else:
            assert isinstance(answer, NeedMore)
            assert count < answer.byte_count <= len(data)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_files_of_the_reference_writer_are_read(architecture: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(3)
    writer.add_context_length(4096)
    writer.add_embedding_length(64)
    writer.add_head_count([4, 4, 4])
    writer.add_head_count_kv([2, 0, 2])
    writer.add_sliding_window_pattern([True, False, True])
    writer.add_token_list(["<unk>", "ä", "", "🙂"])
    writer.add_token_scores([0.0, -1.0, 1.5, float("inf")])
    writer.add_chat_template("{{ messages }}")
    writer.add_uint64("test.big", 2**64 - 1)
    writer.add_int8("test.small", -128)
    writer.add_float64("test.pi", 3.141592653589793)
    writer.add_bool("test.yes", True)
    writer.add_tensor("token_embd.weight", np.zeros((4, 64), dtype=np.float32))
    writer.add_tensor("blk.0.attn_q.weight", np.zeros((3, 5, 64), dtype=np.float16))
    blocks = np.zeros((8, 4 * 18), dtype=np.uint8)
    writer.add_tensor("blk.0.ffn_up.weight", blocks, raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = read(path.read_bytes())
    assert header.architecture == architecture
    assert header.integers(f"{architecture}.attention.head_count_kv") == (2, 0, 2)
    assert header.integers(f"{architecture}.attention.sliding_window_pattern") == (1, 0, 1)
    assert header.integer("test.big") == 2**64 - 1
    assert header.integer("test.small") == -128
    assert header.number("test.pi") == 3.141592653589793
    assert header.metadata["test.yes"] is True
    tokens = header.array("tokenizer.ggml.tokens")
    assert tokens is not None
    assert list(tokens.texts()) == ["<unk>", "ä", "", "🙂"]
    assert [t.shape for t in header.tensors] == [(64, 4), (64, 5, 3), (128, 8)]
    assert [t.type.name for t in header.tensors] == ["F32", "F16", "Q4_0"]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("alignment", [1, 8, 32, 64, 4096])
def test_versions_and_alignments_in_use_are_read(version: int, alignment: int) -> None:
    file = GgufFile(version=version, alignment=alignment)
    file.add("general.alignment", "u32", alignment)
    file.add_tensor("a", (3, 5))
    file.add_tensor("b", (256,), "Q6_K")
    header = read(file.whole())
    assert header.alignment == alignment
    assert header.data_end == file.size()


def test_a_file_without_tensors_is_read() -> None:
    file = GgufFile()
    file.add("split.count", "u16", 3)
    header = read(file.whole())
    assert header.split_count == 3
    assert header.tensors == ()


def test_a_tiny_model_is_loadable() -> None:
    check_loadable(read(tiny_llama().whole()))


def test_wrong_types_of_entries_are_named() -> None:
    file = GgufFile()
    file.add("general.architecture", "u32", 7)
    header = read(file.whole())
    with pytest.raises(Exception, match=r"'general\.architecture' is not text"):
        _ = header.architecture


def test_known_texts_change_nothing_and_are_walked_once(starter: bytes) -> None:
    alone = read(starter)
    known = KnownTexts()
    for _ in range(2):
        header = read_header(starter, len(starter), known)
        assert isinstance(header, Header)
        for key in ("tokenizer.ggml.tokens", "tokenizer.ggml.merges"):
            assert bytes(header.array(key).data) == bytes(alone.array(key).data)
        assert header.tensors == alone.tensors
        check_loadable(header, known)
    # Cut inside the vocabulary, a known one tells at once where it ends.
    tokens = alone.array("tokenizer.ggml.tokens")
    assert tokens is not None
    more = read_header(starter[:300_000], len(starter), known)
    assert isinstance(more, NeedMore)
    assert more.byte_count > len(tokens.data)


def test_a_changed_vocabulary_is_no_known_one() -> None:
    known = KnownTexts()
    sound = tiny_llama()
    header = read_header(sound.whole(), sound.size(), known)
    assert isinstance(header, Header)
    check_loadable(header, known)
    data = sound.whole().replace(b"<0xFE>", b"<0xFD>")
    twice = read_header(data, len(data), known)
    assert isinstance(twice, Header)
    with pytest.raises(ModelFileError, match="occurs twice"):
        check_loadable(twice, known)
    # One that begins alike, announces as many texts, and is cut short by a length.
    longer = sound.whole().replace(b"\x06" + b"\0" * 7 + b"<0xFE>", b"\xff" * 8 + b"<0xFE>")
    with pytest.raises(ModelFileError, match="cut short or damaged"):
        read_header(longer, len(longer), known)
