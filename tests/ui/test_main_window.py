"""Pages, shortcuts, files dropped onto the window, and names from outside shown as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
)

from app.domain.errors import StoreError
from app.ui.errors import Notice
from app.ui.pages.models import ModelsPage
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from app.ui.theme import LIGHT
from app.ui.widgets.model_table import COLUMNS
from app.ui.widgets.shortcut_sheet import ShortcutSheet
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import LARGE, SMALL, OpenShell, Until, opened

pytestmark = pytest.mark.usefixtures("three_models")


def press(shell: Shell, key: Qt.Key, control: bool = True) -> None:
    modifier = Qt.KeyboardModifier.ControlModifier
    none = Qt.KeyboardModifier.NoModifier
    shell.window.activateWindow()
    QTest.keyClick(shell.window, key, modifier if control else none)


def models_page(shell: Shell) -> ModelsPage:
    page = shell.window.stack.currentWidget()
    assert isinstance(page, ModelsPage)
    return page


def cells(page: ModelsPage) -> list[list[str]]:
    rows = page.table.matching
    return [
        [rows.index(row, column).data() for column in range(rows.columnCount())]
        for row in range(rows.rowCount())
    ]


async def test_table_of_models(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    press(shell, Qt.Key.Key_2)
    page = models_page(shell)
    assert cells(page) == [
        ["broken", "The file is cut short. Download it again.", *[""] * 7],
        ["large-model", "Q8_0", "135M", "9.00 GB", "", "8,192", "unknown", "never", "Quantbench"],
        ["small-model", "Q4_1", "135M", "98 MB", "", "8,192", "unknown", "now", "Starter model"],
    ]
    right = [
        page.table.matching.index(1, column).data(Qt.ItemDataRole.TextAlignmentRole)
        for column in range(7)
    ]
    assert [bool(each & Qt.AlignmentFlag.AlignRight) for each in right] == [
        False,
        False,
        True,
        True,
        True,
        True,
        False,
    ]


async def test_numbers_are_sorted_as_numbers(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_page("models")
    page = models_page(shell)
    page.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert cells(page)[0][0] == "large-model"


async def test_filter_and_load_with_the_keyboard(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_page("models")
    page = models_page(shell)
    QTest.keyClicks(page.filter, "q8 large")
    assert [row[0] for row in cells(page)] == ["large-model"]
    page.table.selectRow(0)
    assert page.load_button.isEnabled()
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    await until(lambda: shell.workspace.loading.model == LARGE)
    assert shell.window.stack.currentWidget() is shell.window.chat_page


async def test_filter_without_match_says_so(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_page("models")
    page = models_page(shell)
    page.filter.setText("nothing like it")
    assert page.summary.text() == "None of 3 models matches “nothing like it”."


async def test_broken_model_shows_its_sentence_and_cannot_be_loaded(
    open_shell: OpenShell, until: Until
) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_page("models")
    page = models_page(shell)
    page.table.selectRow(0)
    assert page.summary.text() == "broken: The file is cut short. Download it again."
    assert not page.load_button.isEnabled()
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert shell.workspace.loading.model == SMALL


async def test_loaded_model_is_marked_and_ejected(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_page("models")
    page = models_page(shell)
    page.table.selectRow(2)
    assert page.eject_button.isVisible()
    page.eject_button.click()
    await until(page.load_button.isVisible)
    assert shell.workspace.loading.session is None


async def test_library_that_cannot_be_read(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.error = StoreError("The models folder cannot be read.")
    shell = open_shell()
    await until(lambda: shell.window.banner.notice is not None)
    assert shell.window.banner.notice.text == "The models folder cannot be read."
    shell.window.show_page("models")
    assert models_page(shell).empty.shown.title == "No models yet"
    services.library.error = None
    models_page(shell).empty.step_requested.emit("refresh")
    await until(lambda: len(cells(models_page(shell))) == 3)


async def test_shortcuts_lead_everywhere(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    window = shell.window
    press(shell, Qt.Key.Key_2)
    assert isinstance(window.stack.currentWidget(), ModelsPage)
    press(shell, Qt.Key.Key_Comma)
    assert isinstance(window.stack.currentWidget(), SettingsPage)
    press(shell, Qt.Key.Key_1)
    assert window.stack.currentWidget() is window.chat_page
    press(shell, Qt.Key.Key_L)
    assert window.chat_page.picker.popup.isVisible()
    window.chat_page.picker.popup.close()
    press(shell, Qt.Key.Key_F1, control=False)
    (sheet,) = window.findChildren(ShortcutSheet)
    assert sheet.isVisible()
    sheet.close()
    press(shell, Qt.Key.Key_E)
    await until(lambda: shell.workspace.loading.session is None)
    press(shell, Qt.Key.Key_Q)
    assert not window.isVisible()


async def test_escape_dismisses_the_notice(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_notice(Notice("Something."))
    assert shell.window.banner.isVisible()
    press(shell, Qt.Key.Key_Escape, control=False)
    assert not shell.window.banner.isVisible()


async def test_theme_is_chosen_in_the_settings_and_kept(
    open_shell: OpenShell, services: WindowServices, qapp: QApplication, until: Until
) -> None:
    shell = await opened(open_shell, until)
    shell.window.show_page("settings")
    page = shell.window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    page.appearance.themes.buttons["light"].click()
    assert qapp.palette().window().color().name() == LIGHT.background
    buttons = shell.window.sidebar._buttons
    assert [name for name, button in buttons.items() if button.font().bold()] == ["settings"]
    await until(lambda: services.settings.current.theme == "light")
    assert 'theme = "light"' in services.paths.settings.read_text("utf-8")


async def test_geometry_is_kept(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, until)
    shell.window.resize(1001, 701)
    shell.window.close()
    assert (services.paths.home / "window.ini").is_file()


def dragged(path: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    return data


def enter(shell: Shell, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(400, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(shell.window, event)
    return event


def drop(shell: Shell, data: QMimeData) -> None:
    event = QDropEvent(
        QPointF(400, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(shell.window, event)


async def test_model_dropped_onto_the_window_is_loaded(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    model = local_model("dropped", source="file")
    services.library.files["/tmp/dropped.gguf"] = model
    shell = await opened(open_shell, until)
    data = dragged("/tmp/dropped.gguf")
    assert enter(shell, data).isAccepted()
    drop(shell, data)
    await until(lambda: shell.workspace.loading.model == model)
    assert shell.workspace.shelf.models[0] == model


async def test_other_files_are_not_taken(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    assert not enter(shell, dragged("/tmp/picture.png")).isAccepted()


async def test_dropped_file_that_is_no_model_is_refused_with_its_sentence(
    open_shell: OpenShell, until: Until
) -> None:
    shell = await opened(open_shell, until)
    data = dragged("/tmp/renamed.gguf")
    enter(shell, data)
    drop(shell, data)
    await until(lambda: shell.window.banner.notice is not None)
    assert "is not a GGUF file" in shell.window.banner.notice.text
    assert shell.workspace.loading.model == SMALL


async def test_file_named_at_the_start_takes_the_place_of_the_starter(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    model = services.library.files["/tmp/named.gguf"] = local_model("named", source="file")
    shell = open_shell("/tmp/named.gguf")
    await until(lambda: shell.workspace.loading.session is not None)
    assert shell.workspace.loading.model == model
    assert [session.info.model_name for session in services.engine.sessions] == ["named"]


async def test_columns_give_way_to_the_name(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    press(shell, Qt.Key.Key_2)
    table = models_page(shell).table

    def shown() -> list[str]:
        return [
            column.title
            for number, column in enumerate(COLUMNS)
            if not table.isColumnHidden(number)
        ]

    shell.window.resize(1600, 700)
    await until(lambda: len(shown()) == len(COLUMNS))
    shell.window.resize(shell.window.minimumSize())
    await until(lambda: len(shown()) < len(COLUMNS))
    assert {"Model", "Quantization", "Size"} <= set(shown())
    await until(lambda: table.columnWidth(0) >= 180)  # once the side has folded


async def test_a_folder_dropped_on_the_window_or_chosen_is_taken_in(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    folder = tmp_path / "Llama-3.2-1B-4bit"
    folder.mkdir()
    model = services.library.files[str(folder)] = local_model("folder", source="file")
    shell = await opened(open_shell, until)
    data = dragged(str(folder))
    assert enter(shell, data).isAccepted()
    drop(shell, data)
    await until(lambda: shell.workspace.loading.model == model)
    press(shell, Qt.Key.Key_2)
    page = models_page(shell)
    page.open_button.menu().actions()[1].trigger()
    (dialog,) = shell.window.findChildren(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.close()


async def test_dialog_for_files_does_not_block(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    model = services.library.files["/tmp/chosen.gguf"] = local_model("chosen", source="file")
    shell = await opened(open_shell, until)
    shell.window.open_file()
    (dialog,) = shell.window.findChildren(QFileDialog)
    dialog.fileSelected.emit("/tmp/chosen.gguf")
    dialog.close()
    await until(lambda: shell.workspace.loading.model == model)
