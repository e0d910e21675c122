"""Several models side by side in the real window: each chat with its own, and room on demand."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.domain.errors import EngineDiedError, MemoryShortError
from app.domain.estimates import RowEstimate
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.services.engine_host import Machine, Neighbours, Planned
from app.ui.idle_ejection import IdleEjection
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from app.ui.widgets.model_choices import MODEL_ROLE, eject_place
from app.ui.widgets.room_question import RoomQuestion
from tests.fakes.scripted_engine import ScriptedEngine
from tests.fakes.window_services import WindowServices, local_model, window_services
from tests.ui.conftest import Until
from tests.ui.test_chat_page import OpenShell, loaded, write

ONE = local_model("one-model", source="starter", size_bytes=4 * 10**9)
TWO = local_model("two-model", size_bytes=3 * 10**9)
DESCRIBED = Qt.ItemDataRole.AccessibleTextRole
CONTROL = Qt.KeyboardModifier.ControlModifier


class Room:
    """Plans what fits into `room` bytes beside what stays, by the sizes of the files."""

    def __init__(self, room: int) -> None:
        self.room = room

    async def plan(
        self, model: LocalModel, options: LoadOptions, _machine: Machine, neighbours: Neighbours
    ) -> Planned:
        free = self.room - sum(each.foretold_bytes for each in neighbours.staying)
        if model.size_bytes > free:
            raise MemoryShortError(
                f"{model.name} does not fit.", needed_bytes=model.size_bytes, free_bytes=free
            )
        return Planned(options)


class CountedEstimates:
    """Says that everything fits, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def estimate(self, model: LocalModel) -> RowEstimate | None:
        self.asked.append(model.name)
        return RowEstimate(total_bytes=2**30, needed_bytes=2**30, fit="fits", note="Formula.")


@pytest.fixture
def services(home: Path) -> WindowServices:
    engine = ScriptedEngine(process_id=os.getpid())
    made = window_services(home / "quantbench", engine=engine, models=[ONE, TWO])
    made.local_estimates = CountedEstimates()
    return made


@pytest.fixture
async def shell(open_shell: OpenShell, until: Until) -> Shell:
    """A window with ONE loaded, and a chat that ONE has answered in."""
    shell = await loaded(open_shell, until)
    await ask(shell, until, "First")
    return shell


async def ask(shell: Shell, until: Until, text: str) -> None:
    write(shell, text)
    await until(lambda: shell.workspace.turns.running)
    await until(lambda: not shell.workspace.turns.running)


def names(shell: Shell) -> list[str]:
    return [each.model.name for each in shell.workspace.models.all]


async def use(shell: Shell, until: Until, model: LocalModel) -> None:
    shell.window.chat_page.picker.chosen.emit(model)
    await until(lambda: shell.workspace.loading.model == model)


async def test_each_chat_has_its_model_and_switching_loads_nothing(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    first = shell.workspace.conversations.current_id
    shell.window.new_chat()
    await use(shell, until, TWO)
    await ask(shell, until, "Second")
    assert names(shell) == ["one-model", "two-model"]
    assert [len(each.requests) for each in services.engine.sessions] == [1, 1]
    shell.workspace.conversations.open(first)
    picker = shell.window.chat_page.picker
    await until(lambda: picker.text_shown.startswith("one-model"))
    await ask(shell, until, "Third")
    assert len(services.engine.sessions) == 2, "both were loaded already"
    assert [len(each.requests) for each in services.engine.sessions] == [2, 1]
    page = shell.window.chat_page
    assert page.transcript.flow.entries[-1].facts.startswith("one-model")


async def test_choosing_a_model_that_is_loaded_makes_it_that_of_the_next_start(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    await use(shell, until, TWO)
    await use(shell, until, ONE)
    await until(lambda: services.settings.current.last_model == ONE.name)
    assert len(services.engine.sessions) == 2, "nothing was loaded for it"


async def test_asking_loads_the_model_of_the_chat_and_can_be_stopped(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    page, turns = shell.window.chat_page, shell.workspace.turns
    shell.workspace.loading.eject()
    await until(lambda: not shell.workspace.models.all)
    gate = services.engine.script.load_gate = asyncio.Event()
    write(shell, "Second")
    await until(lambda: "43 %" in page.bar.text)
    assert turns.running
    QTest.keyClick(page.composer.focusProxy(), Qt.Key.Key_Escape)
    assert not turns.running
    assert page.composer.text() == "Second", "nothing was asked, and nothing is lost"
    QTest.keyClick(page.composer.focusProxy(), Qt.Key.Key_Return)
    gate.set()
    await until(lambda: page.composer.text() == "")
    await until(lambda: not turns.running)
    assert [len(each.requests) for each in services.engine.sessions] == [1, 1]


async def test_question_that_waits_is_asked_behind_another_chat(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    shell.workspace.loading.eject()
    gate = services.engine.script.load_gate = asyncio.Event()
    write(shell, "Second")
    await until(lambda: "43 %" in shell.window.chat_page.bar.text)
    chat = shell.workspace.conversations.current_id
    shell.window.new_chat()
    shell.window.chat_page.picker.chosen.emit(TWO)  # does not cancel what is waited for
    gate.set()
    await until(lambda: sorted(names(shell)) == ["one-model", "two-model"])
    await until(lambda: not shell.workspace.turns.chats)
    assert chat is not None
    assert [each.text for each in await services.store.messages(chat)][2] == "Second"
    assert await services.store.draft(chat) == ""


async def test_room_is_asked_for_with_numbers(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    services.host._planner = Room(6 * 10**9)
    page = shell.window.chat_page
    page.picker.chosen.emit(TWO)
    await until(lambda: page.findChild(RoomQuestion))
    question = page.findChild(RoomQuestion)
    assert question is not None
    assert question.text() == (
        "two-model needs 2.79 GiB of memory and 1.86 GiB are free: eject one-model "
        "(frees about 3.73 GiB) and load two-model, or cancel."
    )
    question.reject()
    await until(lambda: not page.findChild(RoomQuestion))
    assert names(shell) == ["one-model"]
    page.empty.step_requested.emit("load_suggested")
    await until(lambda: page.findChild(RoomQuestion))
    QTest.mouseClick(page.findChild(RoomQuestion).eject_button, Qt.MouseButton.LeftButton)
    await until(lambda: names(shell) == ["two-model"])
    assert [each.is_closed for each in services.engine.sessions] == [True, False]
    await ask(shell, until, "Second")
    assert shell.window.chat_page.transcript.flow.entries[-1].facts.startswith("two-model")


async def test_model_that_fits_nowhere_ejects_nothing(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    services.host._planner = Room(2 * 10**9)
    shell.window.chat_page.picker.chosen.emit(TWO)
    await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.text == "two-model does not fit."
    assert names(shell) == ["one-model"]


async def test_engine_that_dies_takes_no_other_along(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    script = services.engine.script
    first = shell.workspace.conversations.current_id
    shell.window.new_chat()
    await use(shell, until, TWO)
    script.fail_at_token, script.error = 1, EngineDiedError("The engine was killed (signal 9).")
    write(shell, "Second")
    await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.action == "reload"
    assert names(shell) == ["one-model"]
    script.fail_at_token = None
    shell.workspace.conversations.open(first)
    await until(lambda: shell.workspace.loading.model == ONE)
    await ask(shell, until, "Third")
    shell.window.banner.action_button.click()
    await until(lambda: names(shell) == ["one-model", "two-model"])


async def test_process_that_ends_while_nothing_is_asked_is_noticed(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        services.engine._process_id = child.pid
        shell = await loaded(open_shell, until)
        meter = shell.window.strip.meter("worker")
        await until(lambda: meter.text.endswith("MiB"))
        child.communicate()
        await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.text.startswith("The process of one-model has ended.")
    assert names(shell) == []
    services.engine._process_id = os.getpid()
    shell.window.banner.action_button.click()
    await until(lambda: names(shell) == ["one-model"])


async def test_chats_find_their_models_after_a_restart(
    shell: Shell, services: WindowServices, until: Until, open_shell: OpenShell
) -> None:
    shell.window.new_chat()
    await use(shell, until, TWO)
    await ask(shell, until, "Second")
    chats = {chat.title: chat.id for chat in await services.store.conversations()}
    shell.window.close()
    await shell.workspace.close()
    again = open_shell()
    await until(lambda: again.workspace.loading.model == TWO)  # the one of last time
    again.workspace.conversations.open(chats["First"])
    picker = again.window.chat_page.picker
    await until(lambda: picker.text_shown.startswith("one-model"))
    assert picker.accessibleName() == "Model: one-model · Q4_1, not loaded"
    assert names(again) == ["two-model"]
    await ask(again, until, "Third")
    assert names(again) == ["two-model", "one-model"]


async def test_chat_whose_model_is_gone_says_so(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    shell.window.new_chat()
    await use(shell, until, TWO)
    await ask(shell, until, "Second")
    second = shell.workspace.conversations.current_id
    shell.window.new_chat()
    await use(shell, until, ONE)
    services.library.listed = [ONE]
    shell.workspace.shelf.refresh()
    await until(lambda: shell.workspace.shelf.models == [ONE])
    shell.workspace.conversations.open(second)
    await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.text == (
        "The model of this chat, two-model, is not on this computer any more."
    )
    assert shell.workspace.loading.wanted == ONE
    services.library.listed = [ONE, TWO]
    shell.workspace.shelf.refresh()
    await until(lambda: shell.workspace.loading.wanted == TWO)


async def test_model_that_is_not_used_goes_by_itself_if_that_is_set(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    shared, now = shell.workspace, 1000.0
    idle = IdleEjection(shared.models, shared.turns, services.settings, lambda: now, shell)
    shell.window.new_chat()
    await use(shell, until, TWO)
    now += 10**6
    idle.look()
    assert names(shell) == ["one-model", "two-model"], "it is not set"
    shell.window.show_page("settings")
    page = shell.window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    assert page.memory.minutes.text() == "Never"
    page.memory.minutes.setValue(10)
    await until(lambda: services.settings.current.eject_after_minutes == 10)
    shell.window.show_page("chat")
    await ask(shell, until, "Second")
    assert names(shell) == ["two-model"], "the other has not answered for long"
    now += 10 * 60 - 1
    idle.look()
    assert names(shell) == ["two-model"]
    now += 1
    idle.look()
    assert names(shell) == []
    assert shared.loading.wanted == TWO, "asking loads it again"


async def test_picker_shows_how_models_stand_and_ejects_them(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    await use(shell, until, TWO)
    popup = shell.window.chat_page.picker.popup
    shell.window.chat_page.picker.open_popup()
    await until(lambda: "2 models loaded hold" in popup.summary.text())
    await until(lambda: "measured" in popup.choices.index(0).data(DESCRIBED))
    QTest.keyClicks(popup.search, "two")
    QTest.keyClick(popup.search, Qt.Key.Key_E, CONTROL)
    await until(lambda: names(shell) == ["one-model"])
    assert popup.isVisible()
    await until(lambda: "Fits, needs 1.00 GiB" in popup.choices.index(0).data(DESCRIBED))
    assert not popup.eject_button.isEnabled()
    popup.search.clear()
    index = popup.choices.index(0)
    assert index.data(MODEL_ROLE) == ONE, "what is loaded stands first"
    mark = eject_place(popup.list.visualRect(index)).center()
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=mark)
    await until(lambda: names(shell) == [])
    assert popup.isVisible()
    assert shell.workspace.loading.wanted == TWO
    QTest.keyClick(popup.search, Qt.Key.Key_Escape)
    assert not popup.isVisible()


async def test_only_what_is_in_view_is_estimated(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.listed = [ONE, *(local_model(f"model-{n:03}") for n in range(500))]
    shell = await loaded(open_shell, until)
    estimates = services.local_estimates
    assert isinstance(estimates, CountedEstimates)
    popup = shell.window.chat_page.picker.popup
    shell.window.chat_page.picker.open_popup()
    assert popup.choices.rowCount() == 501
    await until(lambda: "model-005" in estimates.asked)
    assert len(estimates.asked) < 20
    popup.list.verticalScrollBar().setValue(popup.list.verticalScrollBar().maximum())
    await until(lambda: "model-499" in estimates.asked)
    assert len(estimates.asked) < 40
    last = popup.choices.index(500)
    await until(lambda: "Fits" in last.data(DESCRIBED))
    chosen = last.data(MODEL_ROLE)
    at = popup.list.visualRect(last).center() - QPoint(200, 0)
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    await until(lambda: shell.workspace.loading.model == chosen)
