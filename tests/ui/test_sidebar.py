"""The side of the window: folded and unfolded, by hand and for want of room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.shell import Shell
from app.ui.widgets.sidebar import Sidebar
from tests.fakes.saved_chats import answered
from tests.fakes.window_services import WindowServices
from tests.ui.conftest import OpenShell, Until, opened

pytestmark = pytest.mark.usefixtures("three_models")


def press(shell: Shell, key: Qt.Key, *, shift: bool = False) -> None:
    held = Qt.KeyboardModifier.ControlModifier
    if shift:
        held |= Qt.KeyboardModifier.ShiftModifier
    shell.window.activateWindow()
    QTest.keyClick(shell.window, key, held)


def words(sidebar: Sidebar) -> list[str]:
    return [button.text().strip() for button in sidebar._buttons.values()]


async def with_a_chat(open_shell: OpenShell, services: WindowServices, until: Until) -> Shell:
    shell = await opened(open_shell, until)
    chat = await services.store.create()
    await answered(services.store, chat.id, "Question", "Answer")
    shell.workspace.conversations.refresh()
    await until(lambda: shell.window.sidebar.chats.chats.rowCount() == 1)
    return shell


async def test_it_is_folded_by_hand_and_stays_so(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    sidebar, page = shell.window.sidebar, shell.window.chat_page
    unfolded, room = words(sidebar), page.width()
    assert unfolded[:2] == ["Chat", "Models"]
    sidebar._fold_button.click()
    await until(lambda: page.width() > room)
    assert set(words(sidebar)) == {""}
    assert not sidebar.panel.isVisible()
    assert sidebar._buttons["models"].accessibleName() == "Models"
    sidebar.show_download_count(3)
    assert set(words(sidebar)) == {""}
    shell.window.close()
    again = await opened(open_shell, until)
    assert again.window.sidebar.is_folded
    assert not again.window.sidebar.panel.isVisible()
    press(again, Qt.Key.Key_K)
    assert again.window.sidebar.panel.search.hasFocus()
    again.window.chat_page.composer.setFocus()
    assert again.window.sidebar.is_folded, "the search was for the moment"
    press(again, Qt.Key.Key_S, shift=True)
    assert words(again.window.sidebar) == unfolded
    assert again.window.sidebar.panel.isVisible()


async def test_a_narrow_window_gives_its_room_to_the_page(
    open_shell: OpenShell, until: Until
) -> None:
    shell = await opened(open_shell, until)
    window, sidebar = shell.window, shell.window.sidebar
    window.resize(880, 600)
    assert not sidebar.is_folded
    least = window.chat_page.width()
    window.resize(window.minimumSize())
    assert sidebar.is_folded
    await until(lambda: window.chat_page.width() >= least)
    window.resize(1240, 780)
    assert not sidebar.is_folded, "nobody folded it"


async def test_in_a_narrow_window_the_chats_come_to_be_chosen_from(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await with_a_chat(open_shell, services, until)
    window, sidebar = shell.window, shell.window.sidebar
    window.resize(window.minimumSize())
    window.show_page("models")
    press(shell, Qt.Key.Key_S, shift=True)
    assert window.stack.currentWidget() is window.chat_page
    assert sidebar.chats.hasFocus()
    QTest.keyClick(sidebar.chats, Qt.Key.Key_Return)
    await until(lambda: shell.workspace.conversations.current_id is not None)
    assert sidebar.is_folded
    press(shell, Qt.Key.Key_K)
    assert QApplication.focusWidget() is sidebar.panel.search
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert sidebar.is_folded
    press(shell, Qt.Key.Key_S, shift=True)
    press(shell, Qt.Key.Key_2)
    assert sidebar.is_folded, "the models have no room beside the chats"
