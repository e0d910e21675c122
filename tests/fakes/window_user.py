"""A user of the real window: types, chooses in menus and dialogs, waits for what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMenu,
    QPushButton,
)

from app.domain.conversation import Message
from app.ui.chat_shelf import ChatShelf
from app.ui.main_window import MainWindow
from app.ui.widgets.message_actions import Action
from app.ui.widgets.transcript_entry import Entry

Modifier = Qt.KeyboardModifier
D = TypeVar("D", bound=QDialog)
LONGEST_SECONDS = 60.0
KEYS: dict[Action, tuple[Qt.Key, Qt.KeyboardModifier]] = {
    "continue": (Qt.Key.Key_Return, Modifier.ControlModifier | Modifier.ShiftModifier),
    "regenerate": (Qt.Key.Key_R, Modifier.ControlModifier),
    "edit": (Qt.Key.Key_F2, Modifier.NoModifier),
    "branch": (Qt.Key.Key_B, Modifier.ControlModifier),
    "previous": (Qt.Key.Key_PageUp, Modifier.AltModifier),
    "next": (Qt.Key.Key_PageDown, Modifier.AltModifier),
}


async def until(condition: Callable[[], object]) -> None:
    """Give the event loop turns until the condition holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LONGEST_SECONDS
    while not condition():
        assert loop.time() < deadline, "The condition did not come true."
        turn = asyncio.Event()
        loop.call_later(0.005, turn.set)
        await turn.wait()


def the_window() -> MainWindow | None:
    """The one that is open, once it has its pages."""
    for each in QApplication.topLevelWidgets():
        if isinstance(each, MainWindow) and hasattr(each, "_workspace"):
            return each
    return None


async def furnished() -> MainWindow:
    """The window, as soon as it has its pages."""
    await until(the_window)
    window = the_window()
    assert window is not None
    return window


class User:
    """Sits at a window that has its pages."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.workspace = window._workspace
        self.page = window.chat_page
        self.panel = window.sidebar.panel
        shelf = self.panel.findChild(ChatShelf)
        assert shelf is not None
        self.shelf = shelf

    # What is seen

    @property
    def entries(self) -> list[Entry]:
        return self.page.transcript.flow.entries

    def shown(self) -> list[Message]:
        """The messages on the screen; those of a reply that streams have all text so far."""
        return [each.message for each in self.entries]

    def texts(self) -> list[str]:
        return [each.text for each in self.entries]

    def titles(self) -> list[str]:
        """The rows beside the pages: headings and chats."""
        rows = self.panel.chats.chats
        return [rows.index(row).data() for row in range(rows.rowCount())]

    def picture(self, path: Path) -> None:
        """A screenshot."""
        assert self.window.grab().save(str(path))

    # The keyboard

    def type(self, text: str) -> None:
        self.page.composer.setFocus()
        QTest.keyClicks(self.page.composer.focusProxy(), text)

    def press(self, key: Qt.Key, modifiers: Modifier = Modifier.NoModifier) -> None:
        self.page.composer.setFocus()
        QTest.keyClick(self.page.composer.focusProxy(), key, modifiers)

    def do(self, action: Action, number: int | None = None) -> None:
        """Do something with a message by its keys; without a number, with the last that can."""
        self.page.transcript.highlights.current = number
        self.press(*KEYS[action])

    async def come_back(self) -> None:
        """The window is in front again, which a desktop sees to once a dialog is gone."""
        self.window.activateWindow()
        await until(self.window.isActiveWindow)

    async def ask(self, text: str) -> None:
        """Send a question, or what is edited, and wait for the whole reply."""
        before = self._last_id()
        self.page.composer.set_text("")
        self.type(text)
        self.press(Qt.Key.Key_Return)
        await until(lambda: self._last_id() != before and self._is_answered())

    async def again(self) -> None:
        """Ask for another reply in place of the last."""
        before = self._last_id()
        self.do("regenerate")
        await until(lambda: self._last_id() != before and self._is_answered())

    async def go_on(self) -> None:
        """Let a reply that was cut go on."""
        before = self.texts()[-1]
        self.do("continue")
        await until(lambda: len(self.texts()[-1]) > len(before) and self._is_answered())

    async def step(self, action: Action, number: int) -> None:
        """Show the version beside this one of a message."""
        before = self.shown()[number].id
        self.do(action, number)
        await until(lambda: len(self.entries) > number and self.shown()[number].id != before)

    def _last_id(self) -> int:
        return self.shown()[-1].id if self.entries else 0

    def _is_answered(self) -> bool:
        last = self.shown()[-1]
        is_whole = last.role == "assistant" and last.state == "complete"
        return is_whole and not self.workspace.turns.running

    # Models and chats

    async def load(self, name: str) -> None:
        """Load a model of the list and wait until it answers."""
        loading, shelf = self.workspace.loading, self.workspace.shelf
        await until(lambda: name in [model.name for model in shelf.models])
        (model,) = (model for model in shelf.models if model.name == name)
        loading.load(model)
        await self.ready(name)

    async def ready(self, name: str) -> None:
        """This model answers."""
        loading = self.workspace.loading
        await until(lambda: loading.model is not None and loading.model.name == name)
        await until(lambda: loading.session is not None and not loading.busy)

    async def open(self, title: str) -> None:
        """Choose a chat of the list."""
        await until(lambda: title in self.titles())
        chat = self.panel.chats.chats.conversation(self.titles().index(title))
        self.panel.chats.open_requested.emit(chat.id)
        await until(lambda: self.workspace.conversations.current_id == chat.id)
        await until(lambda: self.entries and self.shown()[0].conversation_id == chat.id)

    def menu(self, title: str) -> QMenu:
        """The menu of a chat."""
        return self.shelf.menu_of(self.panel.chats.chats.row(self.titles().index(title)))

    def choose(self, menu: QMenu, *words: str) -> None:
        """Trigger an entry of a menu, through its submenus."""
        for word in words[:-1]:
            menu = next(each.menu() for each in menu.actions() if each.text() == word)
        next(each for each in menu.actions() if each.text() == words[-1]).trigger()

    async def search(self, words: str, title: str) -> None:
        """Look for words, and open what was found in a chat."""
        QTest.keyClick(self.window, Qt.Key.Key_K, Modifier.ControlModifier)
        QTest.keyClicks(self.panel.search, words)
        await until(lambda: self.titles() == [title])
        QTest.keyClick(self.panel.search, Qt.Key.Key_Down)
        QTest.keyClick(self.panel.chats, Qt.Key.Key_Return)
        await until(lambda: any(words in text for text in self.texts()))
        await until(lambda: self.page.transcript.highlights.current is not None)

    def leave_search(self) -> None:
        """All chats are listed again."""
        self.panel.search.setFocus()
        QTest.keyClick(self.panel.search, Qt.Key.Key_Escape)

    # Dialogs

    def _dialog(self, kind: type[D]) -> D:
        return next(each for each in self.window.findChildren(kind) if each.isVisible())

    async def name_file(self, *paths: Path) -> None:
        """Write names into the dialog for files that is open, and accept it."""
        dialog = self._dialog(QFileDialog)
        field = dialog.findChild(QLineEdit)
        assert field is not None
        dialog.setDirectory(str(paths[0].parent))
        field.setText(" ".join(f'"{each.name}"' for each in paths))
        dialog.accept()
        await self.come_back()

    async def write_name(self, name: str) -> None:
        """Write a name into the dialog that asks for one, and accept it."""
        dialog = self._dialog(QInputDialog)
        dialog.setTextValue(name)
        dialog.accept()
        await self.come_back()

    def press_button(self, kind: type[QDialog], words: str) -> None:
        """Press a button of the dialog that is open."""
        buttons = self._dialog(kind).findChildren(QPushButton)
        next(each for each in buttons if each.text() == words).click()

    async def attach(self, *paths: Path) -> None:
        """Choose files for the next message."""
        self.page.composer.attach_requested.emit()
        await self.name_file(*paths)
        tray = self.page.composer.tray
        await until(lambda: len(tray.attachments) == len(paths))

    async def told(self, words: str) -> None:
        """The banner says this."""
        banner = self.window.banner
        await until(lambda: banner.notice is not None and words in banner.notice.text)
