"""Load options that reach llama.cpp, those that must not, and LoRA adapters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter

from app.domain.errors import AppError, ModelFileError, RequestError, UsageError
from app.domain.load_options import Adapter, Rope
from backends.protocol import SetAdapters
from tests.backends.stepped import Stepped, ask

QUESTION = ask("Name three colours.", max_tokens=8)


@pytest.mark.parametrize(
    ("options", "logged"),
    [
        (
            {"kv_type": "q8_0", "value_kv_type": "q4_0", "flash_attention": "on"},
            r"K \(q8_0\).*V \(q4_0\)",
        ),
        ({"kv_type": "f32", "flash_attention": "off"}, r"K \(f32\).*V \(f32\)"),
        ({"rope": Rope(scaling="linear", scale=0.5)}, r"freq_scale\s*= 0.5"),
        ({"rope": Rope(frequency_base=50000.0)}, r"freq_base\s*= 50000.0"),
        ({"micro_batch_tokens": 64}, r"n_ubatch\s*= 64"),
        ({"memory_map": False}, r"CPU\w* model buffer size"),
        ({"experts_on_cpu": True}, r"n_seq_max\s*= 4"),
        ({"prompt_threads": 2, "parallel": 3}, r"n_seq_max\s*= 3"),
    ],
)
def test_option_reaches_llama_cpp(
    starter_path: Path, capfd: pytest.CaptureFixture[str], options: dict[str, object], logged: str
) -> None:
    engine = Stepped(starter_path, **{"context_tokens": 256, **options})
    log = capfd.readouterr().err
    assert engine.reply(QUESTION)
    engine.close()
    assert re.search(logged, log), log[-3000:]


@pytest.mark.parametrize(
    "options",
    [
        {"kv_type": "q8_0", "flash_attention": "off"},
        {"value_kv_type": "q4_0", "flash_attention": "off"},
        {"parallel": 0},
        {"parallel": 100_000},
        {"threads": 0},
        {"threads": -3},
        {"micro_batch_tokens": 0},
        {"context_tokens": 0},
        {"context_tokens": -5},
        {"rope": Rope(scale=float("nan"))},
        {"tensor_split": (1.0, 2.0)},
    ],
)
def test_impossible_option_is_a_sentence(starter_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        Stepped(starter_path, **{"context_tokens": 256, **options})


def test_path_that_would_be_cut_at_its_nul_is_a_sentence(starter_path: Path) -> None:
    with pytest.raises(UsageError, match="NUL"):
        Stepped(starter_path, context_tokens=256, draft_model=os.fsencode(starter_path) + b"\0")


def test_device_that_is_not_there_is_a_sentence(starter_path: Path) -> None:
    with pytest.raises(AppError, match="NOSUCH0 is gone"):
        Stepped(starter_path, device="NOSUCH0")


def write_adapter(path: Path, width: int, *, seed: int = 1) -> Path:
    """A random adapter of rank 4 for the queries of the first three layers."""
    random = np.random.default_rng(seed)
    writer = GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 64.0)
    for layer in range(3):
        name = f"blk.{layer}.attn_q.weight"
        writer.add_tensor(f"{name}.lora_a", random.normal(0, 1, (4, width)).astype(np.float32))
        writer.add_tensor(f"{name}.lora_b", random.normal(0, 1, (width, 4)).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def engine(starter_path: Path) -> Iterator[Stepped]:
    engine = Stepped(starter_path, context_tokens=256, parallel=1)
    yield engine
    engine.close()


@pytest.mark.long
def test_adapters_are_switched_without_a_new_load(engine: Stepped, tmp_path: Path) -> None:
    plain = engine.reply(QUESTION)
    first = Adapter(os.fsencode(write_adapter(tmp_path / "a.gguf", 576)))
    second = Adapter(os.fsencode(write_adapter(tmp_path / "b.gguf", 576, seed=2)))
    texts: list[str] = []
    for adapters in ((first,), (first, second), (Adapter(first.path, 0.0),), ()):
        engine.model.answer(SetAdapters(1, adapters))
        texts.append(engine.reply(QUESTION))
    assert texts[0] != plain
    assert texts[1] != texts[0]
    assert texts[2:] == [plain, plain]


def test_wrong_adapter_is_an_error_and_changes_nothing(
    engine: Stepped, starter_path: Path, tmp_path: Path
) -> None:
    plain = engine.reply(QUESTION)
    noise = tmp_path / "noise.gguf"
    noise.write_bytes(b"no adapter" * 99)
    for path in (write_adapter(tmp_path / "c.gguf", 64), noise, starter_path, tmp_path / "no"):
        with pytest.raises(ModelFileError, match=r"adapter.*\.$"):
            engine.model.answer(SetAdapters(1, (Adapter(os.fsencode(path)),)))
    engine.forget()
    assert engine.reply(QUESTION) == plain


def test_adapters_do_not_change_under_a_reply(engine: Stepped) -> None:
    engine.submit(QUESTION)
    engine.step()
    with pytest.raises(RequestError, match="in the making"):
        engine.model.answer(SetAdapters(1, ()))
    engine.run()
