"""What the desktop is told of replies that end while nobody looks, and what it never is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.conversation import Conversation, Message
from app.domain.errors import EngineError, RequestError
from app.domain.load_options import LoadOptions
from app.domain.settings import NoticeChoice
from app.services.chat import Turn
from app.ui.loaded_models import LoadRequest
from app.ui.pages.settings import SettingsPage
from app.ui.reply_notices import LONG_MS, ReplyNotice, notice_of_failure, notice_of_reply
from app.ui.running_turn import FailedTurn
from app.ui.shell import Shell
from tests.fakes.timings import timings
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import Until

SECRET = "The password is\n swordfish, and that goes on " + "and on " * 100
CHAT = Conversation(id=7, title="The password", created_at=0.0, updated_at=0.0)
TIMINGS = timings(
    elapsed_ms=48_000.0,
    prompt_tokens=9,
    cached_tokens=0,
    evaluated_tokens=9,
    completion_tokens=512,
    context_used_tokens=521,
    context_tokens=8192,
)
REPLY = Message(
    id=2,
    conversation_id=7,
    parent_id=1,
    role="assistant",
    text=SECRET,
    state="complete",
    finish_reason="stop",
    model_name="small",
    created_at=0.0,
    timings=TIMINGS,
)
QUICK = replace(REPLY, timings=replace(TIMINGS, elapsed_ms=LONG_MS - 1))


def test_plainly_it_says_nothing_that_was_written() -> None:
    found = notice_of_reply(REPLY, CHAT, "plain")
    assert found == ReplyNotice("A reply is ready", "small wrote 512 tokens in 48.0 s.", 7)


def test_with_leave_it_shows_the_chat_and_its_first_words_in_one_line() -> None:
    found = notice_of_reply(REPLY, CHAT, "text")
    assert found is not None
    assert found.title == "The password"
    assert found.text.startswith("The password is swordfish, and")
    assert len(found.text) == 160


def test_an_interrupted_reply_is_told_as_such() -> None:
    broken = replace(REPLY, state="interrupted", finish_reason="error")
    found = notice_of_reply(broken, CHAT, "plain")
    assert found == ReplyNotice("A reply was interrupted", "small was interrupted after 48.0 s.", 7)


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        (REPLY, "off"),
        (QUICK, "plain"),
        (QUICK, "text"),
        (replace(REPLY, finish_reason="cancelled"), "plain"),
        (replace(REPLY, timings=None), "plain"),
    ],
)
def test_nothing_is_told(reply: Message, choice: NoticeChoice) -> None:
    assert notice_of_reply(reply, CHAT, choice) is None


async def test_only_while_the_window_is_not_looked_at_and_as_the_settings_say(
    open_shell: Callable[..., Shell], services: WindowServices, until: Until
) -> None:
    shell = open_shell()
    told: list[ReplyNotice] = []
    shell.notices.told.connect(told.append)
    shell.window.activateWindow()
    await until(lambda: QApplication.activeWindow() is shell.window)
    finished = shell.workspace.turns.reply_finished
    finished.emit(REPLY)
    assert told == []
    shell.window.show_page("settings")
    page = shell.window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    assert page.notices.choice.buttons["plain"].isChecked()
    shell.window.hide()
    await until(lambda: QApplication.activeWindow() is None)
    finished.emit(REPLY)
    assert [each.title for each in told] == ["A reply is ready"]
    finished.emit(QUICK)
    page.notices.choice.buttons["off"].click()
    await until(lambda: services.settings.current.reply_notices == "off")
    finished.emit(REPLY)
    assert len(told) == 1


@pytest.mark.parametrize("choice", ["plain", "text", "off"])
def test_failures_are_told_and_plainly_without_what_an_error_quotes(choice: NoticeChoice) -> None:
    failed = FailedTurn(RequestError("“swordfish” is no schema."), None, Turn(conversation_id=7))
    words = {"plain": "Open the chat to see why.", "text": "“swordfish” is no schema."}
    title = "Your question was not answered"
    told = ReplyNotice(title, words[choice], 7) if choice != "off" else None
    assert notice_of_failure(failed, choice) == told
    assert notice_of_failure(replace(failed, has_reply=True), choice) is None, "it is told already"


async def test_what_fails_in_the_background_is_told_once(
    open_shell: Callable[..., Shell], services: WindowServices, until: Until
) -> None:
    services.library.listed = [local_model("starter-model", source="starter")]
    services.engine.script.load_gate = asyncio.Event()
    services.engine.script.fail_at_token, services.engine.script.error = 2, RequestError("No.")
    shell = open_shell()
    told: list[ReplyNotice] = []
    shell.notices.told.connect(told.append)
    await until(lambda: shell.workspace.loading.wanted)
    shell.window.chat_page.composer.set_text("Question")
    shell.window.chat_page.composer.send_requested.emit("Question")
    shell.window.hide()
    await until(lambda: QApplication.activeWindow() is None)
    services.engine.script.load_gate.set()
    await until(lambda: shell.window.banner.notice)
    assert [each.title for each in told] == ["A reply was interrupted"]
    assert told[0].conversation_id == shell.workspace.conversations.current_id
    services.engine.script.load_error = EngineError("The file ends too early.")
    anew = LoadRequest(services.library.listed[0], LoadOptions(threads=1))
    shell.workspace.loading.load_with(anew)
    await until(lambda: len(told) == 2)
    assert told[1].text == "starter-model: open the window to see why."
    shell.notices._choose()
    assert shell.window.stack.currentWidget() is shell.window.chat_page


async def test_a_notice_that_is_clicked_opens_its_chat(
    open_shell: Callable[..., Shell], services: WindowServices, until: Until
) -> None:
    await services.store.open()
    chat = await services.store.create()
    shell = open_shell()
    shell.window.show_page("models")
    shell.window.hide()
    await until(lambda: QApplication.activeWindow() is None)
    shell.workspace.turns.reply_finished.emit(replace(REPLY, conversation_id=chat.id))
    shell.window.show()
    shell.notices._choose()
    assert shell.workspace.conversations.current_id == chat.id
    assert shell.window.stack.currentWidget() is shell.window.chat_page


async def test_the_size_of_everything_and_of_chats_is_chosen(
    open_shell: Callable[..., Shell], services: WindowServices, until: Until
) -> None:
    shell = open_shell()
    shell.window.show_page("settings")
    page = shell.window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    card, transcript = page.appearance, shell.window.chat_page.transcript
    card.zoom.setValue(140)
    assert transcript.zoom == pytest.approx(1.4)
    await until(lambda: services.settings.current.chat_zoom == pytest.approx(1.4))
    shell.window.show_page("chat")
    QTest.keyClick(shell.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert card.zoom.value() == 100
    card.scales.buttons["1.3"].click()
    await until(lambda: services.settings.current.window_scale == pytest.approx(1.3))
