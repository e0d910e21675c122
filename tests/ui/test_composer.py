"""Writing a message: keys, pasting, growing, stopping, and keeping the draft."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import DARK, LIGHT
from app.ui.widgets.composer import Composer
from app.ui.widgets.composer_edit import ComposerEdit

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def composer(qtbot: QtBot) -> Iterator[Composer]:
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    layout.addStretch(1)
    made = Composer()
    layout.addWidget(made)
    page.setMinimumSize(400, 300)
    page.resize(700, 500)
    page.show()
    qtbot.waitExposed(page)
    made.setFocus()
    yield made
    page.close()


def edit_of(composer: Composer) -> ComposerEdit:
    return composer.findChild(ComposerEdit)


def button_of(composer: Composer) -> QToolButton:
    names = {"Send", "Stop"}
    buttons = composer.findChildren(QToolButton)
    return next(each for each in buttons if each.accessibleName() in names)


def paste(composer: Composer, qtbot: QtBot, mime: QMimeData) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(mime)
    qtbot.keyClick(edit_of(composer), Qt.Key.Key_V, CONTROL)
    # An object of Python that Qt still owns when the interpreter has ended crashes the process.
    clipboard.clear()


def text_mime(text: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(text)
    return mime


def test_enter_sends_and_leaves_the_draft(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit_of(composer), "Hello")
    with qtbot.waitSignal(composer.send_requested) as heard:
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Return)
    assert heard.args == ["Hello"]
    assert composer.text() == "Hello"
    composer.clear()
    assert composer.text() == ""


def test_shift_enter_begins_a_line(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClicks(edit_of(composer), "a")
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Return, SHIFT)
        qtbot.keyClicks(edit_of(composer), "b")
    assert composer.text() == "a\nb"


@pytest.mark.parametrize("draft", ["", "  ", "\n\t\n"])
def test_a_blank_draft_is_not_sent(composer: Composer, qtbot: QtBot, draft: str) -> None:
    composer.set_text(draft)
    assert not button_of(composer).isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Return)


def test_a_reason_blocks_sending_and_keeps_the_draft(composer: Composer, qtbot: QtBot) -> None:
    reason = "Load <b>a model</b> first."
    composer.set_blocked_reason(reason)
    qtbot.keyClicks(edit_of(composer), "Hello")
    label = composer.findChild(QLabel)
    assert label.isVisible()
    assert label.text() == reason
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert not button_of(composer).isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Return)
    composer.set_blocked_reason("")
    assert not label.isVisible()
    with qtbot.waitSignal(composer.send_requested) as heard:
        qtbot.mouseClick(button_of(composer), Qt.MouseButton.LeftButton)
    assert heard.args == ["Hello"]


def test_while_a_reply_runs_the_button_stops_it(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("next question")
    composer.set_running(running=True)
    assert button_of(composer).accessibleName() == "Stop"
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Return)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.mouseClick(button_of(composer), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Escape)
    composer.set_running(running=False)
    assert button_of(composer).accessibleName() == "Send"
    with qtbot.assertNotEmitted(composer.stop_requested):
        qtbot.keyClick(edit_of(composer), Qt.Key.Key_Escape)
    assert composer.text() == "next question"


def test_enter_during_a_composition_does_not_send(composer: Composer, qtbot: QtBot) -> None:
    edit = edit_of(composer)
    qtbot.keyClicks(edit, "a")
    QApplication.sendEvent(edit, QInputMethodEvent("かな", []))
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    done = QInputMethodEvent("", [])
    done.setCommitString("仮名")
    QApplication.sendEvent(edit, done)
    with qtbot.waitSignal(composer.send_requested) as heard:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert "仮名" in heard.args[0]


def test_rich_text_is_pasted_as_plain_text(composer: Composer, qtbot: QtBot) -> None:
    mime = text_mime("bold & plain")
    mime.setHtml("<h1><b>bold</b> &amp; plain</h1><img src='/dev/zero'>")
    paste(composer, qtbot, mime)
    assert composer.text() == "bold & plain"
    assert edit_of(composer).textCursor().charFormat().fontWeight() < 600


def test_files_are_offered_and_not_written_out(composer: Composer, qtbot: QtBot) -> None:
    mime = text_mime("/tmp/model.gguf")
    mime.setUrls([QUrl.fromLocalFile("/tmp/model.gguf")])
    assert edit_of(composer).canInsertFromMimeData(mime)
    with qtbot.waitSignal(composer.offered):
        paste(composer, qtbot, mime)
    assert composer.text() == ""


def test_it_grows_from_one_line_to_eight(composer: Composer, qtbot: QtBot) -> None:
    one = composer.height()
    composer.set_text("a\nb\nc\nd")
    qtbot.waitUntil(lambda: composer.height() > one)
    four = composer.height()
    composer.set_text("\n".join("abcdefgh"))
    qtbot.waitUntil(lambda: composer.height() > four)
    eight = composer.height()
    composer.set_text("line\n" * 50)
    QApplication.processEvents()
    assert composer.height() == eight
    composer.clear()
    qtbot.waitUntil(lambda: composer.height() == one)


def test_the_button_is_inside_the_card_at_its_bottom_right(composer: Composer) -> None:
    composer.set_text("a\nb\nc\nd")
    QApplication.processEvents()
    frame = button_of(composer).geometry()
    assert composer.rect().contains(frame)
    assert composer.width() - frame.right() < 16
    assert composer.height() - frame.bottom() < 16
    assert not frame.intersects(edit_of(composer).geometry())


LARGE = {
    "one run": "x" * 1_000_000,
    "words": "word " * 200_000,
    "lines": "a line of a file that was pasted\n" * 30_000,
    "runs and lines": ("y" * 5_001 + "\n\n") * 200 + "end",
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_paste_does_not_freeze_and_is_kept(
    composer: Composer, qtbot: QtBot, kind: str
) -> None:
    # What one megabyte costs when it is cheap: the same text, as short lines, by itself. Time on
    # a processor is compared: what other programs take does not count.
    plain = ComposerEdit()
    qtbot.addWidget(plain)
    begin = time.thread_time()
    plain.setPlainText("a line of a file that was pasted\n" * 30_000)
    reference = time.thread_time() - begin
    begin = time.thread_time()
    paste(composer, qtbot, text_mime(LARGE[kind]))
    QApplication.processEvents()
    assert time.thread_time() - begin < 20 * reference
    assert composer.text() == LARGE[kind]
    begin = time.thread_time()
    qtbot.keyClicks(edit_of(composer), "!")
    QApplication.processEvents()
    assert time.thread_time() - begin < 10 * reference
    assert composer.text() == LARGE[kind] + "!"


def test_line_breaks_within_a_long_run_are_kept(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("x" * 6_000)
    edit = edit_of(composer)
    cursor = edit.textCursor()
    cursor.setPosition(2_500)
    edit.setTextCursor(cursor)
    qtbot.keyClick(edit, Qt.Key.Key_Return, SHIFT)
    # Every 2,000 characters a block begins, so the position 2,500 is after 2,499 of them.
    assert composer.text() == "x" * 2_499 + "\n" + "x" * 3_501
    paste(composer, qtbot, text_mime("a\nb\nc"))
    assert composer.text() == "x" * 2_499 + "\na\nb\nc" + "x" * 3_501


def test_a_theme_changes_the_card(composer: Composer) -> None:
    dark = composer.grab().toImage().pixelColor(20, 5).name()
    composer.set_theme(LIGHT)
    light = composer.grab().toImage().pixelColor(20, 5).name()
    assert (dark, light) == (DARK.card, LIGHT.card)


def test_names_for_screen_readers(composer: Composer) -> None:
    assert edit_of(composer).accessibleName() == "Message"
    assert button_of(composer).accessibleName() == "Send"
    assert edit_of(composer).placeholderText()


def test_input_methods_may_correct_predict_and_dictate(composer: Composer, qtbot: QtBot) -> None:
    edit = edit_of(composer)
    query = Qt.InputMethodQuery
    assert edit.inputMethodQuery(query.ImEnabled)
    assert edit.inputMethodHints() == Qt.InputMethodHint.ImhMultiLine
    qtbot.keyClicks(edit, "I will recieve")
    assert edit.inputMethodQuery(query.ImSurroundingText) == "I will recieve"
    correction = QInputMethodEvent("", [])
    correction.setCommitString("receive", -len("recieve"), len("recieve"))
    QApplication.sendEvent(edit, correction)
    assert composer.text() == "I will receive"
