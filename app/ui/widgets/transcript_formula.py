"""Formulas among words and on lines of their own, as pictures in the colour of the text."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
    QTextImageFormat,
)
from PySide6.QtSvg import QSvgRenderer

from app.domain.typesetting import Drawn, Formula
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_text import SafeDocument, TextWriter

# Letters of the formulas' font are this much smaller than those of the text.
_SCALE = 1.16
# A formula that is wider than its column is made smaller, down to this part of its size.
_SMALLEST = 0.3
# A line may repeat one formula a thousand times.
_MOST_PICTURES = 500
_WORD_JOINER = "\u2060"
_WIDTH = QTextFormat.Property.UserProperty + 7


def write_formula(
    writer: TextWriter,
    written: str,
    formula: Formula,
    form: QTextCharFormat,
    look: Look,
    *,
    alone: bool = False,
) -> bool:
    """Write a formula at the cursor; `written` is what a copy of it has.

    One that is `alone` on its line needs no baseline, and takes no more room than it has ink.
    Tells whether it is higher than a line. One that is not known, or cannot be drawn, is written
    as it is.
    """
    drawn = look.typeset.drawing(formula)
    if drawn is None:
        if not look.typeset.is_known(formula):
            writer.document.awaited.add(formula)
        source = QTextCharFormat(form)
        source.setFont(look.code)
        writer.write(written, source, code=True)
        return False
    if writer.cursor.atBlockStart():
        # Without a letter, the line would not know where its baseline is.
        writer.document.originals[writer.cursor.position()] = ""
        writer.cursor.insertText(_WORD_JOINER, form)
    em = form.font().pixelSize() * _SCALE
    middle = (drawn.ascent - drawn.descent) * em / 2 if alone else _middle(form)
    picture = _picture(drawn, em, middle, form.foreground().color().rgba())
    _insert(writer, written, picture, form)
    return picture.height > look.line_pixels


def formula_document(source: str, written: str, look: Look, *, dim: bool) -> SafeDocument:
    """A document of one formula on a line of its own."""
    document = SafeDocument()
    document.setDefaultFont(look.body)
    writer = TextWriter(document)
    form = QTextCharFormat()
    form.setFont(look.body)
    form.setForeground(QColor(look.theme.dim_text if dim else look.theme.text))
    block = writer.cursor.blockFormat()
    block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    formula = Formula(source, display=True)
    if look.typeset.drawing(formula) is not None:
        writer.cursor.setBlockFormat(block)
    write_formula(writer, written, formula, form, look, alone=True)
    return document


def fit_formula(document: SafeDocument, width: float) -> None:
    """Make the picture of a document of one formula as large as it is, or as fits in `width`."""
    cursor = TextWriter(document).cursor
    cursor.setPosition(document.length())
    form = cursor.charFormat()
    if not form.isImageFormat():
        return
    image = form.toImageFormat()
    natural = float(image.property(_WIDTH))
    scale = max(_SMALLEST, min(1.0, width / natural))
    if abs(image.width() - natural * scale) > 0.5:
        height = image.height() / image.width() * natural * scale
        image.setWidth(natural * scale)
        image.setHeight(height)
        cursor.setPosition(document.length() - 1, cursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(image)


class _Picture(NamedTuple):
    """A formula in device pixels, and its size in those of the text."""

    image: QImage
    width: float
    height: float


def _insert(writer: TextWriter, written: str, picture: _Picture, form: QTextCharFormat) -> None:
    # Only what was put in here is ever found under such a name.
    name = f"formula:{writer.cursor.position()}"
    kind = QTextDocument.ResourceType.ImageResource.value
    writer.document.addResource(kind, QUrl(name), picture.image)
    shown = QTextImageFormat()
    shown.merge(form)
    shown.setObjectType(QTextFormat.ObjectTypes.ImageObject.value)
    shown.setName(name)
    shown.setWidth(picture.width)
    shown.setHeight(picture.height)
    shown.setProperty(_WIDTH, picture.width)
    # Qt reserves room with the middle a quarter of an x above the baseline, and then draws in the
    # middle of the line. With an x of this height the two are the same.
    shown.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    font = QFont(form.font())
    x_part = QFontMetricsF(font).xHeight() / font.pixelSize()
    font.setPixelSize(max(1, round(4 * _middle(form) / x_part)))
    shown.setFont(font)
    writer.document.originals[writer.cursor.position()] = written
    writer.cursor.insertImage(shown)


def _middle(form: QTextCharFormat) -> float:
    """How far above the baseline the middle of a line of words is."""
    letters = QFontMetricsF(form.font())
    return (letters.ascent() - letters.descent()) / 2


@lru_cache(maxsize=_MOST_PICTURES)
def _picture(drawn: Drawn, em: float, middle: float, colour: int) -> _Picture:
    """The formula with as much room above as below the `middle` of its line."""
    ascent, descent = drawn.ascent * em, drawn.descent * em
    # Whole pixels: a picture that is stretched by a part of one is blurred.
    width = math.ceil(drawn.width * em)
    height = 2 * math.ceil(max(ascent - middle, descent + middle))
    scale = max((each.devicePixelRatio() for each in QGuiApplication.screens()), default=1.0)
    size = QSize(max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale)))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    top = height / 2 + middle - ascent
    rect = QRectF(0, top * scale, drawn.width * em * scale, (ascent + descent) * scale)
    QSvgRenderer(QByteArray(drawn.svg.encode())).render(painter, rect)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), QColor.fromRgba(colour))
    painter.end()
    return _Picture(image, width, height)
