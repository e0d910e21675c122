"""Looks into a transcript as a reader would: its words, its picture, where things are."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_flow import Spot
from app.ui.widgets.transcript_text import plain_text
from tests.ui.chat_text import message


def shown(transcript: Transcript, number: int = 0) -> list[str]:
    """The words of the visible parts of a message."""
    parts = transcript.flow.entries[number].parts
    found: list[str] = []
    for index, part in enumerate(parts):
        if part.has_text and part.block.body.strip():
            document = transcript.flow.document(Spot(number, index))
            found.append(plain_text(document, 0, document.length()))
    return found


def picture(transcript: Transcript) -> QImage:
    return transcript.viewport().grab().toImage()


def stream(transcript: Transcript, qtbot: QtBot, text: str, number: int = 1, step: int = 7) -> None:
    """Let a reply stream in and be drawn many times on its way."""
    transcript.begin_reply(message(number, "assistant", "", state="streaming"))
    entry = transcript.flow.entries[-1]
    for begin in range(0, len(text), step * 20):
        for at in range(begin, min(begin + step * 20, len(text)), step):
            transcript.append_text(text[at : min(at + step, begin + step * 20)])
        arrived = len(text[: begin + step * 20])
        qtbot.waitUntil(lambda wanted=arrived: len(entry.text) == wanted)


def point_of(transcript: Transcript, spot: Spot, offset: int) -> QPoint:
    """The middle of the character after a position, in the viewport."""
    document = transcript.flow.document(spot)
    entry = transcript.flow.entries[spot.entry]
    part = entry.parts[spot.part]
    block = document.findBlock(offset)
    line = block.layout().lineForTextPosition(offset - block.position())
    x = line.cursorToX(offset - block.position())[0]
    x += document.documentLayout().blockBoundingRect(block).left()
    top = document.documentLayout().blockBoundingRect(block).top() + line.y() + line.height() / 2
    return QPoint(
        transcript.column_left() + entry.left(transcript.flow.column) + part.text_left + int(x) + 1,
        transcript.flow.top(spot.entry)
        + entry.inset
        + part.text_top
        + int(top)
        - transcript.verticalScrollBar().value(),
    )


def find(transcript: Transcript, words: str, number: int = 0) -> tuple[Spot, int]:
    """Where words are shown."""
    for index, part in enumerate(transcript.flow.entries[number].parts):
        if part.has_text:
            cursor = transcript.flow.document(Spot(number, index)).find(words)
            if not cursor.isNull():
                return Spot(number, index), cursor.selectionStart()
    raise AssertionError(words)


def button(transcript: Transcript, name: str) -> QAbstractButton:
    buttons = transcript.findChildren(QAbstractButton)
    return next(each for each in buttons if each.accessibleName() == name)


def click(transcript: Transcript, qtbot: QtBot, point: QPoint) -> None:
    qtbot.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)
