"""Editing, asking again, continuing, branching and stepping in the real window, by the keyboard."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.ui.shell import Shell
from app.ui.widgets.message_actions import Action
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until, point_at

Modifier = Qt.KeyboardModifier
CONTROL, ALT, NONE = Modifier.ControlModifier, Modifier.AltModifier, Modifier.NoModifier


@pytest.fixture(autouse=True)
def models(services: WindowServices) -> None:
    services.library.listed = [
        local_model("starter-model", source="starter"),
        local_model("other-model", quantization="Q8_0"),
    ]


class Chat:
    """A window with a loaded model, as a user at the keyboard sees it."""

    def __init__(self, shell: Shell, services: WindowServices, until: Until) -> None:
        self.shell, self.services, self.until = shell, services, until
        self.page = shell.window.chat_page
        self.turns = shell.workspace.turns

    def shown(self) -> list[str]:
        return [entry.text for entry in self.page.transcript.flow.entries]

    async def comes(self, text: str) -> None:
        """A whole reply is shown at the end."""
        await self.until(lambda: not self.turns.running and self.shown()[-1:] == [text])

    async def ask(self, text: str, answer: str) -> None:
        self.services.engine.script.text = answer
        editor = self.page.composer.focusProxy()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await self.comes(answer)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.page.composer.focusProxy(), key, modifiers)

    def click(self, number: int, action: Action) -> None:
        """Point at a message, and click a button of the row that appears."""
        transcript = self.page.transcript
        top = transcript.flow.top(number) - transcript.verticalScrollBar().value()
        place = QPoint(transcript.viewport().width() // 2, top + 8)
        point_at(transcript.viewport(), place)
        assert transcript.action_row.isVisible()
        button = transcript.action_row.buttons[action]
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
async def chat(open_shell: OpenShell, services: WindowServices, until: Until) -> Chat:
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    await until(lambda: not shell.workspace.loading.busy)
    return Chat(shell, services, until)


async def test_the_last_question_is_edited_with_up_and_enter(chat: Chat) -> None:
    await chat.ask("first", "one")
    await chat.ask("secnd", "two")
    chat.press(Qt.Key.Key_Up)
    assert chat.page.edit_strip.isVisible()
    assert chat.page.composer.text() == "secnd"
    chat.page.composer.set_text("")
    await chat.ask("second", "better")
    assert chat.shown() == ["first", "one", "second", "better"]
    assert not chat.page.edit_strip.isVisible()
    assert chat.page.transcript.flow.entries[2].message.versions != ()
    chat.press(Qt.Key.Key_PageUp, ALT)
    await chat.until(lambda: chat.shown() == ["first", "one", "secnd", "two"])
    chat.press(Qt.Key.Key_PageDown, ALT)
    await chat.until(lambda: chat.shown() == ["first", "one", "second", "better"])


async def test_escape_leaves_the_message_and_brings_the_draft_back(chat: Chat) -> None:
    await chat.ask("question", "answer")
    QTest.keyClicks(chat.page.composer.focusProxy(), "half a thought")
    chat.press(Qt.Key.Key_F2)
    assert chat.page.composer.text() == "question"
    chat.press(Qt.Key.Key_Escape)
    await chat.until(lambda: chat.page.composer.text() == "half a thought")
    assert not chat.page.edit_strip.isVisible()
    assert chat.shown() == ["question", "answer"]


async def test_another_reply_by_another_model(chat: Chat) -> None:
    await chat.ask("question", "by the starter")
    other = chat.services.library.listed[1]
    chat.shell.workspace.loading.load(other)
    await chat.until(lambda: chat.shell.workspace.loading.model == other)
    await chat.until(lambda: chat.shell.workspace.loading.session is not None)
    chat.services.engine.script.text = "by the other"
    chat.press(Qt.Key.Key_R, CONTROL)
    await chat.comes("by the other")
    entry = chat.page.transcript.flow.entries[-1]
    await chat.until(lambda: len(entry.message.versions) == 2)
    assert entry.facts.startswith("other-model")
    assert entry.message.origins[0].quantization == "Q8_0"
    chat.click(1, "previous")
    await chat.comes("by the starter")
    assert chat.page.transcript.flow.entries[-1].facts.startswith("starter-model")


async def test_a_stopped_reply_is_continued(chat: Chat) -> None:
    script = chat.services.engine.script
    gate = script.token_gates[2] = asyncio.Event()
    script.text = "one two three"
    editor = chat.page.composer.focusProxy()
    QTest.keyClicks(editor, "Count")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await chat.until(lambda: chat.turns.reply and chat.turns.reply.text == "one two")
    chat.press(Qt.Key.Key_Escape)
    await chat.comes("one two")
    script.token_gates.clear()
    gate.set()
    script.text = " three four"
    chat.press(Qt.Key.Key_Return, CONTROL | Modifier.ShiftModifier)
    await chat.comes("one two three four")
    (request,) = chat.services.engine.sessions[0].requests[1:]
    assert request.continue_reply
    await chat.until(lambda: not chat.page.transcript.flow.entries[-1].note)


async def test_branch_into_a_new_chat(chat: Chat) -> None:
    await chat.ask("first", "one")
    await chat.ask("second", "two")
    before = chat.shell.workspace.conversations.current_id
    chat.click(1, "branch")
    await chat.until(lambda: chat.shell.workspace.conversations.current_id != before)
    await chat.until(lambda: chat.shown() == ["first", "one"])
    rows = chat.shell.window.sidebar.chats.chats
    await chat.until(lambda: rows.rowCount() == 2)
    assert rows.index(0).data() == "first (branch)"
    await chat.ask("elsewhere", "three")
    assert chat.shown() == ["first", "one", "elsewhere", "three"]


async def test_while_a_reply_streams_nothing_else_is_asked(chat: Chat) -> None:
    await chat.ask("question", "answer")
    gate = chat.services.engine.script.token_gates[1] = asyncio.Event()
    chat.services.engine.script.text = "another answer"
    chat.press(Qt.Key.Key_R, CONTROL)
    await chat.until(lambda: chat.turns.reply and chat.turns.reply.text)
    transcript = chat.page.transcript
    await chat.until(lambda: transcript.flow.entries[-1].is_streaming)
    for number in range(2):
        assert not {"edit", "regenerate", "continue", "previous"} & set(
            transcript.actions_at(number)
        )
    gate.set()
    await chat.until(lambda: not chat.turns.running)


async def test_the_menu_of_a_message_does_the_same(chat: Chat) -> None:
    await chat.ask("question", "answer")
    chat.page.transcript._menu_entry = 0
    menu = chat.page.transcript.make_menu()
    actions = {action.text(): action for action in menu.actions()}
    actions["Edit the message"].trigger()
    assert chat.page.edit_strip.isVisible()
    menu.deleteLater()


async def test_model_that_was_ejected_is_loaded_again_for_an_answer(chat: Chat) -> None:
    await chat.ask("question", "answer")
    chat.shell.workspace.loading.eject()
    await chat.until(lambda: chat.shell.workspace.loading.session is None)
    chat.services.engine.script.text = "another answer"
    chat.press(Qt.Key.Key_R, CONTROL)
    await chat.comes("another answer")
    assert chat.shell.workspace.loading.session is not None
    assert len(chat.services.engine.sessions) == 2


async def test_drafts_are_kept_for_each_chat_and_over_a_restart(
    chat: Chat, open_shell: OpenShell, until: Until
) -> None:
    await chat.ask("question", "answer")
    editor = chat.page.composer.focusProxy()
    QTest.keyClicks(editor, "unsent here")
    chat.shell.window.new_chat()
    assert chat.page.composer.text() == ""
    QTest.keyClicks(editor, "unsent there")
    (listed,) = await chat.services.store.conversations()
    chat.shell.workspace.conversations.open(listed.id)
    await until(lambda: chat.page.composer.text() == "unsent here")
    QTest.keyClicks(editor, "!")
    chat.shell.window.close()
    await chat.shell.workspace.close()
    await chat.services.store.open()
    assert await chat.services.store.draft(listed.id) == "unsent here!"
    assert await chat.services.store.draft(None) == "unsent there"
    await chat.services.store.close()
    again = open_shell()
    await until(lambda: again.window.chat_page.composer.text() == "unsent there")


async def test_a_draft_that_could_not_be_saved_is_saved_with_the_next_one(
    chat: Chat, until: Until
) -> None:
    await chat.ask("question", "answer")
    (listed,) = await chat.services.store.conversations()
    failures: list[object] = []
    chat.shell.workspace.drafts.failed.connect(failures.append)
    await chat.services.store.close()
    QTest.keyClicks(chat.page.composer.focusProxy(), "unsent")
    await until(lambda: failures)
    await chat.services.store.open()
    chat.shell.window.close()
    await chat.shell.workspace.close()
    await chat.services.store.open()
    assert await chat.services.store.draft(listed.id) == "unsent"
    await chat.services.store.close()
