"""Names from outside shown as they are, names for screen readers, the Tab key, and all sizes."""

from __future__ import annotations

import os

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QWidget,
)

from app.domain.conversation import Conversation, Message
from app.ui.errors import Notice
from app.ui.main_window import LANGUAGE_KEY
from app.ui.widgets.transcript import Transcript
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until, opened

HOSTILE = '<b>evil</b><img src="file:///etc/passwd">'
pytestmark = pytest.mark.usefixtures("three_models")


async def test_names_from_outside_are_shown_literally(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    hostile = local_model(HOSTILE, path=os.fsencode("/tmp/x.gguf"))
    services.library.listed = [hostile, local_model("bad", problem=HOSTILE)]
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    for page in ("models", "settings", "chat"):
        shell.window.show_page(page)
    chat = Conversation(id=1, title=HOSTILE, created_at=0.0, updated_at=0.0)
    shell.window.sidebar.show_chats([chat], None)
    shell.window.show_notice(Notice(HOSTILE, "bad"))
    told = [label for label in shell.window.findChildren(QLabel) if "evil" in label.text()]
    assert told
    for label in told:
        assert label.textFormat() == Qt.TextFormat.PlainText, label.text()
    for widget in shell.window.findChildren(QWidget):
        assert "<" not in widget.toolTip(), widget.toolTip()


async def test_everything_has_an_accessible_name_and_can_be_reached(
    open_shell: OpenShell, until: Until
) -> None:
    shell = await opened(open_shell, until)
    for page in ("models", "settings", "chat"):
        shell.window.show_page(page)
    shell.window.show_notice(Notice("Something.", "bad", "reload"))
    nameless, unreachable = [], []
    for widget in shell.window.findChildren(QWidget):
        if not isinstance(widget, QAbstractButton | QLineEdit):
            continue
        if widget.isHidden() or widget.objectName().startswith("qt_"):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name).strip():
            nameless.append(f"{type(widget.parent()).__name__} > {type(widget).__name__}")
        # Qt lets Tab reach the checked one of a radio group, and the arrow keys the others.
        is_radio = isinstance(widget, QRadioButton)
        if not (is_radio or widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
            unreachable.append(widget.accessibleName())
    assert nameless == []
    # A shortcut of the pointer: with the keyboard the line is emptied by deleting.
    assert set(unreachable) <= {"Clear the filter"}


async def test_screen_readers_hear_meters_and_lists(open_shell: OpenShell, until: Until) -> None:
    shell = await opened(open_shell, until)
    meter = QAccessible.queryAccessibleInterface(shell.window.strip.meter("decode"))
    assert meter.text(QAccessible.Text.Name) == "Decode, tokens/s"
    assert meter.text(QAccessible.Text.Description) == "not available"
    chats = QAccessible.queryAccessibleInterface(shell.window.sidebar.chats)
    assert chats.text(QAccessible.Text.Name) == "Chats"


@pytest.mark.parametrize("size", [(720, 560), (880, 560), (1240, 780), (1600, 900)])
async def test_window_takes_the_sizes_it_promises(
    open_shell: OpenShell, until: Until, size: tuple[int, int]
) -> None:
    shell = await opened(open_shell, until)
    for page in ("models", "settings", "chat"):
        shell.window.show_page(page)
    shell.window.resize(1700, 1000)
    shell.window.resize(*size)
    assert (shell.window.width(), shell.window.height()) == size


@pytest.mark.parametrize("size", [(720, 560), (880, 560), (1240, 780)])
async def test_german_words_take_no_more_room(
    open_shell: OpenShell, services: WindowServices, until: Until, size: tuple[int, int]
) -> None:
    state = QSettings(str(services.paths.home / "window.ini"), QSettings.Format.IniFormat)
    state.setValue(LANGUAGE_KEY, "de")
    shell = await opened(open_shell, until)
    assert shell.window.windowTitle() == "Quantbench"
    for page in ("models", "discover", "downloads", "engines", "settings", "chat"):
        shell.window.show_page(page)
    shell.window.resize(*size)
    assert (shell.window.width(), shell.window.height()) == size
    cut = [
        button.text()
        for button in shell.window.findChildren(QPushButton)
        if button.isVisible()
        and button.text()
        and button.width() < button.minimumSizeHint().width()
    ]
    assert cut == []
    shell.window.chat_page.options_button.click()
    options = shell.window.chat_page.options
    assert options is not None
    options.more_button.click()
    scroll = options.findChild(QScrollArea)
    assert scroll is not None
    await until(lambda: 0 < scroll.widget().width() <= scroll.viewport().width())
    assert shell.window.chat_page.accessibleName() == "Chat"
    assert shell.window.sidebar._buttons["models"].accessibleName() == "Modelle"


def test_a_finished_reply_is_announced(qapp: QApplication) -> None:
    heard: list[str] = []

    class Heard(Transcript):
        def _announce(self, text: str) -> None:
            heard.append(text)
            super()._announce(text)

    QAccessible.setActive(True)
    transcript = Heard()
    reply = Message(
        id=2,
        conversation_id=1,
        parent_id=None,
        role="assistant",
        text="",
        state="streaming",
        created_at=0.0,
    )
    transcript.set_messages([reply])
    transcript.finish_reply(replace(reply, text="word " * 500, state="complete"))
    transcript.finish_reply(replace(reply, text="", state="complete"))
    QAccessible.setActive(False)
    transcript.deleteLater()
    assert heard[0] == ("word " * 500)[:600]
    assert heard[1] == "Empty reply"
