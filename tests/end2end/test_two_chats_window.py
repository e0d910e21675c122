"""Two chats of the real window stream at once from one loaded model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.main_window import MainWindow
from app.ui.turns import RunningTurn
from tests.end2end.test_window import Until, opened, ready, transcript, write

SEA = "Tell a very long story about the sea, with many chapters."
HILLS = "Tell a very long story about the hills, with many chapters."


async def two_streams(window: MainWindow, until: Until) -> list[RunningTurn]:
    """Two turns that both stream; asked again when a reply was over too soon."""
    turns = window._workspace.turns
    for _ in range(10):
        window.new_chat()
        write(window, SEA)
        await until(lambda: not turns.running or (turns.reply and turns.reply.text))
        window.new_chat()
        write(window, HILLS)
        await until(lambda: not turns.running or (turns.reply and turns.reply.text))
        if len(turns.chats) == 2:
            return list(turns._turns)
        turns.stop_all()
        await until(lambda: not turns.chats)
    raise AssertionError("Every reply was too short to run beside another one.")


def length(turn: RunningTurn) -> int:
    return 0 if turn.reply is None else len(turn.reply.text)


@pytest.mark.long
async def test_two_chats_stream_at_once_and_one_ends_without_the_other(
    qapp: QApplication, until: Until
) -> None:
    async with opened(qapp, until) as window:
        await ready(window, until)
        session = window._workspace.loading.session
        assert session is not None
        assert session.info.capabilities.parallel >= 2
        first, second = await two_streams(window, until)
        seen = length(first), length(second)
        await until(
            lambda: (
                (length(first) > seen[0] or first.reply is None)
                and (length(second) > seen[1] or second.reply is None)
            )
        )
        first_id, second_id = first.conversation_id, second.conversation_id
        window._workspace.conversations.open(first_id)
        await until(lambda: SEA in transcript(window))
        assert HILLS not in transcript(window)
        assert window.strip.meter("decode").text.endswith("t/s")
        window._workspace.conversations.open(second_id)
        await until(lambda: HILLS in transcript(window))
        turns = window._workspace.turns
        QTest.keyClick(window.chat_page.composer.focusProxy(), Qt.Key.Key_Escape)
        await until(lambda: second_id not in turns.chats)
        grown = length(first)
        await until(lambda: length(first) > grown or first_id not in turns.chats)
        turns.stop_all()
        await until(lambda: not turns.chats)
