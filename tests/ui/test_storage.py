"""Removing models, duplicates and disk use, and the folders, token and network of Settings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import huggingface_hub
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.domain.model import LocalModel
from app.ui.pages.models import ModelsPage
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from app.ui.widgets.removal_question import RemovalQuestion
from tests.fakes.download_scene import random_bytes
from tests.fakes.hub import FakeHub
from tests.fakes.window_services import WindowServices, local_model, window_services
from tests.ui.conftest import OpenShell, Until

SIZE = 300_000


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        yield hub
    huggingface_hub.close_session()


@pytest.fixture
def services(home: Path, fake: FakeHub) -> WindowServices:
    made = window_services(home / "quantbench", fake_hub=fake)
    contents = {"a": 1, "b": 1, "c": 2}
    made.library.listed = [
        put(made.paths.models / "maker" / name / f"<b>{name}.gguf", seed)
        for name, seed in contents.items()
    ]
    return made


def put(path: Path, seed: int, **facts: object) -> LocalModel:
    path.parent.mkdir(parents=True)
    path.write_bytes(random_bytes(SIZE, seed))
    return local_model(path.stem, path=os.fsencode(path), size_bytes=SIZE, **facts)


def _holds(path: Path, secret: bytes) -> bool:
    return path.is_file() and secret in path.read_bytes()


def models_page(shell: Shell) -> ModelsPage:
    shell.window.show_page("models")
    return cast("ModelsPage", shell.window.stack.currentWidget())


def settings_page(shell: Shell) -> SettingsPage:
    shell.window.show_page("settings")
    return cast("SettingsPage", shell.window.stack.currentWidget())


def choose(page: ModelsPage, name: str) -> None:
    for row in range(page.table.matching.rowCount()):
        if page.table.matching.index(row, 0).data() == name:
            page.table.selectRow(row)


async def test_what_was_measured_of_a_list_that_holds_no_more_is_not_shown(
    open_shell: OpenShell, services: WindowServices, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_measured, measure = asyncio.Event(), services.model_files.duplicates

    async def held(models: Sequence[LocalModel]) -> dict[bytes, tuple[str, ...]]:
        found = await measure(models)
        if len(models) == 3:
            is_measured.set()
            await asyncio.Event().wait()
        return found

    monkeypatch.setattr(services.model_files, "duplicates", held)
    shell = open_shell()
    storage = models_page(shell)._storage
    await until(is_measured.is_set)
    _, stale = storage._measuring
    services.library.listed = services.library.listed[1:]
    shell.workspace.shelf.refresh()
    await until(lambda: storage.disk_use is not None and not stale.active)
    assert storage.duplicates == {}


async def test_duplicates_by_content_and_disk_use_are_shown(
    open_shell: OpenShell, until: Until
) -> None:
    page = models_page(open_shell())
    await until(lambda: page._storage.duplicates and page.disk.isVisible())
    choose(page, "<b>a")
    assert page.summary.text().endswith("same content as <b>b")
    choose(page, "<b>c")
    assert "same content" not in page.summary.text()
    assert page.disk.text.text().startswith("900 kB of models, ")


async def test_a_model_goes_to_the_trash_once_it_is_confirmed(
    open_shell: OpenShell, until: Until, services: WindowServices, home: Path
) -> None:
    page = models_page(open_shell())
    await until(lambda: page.table.matching.rowCount() == 3)
    await until(lambda: page._states.loaded)
    assert [model.name for model in page._states.loaded] == ["<b>a"]
    choose(page, "<b>a")
    assert not page.delete_button.isEnabled(), "it is loaded"
    choose(page, "<b>c")
    QTest.mouseClick(page.delete_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.findChild(RemovalQuestion))
    question = page.findChild(RemovalQuestion)
    assert question is not None
    assert question.textFormat() is Qt.TextFormat.PlainText
    assert "frees 300 kB" in question.informativeText()
    file = services.paths.models / "maker" / "c" / "<b>c.gguf"
    QTest.keyClick(question, Qt.Key.Key_Return)
    await until(lambda: page.findChild(RemovalQuestion) is None)
    assert file.exists(), "Enter is Cancel"

    QTest.mouseClick(page.delete_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.findChild(RemovalQuestion))
    question = page.findChild(RemovalQuestion)
    assert question is not None
    (button,) = (one for one in question.findChildren(QPushButton) if "trash" in one.text())
    services.library.listed = services.library.listed[:2]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await until(lambda: page.table.matching.rowCount() == 2)
    assert not file.parent.exists()
    (trashed,) = home.rglob("Trash/files/*c.gguf")
    assert trashed.read_bytes() == random_bytes(SIZE, 2)


async def test_models_of_other_programs_are_kept_with_a_sentence(
    open_shell: OpenShell, until: Until, services: WindowServices
) -> None:
    services.library.listed = [local_model("llama3:8b", source="ollama", problem="Incomplete.")]
    shell = open_shell()
    page = models_page(shell)
    await until(lambda: page.table.matching.rowCount() == 1)
    QTest.mouseClick(page.delete_button, Qt.MouseButton.LeftButton)
    await until(lambda: shell.window.banner.notice is not None)
    notice = shell.window.banner.notice
    assert notice is not None
    assert "`ollama rm`" in notice.text


async def test_the_token_is_kept_and_never_shown(
    open_shell: OpenShell, until: Until, services: WindowServices, home: Path
) -> None:
    page = settings_page(open_shell())
    await until(lambda: page.token.status.text().startswith("There is no access token"))
    assert page.token.edit.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(page.token.edit, "hf_secret")
    QTest.keyClick(page.token.edit, Qt.Key.Key_Return)
    await until(lambda: not page.token.edit.text())
    assert await services.token.value() == "hf_secret"
    kept = [one.name for one in services.paths.home.rglob("*") if _holds(one, b"hf_secret")]
    assert kept in ([], ["access-token"])
    assert "hf_secret" not in page.token.status.text()
    QTest.mouseClick(page.token.forget_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.token.status.text().startswith("There is no access token"))
    assert await services.token.value() is None


async def test_the_ledger_is_listed_and_offline_refuses_all(
    open_shell: OpenShell, until: Until, services: WindowServices
) -> None:
    shell = open_shell()
    page = settings_page(shell)
    assert page.network.lines == []
    shell.window.show_page("discover")
    await until(lambda: services.network.ledger.totals()
                and services.network.ledger.totals()[0].received_bytes)  # fmt: skip
    settings_page(shell)
    await until(lambda: page.network.lines)
    assert page.network.lines[0].startswith("127.0.0.1 model hub ")
    page.network.offline.setFocus()
    QTest.keyClick(page.network.offline, Qt.Key.Key_Space)
    await until(lambda: services.settings.current.offline)
    assert services.network.offline


async def test_folders_are_added_removed_and_the_models_folder_is_moved(
    open_shell: OpenShell, until: Until, services: WindowServices, tmp_path: Path
) -> None:
    page = settings_page(open_shell())
    old, new, more = str(services.paths.models), str(tmp_path / "new"), str(tmp_path / "<b>more")
    assert page.folders.models.text() == old
    page.folders.add_requested.emit(more)
    await until(lambda: page.folders.listed == [more])
    page.folders.move_requested.emit(new)
    await until(lambda: page.folders.models.text() == new)
    assert page.folders.listed == [more, old]
    assert services.downloads._models == Path(new)
    button = next(one for one, folder in page.folders._removers.items() if folder == more)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await until(lambda: page.folders.listed == [old])
    assert services.settings.current.models_folder == new
