"""Hostile text on its whole way: typed or streamed, shown, stored, closed, and opened again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.shell import Shell
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.chat_text import HOSTILE
from tests.ui.conftest import OpenShell, Until

# As much of each as streams in a moment; what a megabyte costs is tried with the transcript.
CHARACTERS = 6_000
SAMPLE = ("NUL", "lone surrogates", "images")


async def ask(shell: Shell, until: Until, text: str) -> str:
    """Send a message, and wait until the reply to it is stored; gives what was written.

    Qt's texts have no lone surrogates: those never come out of the composer.
    """
    turns, entries = shell.workspace.turns, shell.window.chat_page.transcript.flow.entries
    count = len(entries)
    composer = shell.window.chat_page.composer
    composer.set_text(text)
    written = composer.text()
    QTest.keyClick(composer.focusProxy(), Qt.Key.Key_Return)
    await until(lambda: len(shell.window.chat_page.transcript.flow.entries) == count + 2)
    await until(lambda: not turns.running)
    return written


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind in SAMPLE else pytest.mark.long) for kind in HOSTILE],
)
async def test_a_hostile_chat_is_read_back_byte_for_byte(
    open_shell: OpenShell, services: WindowServices, until: Until, kind: str
) -> None:
    services.library.listed = [local_model("starter-model", source="starter")]
    text = HOSTILE[kind][:CHARACTERS]
    # Engines stream UTF-8, which has no lone surrogates either.
    services.engine.script.text = text.encode("utf-8", "replace").decode()
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    page = shell.window.chat_page
    written = await ask(shell, until, text if text.strip() else "?")  # a blank one is not sent
    (chat,) = await services.store.conversations()
    question, reply = await services.store.messages(chat.id)
    streamed = "".join(services.engine.script.tokens())
    assert (question.text, question.state) == (written, "complete")
    assert (reply.text, reply.state) == (streamed, "complete")
    shell.window.new_chat()
    shell.workspace.conversations.open(chat.id)
    await until(lambda: len(page.transcript.flow.entries) == 2)
    shell.window.grab()
    assert [entry.text for entry in page.transcript.flow.entries] == [written, streamed]
