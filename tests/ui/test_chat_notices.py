"""What the banner tells of one chat stands in that chat alone, in the real window."""

from __future__ import annotations

import asyncio

from app.domain.errors import RequestError
from app.ui.errors import Notice
from app.ui.shell import Shell
from tests.fakes.saved_chats import answered
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until
from tests.ui.test_chat_page import write


async def opened(open_shell: OpenShell, services: WindowServices, until: Until) -> Shell:
    """A new chat beside the stored chats Alpha and Beta, and a model."""
    services.library.listed = [local_model("scripted", source="starter")]
    await services.store.open()
    for title in ("Alpha", "Beta"):
        await answered(services.store, (await services.store.create()).id, title, "Yes.")
    await services.store.close()
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    await until(lambda: shell.window.sidebar.chats.chats.rowCount() == 2)
    return shell


def chat_id(shell: Shell, title: str) -> int:
    rows = shell.window.sidebar.chats.chats
    found = [rows.conversation(row) for row in range(rows.rowCount())]
    return next(each.id for each in found if each is not None and each.title == title)


def told(shell: Shell) -> str:
    """What stands above the page."""
    notice, is_shown = shell.window.banner.notice, shell.window.banner.isVisible()
    assert (notice is not None) == is_shown
    return "" if notice is None else notice.text


def refuse(shell: Shell) -> str:
    """Something that concerns the open chat alone is told; gives the words."""
    chat = shell.workspace.conversations.current_id
    shell.workspace.noticed.emit(Notice("This does not fit.", "bad", chat=chat))
    return told(shell)


async def test_what_concerns_a_chat_is_told_in_it_alone(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    chats = shell.workspace.conversations
    refused = refuse(shell)
    alpha, beta = chat_id(shell, "Alpha"), chat_id(shell, "Beta")
    chats.open(alpha)
    assert told(shell) == ""
    refuse(shell)
    chats.open(beta)
    assert told(shell) == ""
    chats.open(None)
    assert told(shell) == refused
    shell.window.banner.dismiss()
    chats.open(alpha)
    assert told(shell) == refused
    chats.open(None)
    assert told(shell) == "", "it was dismissed"
    chats.open(alpha)
    write(shell, "word")
    await until(lambda: told(shell) == "" and not shell.workspace.turns.running)
    chats.open(beta)
    chats.open(alpha)
    assert told(shell) == "", "the question was answered"


async def test_a_new_chat_that_is_stored_leaves_nothing_for_the_next_one(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    refuse(shell)
    write(shell, "word")
    await until(lambda: shell.workspace.conversations.current_id is not None)
    await until(lambda: not shell.workspace.turns.running)
    assert told(shell) == ""
    shell.window.new_chat()
    assert told(shell) == ""


async def test_a_deletion_can_be_undone_in_any_chat_and_hides_nothing_for_good(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    chats = shell.workspace.conversations
    refused = refuse(shell)
    alpha, beta = chat_id(shell, "Alpha"), chat_id(shell, "Beta")
    chats.delete(alpha)
    assert told(shell) == "“Alpha” is in the trash."
    chats.open(beta)
    assert told(shell) == "“Alpha” is in the trash."
    chats.open(None)
    assert told(shell) == "“Alpha” is in the trash."
    shell.window.banner.dismiss()
    assert told(shell) == refused, "what was told before it"
    chats.delete(beta)
    shell.window.banner.action_button.click()
    assert chats.current_id == beta
    assert told(shell) == ""


async def test_a_reply_that_fails_elsewhere_is_told_with_its_chat_until_it_is_answered(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    chats, script = shell.workspace.conversations, services.engine.script
    alpha, beta = chat_id(shell, "Alpha"), chat_id(shell, "Beta")
    gate = script.token_gates[1] = asyncio.Event()
    script.fail_at_token, script.error = 2, RequestError("The server is full.")
    chats.open(alpha)
    write(shell, "More")
    await until(lambda: shell.workspace.turns.reply)
    chats.open(beta)
    gate.set()
    await until(lambda: told(shell) == "In “Alpha”: The server is full.")
    chats.open(None)
    assert told(shell) == "In “Alpha”: The server is full."
    chats.open(alpha)
    assert told(shell) == "In “Alpha”: The server is full."
    script.fail_at_token = None
    await until(lambda: not shell.workspace.turns.chats)
    write(shell, "Again")
    await until(lambda: told(shell) == "" and not shell.workspace.turns.running)
