"""The chats beside the pages: search, pins, folders, the trash, and files, in the real window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMenu, QMessageBox

from app.ui.chat_shelf import ChatShelf
from app.ui.shell import Shell
from app.ui.widgets.conversation_model import Row
from tests.fakes import chat_exports
from tests.fakes.saved_chats import answered
from tests.fakes.window_services import WindowServices
from tests.ui.conftest import OpenShell, Until

HOSTILE = '<b>evil</b><img src="file:///etc/passwd">'


class Shelf:
    """The window with three chats in its store."""

    def __init__(self, shell: Shell, services: WindowServices, until: Until) -> None:
        self.shell, self.services, self.until = shell, services, until
        self.panel = shell.window.sidebar.panel
        self.rows = self.panel.chats.chats
        shelf = self.panel.findChild(ChatShelf)
        assert shelf is not None
        self.shelf = shelf

    def titles(self) -> list[str]:
        return [self.rows.index(row).data() for row in range(self.rows.rowCount())]

    def row(self, title: str) -> Row:
        return self.rows.row(self.titles().index(title))

    async def shows(self, *titles: str) -> None:
        await self.until(lambda: self.titles() == list(titles))

    def choose(self, menu: QMenu, *words: str) -> None:
        """Trigger an entry of a menu, through its submenus."""
        for word in words[:-1]:
            menu = next(each.menu() for each in menu.actions() if each.text() == word)
        next(each for each in menu.actions() if each.text() == words[-1]).trigger()

    def dialog(self, kind: type) -> object:
        found = self.shell.window.findChildren(kind)
        return found[-1]


@pytest.fixture
async def shelf(open_shell: OpenShell, services: WindowServices, until: Until) -> Shelf:
    store = services.store
    await store.open()
    for question, answer in [("Alpha", "about penguins"), ("Beta", "about Bären"), (HOSTILE, "x")]:
        await answered(store, (await store.create()).id, question, answer)
    await store.close()
    made = Shelf(open_shell(), services, until)
    await made.shows(HOSTILE, "Beta", "Alpha")
    return made


async def test_chats_are_searched_while_typing(shelf: Shelf) -> None:
    QTest.keyClick(shelf.shell.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(shelf.panel.search, "baren")
    await shelf.shows("Beta")
    row = shelf.rows.row(0)
    assert row.excerpt is not None
    assert [row.excerpt.text[begin:end] for begin, end in row.excerpt.hits] == ["Bären"]
    QTest.keyClick(shelf.panel.search, Qt.Key.Key_Down)
    QTest.keyClick(shelf.panel.chats, Qt.Key.Key_Return)
    transcript = shelf.shell.window.chat_page.transcript
    await shelf.until(
        lambda: [each.text for each in transcript.flow.entries][1:] == ["about Bären"]
    )
    await shelf.until(lambda: transcript.highlights.current == 1)
    shelf.panel.search.setFocus()
    QTest.keyClick(shelf.panel.search, Qt.Key.Key_Escape)
    await shelf.shows(HOSTILE, "Beta", "Alpha")
    shelf.panel.search.setText("nothing like it")
    await shelf.until(shelf.panel._nothing.isVisible)
    assert shelf.panel._nothing.text() == "No chat has all of these words."


async def test_a_list_that_comes_takes_nothing_from_who_works_in_it(shelf: Shelf) -> None:
    """As when a reply ends: its chat moves to the top, and the list is read again."""
    chats, conversations = shelf.panel.chats, shelf.shell.workspace.conversations
    chats.open_requested.emit(shelf.row(HOSTILE).chat.id)
    chats.setFocus()
    QTest.keyClick(chats, Qt.Key.Key_End)
    menu = shelf.shelf.menu_of(shelf.row("Alpha"))
    conversations.rename(shelf.row("Beta").chat.id, "Gamma")
    await shelf.shows(HOSTILE, "Gamma", "Alpha")
    shelf.choose(menu, "Delete")
    await shelf.shows(HOSTILE, "Gamma")

    QTest.keyClick(chats, Qt.Key.Key_End)
    QTest.keyClick(chats, Qt.Key.Key_F2)
    editor = chats.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "Delta")
    conversations.pin(shelf.row("Gamma").chat.id, pinned=True)
    await shelf.until(lambda: chats._later is not None)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await shelf.shows("Pinned", "Delta", "Today", HOSTILE)


async def test_the_open_chat_stays_in_sight_and_the_list_where_it_was_scrolled(
    shelf: Shelf,
) -> None:
    chats, conversations = shelf.panel.chats, shelf.shell.workspace.conversations
    store = shelf.services.store
    for number in range(30):
        await answered(store, (await store.create()).id, f"Chat {number}", "x")
    conversations.refresh()
    await shelf.until(lambda: len(shelf.titles()) == 33)
    opened = shelf.row("Alpha").chat.id
    conversations.open(opened)
    await shelf.until(lambda: chats.verticalScrollBar().value() > 0)
    conversations.pin(opened, pinned=True)
    await shelf.until(lambda: shelf.titles()[:2] == ["Pinned", "Alpha"])
    assert chats.visualRect(chats.chats.index(1)).top() >= 0

    end = chats.verticalScrollBar().maximum()
    chats.verticalScrollBar().setValue(end)
    conversations.rename(shelf.row("Beta").chat.id, "Gamma")
    await shelf.until(lambda: "Gamma" in shelf.titles())
    assert chats.verticalScrollBar().value() == end


async def test_a_hit_stays_chosen(shelf: Shelf) -> None:
    chats, conversations = shelf.panel.chats, shelf.shell.workspace.conversations
    shelf.panel.search.setText("about")
    await shelf.until(lambda: shelf.rows.shows_hits and shelf.rows.rowCount() == 2)
    QTest.keyClick(chats, Qt.Key.Key_Down)
    QTest.keyClick(chats, Qt.Key.Key_Down)
    chosen = shelf.titles()[chats.currentIndex().row()]
    shown = QSignalSpy(shelf.rows.modelReset)
    conversations.refresh()
    await shelf.until(lambda: shown.count() > 0)
    assert chats.current_row is not None
    assert chats.current_row.title.text == chosen


async def test_pins_and_folders(shelf: Shelf) -> None:
    shelf.choose(shelf.shelf.menu_of(shelf.row("Alpha")), "Pin")
    await shelf.shows("Pinned", "Alpha", "Today", HOSTILE, "Beta")
    shelf.choose(shelf.shelf.menu_of(shelf.row("Beta")), "Move to folder", "New folder…")
    dialog = shelf.dialog(QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("  Work &  more ")
    dialog.accept()
    await shelf.shows("Pinned", "Alpha", "Work & more", "Beta", "Today", HOSTILE)
    shelf.panel.chats.setFocus()
    shelf.panel.chats._choose(2)
    QTest.keyClick(shelf.panel.chats, Qt.Key.Key_Left)
    assert shelf.titles() == ["Pinned", "Alpha", "Work & more", "Today", HOSTILE]
    spoken = shelf.rows.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Folder Work & more, 1 chat, folded"
    QTest.keyClick(shelf.panel.chats, Qt.Key.Key_Return)
    shelf.choose(shelf.shelf.menu_of(shelf.row("Work & more")), "Take all chats out")
    await shelf.shows("Pinned", "Alpha", "Today", HOSTILE, "Beta")
    shelf.choose(shelf.shelf.menu_of(shelf.row("Alpha")), "Unpin")
    await shelf.shows(HOSTILE, "Beta", "Alpha")


async def test_the_trash_gives_back_and_forgets(shelf: Shelf) -> None:
    shelf.panel.chats.setFocus()
    for title in ("Alpha", "Beta"):
        shelf.panel.chats._choose(shelf.titles().index(title))
        QTest.keyClick(shelf.panel.chats, Qt.Key.Key_Delete)
    await shelf.shows(HOSTILE)
    await shelf.until(lambda: not shelf.shell.workspace.conversations._leaving)
    shelf.choose(shelf.shelf.shelf_menu(), "Trash…")
    trash = shelf.shelf._trash
    assert trash is not None
    await shelf.until(lambda: trash.rows.count() == 2)
    trash.restore_button.click()
    await shelf.until(lambda: trash.rows.count() == 1)
    trash.empty_button.click()
    question = shelf.dialog(QMessageBox)
    assert isinstance(question, QMessageBox)
    assert question.text() == "Delete 1 chat for good?"
    next(each for each in question.buttons() if each.text() == "Delete for good").click()
    await shelf.until(lambda: trash.rows.count() == 0)
    assert not trash.empty_button.isEnabled()
    assert len(await shelf.services.store.conversations()) == 2
    trash.accept()


async def test_chats_go_to_files_and_come_back(shelf: Shelf, tmp_path: Path) -> None:
    shelf.choose(shelf.shelf.menu_of(shelf.row(HOSTILE)), "Export", "Markdown…")
    dialog = shelf.dialog(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "one.md"))
    dialog.close()
    banner = shelf.shell.window.banner
    await shelf.until(lambda: banner.notice and banner.notice.text == "1 chat was exported.")
    assert HOSTILE in (tmp_path / "one.md").read_text("utf-8")
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(chat_exports.open_webui()), "utf-8")
    shelf.shelf.read([str(path), str(tmp_path / "one.md")])
    await shelf.until(lambda: "1 chat was imported." in banner.notice.text)
    assert "one.md is no chat export" in banner.notice.text
    await shelf.until(lambda: "🧮 Six times seven" in shelf.titles())
    transcript = shelf.shell.window.chat_page.transcript
    await shelf.until(lambda: len(transcript.flow.entries) == 3)
