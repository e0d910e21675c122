"""Replies that stream in several chats at once: each goes its own way, whichever is shown."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from app.domain.errors import EngineDiedError, RequestError
from app.ui.errors import Notice
from app.ui.shell import Shell
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import Until
from tests.ui.test_chat_page import OpenShell, loaded, write

TEXT = "one two three four five six"


async def two_streams(open_shell: OpenShell, services: WindowServices, until: Until) -> Shell:
    """Two chats whose replies both wait at their third word; the second one is shown."""
    services.library.listed = [local_model("starter-model", source="starter")]
    services.engine.script.text = TEXT
    services.engine.script.token_gates = {3: asyncio.Event(), 5: asyncio.Event()}
    shell = await loaded(open_shell, until)
    turns = shell.workspace.turns
    for question in ("First", "Second"):
        shell.window.new_chat()
        write(shell, question)
        await until(lambda: turns.reply and turns.reply.text == "one two three")
    assert len(turns.chats) == 2
    chats = shell.window.sidebar.chats.chats
    await until(lambda: chats.rowCount() == 2)
    return shell


def shown(shell: Shell) -> list[str]:
    return [entry.text for entry in shell.window.chat_page.transcript.flow.entries]


async def open_chat(shell: Shell, until: Until, question: str) -> None:
    chats = shell.window.sidebar.chats.chats
    row = next(n for n in range(chats.rowCount()) if chats.index(n).data() == question)
    shell.window.sidebar.chats.open_requested.emit(chats.conversation(row).id)
    await until(lambda: shown(shell)[:1] == [question])


async def test_both_replies_stream_on_while_chats_are_switched(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    gates, chats = services.engine.script.token_gates, shell.window.sidebar.chats.chats
    await until(lambda: shown(shell) == ["Second", "one two three"])
    described = Qt.ItemDataRole.AccessibleTextRole
    assert [chats.index(row).data(described) for row in range(2)] == [
        "Chat: Second, answering",
        "Chat: First, answering",
    ]
    await open_chat(shell, until, "First")
    await until(lambda: shown(shell) == ["First", "one two three"])
    assert shell.window.strip.meter("decode").text != "not available"
    gates[3].set()
    await until(lambda: shown(shell)[-1] == "one two three four five")
    await open_chat(shell, until, "Second")
    await until(lambda: shown(shell)[-1] == "one two three four five")
    gates[5].set()
    await until(lambda: not shell.workspace.turns.chats)
    await until(lambda: shown(shell)[-1] == TEXT)
    await open_chat(shell, until, "First")
    await until(lambda: shown(shell) == ["First", TEXT])
    assert chats.index(0).data(described) == f"Chat: {chats.index(0).data()}"


async def test_reply_that_ends_or_fails_in_another_chat_is_told_and_marked(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    script, chats = services.engine.script, shell.window.sidebar.chats.chats
    words = Qt.ItemDataRole.AccessibleTextRole
    said: list[Notice] = []

    def spoken() -> list[str]:
        return [chats.index(row).data(words) for row in range(2)]

    shell.notices.noticed.connect(said.append)
    shell.window.show_page("models")
    for gate in script.token_gates.values():
        gate.set()
    await until(lambda: not shell.workspace.turns.chats)
    assert sorted(each.text for each in said) == [
        "The reply in “First” is ready.",
        "The reply in “Second” is ready.",
    ], "the second one is open, but its page is not shown"
    assert shell.window.banner.isVisible()
    await until(lambda: spoken() == ["Chat: Second", "Chat: First, new reply"])
    script.token_gates[3].clear()
    script.fail_at_token, script.error = 4, RequestError("The schema is no schema.")
    shell.window.show_page("chat")
    write(shell, "Third")
    await until(lambda: shell.workspace.turns.reply)
    await open_chat(shell, until, "First")
    await until(lambda: spoken() == ["Chat: Second, answering", "Chat: First"])
    script.token_gates[3].set()
    await until(lambda: not shell.workspace.turns.chats)
    await until(lambda: spoken() == ["Chat: Second, new reply", "Chat: First"])
    kept = await services.store.conversations()
    assert [(each.title, each.unread) for each in kept] == [("Second", True), ("First", False)]
    notice = shell.window.banner.notice
    assert notice is not None
    assert (notice.text, notice.tone) == ("In “Second”: The schema is no schema.", "bad")


async def test_stopping_one_reply_leaves_the_other(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    turns = shell.workspace.turns
    QTest.keyClick(shell.window.chat_page.composer.focusProxy(), Qt.Key.Key_Escape)
    await until(lambda: not turns.running)
    assert len(turns.chats) == 1
    await open_chat(shell, until, "First")
    assert turns.running
    for gate in services.engine.script.token_gates.values():
        gate.set()
    await until(lambda: not turns.chats)
    await until(lambda: shown(shell) == ["First", TEXT])
    await open_chat(shell, until, "Second")
    await until(lambda: shown(shell) == ["Second", "one two three"])


async def test_deleting_a_chat_stops_its_reply_alone(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    turns, conversations = shell.workspace.turns, shell.workspace.conversations
    deleted = conversations.current_id
    assert deleted is not None
    conversations.delete(deleted)
    await until(lambda: len(turns.chats) == 1)
    assert deleted not in turns.chats
    assert services.engine.sessions[0].cancelled_count == 1


async def test_ejecting_in_mid_reply_leaves_no_readings(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    meter = shell.window.strip.meter
    await until(lambda: meter("decode").text != "not available")
    shell.workspace.loading.eject()
    await until(lambda: not shell.workspace.turns.chats)
    values = [meter(key).text for key in ("ttft", "prefill", "decode", "context")]
    assert values == ["not available"] * 4


async def test_how_much_of_a_prompt_is_read_is_told_also_to_who_comes_back(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.listed = [local_model("starter-model", source="starter")]
    gate = services.engine.script.prompt_gate = asyncio.Event()
    shell = await loaded(open_shell, until)
    entries, words = shell.window.chat_page.transcript.flow, "Reading the prompt: 12 of 24 tokens"
    write(shell, "First")
    await until(lambda: entries.entries and entries.entries[-1].facts == words)
    shell.window.new_chat()
    assert not shown(shell)
    await until(lambda: shell.window.sidebar.chats.chats.rowCount() == 1)
    await open_chat(shell, until, "First")
    await until(lambda: entries.entries[-1].facts == words)
    gate.set()
    await until(lambda: not shell.workspace.turns.chats)
    assert "to first token" in entries.entries[-1].facts


async def test_chat_without_a_reply_shows_no_readings_of_another(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    meter = shell.window.strip.meter
    await until(lambda: meter("decode").text != "not available")
    shell.window.new_chat()
    assert meter("decode").text == "not available"
    assert meter("context").text == "not available", "this engine does not count"


async def test_context_of_a_stored_chat_is_that_of_its_bar(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.engine.script.counts = True
    services.library.listed = [local_model("starter-model", source="starter")]
    shell = await loaded(open_shell, until)
    context, meter = shell.window.chat_page.context, shell.window.strip.meter("context")
    write(shell, "One two three")
    await until(lambda: len(shown(shell)) == 2 and not shell.workspace.turns.running)
    shell.window.new_chat()
    assert meter.text == "not available"
    QTest.keyClicks(shell.window.chat_page.composer.focusProxy(), "A draft")
    await open_chat(shell, until, "One two three")
    await until(lambda: context.look is not None and not context.is_behind)
    assert context.look is not None
    assert context.look.history_tokens > 10
    assert meter.text == str(context.look.system_tokens + context.look.history_tokens)


async def test_engine_that_dies_ends_both_and_is_told_once(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await two_streams(open_shell, services, until)
    script = services.engine.script
    script.fail_at_token, script.error = 4, EngineDiedError("The engine was killed (signal 9).")
    ejections = QSignalSpy(shell.workspace.loading.ejected)
    script.token_gates[3].set()
    await until(lambda: not shell.workspace.turns.chats)
    assert ejections.count() == 1
    notice = shell.window.banner.notice
    assert notice is not None
    assert notice.action == "reload"
