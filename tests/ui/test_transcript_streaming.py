"""A reply that streams in, and the view that follows it until it is scrolled."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_flow import Spot
from tests.ui.chat_text import REPLY, message
from tests.ui.transcript_probe import button, picture, shown, stream

# Streaming


def test_a_streamed_reply_ends_as_the_stored_one(transcript: Transcript, qtbot: QtBot) -> None:
    text = REPLY * 4
    stream(transcript, qtbot, text)
    transcript.finish_reply(message(1, "assistant", text))
    # As high as the whole reply, so that all of it is compared.
    transcript.resize(900, transcript.flow.total() + 40)
    streamed, words, height = picture(transcript), shown(transcript), transcript.flow.total()
    transcript.set_messages([message(1, "assistant", text)])
    assert shown(transcript) == words
    assert transcript.flow.total() == height
    assert picture(transcript) == streamed


def test_finishing_keeps_the_documents(transcript: Transcript, qtbot: QtBot) -> None:
    text = REPLY * 3
    stream(transcript, qtbot, text)
    parts = list(transcript.flow.entries[0].parts)
    transcript.finish_reply(message(1, "assistant", text))
    assert transcript.flow.entries[0].parts[:-1] == parts[:-1]


def test_text_after_the_end_of_a_reply_is_not_lost(transcript: Transcript) -> None:
    transcript.begin_reply(message(1, "assistant", "", state="streaming"))
    transcript.append_text("first ")
    transcript.finish_reply(message(1, "assistant", "first second", finish_reason="cancelled"))
    assert shown(transcript) == ["first second"]


def test_another_conversation_ends_the_stream(transcript: Transcript, qtbot: QtBot) -> None:
    stream(transcript, qtbot, "one two three")
    transcript.append_text(" four")
    transcript.set_messages([message(5, "user", "else")])
    transcript.append_text(" five")
    qtbot.waitUntil(lambda: not transcript._arrived)
    assert shown(transcript) == ["else"]


# Following the end


def test_the_view_follows_the_reply_until_it_is_scrolled(
    transcript: Transcript, qtbot: QtBot
) -> None:
    bar = transcript.verticalScrollBar()
    stream(transcript, qtbot, REPLY * 3)
    assert bar.value() == bar.maximum() > 0
    qtbot.keyClick(transcript, Qt.Key.Key_PageUp)
    held = bar.value()
    assert held < bar.maximum()
    transcript.append_text(REPLY * 3)
    qtbot.waitUntil(lambda: not transcript._arrived)
    assert bar.value() == held
    jump = button(transcript, "Jump to latest")
    assert jump.isVisible()
    qtbot.mouseClick(jump, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not jump.isVisible()
    transcript.append_text(REPLY)
    qtbot.waitUntil(lambda: not transcript._arrived)
    assert bar.value() == bar.maximum()


def test_what_is_read_stays_where_it_is_while_heights_are_measured(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_messages([message(i, "assistant", REPLY) for i in range(40)])
    for _ in range(60):
        top = transcript.verticalScrollBar().value()
        words = transcript.place_at(QPoint(200, 10))
        assert words is not None
        spot = Spot(words.entry, words.part)
        before = transcript.flow.part_top(spot) - top
        qtbot.keyClick(transcript, Qt.Key.Key_Up)
        after = transcript.flow.part_top(spot) - transcript.verticalScrollBar().value()
        assert after - before == 40


def test_keys_scroll(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(i, "assistant", REPLY) for i in range(10)])
    bar = transcript.verticalScrollBar()
    qtbot.keyClick(transcript, Qt.Key.Key_Home)
    assert bar.value() == 0
    qtbot.keyClick(transcript, Qt.Key.Key_PageDown)
    paged = bar.value()
    assert paged > transcript.viewport().height() // 2
    qtbot.keyClick(transcript, Qt.Key.Key_Down)
    assert paged < bar.value() < 2 * paged
    qtbot.keyClick(transcript, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert transcript.following
