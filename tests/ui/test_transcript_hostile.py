"""Hostile and very large text: nothing is opened, and nothing freezes the window."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QTextDocument

from app.ui.theme import DARK
from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_flow import Spot
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_markdown import markdown_document
from app.ui.widgets.transcript_typeset import Typeset
from tests.ui.chat_text import HOSTILE, REPLY, message

# How much longer than an ordinary conversation hostile text may take; a freeze takes thousands
# of times as long (a run of a megabyte: a minute against some 10 ms).
OPENING_RATIO = 100
FRAME_RATIO = 60


def seconds(transcript: Transcript, action: Callable[[], object]) -> float:
    """How long an action keeps the window from answering, with the painting after it.

    It is this thread's time on a processor: what other programs take does not count.
    """
    begin = time.thread_time()
    action()
    QCoreApplication.processEvents()
    transcript.viewport().repaint()
    return time.thread_time() - begin


def open_seconds(transcript: Transcript, role: str, text: str) -> float:
    transcript.clear()
    return seconds(transcript, lambda: transcript.set_messages([message(1, role, text)]))


def reference_seconds(transcript: Transcript) -> float:
    """What a screen full of ordinary Markdown takes, warm, on this machine, now."""
    return min(open_seconds(transcript, "assistant", REPLY * 3) for _ in range(4))


# A question is laid out like a reply: it is tried in the long run.
@pytest.mark.parametrize("role", [pytest.param("user", marks=pytest.mark.long), "assistant"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_opens_and_scrolls(transcript: Transcript, kind: str, role: str) -> None:
    limit = OPENING_RATIO * reference_seconds(transcript)
    assert open_seconds(transcript, role, HOSTILE[kind]) < limit
    bar = transcript.verticalScrollBar()
    assert seconds(transcript, lambda: bar.setValue(bar.value() - 900)) < limit
    assert seconds(transcript, lambda: bar.setValue(0)) < limit


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.long if number % 4 else ())
        for number, kind in enumerate(HOSTILE)
    ],
)
def test_hostile_text_streams(transcript: Transcript, kind: str) -> None:
    reference = reference_seconds(transcript)
    text = HOSTILE[kind][:12_000]
    transcript.clear()
    transcript.begin_reply(message(1, "assistant", "", state="streaming"))
    frames: list[float] = []
    for begin in range(0, len(text), 300):
        transcript.append_text(text[begin : begin + 300])
        frames.append(seconds(transcript, transcript._draw_arrived))
    assert sorted(frames)[-2] < FRAME_RATIO * reference
    finish = seconds(transcript, lambda: transcript.finish_reply(message(1, "assistant", text)))
    assert finish < FRAME_RATIO * reference


def test_two_thousand_messages_open_like_twenty(transcript: Transcript) -> None:
    few = [message(i, "assistant" if i % 2 else "user", REPLY) for i in range(20)]
    many = [message(i, "assistant" if i % 2 else "user", REPLY) for i in range(2_000)]
    short = min(seconds(transcript, lambda: transcript.set_messages(few)) for _ in range(3))
    long = min(seconds(transcript, lambda: transcript.set_messages(many)) for _ in range(3))
    assert long < 12 * short


def test_a_frame_of_a_long_reply_costs_what_one_of_a_short_does(transcript: Transcript) -> None:
    transcript.begin_reply(message(1, "assistant", "", state="streaming"))
    text = REPLY.replace("<think>", "").replace("</think>", "") * 40
    frames: list[float] = []
    for begin in range(0, len(text), 100):
        transcript.append_text(text[begin : begin + 100])
        frames.append(seconds(transcript, transcript._draw_arrived))
    quarter = len(frames) // 4
    middle = quarter // 2
    assert sorted(frames[-quarter:])[middle] < 4 * sorted(frames[:quarter])[middle]


def test_a_reply_cannot_make_the_window_read_a_pipe(transcript: Transcript, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    os.write(reader, b"kept")
    text = f"![a]({pipe}) ![b](file://{pipe}) [c]: {pipe}\n\n<img src='{pipe}'>"
    transcript.set_messages([message(1, "assistant", text), message(2, "user", text)])
    transcript.grab()
    assert os.read(reader, 10) == b"kept"
    os.close(reader)


@pytest.mark.parametrize("address", ["/dev/zero", "file:///dev/zero", "//host/share/x", "qrc:/x"])
def test_a_document_answers_no_resource(address: str) -> None:
    document = markdown_document(f"![x]({address})", Look(DARK, Typeset()), dim=False)
    for kind in QTextDocument.ResourceType:
        assert document.resource(kind.value, QUrl(address)) is None


@pytest.mark.long
def test_documents_that_are_not_seen_are_let_go(transcript: Transcript) -> None:
    transcript.set_messages([message(i, "assistant", REPLY) for i in range(200)])
    bar = transcript.verticalScrollBar()
    while bar.value() > 0:
        seconds(transcript, lambda: bar.setValue(bar.value() - 500))
    live = [part for entry in transcript.flow.entries for part in entry.parts if part.is_live]
    assert len(live) <= 320
    height = transcript.flow.total()
    transcript.follow_end()
    assert transcript.flow.total() == height
    last = len(transcript.flow.entries[199].parts) - 1
    assert transcript.flow.document(Spot(199, last)).length() > 1
