"""The models of the real window follow the folders of this computer by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.main_window import MainWindow
from app.ui.pages.models import ModelsPage
from app.ui.pages.settings import SettingsPage
from tests.end2end.test_window import Until, opened
from tests.fakes.model_folders import TINY, put

pytestmark = pytest.mark.timeout(120)


def models(window: MainWindow) -> ModelsPage:
    """The page, as Ctrl+2 shows it."""
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    return cast("ModelsPage", window.stack.currentWidget())


def names(page: ModelsPage) -> set[str]:
    rows = page.table.matching
    return {str(rows.index(row, 0).data()) for row in range(rows.rowCount())}


@pytest.mark.long
async def test_what_comes_and_goes_is_shown_without_a_click(
    qapp: QApplication, until: Until, home: Path
) -> None:
    async with opened(qapp, until) as window:
        page = models(window)
        await until(lambda: len(names(page)) == 1)
        (starter,) = names(page)
        own = put(home / "quantbench" / "models" / "owner" / "own.gguf")
        await until(lambda: names(page) == {starter, "own"})
        own.unlink()
        await until(lambda: names(page) == {starter})


@pytest.mark.long
async def test_a_folder_that_was_added_is_watched_too(
    qapp: QApplication, until: Until, tmp_path: Path
) -> None:
    put(tmp_path / "mine" / "old.gguf")
    async with opened(qapp, until) as window:
        window.show_page("settings")
        settings = cast("SettingsPage", window.stack.currentWidget())
        settings.folders.add_requested.emit(str(tmp_path / "mine"))
        page = models(window)
        await until(lambda: "old" in names(page))

        new = put(tmp_path / "mine" / "deep" / "new.gguf", TINY[:1000])
        await until(lambda: "new" in names(page))
        new.write_bytes(TINY)  # the copy that was under way is whole now
        await until(lambda: all(model.problem is None for model in window._workspace.shelf.models))
        new.unlink()
        await until(lambda: "new" not in names(page))
