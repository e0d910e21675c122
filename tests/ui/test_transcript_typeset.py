"""Colours of code and pictures of formulas, which come after the words; and the size of text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.typesetting import Drawn, Formula, Inked, InkRun, Listing, Setting, Unset
from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_flow import Spot
from tests.ui.chat_text import REPLY, message
from tests.ui.transcript_probe import find, picture, shown, stream

SQUARE = Drawn(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -32 64 48">'
    '<rect x="0" y="-32" width="64" height="48"/></svg>',
    width=4.0,
    ascent=2.0,
    descent=1.0,
)


class Answers:
    """What was asked for, and an answer to each kind."""

    def __init__(self, transcript: Transcript) -> None:
        self.asked: list[Setting] = []
        self.batch: tuple[Setting, ...] = ()
        self._typeset = transcript.typeset
        transcript.typeset.wanted.connect(self.take)

    def take(self, settings: tuple[Setting, ...]) -> None:
        self.asked += settings
        self.batch = settings

    def give(self) -> None:
        answers = [
            SQUARE
            if isinstance(each, Formula)
            else Inked((InkRun(3, "keyword"), InkRun(len(each.text) - each.known - 3, "plain")))
            for each in self.batch
        ]
        self._typeset.answer(answers)


def colour_at(transcript: Transcript, words: str) -> QColor:
    spot, offset = find(transcript, words)
    cursor = QTextCursor(transcript.flow.document(spot))
    cursor.setPosition(offset + 1)
    return cursor.charFormat().foreground().color()


def test_code_gets_its_colours_when_they_come(transcript: Transcript, qtbot: QtBot) -> None:
    answers = Answers(transcript)
    transcript.set_messages([message(1, "assistant", "```python\ndef f(): pass\n```")])
    plain, height = colour_at(transcript, "def"), transcript.flow.total()
    qtbot.waitUntil(lambda: answers.asked == [Listing("def f(): pass\n", "python")])
    answers.give()
    assert colour_at(transcript, "def") != plain
    assert colour_at(transcript, "pass") == plain
    assert transcript.flow.total() == height
    transcript.set_messages([message(1, "assistant", "```python\ndef f(): pass\n```")])
    assert colour_at(transcript, "def") != plain


def test_code_that_grows_keeps_its_colours(transcript: Transcript, qtbot: QtBot) -> None:
    answers = Answers(transcript)
    stream(transcript, qtbot, "```python\ndef f(): pass\n")
    qtbot.waitUntil(lambda: bool(answers.batch))
    answers.give()
    coloured = colour_at(transcript, "def")
    transcript.append_text("x = 1\n" * 5)
    qtbot.waitUntil(lambda: "x = 1" in shown(transcript)[0])
    assert colour_at(transcript, "def") == coloured
    assert coloured != colour_at(transcript, "x = 1")


def test_the_whole_listing_leads_up_to_its_later_parts(
    transcript: Transcript, qtbot: QtBot
) -> None:
    answers = Answers(transcript)
    code = "".join(f"line_{i} = {i}\n" for i in range(150))
    transcript.set_messages([message(1, "assistant", f"```py\n{code}```")])
    qtbot.waitUntil(lambda: any(each.known for each in answers.asked))
    later = next(each for each in answers.asked if each.known)
    assert code.startswith(later.text)
    assert later.text[later.known :].startswith("line_")


def test_unknown_languages_are_not_asked_for(transcript: Transcript, qtbot: QtBot) -> None:
    answers = Answers(transcript)
    transcript.set_messages([message(1, "assistant", "```whatever\nx\n```\n\n```py\ny\n```")])
    qtbot.waitUntil(lambda: bool(answers.asked))
    assert answers.asked == [Listing("y\n", "py")]


def test_formulas_become_pictures_that_copy_as_they_were(
    transcript: Transcript, qtbot: QtBot
) -> None:
    text = "so $x^2$ is, and\n\n$$\n\\frac{a}{b}\n$$\n\n|a|\n|-|\n|$y$|\n"
    transcript.set_messages([message(1, "assistant", text)])
    written, before = shown(transcript), picture(transcript)
    assert written[0] == "so $x^2$ is, and"
    answers = Answers(transcript)
    qtbot.waitUntil(lambda: len(answers.asked) == 3)
    answers.give()
    assert shown(transcript) == written
    assert picture(transcript) != before
    document = transcript.flow.document(Spot(0, 0))
    assert "\ufffc" in document.toRawText()
    transcript.select_all()
    assert transcript.selection.text() == text


def test_a_formula_that_cannot_be_drawn_stays_as_it_is(
    transcript: Transcript, qtbot: QtBot
) -> None:
    answers = Answers(transcript)
    transcript.set_messages([message(1, "assistant", "$\\bad{$ and $$\\worse$$")])
    qtbot.waitUntil(lambda: len(answers.asked) == 2)
    transcript.typeset.answer([Unset(), Unset()])
    assert shown(transcript) == ["$\\bad{$ and $$\\worse$$"]


def test_a_wide_formula_is_made_to_fit(transcript: Transcript, qtbot: QtBot) -> None:
    answers = Answers(transcript)
    transcript.set_messages([message(1, "assistant", "$$x$$\n")])
    qtbot.waitUntil(lambda: bool(answers.asked))
    wide = Drawn(SQUARE.svg, width=80.0, ascent=2.0, descent=1.0)
    transcript.typeset.answer([wide])
    document = transcript.flow.document(Spot(0, 0))
    assert document.idealWidth() <= transcript.flow.column
    transcript.resize(500, 600)
    assert transcript.flow.document(Spot(0, 0)).idealWidth() <= transcript.flow.column


def test_formulas_take_the_colour_of_a_theme(transcript: Transcript, qtbot: QtBot) -> None:
    answers = Answers(transcript)
    transcript.set_messages([message(1, "assistant", "$$x$$\n")])
    qtbot.waitUntil(lambda: bool(answers.asked))
    answers.give()
    image: QImage = picture(transcript)
    centre = QPoint(transcript.viewport().width() // 2, transcript.flow.top(0) + 24)
    assert image.pixelColor(centre) == QColor(transcript.flow.look.theme.text)


# The size of the text


def test_larger_text_is_laid_out_and_what_is_read_stays(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_messages([message(i, "assistant", REPLY) for i in range(30)])
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = transcript.place_at(QPoint(200, 0))
    height = transcript.flow.total()
    with qtbot.waitSignal(transcript.zoom_changed) as heard:
        transcript.set_zoom(1.5)
    assert heard.args == [1.5]
    assert transcript.flow.total() > 1.2 * height
    assert transcript.place_at(QPoint(200, 0))[:2] == place[:2]
    transcript.set_zoom(1.0)
    transcript.follow_end()
    words = shown(transcript, 29)
    transcript.set_zoom(9.0)
    assert transcript.zoom == 2.5
    assert shown(transcript, 29) == words


def test_the_wheel_with_control_changes_the_size(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", REPLY)])
    middle = QPointF(300, 200)
    for delta, zoom in ((120, 1.1), (-120, 1.0), (-120, 0.9)):
        event = QWheelEvent(
            middle,
            transcript.viewport().mapToGlobal(middle),
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(transcript.viewport(), event)
        assert transcript.zoom == zoom
