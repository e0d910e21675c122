"""Errors are said in English, and in the language that the window has set."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from app.domain import words
from app.domain.errors import AppError, MemoryShortError, ModelFileError
from app.domain.words import Sentence, sentence

GERMAN = {
    "{name} cannot be read: {cause}.": "{name} lässt sich nicht lesen: {cause}.",
    "it is {size} long": "die Länge ist {size}",
    "The file is empty.": "Die Datei ist leer.",
}


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    words.speak(lambda text: GERMAN.get(text, text), ",", ".")
    yield
    words.speak(str, ".", ",")


def test_an_error_is_english_and_can_be_said_in_german() -> None:
    error = ModelFileError(
        "{name} cannot be read: {cause}.",
        name="{cause}.gguf",
        cause=sentence("it is {size} long", size=7),
    )
    assert str(error) == "{cause}.gguf cannot be read: it is 7 long."
    assert error.said() == "{cause}.gguf lässt sich nicht lesen: die Länge ist 7."
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(error.sentence), type=Sentence)
    assert again.said() == error.said()


def test_an_error_within_an_error_is_said_too() -> None:
    inner = AppError("The file is empty.")
    outer = MemoryShortError("{name} cannot be read: {cause}.", name="a", cause=inner, free_bytes=3)
    assert str(outer) == "a cannot be read: The file is empty.."
    assert outer.said() == "a lässt sich nicht lesen: Die Datei ist leer.."
    assert outer.free_bytes == 3


def test_braces_in_a_text_from_outside_are_left_alone() -> None:
    error = AppError("It says: {x}")
    assert str(error) == error.said() == "It says: {x}"
