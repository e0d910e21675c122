"""Conversations that outlive their slot and the engine, on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, GenerationRequest
from tests.backends.stepped import Stepped, chat

HISTORY = "The library opens at nine and closes at six, but on Sundays it stays shut. " * 24
BOOK = ChatMessage("user", HISTORY + "When does it open?")


def first(**options: object) -> GenerationRequest:
    return chat(BOOK, max_tokens=6, **options)


def turn(answer: str) -> GenerationRequest:
    return chat(
        BOOK, ChatMessage("assistant", answer), ChatMessage("user", "And close?"), max_tokens=6
    )


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
    assert timings.cached_tokens > 300
    assert timings.evaluated_tokens < 5
    engine.close()


def test_conversation_comes_back_after_another_took_its_slot(
    starter_path: Path, tmp_path: Path
) -> None:
    engine = open_engine(starter_path, tmp_path)
    answer = engine.reply(first())
    engine.reply(chat(ChatMessage("user", "word " * 400), max_tokens=2))
    number = engine.submit(turn(answer))
    engine.run()
    assert engine.end(number).timings.cached_tokens > 300
    assert len(files(tmp_path)) == 2
    engine.close()


@pytest.mark.parametrize(
    "options", [{"kv_type": "q8_0", "flash_attention": "on"}, {"flash_attention": "off"}]
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


@pytest.mark.parametrize("damage", ["cut", "empty", "flip"])
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


def test_folder_stays_within_its_bound(starter_path: Path, tmp_path: Path) -> None:
    """One conversation of 500 tokens takes 11 MB; the bound is 32 MiB."""
    engine = open_engine(starter_path, tmp_path)
    for word in ["one", "two", "three", "four", "five", "six", "seven", "eight"]:
        engine.reply(chat(ChatMessage("user", f"{word} " * 440), max_tokens=1))
    engine.close()
    sizes = [path.stat().st_size for path in files(tmp_path)]
    assert 0 < sum(sizes) <= 32 * 2**20
    assert len(sizes) < 4
    assert all(path.suffix == ".kv" for path in files(tmp_path))


def test_folder_that_cannot_be_written_disturbs_nothing(starter_path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = open_engine(starter_path, tmp_path / "file")
    assert engine.reply(first())
    assert engine.reply(chat(ChatMessage("user", "word " * 400), max_tokens=2)) is not None
    engine.close()
