"""Finding words in a chat: every place where they are shown, with a number, one after the other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimerEvent
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.ui.widgets.find_bar import FindBar
from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_flow import Spot
from tests.fakes.saved_chats import answered
from tests.fakes.window_services import WindowServices
from tests.ui.chat_text import REPLY, message
from tests.ui.conftest import OpenShell, Until
from tests.ui.transcript_probe import picture


def searched(transcript: Transcript, qtbot: QtBot, words: str) -> str:
    """Type words into the line; gives what it says of them."""
    transcript.open_find()
    bar = transcript.findChild(FindBar)
    edit = bar.findChild(QLineEdit)
    edit.clear()
    qtbot.keyClicks(edit, words)
    qtbot.waitUntil(lambda: transcript.finder.state.done)
    return bar.findChild(QLabel).text()


class Writer(QObject):
    """Lengthens the reply without a pause."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self.startTimer(20)

    def timerEvent(self, event: QTimerEvent) -> None:
        self._transcript.append_text("a needle ")


def present(transcript: Transcript) -> str:
    """The words that are marked as the present hit, and whether they are in view."""
    spot, (start, end) = transcript.highlights.present_hit
    y = transcript.flow.position_top(spot, start) - transcript.verticalScrollBar().value()
    assert 0 <= y < transcript.viewport().height()
    cursor = QTextCursor(transcript.flow.document(spot))
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def test_words_are_found_as_they_are_shown(transcript: Transcript, qtbot: QtBot) -> None:
    text = "a **bold word** and `bold` word\n\n```py\nbold = 1\n```\n\n|Bold|b|\n|-|-|\n|1|BOLD|\n"
    transcript.set_messages([message(1, "user", "be bold"), message(2, "assistant", text)])
    before = picture(transcript)
    assert searched(transcript, qtbot, "bold") == "1 of 6"
    assert picture(transcript) != before
    assert searched(transcript, qtbot, "bold word") == "1 of 2"
    assert present(transcript) == "bold word"
    assert searched(transcript, qtbot, "**bold") == "Not found"


def test_enter_goes_on_and_back_and_round(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(i, "assistant", f"{REPLY}\nneedle {i}") for i in range(40)])
    transcript.verticalScrollBar().setValue(0)
    assert searched(transcript, qtbot, "needle") == "1 of 40"
    edit = transcript.findChild(QLineEdit)
    label = transcript.findChild(FindBar).findChild(QLabel)
    for expected in ("2 of 40", "3 of 40"):
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        assert label.text() == expected
        assert present(transcript) == "needle"
    for expected in ("2 of 40", "1 of 40", "40 of 40"):
        qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert label.text() == expected
        assert present(transcript) == "needle"
    assert not transcript.following


def test_a_search_begins_at_what_is_seen(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(i, "assistant", f"{REPLY}\nneedle {i}") for i in range(40)])
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    number = int(searched(transcript, qtbot, "needle").split()[0])
    assert 10 < number < 30
    assert present(transcript) == "needle"


def test_hits_in_folded_reasoning_are_shown(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "assistant", "<think>\na needle\n</think>\nopen")])
    assert searched(transcript, qtbot, "needle") == "1 of 1"
    assert not transcript.flow.entries[0].folded
    assert present(transcript) == "needle"


def test_what_streams_in_is_searched_too(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "user", "needle")])
    transcript.begin_reply(message(2, "assistant", "", state="streaming"))
    assert searched(transcript, qtbot, "needle") == "1 of 1"
    transcript.append_text("one needle, ")
    qtbot.waitUntil(lambda: transcript.finder.state.total == 2)
    transcript.append_text("two needles")
    qtbot.waitUntil(lambda: transcript.finder.state.total == 3)
    assert transcript.finder.state.present == 1


def test_a_reply_without_a_pause_is_searched_while_it_comes(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_messages([message(1, "user", "Which words?")])
    transcript.begin_reply(message(2, "assistant", "", state="streaming"))
    assert searched(transcript, qtbot, "needle") == "Not found"
    writer = Writer(transcript)
    qtbot.waitUntil(lambda: transcript.finder.state.total >= 3)
    writer.deleteLater()


def test_the_view_stays_at_the_end_while_the_present_hit_is_searched_again(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_messages([message(1, "user", "?")])
    transcript.begin_reply(message(2, "assistant", "", state="streaming"))
    transcript.append_text("first needle\n\nsecond needle\n\n" + "more\n\n" * 60)
    qtbot.waitUntil(lambda: transcript.verticalScrollBar().maximum() > 0)
    searched(transcript, qtbot, "needle")
    qtbot.keyClick(transcript.findChild(QLineEdit), Qt.Key.Key_Return)
    number = transcript.finder.state.present
    transcript.follow_end()
    transcript.append_text("third needle\n\n")
    qtbot.waitUntil(lambda: transcript.finder.state == (number, 3, True))
    assert transcript.following


def test_another_chat_is_searched_from_nothing(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(each, "user", "needle") for each in range(1, 9)])
    searched(transcript, qtbot, "needle")
    transcript.set_messages([message(20, "user", "one needle")])
    assert transcript.finder.state.total == 0
    transcript.find_next()
    qtbot.waitUntil(lambda: transcript.finder.state == (1, 1, True))


def test_the_search_above_goes_on_while_a_reply_comes(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(each, "user", "needle") for each in range(1, 9)])
    transcript.begin_reply(message(9, "assistant", "", state="streaming"))
    transcript.finder.search("needle")  # which has not begun when the text changes
    transcript.finder.text_changed(8)
    transcript.finder._search_again()
    qtbot.waitUntil(lambda: transcript.finder.state.done)
    assert transcript.finder.state.total == 8


def test_escape_closes_the_line(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "user", "needle")])
    before = picture(transcript)
    searched(transcript, qtbot, "needle")
    assert transcript.highlights.hits == {Spot(0, 0): [(0, 6)]}
    qtbot.keyClick(transcript.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert transcript.findChild(FindBar).isHidden()
    qtbot.waitUntil(lambda: picture(transcript) == before)
    assert transcript.hasFocus()


async def test_in_the_window_keys_open_and_close_the_line(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    listed: list[object] = []
    shell = open_shell()
    shell.workspace.conversations.listed.connect(listed.append)
    await until(lambda: bool(listed))  # the store is open
    chat = await services.store.create()
    await answered(services.store, chat.id, "a needle", "two needles")
    shell.workspace.conversations.open(chat.id)
    transcript = shell.window.chat_page.transcript
    await until(lambda: len(transcript.flow.entries) == 2)
    QTest.keyClick(shell.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = transcript.findChild(FindBar)
    assert bar.isVisible()
    QTest.keyClicks(bar.findChild(QLineEdit), "needle")
    await until(lambda: transcript.finder.state == (1, 2, True))
    QTest.keyClick(shell.window, Qt.Key.Key_F3)
    assert transcript.finder.state.present == 2
    QTest.keyClick(bar.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert not bar.isVisible()
    QTest.keyClick(shell.window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert transcript.zoom == 1.1
    await until(lambda: services.settings.current.chat_zoom == 1.1)
    QTest.keyClick(shell.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: services.settings.current.chat_zoom == 1.0)


def test_the_line_covers_nothing_that_is_found(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "user", "needle"), message(2, "assistant", REPLY)])
    top = transcript.viewport().y()
    assert searched(transcript, qtbot, "needle") == "1 of 1"
    bar = transcript.findChild(FindBar)
    assert bar.isVisible()
    assert bar.geometry().bottom() < transcript.viewport().y()
    transcript.close_find()
    assert transcript.viewport().y() == top
