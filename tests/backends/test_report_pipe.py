"""Reports of a worker: in order, text in bundles, everything else at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from app.domain.engine import Finished, TextDelta
from backends.protocol import Generated, Heartbeat, Report, read_report
from backends.report_pipe import ReportPipe
from tests.fakes.timings import timings

# Few enough for the buffer of any system's pipe: nobody reads while they are sent.
WORDS = [f"word {number} " for number in range(30)]


Ends = tuple[ReportPipe, BinaryIO, int]


@pytest.fixture(scope="module")
def pipes() -> Iterator[list[Ends]]:
    """One for each test, because their threads live as long as the process: the pipe, what comes
    out of it, and the descriptor that it writes to.
    """
    made = [os.pipe() for _ in range(4)]
    streams = [os.fdopen(reading, "rb") for reading, _ in made]
    yield [
        (ReportPipe(writing, lambda: None), stream, writing)
        for (_, writing), stream in zip(made, streams, strict=True)
    ]
    for (_, writing), stream in zip(made, streams, strict=True):
        os.close(writing)
        stream.close()


@pytest.fixture
def ends(pipes: list[Ends]) -> Ends:
    return pipes.pop()


def text(word: str) -> Generated:
    return Generated(1, TextDelta(word, timings()))


def word_of(report: Report | None) -> str:
    assert isinstance(report, Generated)
    assert isinstance(report.event, TextDelta)
    return report.event.text


def test_first_text_is_sent_at_once_and_the_next_without_being_asked(ends) -> None:
    pipe, stream, _ = ends
    for word in ("a", "b"):
        pipe.send(text(word))
        assert word_of(read_report(stream)) == word


def test_texts_come_in_order_and_in_fewer_writes(ends, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, stream, descriptor = ends
    write, sizes = os.write, list[int]()

    def noted(target: int, data: memoryview) -> int:
        if target == descriptor:
            sizes.append(len(data))
        return write(target, data)

    monkeypatch.setattr(os, "write", noted)
    for word in WORDS:
        pipe.send(text(word))
    assert [word_of(read_report(stream)) for _ in WORDS] == WORDS
    assert len(sizes) < len(WORDS) / 2


@pytest.mark.parametrize("report", [Heartbeat(), Generated(1, Finished("stop", timings(), 1))])
def test_any_other_report_takes_the_text_before_it_along(ends, report: Report) -> None:
    pipe, stream, _ = ends
    sent = [*map(text, WORDS), report]
    for each in sent:
        pipe.send(each)
    assert [read_report(stream) for _ in sent] == sent
