"""The scrolling surface of a transcript: what is seen of it, drawn, and followed to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.domain.typesetting import Setting
from app.ui.theme import DARK, GRID, READING_WIDTH, Theme
from app.ui.widgets.picture import Pictures
from app.ui.widgets.transcript_flow import Flow, Place, Spot
from app.ui.widgets.transcript_look import LARGEST_ZOOM, SMALLEST_ZOOM, Look
from app.ui.widgets.transcript_paint import EntryPainter, Highlights
from app.ui.widgets.transcript_selection import Selection
from app.ui.widgets.transcript_typeset import Typeset

_SIDE_MARGIN = 6 * GRID
_LINE_STEP = 40
# What is scrolled to is not nearer to the edge of the view than this.
_MARGIN = 40
_MOST_ROUNDS = 4
# So far beyond its part something may be drawn, such as the ground of code and long letters.
_OVERHANG = 8
# This near to the end the view follows it.
END_TOLERANCE = 8


class TranscriptCanvas(QAbstractScrollArea):
    """Shows the messages of a flow; lays out only what is seen.

    `typeset` asks for code in colours and for formulas, `pictures` for those that were attached;
    they are drawn as they come.
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.typeset = Typeset(self)
        self.typeset.arrived.connect(self._show_arrived)
        self.pictures = Pictures(self)
        self.pictures.arrived.connect(self.viewport().update)
        self.flow = Flow(Look(DARK, self.typeset))
        self.selection = Selection(self.flow)
        self.highlights = Highlights()
        # Whether the view stays at the end while the reply grows.
        self.following = True
        self._settling = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        # Each painting covers its ground: what is seen can be moved as it is.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    # Layout

    def column_left(self) -> int:
        """Where the column begins, from the left of the viewport."""
        return (self.viewport().width() - self.flow.column) // 2

    def relayout(self, changed: Spot | None = None) -> None:
        """Measure what is seen, and bring the scroll bar up to it.

        What is drawn above the first `changed` part is used again; None: nothing is.
        """
        if self._settling:
            return
        self._settling = True
        column, above = self.flow.column, self._reach(changed)
        scrolled = self.verticalScrollBar().value()
        height = self.viewport().height()
        room = self.viewport().width() - 2 * _SIDE_MARGIN
        widest = round(READING_WIDTH * max(1.0, self.zoom))
        self.flow.set_column(max(160, min(widest, room)))
        bar = self.verticalScrollBar()
        top = self.flow.settle(bar.value(), height, at_end=self.following)
        bar.setRange(0, max(0, self.flow.total() - height))
        bar.setPageStep(height)
        bar.setSingleStep(_LINE_STEP)
        bar.setValue(top)
        self._settling = False
        seen = self.viewport().rect()
        if above is not None and (above, column) == (self._reach(changed), self.flow.column):
            self.viewport().scroll(0, scrolled - top)
            seen.setTop(above - top - _OVERHANG)
        self.viewport().update(seen)
        self.view_changed()  # the buttons over it went along

    def _reach(self, spot: Spot | None) -> int | None:
        return None if spot is None else self.flow.part_reach(spot)

    def view_changed(self) -> None:
        """What is seen has moved; for buttons that lie over it."""

    def follow_end(self) -> None:
        """Go to the end, and stay there while the reply grows."""
        self.following = True
        self.relayout()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._settling:
            return
        bar = self.verticalScrollBar()
        self.following = bar.value() >= bar.maximum() - END_TOLERANCE
        self.relayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.relayout()

    def keep_place(self, change: Callable[[], None]) -> None:
        """Change heights, and leave what is at the top of the view there."""
        bar = self.verticalScrollBar()
        top = self.flow.spot_at(bar.value())
        before = self.flow.part_top(top) - bar.value() if top is not None else 0
        change()
        self.relayout()
        if top is not None and not self.following:
            bar.setValue(self.flow.part_top(top) - before)

    def show_place(self, spot: Spot, offset: int) -> None:
        """Scroll to a position of a part, and unfold what hides it."""
        if self.flow.part(spot).hidden:
            self.flow.entries[spot.entry].set_folded(folded=False)
            self.flow.touch(spot.entry)
        self.following = False
        bar, height = self.verticalScrollBar(), self.viewport().height()
        # Heights above it may be measured on the way there, for the first time.
        for _ in range(_MOST_ROUNDS):
            y = self.flow.position_top(spot, offset)
            if bar.value() + _MARGIN <= y <= bar.value() + height - 2 * _MARGIN:
                break
            self.relayout()
            bar.setValue(y - height // 3)
        self.following = False

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        stretch = event.rect()
        painter.fillRect(stretch, QColor(self.flow.look.theme.background))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        above = self.verticalScrollBar().value()
        top, bottom = above + stretch.top() - _OVERHANG, above + stretch.bottom() + _OVERHANG
        entries = EntryPainter(painter, self.flow, self.selection, self.highlights, self.pictures)
        for number in self.flow.visible_entries(top, bottom):
            offset = self.flow.top(number)
            painter.save()
            painter.translate(self.column_left(), offset - above)
            entries.paint(number, top - offset, bottom - offset)
            painter.restore()
        painter.end()

    def place_at(self, point: QPoint) -> Place | None:
        """The position in the text nearest to a point of the viewport."""
        return self.flow.place_at(
            point.x() - self.column_left(), point.y() + self.verticalScrollBar().value()
        )

    # Look

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self.flow.set_look(replace(self.flow.look, theme=theme))
        self.relayout()

    @property
    def zoom(self) -> float:
        """How much larger than usual the words are."""
        return self.flow.look.zoom

    @Slot(float)
    def set_zoom(self, zoom: float) -> None:
        """Make the words larger or smaller; what is read stays where it is."""
        zoom = round(min(LARGEST_ZOOM, max(SMALLEST_ZOOM, zoom)), 2)
        if zoom == self.zoom:
            return
        self.keep_place(partial(self.flow.set_look, replace(self.flow.look, zoom=zoom)))
        self.zoom_changed.emit(zoom)

    @Slot(object)
    def _show_arrived(self, settings: Sequence[Setting]) -> None:
        if self.flow.take_settings(settings):
            self.relayout()
