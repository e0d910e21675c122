"""What is copied is what was written, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_flow import Place, Spot
from tests.ui.chat_text import HOSTILE, REPLY, message

CONTROL = Qt.KeyboardModifier.ControlModifier
ODD = "a\0b\r\nc\rd\u2028e\u2029f\u202eg\u2066h\ufdd0i\ufffcj\u00a0k\tl\ud800m😀n\x1fo\x7f"


def copied(transcript: Transcript, qtbot: QtBot) -> str:
    with qtbot.waitSignal(transcript.copied) as heard:
        qtbot.keyClick(transcript, Qt.Key.Key_C, CONTROL)
    return heard.args[0]


@pytest.mark.parametrize("role", ["user", "assistant"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_everything_is_copied_byte_for_byte(
    transcript: Transcript, qtbot: QtBot, kind: str, role: str
) -> None:
    transcript.set_messages([message(1, role, HOSTILE[kind])])
    qtbot.keyClick(transcript, Qt.Key.Key_A, CONTROL)
    assert transcript.selection.text() == HOSTILE[kind]


def test_the_clipboard_has_what_was_copied(transcript: Transcript, qtbot: QtBot) -> None:
    text = ODD.replace("\ud800", "")  # the clipboard is Unicode text
    transcript.set_messages([message(1, "user", text), message(2, "assistant", REPLY)])
    qtbot.keyClick(transcript, Qt.Key.Key_A, CONTROL)
    assert copied(transcript, qtbot) == f"{text}\n\n{REPLY}"
    assert QGuiApplication.clipboard().text() == f"{text}\n\n{REPLY}"


@given(
    text=st.text(st.characters() | st.sampled_from(ODD), min_size=1, max_size=80), data=st.data()
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_part_of_an_own_message_is_copied_exactly(
    transcript: Transcript, text: str, data: st.DataObject
) -> None:
    text = text.replace("\r\n", "\n")  # drawn as one line break, which cannot be cut in two
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    transcript.set_messages([message(1, "user", text)])

    def offset(index: int) -> int:
        return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2

    transcript.selection.start(Place(0, 0, offset(start)))
    transcript.selection.extend(Place(0, 0, offset(end)))
    assert transcript.selection.text() == text[start:end]


def test_line_ends_of_another_system_are_kept(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "user", "one\r\ntwo\rthree\nfour")])
    transcript.selection.start(Place(0, 0, 1))
    transcript.selection.extend(Place(0, 0, 14))
    assert transcript.selection.text() == "ne\r\ntwo\rthree\n"


def test_a_drag_across_pieces_of_a_long_message_joins_them(transcript: Transcript) -> None:
    text = "".join(f"{i:07d} " for i in range(3_000))
    transcript.set_messages([message(1, "user", text)])
    transcript.selection.start(Place(0, 0, 8))
    transcript.selection.extend(Place(0, 3, 16))
    chosen = transcript.selection.text()
    assert chosen.startswith("0000001 ")
    assert chosen in text
    assert len(chosen) > 10_000


def test_a_part_of_a_reply_is_copied_as_it_is_shown(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", "**one** two\n\n1. a\n2. b\n\n`c`")])
    transcript.selection.start(Place(0, 0, 1))
    transcript.selection.extend(Place(0, 2, 0))
    assert transcript.selection.text() == "ne two\n\na\n2. b"


def test_a_double_click_selects_a_word(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "assistant", "alpha beta gamma")])
    document = transcript.flow.document(Spot(0, 0))
    line = document.firstBlock().layout().lineAt(0)
    x = transcript.column_left() + int(line.cursorToX(8)[0])
    y = transcript.flow.top(0) + 12
    view = transcript.viewport()
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    assert copied(transcript, qtbot) == "beta"


def test_the_keys_go_from_message_to_message(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "user", "one"), message(2, "assistant", "**two**")])
    qtbot.keyClick(transcript, Qt.Key.Key_Up, CONTROL)
    assert copied(transcript, qtbot) == "**two**"
    qtbot.keyClick(transcript, Qt.Key.Key_Up, CONTROL)
    assert copied(transcript, qtbot) == "one"
    qtbot.keyClick(transcript, Qt.Key.Key_Down, CONTROL)
    assert copied(transcript, qtbot) == "**two**"


def test_the_button_beside_a_message_copies_it(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "user", "one"), message(2, "assistant", "**two**")])
    button = next(
        each
        for each in transcript.findChildren(QAbstractButton)
        if each.accessibleName() == "Copy message"
    )
    assert not button.isVisible()
    qtbot.mouseMove(transcript.viewport(), QPoint(300, transcript.flow.top(1) + 5))
    qtbot.waitUntil(button.isVisible)
    with qtbot.waitSignal(transcript.copied) as heard:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard.args == ["**two**"]


def test_the_menu_copies_a_message(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "user", "one"), message(2, "assistant", "**two**")])
    point = QPoint(300, transcript.flow.top(1) + 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, point)
    QApplication.sendEvent(transcript.viewport(), event)
    (menu,) = transcript.findChildren(QMenu)
    action = next(each for each in menu.actions() if each.text() == "Copy message")
    with qtbot.waitSignal(transcript.copied) as heard:
        action.trigger()
    assert heard.args == ["**two**"]
    menu.close()
