"""Conversations that outlive their slot and the engine, on disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, GenerationRequest
from app.domain.load_options import Adapter
from backends.llama_cpp.state_cache import LEAST_TOKENS, StateCache
from backends.protocol import ForgetChats, KeepStates, SetAdapters, StatesChanged
from tests.backends.stepped import GREEDY, Stepped, chat
from tests.backends.test_load_options import write_adapter
from tests.backends.tiny_models import write_llama

HISTORY = "The library opens at nine and closes at six, but on Sundays it stays shut. " * 17
BOOK = ChatMessage("user", HISTORY + "When does it open?")


def first(**options: object) -> GenerationRequest:
    return chat(BOOK, **{"max_tokens": 6, "conversation_id": 7, **options})


def turn(answer: str) -> GenerationRequest:
    asked = (BOOK, ChatMessage("assistant", answer), ChatMessage("user", "And close?"))
    return chat(*asked, max_tokens=6, conversation_id=7)


def other(conversation_id: int | None = 8) -> GenerationRequest:
    """Another chat, which takes the one slot."""
    words = ChatMessage("user", "word " * 300)
    return chat(words, max_tokens=2, conversation_id=conversation_id)


def open_engine(path: Path, folder: Path, **options: object) -> Stepped:
    return Stepped(path, folder, **{"context_tokens": 1024, "parallel": 1, **options})


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def test_conversation_goes_on_after_a_restart(starter_path: Path, tmp_path: Path) -> None:
    engine = open_engine(starter_path, tmp_path)
    answer = engine.reply(first())
    kept = engine.submit(turn(answer))
    engine.run()
    undisturbed = engine.text(kept)
    engine.close()
    engine = open_engine(starter_path, tmp_path)
    number = engine.submit(turn(answer))
    engine.run()
    timings = engine.end(number).timings
    assert engine.text(number) == undisturbed
    assert timings.cached_tokens > 256
    assert timings.evaluated_tokens < 5
    engine.close()


def test_conversation_comes_back_after_another_took_its_slot(
    starter_path: Path, tmp_path: Path
) -> None:
    engine = open_engine(starter_path, tmp_path)
    answer = engine.reply(first())
    engine.reply(other())
    number = engine.submit(turn(answer))
    engine.run()
    assert engine.end(number).timings.cached_tokens > 256
    assert len(files(tmp_path)) == 2
    engine.close()


def test_states_belong_to_the_adapters_that_they_were_made_with(tmp_path: Path) -> None:
    model = write_llama(tmp_path / "llama.gguf", width=64, layers=3)
    adapter = Adapter(os.fsencode(write_adapter(tmp_path / "a.gguf", 64)), 0.2)
    engine = open_engine(model, tmp_path / "states")
    text = GenerationRequest(prompt=HISTORY[:500], sampling=GREEDY, max_tokens=1, conversation_id=7)

    def reused(*adapters: Adapter) -> int:
        engine.model.answer(SetAdapters(1, adapters))
        number = engine.submit(text)
        engine.run()
        engine.model._scheduler._slots.keep_all()
        return engine.end(number).timings.cached_tokens

    assert [reused(), reused(adapter)] == [0, 0]
    assert min(reused(), reused(adapter)) > LEAST_TOKENS
    write_adapter(tmp_path / "a.gguf", 64, seed=2)
    engine.close()
    engine = open_engine(model, tmp_path / "states", adapters=(adapter,))
    number = engine.submit(text)
    engine.run()
    assert engine.end(number).timings.cached_tokens == 0
    engine.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "options",
    [
        {"flash_attention": "off"},
        {"kv_type": "q8_0", "flash_attention": "on"},
    ],
)
def test_other_options_start_anew(
    starter_path: Path, tmp_path: Path, options: dict[str, object]
) -> None:
    engine = open_engine(starter_path, tmp_path)
    engine.reply(first())
    engine.close()
    engine = open_engine(starter_path, tmp_path, **options)
    number = engine.submit(first())
    engine.run()
    assert engine.end(number).timings.cached_tokens == 0
    engine.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "damage",
    [
        "cut",
        "empty",
        "flip",
    ],
)
def test_damaged_file_is_evaluated_again_and_removed(
    starter_path: Path, tmp_path: Path, damage: str
) -> None:
    engine = open_engine(starter_path, tmp_path)
    whole = engine.reply(first())
    engine.close()
    (path,) = files(tmp_path)
    data = path.read_bytes()
    changed = bytearray(data)
    changed[len(data) // 2] ^= 255
    path.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "flip": changed}[damage])
    engine = open_engine(starter_path, tmp_path)
    number = engine.submit(first())
    engine.run()
    assert engine.text(number) == whole
    assert engine.end(number).timings.cached_tokens == 0
    engine.close()
    assert damage == "empty" or not path.exists() or path.read_bytes() == data


def test_folder_stays_within_its_bound(tmp_path: Path) -> None:
    """The least recently used goes first, whichever model's it is."""
    states = [StateCache(name) for name in ("one", "two")]
    for cache in states:
        cache.keep_in(os.fsencode(tmp_path), 1000)
    for number in range(8):
        tokens = list(range(number, number + LEAST_TOKENS))

        def write(path: Path, number: int = number) -> bool:
            return path.write_bytes(bytes([number]) * 300) > 0

        states[number % 2].save(number, tokens, 300, write)
        for path in files(tmp_path):
            os.utime(path, (number, int(path.name.split("-")[0])))
    assert [path.name.split("-")[0] for path in files(tmp_path)] == ["6", "5", "7"]


@pytest.mark.long
def test_chat_that_is_not_stored_leaves_nothing_on_disk(starter_path: Path, tmp_path: Path) -> None:
    engine = open_engine(starter_path, tmp_path)
    engine.reply(first(conversation_id=None))
    engine.reply(other(None))
    engine.close()
    assert files(tmp_path) == []


@pytest.mark.long
def test_forgotten_chat_is_neither_kept_nor_reused(starter_path: Path, tmp_path: Path) -> None:
    engine = open_engine(starter_path, tmp_path)
    engine.reply(first())
    assert engine.model.answer(ForgetChats(1, (7,))) == StatesChanged(1)
    number = engine.submit(first())
    engine.run()
    assert engine.end(number).timings.cached_tokens == 0
    engine.close()
    assert files(tmp_path) == []


@pytest.mark.long
def test_keeping_is_switched_off_and_on_while_the_model_is_loaded(
    starter_path: Path, tmp_path: Path
) -> None:
    engine = open_engine(starter_path, tmp_path)
    engine.model.answer(KeepStates(1, None, 0))
    engine.reply(first(max_tokens=1))
    engine.reply(other())
    assert files(tmp_path) == []
    engine.model.answer(KeepStates(2, os.fsencode(tmp_path), 2**25))
    engine.close()
    (path,) = files(tmp_path)
    assert path.name.startswith("8-")


def test_what_a_killed_worker_left_half_written_is_removed(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    for name, age in (("1.part", 3600), ("2.part", 0)):
        part = tmp_path / "model" / name
        part.touch()
        os.utime(part, (time.time() - age,) * 2)
    cache = StateCache("model")
    cache.keep_in(os.fsencode(tmp_path), 1000)
    assert cache.find([1, 2], 0, whole=False) is None
    assert [path.name for path in files(tmp_path)] == ["2.part"]


@pytest.mark.long
def test_folder_that_cannot_be_written_disturbs_nothing(starter_path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = open_engine(starter_path, tmp_path / "file")
    assert engine.reply(first())
    assert engine.reply(other()) is not None
    engine.close()
