"""Questions that wait for their model, and what is written on meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.domain.errors import ModelFileError
from app.ui.shell import Shell
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until
from tests.ui.test_chat_page import loaded, write
from tests.ui.test_two_chats import open_chat, shown


@pytest.fixture
async def shell(open_shell: OpenShell, services: WindowServices, until: Until) -> Shell:
    """A window with an answered chat, whose model was ejected and loads behind a gate."""
    services.library.listed = [local_model("scripted", source="starter")]
    shell = await loaded(open_shell, until)
    write(shell, "First")
    await until(lambda: len(shown(shell)) == 2 and not shell.workspace.turns.chats)
    shell.workspace.loading.eject()
    services.engine.script.load_gate = asyncio.Event()
    return shell


def add(shell: Shell, text: str) -> None:
    """Write on without sending."""
    editor = shell.window.chat_page.composer.focusProxy()
    assert editor is not None
    QTest.keyClicks(editor, text)


def written(shell: Shell) -> tuple[str, list[str]]:
    """The draft, and the files that will go with it."""
    composer = shell.window.chat_page.composer
    return composer.text(), [each.name for each in composer.tray.attachments]


async def attach(shell: Shell, until: Until, path: Path) -> None:
    path.write_text(f"This is {path.name}.")
    tray = shell.window.chat_page.composer.tray
    before = len(tray.attachments)
    shell.window.chat_page._attaching.attach([str(path)])
    await until(lambda: len(tray.attachments) == before + 1)


async def answer(shell: Shell, services: WindowServices, until: Until) -> None:
    """The model is ready, and answers what has waited."""
    assert services.engine.script.load_gate is not None
    services.engine.script.load_gate.set()
    await until(lambda: shell.workspace.loading.session is not None)
    await until(lambda: not shell.workspace.turns.chats and not shell.workspace.turns.running)


async def test_what_is_written_and_attached_while_a_question_waits_stays(
    shell: Shell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    await attach(shell, until, tmp_path / "a.txt")
    write(shell, "My question.")
    add(shell, " By the way, one more thing.")
    await attach(shell, until, tmp_path / "b.txt")
    await answer(shell, services, until)
    assert shown(shell)[2] == "My question."
    question = shell.window.chat_page.transcript.messages()[2]
    assert [each.name for each in question.attachments] == ["a.txt"]
    assert written(shell) == ("By the way, one more thing.", ["b.txt"])
    shell.window.new_chat()
    await open_chat(shell, until, "First")
    assert written(shell) == ("By the way, one more thing.", ["b.txt"])


async def test_what_is_added_stays_with_a_chat_that_was_left(
    shell: Shell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    await attach(shell, until, tmp_path / "a.txt")
    write(shell, "My question.")
    add(shell, " One more thing.")
    await attach(shell, until, tmp_path / "b.txt")
    shell.window.new_chat()
    add(shell, "Something else")
    await answer(shell, services, until)
    assert written(shell) == ("Something else", [])
    await open_chat(shell, until, "First")
    await until(lambda: shown(shell)[2:3] == ["My question."])
    assert written(shell) == ("One more thing.", ["b.txt"])


async def test_question_of_a_new_chat_takes_what_is_added_along(
    shell: Shell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    shell.window.new_chat()
    write(shell, "My question.")
    add(shell, " One more thing.")
    await attach(shell, until, tmp_path / "b.txt")
    await open_chat(shell, until, "First")
    await answer(shell, services, until)
    await until(lambda: shell.window.sidebar.chats.chats.rowCount() == 2)
    assert written(shell) == ("", [])
    shell.window.new_chat()
    assert written(shell) == ("", [])
    await open_chat(shell, until, "My question.")
    assert written(shell) == ("One more thing.", ["b.txt"])


async def test_new_chat_can_be_begun_while_the_question_of_another_one_waits(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    shell.window.new_chat()
    write(shell, "Question one.")
    chats = shell.window.sidebar.chats.chats
    await until(lambda: chats.rowCount() == 2)
    shell.window.new_chat()
    assert written(shell) == ("", [])
    assert not shell.workspace.turns.running
    write(shell, "Question two.")
    await until(lambda: chats.rowCount() == 3)
    assert [chats.index(row).data() for row in range(2)] == ["New chat", "New chat"]
    shell.workspace.loading.cancel()
    await until(lambda: not shell.workspace.turns.chats)
    assert written(shell) == ("Question two.", [])
    conversation = chats.conversation(1)
    assert conversation is not None
    shell.workspace.conversations.open(conversation.id)
    await until(lambda: written(shell) == ("Question one.", []))
    write(shell, "")
    await answer(shell, services, until)
    await until(lambda: shown(shell)[:1] == ["Question one."])
    assert written(shell) == ("", [])


async def test_what_is_written_while_a_new_chat_is_stored_goes_along(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    write(shell, "Second")
    await answer(shell, services, until)
    shell.window.new_chat()
    write(shell, "Quick one.")
    add(shell, " Quick two.")
    await open_chat(shell, until, "First")
    await until(lambda: shell.window.sidebar.chats.chats.rowCount() == 2)
    await open_chat(shell, until, "Quick one.")
    await until(lambda: written(shell) == ("Quick two.", []))


async def test_other_text_than_the_sent_one_is_left_alone(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    write(shell, "My question.")
    shell.window.chat_page.composer.set_text("Quite another one.")
    await answer(shell, services, until)
    assert shown(shell)[2] == "My question."
    assert written(shell) == ("Quite another one.", [])


async def test_all_is_kept_when_the_model_cannot_be_loaded(
    shell: Shell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    services.engine.script.load_error = ModelFileError("The file is cut short.")
    write(shell, "My question.")
    add(shell, " More.")
    await attach(shell, until, tmp_path / "b.txt")
    gate = services.engine.script.load_gate
    assert gate is not None
    gate.set()
    await until(lambda: not shell.workspace.turns.running)
    assert written(shell) == ("My question. More.", ["b.txt"])


async def test_an_edit_that_is_written_while_a_question_waits_goes_on(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    page = shell.window.chat_page
    write(shell, "My question.")
    assert page.transcript.request("edit", 0)
    add(shell, " edited")
    await answer(shell, services, until)
    assert page.view.writing.edited is not None
    assert written(shell) == ("First edited", [])
    page.view.writing.stop_editing()
    assert written(shell) == ("", []), "the question was sent"


async def test_what_is_added_to_an_edit_that_waits_is_the_next_draft(
    shell: Shell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    page = shell.window.chat_page
    add(shell, "Draft")
    assert page.transcript.request("edit", 0)
    write(shell, " edited")
    add(shell, " More.")
    await attach(shell, until, tmp_path / "b.txt")
    await answer(shell, services, until)
    await until(lambda: shown(shell)[:1] == ["First edited"])
    assert page.view.writing.edited is None
    assert written(shell) == ("Draft\n\nMore.", ["b.txt"])


async def test_two_questions_that_wait_in_two_chats_keep_apart(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    write(shell, "In the first.")
    add(shell, " Rest one.")
    shell.window.new_chat()
    write(shell, "In the second.")
    add(shell, " Rest two.")
    await answer(shell, services, until)
    assert shown(shell)[0] == "In the second."
    assert written(shell) == ("Rest two.", [])
    await open_chat(shell, until, "First")
    await until(lambda: shown(shell)[2:3] == ["In the first."])
    assert written(shell) == ("Rest one.", [])
