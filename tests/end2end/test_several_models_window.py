"""Two models in processes of their own, in the real window: both stream, one is killed, all end."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from app.services.paths import Paths
from app.ui.main_window import MainWindow
from app.ui.running_turn import RunningTurn
from tests.end2end.test_window import ENDLESS, LIKELIEST, Until, opened, ready, stored, write


@pytest.fixture
def second(starter_path: Path) -> str:
    """The starter once more, as a model of its own."""
    Paths.default().create()
    shutil.copyfile(starter_path, Paths.default().models / "second.gguf")
    return "second"


async def ask_both(window: MainWindow, until: Until, second: str) -> list[RunningTurn]:
    """Two chats, each answered by a model of its own without an end; the second one is shown."""
    shared = window._workspace
    await ready(window, until)
    for name in (None, second):
        if name is not None:
            window.new_chat()
            model = next(each for each in shared.shelf.models if each.name == name)
            window.chat_page.picker.chosen.emit(model)
            await until(lambda: shared.loading.session is not None)
        shared.reply_choice.set(LIKELIEST)
        write(window, ENDLESS)
        await until(lambda: shared.turns.reply is not None and shared.turns.reply.text)
    assert len(shared.turns.chats) == 2
    return list(shared.turns._turns)


def length(turn: RunningTurn) -> int:
    return 0 if turn.reply is None else len(turn.reply.text)


def workers() -> set[int]:
    """The processes that hold models."""
    return {
        child.pid for child in psutil.Process().children() if "backends.worker" in child.cmdline()
    }


@pytest.mark.long
async def test_two_models_stream_at_once_and_one_survives_the_kill_of_the_other(
    qapp: QApplication, until: Until, second: str
) -> None:
    async with opened(qapp, until) as window:
        shared = window._workspace
        first_turn, second_turn = await ask_both(window, until, second)
        sessions = [each.session for each in shared.models.all]
        assert {each.process_id for each in sessions} == workers()
        assert len(workers()) == 2
        seen = length(first_turn), length(second_turn)
        await until(lambda: length(first_turn) > seen[0] and length(second_turn) > seen[1])
        held = window.strip.meter("worker")
        await until(lambda: held.text.endswith("iB"))

        assert second_turn.session is not None
        assert second_turn.session.process_id is not None
        killed_id = second_turn.conversation_id
        psutil.Process(second_turn.session.process_id).kill()
        await until(lambda: killed_id not in shared.turns.chats)
        notice = window.banner.notice
        assert notice is not None
        assert "ended from outside (SIGKILL) in the middle of a reply" in notice.text
        grown = length(first_turn)
        await until(lambda: length(first_turn) > grown + 20)
        assert [each.session for each in shared.models.all] == [first_turn.session]
        shared.conversations.open(first_turn.conversation_id)
        await until(lambda: shared.loading.session is first_turn.session)
        await until(lambda: held.text.endswith("iB"))
    assert not psutil.Process().children(), "closing ends every worker"
    states = sorted(message.state for message in stored() if message.role == "assistant")
    assert states == ["complete", "interrupted"]
