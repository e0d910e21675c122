"""While a reply streams in only what changed is drawn; the screen shows what all of it would be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.widgets.transcript import Transcript
from tests.ui.chat_text import REPLY, message
from tests.ui.transcript_probe import picture

_REASONING = "<think>\nFirst the easy part.\n\nThen `the rest` of it, with care.\n</think>\n\n"
_TEXT = _REASONING + REPLY + "\n\nText before a title\n===\n\n`code` at the start\n\n" + REPLY
_STEP = 17
# Of 255: the edges of a letter that the view cuts are smoothed a little differently.
_ALIKE = 4


def pixels(image: QImage) -> npt.NDArray[np.int16]:
    """Red, green and blue, from 0 to 255."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    channels = np.frombuffer(image.constBits(), np.uint8)
    return channels.reshape(image.height(), image.width(), 4)[:, :, :3].astype(np.int16)


def on_screen(transcript: Transcript) -> QImage:
    """The viewport as the window holds it, however it was drawn."""
    view = transcript.viewport()
    QApplication.processEvents()
    corner = view.mapTo(transcript.window(), view.rect().topLeft())
    size = view.width(), view.height()
    return (
        transcript.screen().grabWindow(transcript.winId(), corner.x(), corner.y(), *size).toImage()
    )


def assert_whole(transcript: Transcript) -> None:
    """Nothing on the screen differs from a picture that is drawn at once."""
    seen = pixels(on_screen(transcript))
    assert np.abs(seen - pixels(picture(transcript))).max() <= _ALIKE


def begin(transcript: Transcript) -> None:
    transcript.set_messages(
        [message(1, "user", "A question"), message(2, "assistant", REPLY), message(3, "user", "?")]
    )
    transcript.begin_reply(message(4, "assistant", "", state="streaming"))


def pieces(text: str) -> list[str]:
    return [text[at : at + _STEP] for at in range(0, len(text), _STEP)]


def draw(transcript: Transcript, qtbot: QtBot, piece: str) -> None:
    wanted = transcript.flow.entries[-1].text + piece
    transcript.append_text(piece)
    qtbot.waitUntil(lambda: transcript.flow.entries[-1].text == wanted)


def test_each_step_of_a_reply_is_whole_on_the_screen(transcript: Transcript, qtbot: QtBot) -> None:
    begin(transcript)
    for piece in pieces(_TEXT):
        draw(transcript, qtbot, piece)
        assert_whole(transcript)
    assert transcript.verticalScrollBar().value() > 1000  # it was followed a long way


def test_unfolded_reasoning_is_whole(transcript: Transcript, qtbot: QtBot) -> None:
    begin(transcript)
    draw(transcript, qtbot, _REASONING[:20])
    transcript.toggle_reasoning(3)
    transcript.follow_end()
    for piece in pieces(_REASONING[20:] + REPLY[:200]):
        draw(transcript, qtbot, piece)
        assert_whole(transcript)


def test_buttons_over_the_reply_leave_nothing_behind(transcript: Transcript, qtbot: QtBot) -> None:
    begin(transcript)
    draw(transcript, qtbot, REPLY)
    at = QPointF(transcript.viewport().rect().center())
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(transcript.viewport(), move)
    assert transcript.action_row.isVisible()
    for piece in pieces(REPLY):
        draw(transcript, qtbot, piece)
        assert_whole(transcript)
        place = transcript.action_row.pos()
        transcript.view_changed()
        assert transcript.action_row.pos() == place, "it went along with what was scrolled"


@pytest.mark.parametrize("above", [1, 80, 10_000])
def test_a_reply_that_is_not_followed_is_whole(
    transcript: Transcript, qtbot: QtBot, above: int
) -> None:
    begin(transcript)
    draw(transcript, qtbot, REPLY)
    bar = transcript.verticalScrollBar()
    bar.setValue(max(0, bar.maximum() - 10 - above))
    assert not transcript.following
    for piece in pieces(REPLY):
        draw(transcript, qtbot, piece)
        assert_whole(transcript)
