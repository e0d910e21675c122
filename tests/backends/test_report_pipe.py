"""Reports of a worker: in order, text in bundles, everything else at once."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from functools import partial

import pytest

from app.domain.engine import Finished, TextDelta
from backends.protocol import Generated, Heartbeat, Report, read_report
from backends.report_pipe import ReportPipe
from tests.fakes.timings import timings
from tests.systems import packets

pytestmark = packets
WORDS = [f"word {number} " for number in range(200)]


@pytest.fixture(scope="module")
def pipes() -> Iterator[list[tuple[ReportPipe, socket.socket]]]:
    """One for each test, because their threads live as long as the process.

    Each write stays apart for the reader.
    """
    sockets = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(4)]
    for _, reading in sockets:
        reading.settimeout(20)
    yield [(ReportPipe(writing.fileno(), lambda: None), reading) for writing, reading in sockets]
    for writing, reading in sockets:
        writing.close()
        reading.close()


@pytest.fixture
def ends(pipes: list[tuple[ReportPipe, socket.socket]]) -> tuple[ReportPipe, socket.socket]:
    return pipes.pop()


def text(word: str) -> Generated:
    return Generated(1, TextDelta(word, timings()))


def next_write(reading: socket.socket) -> list[Report]:
    packet = io.BytesIO(reading.recv(1_000_000))
    return list(iter(partial(read_report, packet), None))


def words(reports: list[Report]) -> list[str]:
    events = [each.event for each in reports if isinstance(each, Generated)]
    return [event.text for event in events if isinstance(event, TextDelta)]


def test_first_text_is_sent_at_once_and_the_next_without_being_asked(ends) -> None:
    pipe, reading = ends
    pipe.send(text("a"))
    pipe.send(text("b"))
    assert words(next_write(reading)) == ["a"]
    assert words(next_write(reading)) == ["b"]


def test_texts_come_in_order_and_in_fewer_writes(ends) -> None:
    pipe, reading = ends
    for word in WORDS:
        pipe.send(text(word))
    came: list[str] = []
    writes = 0
    while len(came) < len(WORDS):
        came += words(next_write(reading))
        writes += 1
    assert came == WORDS
    assert writes < len(WORDS) / 2


@pytest.mark.parametrize("report", [Heartbeat(), Generated(1, Finished("stop", timings(), 1))])
def test_any_other_report_takes_the_text_before_it_along(ends, report: Report) -> None:
    pipe, reading = ends
    for word in WORDS:
        pipe.send(text(word))
    pipe.send(report)
    came: list[Report] = []
    while report not in came:
        came += next_write(reading)
    assert came == [*map(text, WORDS), report]
