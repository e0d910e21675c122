"""Text out of bytes: characters stay whole, stop strings are found wherever they are cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backends.llama_cpp.text import ReplyText


def run(pieces: list[bytes], stop: tuple[str, ...] = ()) -> tuple[list[str], bool]:
    text = ReplyText(stop)
    shown: list[str] = []
    for piece in pieces:
        shown.append(text.feed(piece))
        if text.stopped:
            break
    return [*shown, text.finish()], text.stopped


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(marks)]


@given(st.text(), st.lists(st.integers(0, 10_000)))
def test_any_cut_of_the_bytes_gives_the_same_text(text: str, places: list[int]) -> None:
    text = text.encode("utf-8", "replace").decode()
    shown, _ = run(cut(text.encode(), places))
    assert "".join(shown) == text


@given(st.text("abnŝ🙂"), st.text("abnŝ🙂", min_size=1, max_size=4), st.lists(st.integers(0, 99)))
def test_reply_ends_before_the_first_stop_string(text: str, stop: str, places: list[int]) -> None:
    shown, stopped = run(cut(text.encode(), places), (stop,))
    assert "".join(shown) == text.split(stop, 1)[0]
    assert stopped is (stop in text)


def test_the_earliest_of_several_stop_strings_wins() -> None:
    shown, stopped = run([b"one tw", b"o three"], ("three", "two"))
    assert "".join(shown) == "one "
    assert stopped


def test_incomplete_character_waits_and_bad_bytes_are_marked() -> None:
    text = ReplyText()
    assert text.feed("é".encode()[:1]) == ""
    assert text.feed("é".encode()[1:]) == "é"
    assert text.feed(b"\xff!") == "\ufffd!"
    assert text.feed(b"\xf0\x9f") == ""
    assert text.finish() == "\ufffd"
