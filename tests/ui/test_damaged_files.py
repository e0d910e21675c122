"""Chats and settings that are damaged or of a newer version: the window opens and says so."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services.conversation_schema import APPLICATION_ID
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(8192))


def cut(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute("CREATE TABLE t AS SELECT randomblob(100000)")
        database.commit()
    os.truncate(path, 5000)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute("PRAGMA user_version = 9999")
        database.execute("PRAGMA journal_mode = WAL")
        database.commit()


@pytest.mark.parametrize("damage", [garbage, cut, newer])
async def test_unusable_chats_are_kept_and_the_window_goes_on(
    open_shell: OpenShell,
    services: WindowServices,
    until: Until,
    damage: Callable[[Path], None],
) -> None:
    services.library.listed = [local_model("starter-model", source="starter")]
    damage(services.paths.database)
    bytes_before = services.paths.database.read_bytes()
    shell = open_shell()
    await until(lambda: shell.window.banner.notice)
    assert "The file is kept as" in shell.window.banner.notice.text
    (kept,) = services.paths.home.glob("chats*.bad*")
    assert kept.read_bytes() == bytes_before
    await until(lambda: shell.workspace.loading.session is not None)
    editor = shell.window.chat_page.composer.focusProxy()
    QTest.keyClicks(editor, "Hello")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await until(lambda: not shell.workspace.turns.running and shell.workspace.conversations._all)
    (chat,) = await services.store.conversations()
    assert [each.role for each in await services.store.messages(chat.id)] == ["user", "assistant"]


async def test_broken_settings_are_kept_and_told(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.paths.settings.write_bytes(b"theme = [\xff\0")
    services.settings.load()
    shell = open_shell()
    await until(lambda: shell.window.banner.notice)
    assert ".bad" in shell.window.banner.notice.text
    (kept,) = services.paths.home.glob("settings*.bad*")
    assert kept.read_bytes() == b"theme = [\xff\0"
