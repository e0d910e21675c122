"""Room in the window, the keyboard's way through it, and windows that nobody asked for."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.widgets.sidebar import PageName
from tests.fakes.saved_chats import answered
from tests.fakes.window_services import WindowServices
from tests.ui.conftest import OpenShell, Until, opened

pytestmark = pytest.mark.usefixtures("three_models")


class Windows(QObject):
    """Collects the names of the kinds of windows that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_window = isinstance(watched, QWidget) and watched.isWindow()
        if event.type() == QEvent.Type.Show and is_window:
            self.shown.append(type(watched).__name__)
        return False


async def test_no_page_opens_a_window_for_a_moment(
    open_shell: OpenShell, qapp: QApplication, until: Until
) -> None:
    shell = await opened(open_shell, until)
    windows = Windows()
    qapp.installEventFilter(windows)
    for name in get_args(PageName):
        shell.window.show_page(name)
    shell.window.show_page("chat")
    shell.window.chat_page.options_button.click()
    qapp.removeEventFilter(windows)
    assert windows.shown == []


async def test_the_smallest_window_has_room_for_the_options(
    open_shell: OpenShell, until: Until
) -> None:
    shell = await opened(open_shell, until)
    window, page = shell.window, shell.window.chat_page
    window.resize(window.minimumSize())
    page.options_button.click()
    options = page.options
    assert options is not None
    await until(lambda: options.geometry().right() < page.width())
    assert window.width() == window.minimumWidth()
    header = [page.picker, page.eject_button, page.options_button]
    assert all(widget.isVisible() for widget in header)
    edges = [each for widget in header for each in (widget.x(), widget.geometry().right())]
    assert edges == sorted(edges)
    assert edges[-1] < options.x()
    assert page.empty.geometry().right() < options.x()
    page.options_button.click()
    assert page.new_button.isVisible()


async def test_tab_goes_through_the_sidebar_from_top_to_bottom(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    chat = await services.store.create()
    await answered(services.store, chat.id, "Question", "Answer")
    shell.workspace.conversations.refresh()
    await until(shell.window.sidebar.chats.isVisible)
    shell.window.sidebar.panel.search.setFocus()
    names: list[str] = []
    for _ in range(4):
        widget = QApplication.focusWidget()
        assert widget is not None
        names.append(widget.accessibleName())
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert names == ["Search chats", "More about chats", "Chats", "Settings"]


async def test_the_last_chat_gives_the_keys_to_the_message(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, until)
    chat = await services.store.create()
    await answered(services.store, chat.id, "Question", "Answer")
    shell.workspace.conversations.refresh()
    await until(shell.window.sidebar.chats.isVisible)
    shell.window.sidebar.chats.setFocus()
    shell.workspace.conversations.delete(chat.id)
    await until(lambda: not shell.window.sidebar.chats.isVisible())
    assert shell.window.chat_page.composer.focusProxy().hasFocus()
