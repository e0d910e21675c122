"""The chat page in the real window, on the real store and chat service."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.conversation import Message
from app.domain.errors import EngineDiedError, ModelFileError, PromptTooLongError
from app.domain.words import sentence
from app.ui.shell import Shell
from tests.fakes.window_services import WindowServices, local_model, machine
from tests.ui.conftest import OpenShell, Until

STARTER = local_model("starter-model", source="starter")
BIGGER = local_model("bigger-model", size_bytes=5_000_000_000)


@pytest.fixture(autouse=True)
def two_models(services: WindowServices) -> None:
    services.library.listed = [BIGGER, STARTER]


def write(shell: Shell, text: str) -> None:
    """Type a message and press Enter, as a user does."""
    composer = shell.window.chat_page.composer
    editor = composer.focusProxy()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


async def loaded(open_shell: OpenShell, until: Until) -> Shell:
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    return shell


async def stored(services: WindowServices) -> list[Message]:
    (chat,) = await services.store.conversations()
    return await services.store.messages(chat.id)


async def test_starter_is_loaded_by_itself_and_answers(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await loaded(open_shell, until)
    page = shell.window.chat_page
    assert page.picker.text_shown.startswith("starter-model")
    write(shell, "Say it")
    await until(lambda: shell.workspace.turns.running)
    await until(lambda: not shell.workspace.turns.running)
    question, reply = await stored(services)
    assert (question.text, reply.text) == ("Say it", services.engine.script.text)
    assert reply.finish_reason == "stop"
    assert page.composer.text() == ""
    assert page.transcript.isVisible()
    assert shell.window.strip.meter("context").text != "not available"
    rows = shell.window.sidebar.chats.chats
    assert rows.rowCount() == 1
    assert rows.index(0).data() == "Say it"


async def test_model_of_last_time_comes_before_the_starter(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    await services.settings.update(last_model="bigger-model")
    shell = await loaded(open_shell, until)
    assert shell.workspace.loading.model == BIGGER


async def test_stop_keeps_what_has_come(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.text = "one two three four"
    services.engine.script.token_gates[2] = asyncio.Event()
    shell = await loaded(open_shell, until)
    write(shell, "Count")
    turns = shell.workspace.turns
    await until(lambda: turns.reply and turns.reply.text == "one two")
    QTest.keyClick(shell.window.chat_page.composer.focusProxy(), Qt.Key.Key_Escape)
    await until(lambda: not turns.running)
    _, reply = await stored(services)
    assert reply.text == "one two"
    assert reply.finish_reason == "cancelled"
    assert services.engine.sessions[0].cancelled_count == 1


async def test_engine_that_dies_leaves_the_partial_reply_and_reloads_with_one_click(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    script = services.engine.script
    script.text, script.fail_at_token = "one two three four", 3
    script.error = EngineDiedError("The engine was killed (signal 9).")
    shell = await loaded(open_shell, until)
    write(shell, "Count")
    banner = shell.window.banner
    await until(lambda: banner.notice is not None)
    await until(lambda: not shell.workspace.turns.running)
    assert banner.notice.text == "The engine was killed (signal 9)."
    assert banner.notice.action == "reload"
    _, reply = await stored(services)
    assert (reply.text, reply.state) == ("one two three", "interrupted")
    assert shell.window.chat_page.transcript.isVisible()
    assert shell.workspace.loading.session is None
    script.fail_at_token = None
    banner.action_button.click()
    await until(lambda: shell.workspace.loading.session is not None)
    assert not banner.isVisible()
    assert len(services.engine.sessions) == 2


async def test_question_that_is_refused_is_told_and_the_model_stays(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.fail_at_token = 0
    services.engine.script.error = PromptTooLongError("The prompt has 9,000 tokens of 4,096.")
    shell = await loaded(open_shell, until)
    write(shell, "Long")
    await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.text == "The prompt has 9,000 tokens of 4,096."
    assert shell.workspace.loading.session is not None


async def test_closing_in_mid_reply_stores_it_and_the_next_start_shows_it(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.text = "one two three"
    services.engine.script.token_gates[2] = asyncio.Event()
    shell = await loaded(open_shell, until)
    write(shell, "Count")
    turns = shell.workspace.turns
    await until(lambda: turns.reply and turns.reply.text == "one two")
    shell.window.close()
    await shell.workspace.close()
    assert services.engine.sessions[0].is_closed
    await services.store.open()
    _, reply = await stored(services)
    assert (reply.text, reply.finish_reason) == ("one two", "cancelled")


async def test_chats_are_opened_deleted_and_brought_back(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await loaded(open_shell, until)
    for text in ("First", "Second"):
        shell.window.new_chat()
        write(shell, text)
        await until(lambda: shell.workspace.turns.running)
        await until(lambda: not shell.workspace.turns.running)
    rows = shell.window.sidebar.chats
    await until(lambda: rows.chats.rowCount() == 2)
    assert [rows.chats.index(row).data() for row in range(2)] == ["Second", "First"]
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert rows.chats.rowCount() == 1
    assert shell.workspace.conversations.current_id is None
    assert shell.window.banner.notice.action == "undo_delete"
    shell.window.banner.action_button.click()
    assert rows.chats.rowCount() == 2
    assert shell.workspace.conversations.current_id is not None
    await until(lambda: not shell.workspace.conversations._leaving)
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert rows.chats.rowCount() == 1
    while len(chats := await services.store.conversations()) > 1:
        pass
    assert [chat.title for chat in chats] == ["First"]
    assert [chat.title for chat in await services.store.trashed()] == ["Second"]


async def test_deletion_is_finished_when_the_window_closes(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await loaded(open_shell, until)
    write(shell, "Only one")
    await until(lambda: shell.window.sidebar.chats.chats.rowCount() == 1)
    await until(lambda: not shell.workspace.turns.running)
    shell.window.sidebar.chats.setFocus()
    QTest.keyClick(shell.window.sidebar.chats, Qt.Key.Key_Delete)
    shell.window.close()
    await shell.workspace.close()
    await services.store.open()
    assert await services.store.conversations() == []


async def test_reply_goes_on_behind_another_chat(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    gate = services.engine.script.token_gates[2] = asyncio.Event()
    services.engine.script.text = "one two three"
    shell = await loaded(open_shell, until)
    write(shell, "Count")
    turns, page = shell.workspace.turns, shell.window.chat_page
    await until(lambda: turns.reply and turns.reply.text)
    chat = shell.workspace.conversations.current_id
    shell.window.new_chat()
    assert page.empty.isVisible()
    shell.workspace.conversations.open(chat)
    await until(page.transcript.isVisible)
    gate.set()
    await until(lambda: not turns.running)
    assert page.transcript.flow.entries[-1].text == "one two three"


async def test_loading_shows_progress_and_can_be_cancelled(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.load_gate = asyncio.Event()
    shell = open_shell()
    page = shell.window.chat_page
    await until(lambda: "43 %" in page.bar.text)
    assert page.bar.isVisible()
    assert page.empty.shown.title == "Loading starter-model"
    page.bar.cancel_requested.emit()
    await until(lambda: not page.bar.isVisible())
    assert shell.workspace.loading.session is None
    assert page.empty.shown.primary == ("load_suggested", "Load starter-model")
    services.engine.script.load_gate = None
    page.empty.step_requested.emit("load_suggested")
    await until(lambda: shell.workspace.loading.session is not None)


async def test_other_model_chosen_while_one_loads(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    gate = services.engine.script.load_gate = asyncio.Event()
    shell = open_shell()
    await until(lambda: "43 %" in shell.window.chat_page.bar.text)
    shell.window.chat_page.picker.chosen.emit(BIGGER)
    gate.set()
    await until(lambda: shell.workspace.loading.session is not None)
    assert shell.workspace.loading.model == BIGGER
    assert len(services.engine.sessions) == 1


async def test_load_that_fails_says_why_and_offers_to_try_again(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.load_error = ModelFileError("The file is damaged.")
    shell = open_shell()
    await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.text == "The file is damaged."
    assert shell.window.banner.notice.action == "retry_load"
    assert not shell.window.chat_page.bar.isVisible()


async def test_eject_releases_the_model(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await loaded(open_shell, until)
    shell.window.chat_page.eject_button.click()
    await until(lambda: services.engine.sessions[0].is_closed)
    await until(lambda: not shell.window.chat_page.eject_button.isVisible())
    assert shell.window.strip.meter("context").text == "not available"


async def test_without_models_the_page_says_how_to_get_one(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.listed = []
    shell = open_shell()
    page = shell.window.chat_page
    await until(lambda: page.empty.shown.title == "No models yet")
    assert page.empty.shown.primary == ("open_file", "Open .gguf file…")


async def test_notice_of_the_session_is_shown_once(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.notice = sentence("Flash attention was switched off on this machine.")
    shell = await loaded(open_shell, until)
    assert shell.window.banner.notice.text == str(services.engine.script.notice)
    assert shell.window.banner.notice.tone == "warn"


async def test_without_engine_the_page_gives_its_reason(
    services: WindowServices, open_shell: OpenShell, until: Until
) -> None:
    services.host._look = lambda _: machine(usable=False, reason="llama-cpp-python is missing.")
    shell = open_shell()
    page = shell.window.chat_page
    await until(lambda: page.empty.shown.title == "No engine can run models here")
    assert page.empty.shown.text == "llama-cpp-python is missing."


async def test_picker_finds_and_loads_with_the_keyboard(
    open_shell: OpenShell, until: Until
) -> None:
    shell = await loaded(open_shell, until)
    popup = shell.window.chat_page.picker.popup
    shell.window.chat_page.picker.open_popup()
    assert popup.isVisible()
    assert popup.choices.rowCount() == 2
    QTest.keyClicks(popup.search, "bigger q4")
    assert popup.choices.rowCount() == 1
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert not popup.isVisible()
    await until(lambda: shell.workspace.loading.model == BIGGER)
