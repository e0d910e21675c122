"""How a message is drawn: bubble, words, cards of code, quotes, fold of the reasoning, facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QTextCharFormat,
    QTextCursor,
)

from app.ui.artwork import icon_pixmap, secondary_font
from app.ui.language import tr
from app.ui.qt_types import with_fields
from app.ui.theme import GRID, RADIUS, SMALL_RADIUS, Theme
from app.ui.widgets.message_actions import BUTTON, versions_text
from app.ui.widgets.picture import Pictures
from app.ui.widgets.transcript_code import language_text
from app.ui.widgets.transcript_entry import (
    BUBBLE_PAD_X,
    BUBBLE_PAD_Y,
    FOOTER,
    NOTE_GAP,
    NOTE_INSET,
    Entry,
)
from app.ui.widgets.transcript_flow import Flow, Spot
from app.ui.widgets.transcript_part import CODE_HEAD, FOLD_HEIGHT, REASONING_INSET, Part
from app.ui.widgets.transcript_selection import Selection
from app.ui.widgets.transcript_text import SafeDocument

COPY_WIDTH = 21 * GRID
_ICON = 14
# What would not be sent is as faint as this; it stays readable.
_LEFT_OUT_OPACITY = 0.45
_PIN_GAP = GRID
# What the buttons at a message take of the line below it.
_ACTIONS_WIDTH = 64 * GRID
_VERSIONS_WIDTH = 24 * GRID


@dataclass
class Highlights:
    """What the pointer and the keyboard point at."""

    hovered_code: Spot | None = None
    copied_code: Spot | None = None
    current: int | None = None
    # The message with the row of buttons, which has its versions too.
    pointed: int | None = None
    # Words that were found, by the positions in the documents of parts, and the present ones.
    hits: dict[Spot, list[tuple[int, int]]] = field(
        default_factory=dict[Spot, list[tuple[int, int]]]
    )
    present_hit: tuple[Spot, tuple[int, int]] | None = None


class EntryPainter:
    """Draws messages of a flow with a painter whose origin is the left of the column."""

    def __init__(
        self,
        painter: QPainter,
        flow: Flow,
        selection: Selection,
        highlights: Highlights,
        pictures: Pictures,
    ) -> None:
        self._painter = painter
        self._flow = flow
        self._theme: Theme = flow.look.theme
        self._selection = selection
        self._highlights = highlights
        self._pictures = pictures

    def paint(self, number: int, top: int, bottom: int) -> None:
        """Draw what shows between `top` and `bottom` of a message whose top is the origin."""
        entry = self._flow.entries[number]
        self._painter.save()
        self._painter.setOpacity(_LEFT_OUT_OPACITY if entry.is_left_out else 1.0)
        if entry.message.pinned:
            self._paint_pin(entry)
        if entry.is_own:
            self._paint_bubble(entry)
        self._painter.translate(entry.left(self._flow.column), entry.inset)
        if entry.files.height and top < entry.inset:
            self._painter.translate(0, -entry.files.height)
            entry.files.paint(self._painter, self._theme, self._pictures)
            self._painter.translate(0, entry.files.height)
        for index in entry.visible(top, bottom):
            self._paint_part(entry, Spot(number, index))
        self._painter.restore()
        if not entry.is_own:
            self._paint_below(entry, taken=self._taken_below(number))
        if self._highlights.pointed != number:
            self._paint_versions(entry)
        if self._highlights.current == number:
            self._paint_focus(entry)

    def _paint_pin(self, entry: Entry) -> None:
        """Beside the column: at the right of an own message, at the left of a reply."""
        x = self._flow.column + _PIN_GAP if entry.is_own else -_PIN_GAP - _ICON
        self._icon("pin", self._theme.accent, x, BUBBLE_PAD_Y if entry.is_own else 3)

    def _paint_bubble(self, entry: Entry) -> None:
        width = entry.bubble_width(self._flow.column)
        rect = QRectF(self._flow.column - width, 0, width, entry.body_height)
        self._fill(rect, self._theme.own_message, RADIUS)

    def _paint_focus(self, entry: Entry) -> None:
        left = entry.left(self._flow.column) - BUBBLE_PAD_X if entry.is_own else 0
        rect = QRectF(left, 0, self._flow.column - left, entry.height)
        if not entry.is_own:
            rect.adjust(-3 * GRID, -2 * GRID, 3 * GRID, 0)
        self._painter.setPen(QPen(QColor(self._theme.accent), 2))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def _fill(self, rect: QRectF, colour: str, radius: float) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(colour))
        self._painter.drawRoundedRect(rect, radius, radius)

    # Parts

    def _paint_part(self, entry: Entry, spot: Spot) -> None:
        part = entry.parts[spot.part]
        if part.block.kind == "reasoning_start":
            self._paint_fold(entry, part)
        if not part.has_text or not part.height:
            return
        if part.block.reasoning:
            self._paint_reasoning_bar(entry, spot.part)
        if part.is_code:
            self._paint_card(part, spot)
        self._painter.save()
        self._painter.translate(part.text_left, part.text_top)
        document = self._flow.document(spot)
        self._paint_ornaments(part)
        self._paint_words(document, self._marks(spot))
        self._painter.restore()

    def _paint_reasoning_bar(self, entry: Entry, index: int) -> None:
        part = entry.parts[index]
        after = entry.parts[index + 1] if index + 1 < len(entry.parts) else None
        end = after.top if after is not None and after.block.reasoning else part.top + part.height
        bar = QRectF(0, part.top, 2, end - part.top)
        self._painter.fillRect(bar, QColor(self._theme.line))

    def _marks(self, spot: Spot) -> list[tuple[tuple[int, int], str]]:
        """Ranges with another ground: words that were found, and what is selected."""
        theme, present = self._theme, self._highlights.present_hit
        marks = [(found, theme.found) for found in self._highlights.hits.get(spot, ())]
        if present is not None and present[0] == spot:
            marks.append((present[1], theme.found_now))
        chosen = self._selection.range_in(spot)
        if chosen is not None:
            marks.append((chosen, theme.selection))
        return marks

    def _paint_words(
        self, document: SafeDocument, marks: list[tuple[tuple[int, int], str]]
    ) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, QColor(self._theme.text))
        context = with_fields(
            QAbstractTextDocumentLayout.PaintContext(),
            palette=palette,
            selections=[_marked(document, *mark) for mark in marks],
        )
        document.documentLayout().draw(self._painter, context)

    def _paint_ornaments(self, part: Part) -> None:
        for ornament in part.ornaments:
            match ornament.kind:
                case "code":
                    self._fill(ornament.rect, self._theme.hover, SMALL_RADIUS)
                case "quote":
                    self._fill(ornament.rect, self._theme.edge, 1.5)
                case "rule":
                    self._painter.fillRect(ornament.rect, QColor(self._theme.line))

    def _paint_card(self, part: Part, spot: Spot) -> None:
        rect = QRectF(
            part.left + 0.5, part.top + 0.5, self._flow.column - part.left - 1, part.height - 1
        )
        # A listing of several parts is one card: each draws its piece of a larger one.
        whole = rect.adjusted(0, 0 if part.first else -20, 0, 0 if part.last else 20)
        path = QPainterPath()
        path.addRoundedRect(whole, RADIUS, RADIUS)
        painter = self._painter
        painter.save()
        painter.setClipRect(rect.adjusted(-1, -0.5, 1, 0.5), Qt.ClipOperation.IntersectClip)
        painter.setPen(QColor(self._theme.line))
        painter.setBrush(QColor(self._theme.card))
        painter.drawPath(path)
        if part.first:
            self._paint_card_head(part, spot, rect)
        painter.restore()

    def _paint_card_head(self, part: Part, spot: Spot, rect: QRectF) -> None:
        painter, theme = self._painter, self._theme
        head = QRect(int(rect.left()) + 4 * GRID, part.top, int(rect.width()) - 8 * GRID, CODE_HEAD)
        painter.setFont(secondary_font())
        painter.setPen(QColor(theme.dim_text))
        middle = Qt.AlignmentFlag.AlignVCenter
        name = language_text(part.block.language) or tr("Text")
        painter.drawText(head, middle | Qt.AlignmentFlag.AlignLeft, name)
        copied = self._highlights.copied_code == spot
        colour = theme.text if self._highlights.hovered_code == spot else theme.dim_text
        words = tr("Copied") if copied else tr("Copy")
        painter.setPen(QColor(colour))
        painter.drawText(head, middle | Qt.AlignmentFlag.AlignRight, words)
        width = painter.fontMetrics().horizontalAdvance(words)
        left = head.right() - width - _ICON - 5
        self._icon("check" if copied else "copy", colour, left, head.top() + 11)

    def _icon(self, name: str, colour: str, x: int, y: int) -> None:
        scale = self._painter.device().devicePixelRatioF()
        self._painter.drawPixmap(QPointF(x, y), icon_pixmap(name, colour, _ICON, scale))

    def _paint_fold(self, entry: Entry, part: Part) -> None:
        middle = part.top + (FOLD_HEIGHT - _ICON) // 2
        name = "chevron-right" if entry.folded else "chevron-down"
        self._icon(name, self._theme.dim_text, 0, middle)
        self._painter.setFont(secondary_font(strong=True))
        self._painter.setPen(QColor(self._theme.dim_text))
        words = tr("Reasoning…") if entry.is_thinking else tr("Reasoning")
        rect = QRect(REASONING_INSET + GRID, part.top, 400, FOLD_HEIGHT)
        self._painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)

    # Below a reply

    def _taken_below(self, number: int) -> int:
        """The width that lies at the right of the facts: buttons, the versions, or nothing."""
        if self._highlights.pointed == number:
            return _ACTIONS_WIDTH
        return _VERSIONS_WIDTH if self._flow.entries[number].message.versions else 0

    def _paint_below(self, entry: Entry, *, taken: int) -> None:
        painter, theme = self._painter, self._theme
        column = self._flow.column
        footer = QRect(0, entry.height - FOOTER, column - taken, FOOTER)
        painter.setFont(secondary_font())
        middle = Qt.AlignmentFlag.AlignVCenter
        if entry.note is not None:
            tones = {"bad": theme.bad, "warn": theme.warn, "dim": theme.dim_text}
            colour = tones[entry.note.tone]
            self._icon(entry.note.icon, colour, 0, entry.body_height + NOTE_GAP)
            painter.setPen(QColor(colour))
            rect = QRect(NOTE_INSET, entry.body_height + NOTE_GAP, column - NOTE_INSET, 10_000)
            painter.drawText(rect, Qt.TextFlag.TextWordWrap, entry.note.text)
        words = entry.facts
        if not words and entry.is_streaming and not entry.text:
            words = tr("Waiting for the first token…")
        painter.setPen(QColor(theme.dim_text))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, footer.width())
        painter.drawText(footer, middle, shown)

    def _paint_versions(self, entry: Entry) -> None:
        """Where the row of buttons has it too, when the pointer comes."""
        words = versions_text(entry.message)
        if words:
            top, end = entry.height - FOOTER, self._flow.column - BUTTON
            colour = self._theme.dim_text
            self._painter.setFont(secondary_font())
            self._painter.setPen(QColor(colour))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            self._painter.drawText(QRect(0, top, end, FOOTER), right, words)
            begin = end - self._painter.fontMetrics().horizontalAdvance(words) - BUTTON
            inset, middle = (BUTTON - _ICON) // 2, top + (FOOTER - _ICON) // 2
            self._icon("chevron-left", colour, begin + inset, middle)
            self._icon("chevron-right", colour, end + inset, middle)


def _marked(
    document: SafeDocument, places: tuple[int, int], colour: str
) -> QAbstractTextDocumentLayout.Selection:
    cursor = QTextCursor(document)
    end = document.length()
    cursor.setPosition(min(places[0], end))
    cursor.setPosition(min(places[1], end), QTextCursor.MoveMode.KeepAnchor)
    form = QTextCharFormat()
    form.setBackground(QColor(colour))
    return with_fields(QAbstractTextDocumentLayout.Selection(), cursor=cursor, format=form)
