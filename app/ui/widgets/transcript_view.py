"""What the mouse and the keys do in a transcript: selecting, copying, links, folds, scrolling."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from app.ui.theme import GRID, RADIUS
from app.ui.widgets.transcript_canvas import END_TOLERANCE, TranscriptCanvas
from app.ui.widgets.transcript_flow import Spot, Target
from app.ui.widgets.transcript_inline import is_web_address
from app.ui.widgets.transcript_look import ZOOM_STEP
from app.ui.widgets.transcript_paint import COPY_WIDTH
from app.ui.widgets.transcript_part import CODE_HEAD

_DRAG_SCROLL_MS = 30
_COPIED_MS = 1500
# What one step of a wheel tells, in eighths of a degree.
_WHEEL_STEP = 120


class TranscriptView(TranscriptCanvas):
    """A transcript that can be used."""

    link_activated = Signal(str)
    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: Target | None = None
        # Whether the keyboard came here by keys, which is then shown.
        self._came_by_keys = False
        self._selecting = False
        self._drag_timer = QTimer(self, interval=_DRAG_SCROLL_MS)
        self._drag_timer.timeout.connect(self._drag_further)
        self._copied_timer = QTimer(self, interval=_COPIED_MS, singleShot=True)
        self._copied_timer.timeout.connect(self._forget_copied)

    # Mouse

    def target_at(self, point: QPoint) -> Target | None:
        """What a click at a point of the viewport acts on."""
        x = point.x() - self.column_left()
        y = point.y() + self.verticalScrollBar().value()
        spot = self.flow.spot_at(y)
        if spot is None:
            return None
        part = self.flow.part(spot)
        inside = y - self.flow.part_top(spot)
        if part.block.kind == "reasoning_start" and x >= 0 and 0 <= inside < part.height:
            return Target("fold", spot)
        if part.is_code and part.first and 0 <= inside < CODE_HEAD:
            right = self.flow.column
            return Target("copy_code", spot) if right - COPY_WIDTH <= x < right else None
        address = self.flow.link_at(x, y)
        return Target("link", spot, address) if is_web_address(address) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        self._pressed = self.target_at(point)
        self._set_current(None)
        place = self.place_at(point)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.selection.extend(place)
        else:
            self.selection.start(place)
        self._selecting = True
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._selecting and event.buttons() & Qt.MouseButton.LeftButton:
            self.selection.extend(self.place_at(point))
            outside = not 0 <= point.y() < self.viewport().height()
            if outside and not self._drag_timer.isActive():
                self._drag_timer.start()
            self.viewport().update()
            return
        self._hover(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._selecting = False
        self._drag_timer.stop()
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self.selection.bounds is None:
            if self.target_at(event.position().toPoint()) == pressed:
                self.act(pressed)
        elif self.selection.bounds is not None:
            clipboard = QGuiApplication.clipboard()
            if clipboard.supportsSelection():
                clipboard.setText(self.selection.text(), clipboard.Mode.Selection)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place is None or not self.flow.part(Spot(place.entry, place.part)).has_text:
            return
        cursor = QTextCursor(self.flow.document(Spot(place.entry, place.part)))
        cursor.setPosition(place.offset)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        self.selection.start(place._replace(offset=cursor.selectionStart()))
        self.selection.extend(place._replace(offset=cursor.selectionEnd()))
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the wheel changes the size of the text."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / _WHEEL_STEP
            self.set_zoom(self.zoom + steps * ZOOM_STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.highlights.hovered_code = None
        self.viewport().update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
        self._came_by_keys = event.reason() in reasons
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._came_by_keys = False
        self.viewport().update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._came_by_keys and self.highlights.current is None:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.flow.look.theme.accent), 1))
            edge = QRectF(self.viewport().rect()).adjusted(GRID, 1, -GRID, -1)
            painter.drawRoundedRect(edge, RADIUS, RADIUS)
            painter.end()

    @Slot()
    def _drag_further(self) -> None:
        """Scroll while the mouse is held above or below the view."""
        if not self._selecting:
            self._drag_timer.stop()
            return
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        height = self.viewport().height()
        beyond = point.y() if point.y() < 0 else max(0, point.y() - height)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + beyond)
        self.selection.extend(self.place_at(point))

    def _hover(self, point: QPoint) -> None:
        target = self.target_at(point)
        code = target.spot if target is not None and target.action == "copy_code" else None
        if code != self.highlights.hovered_code:
            self.highlights.hovered_code = code
            self.viewport().update()
        if target is not None:
            shape = Qt.CursorShape.PointingHandCursor
        else:
            place = self.place_at(point)
            over = place is not None and 0 <= point.x() - self.column_left() < self.flow.column
            shape = Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        # The whole address, as plain text: a link may say one thing and lead to another.
        address = target.address if target is not None else ""
        self.viewport().setToolTip(f"<qt>{escape(address)}</qt>" if address else "")
        if not address:
            QToolTip.hideText()

    def act(self, target: Target) -> None:
        """Do what a click on a target asks for."""
        match target.action:
            case "link":
                self.link_activated.emit(target.address)
            case "fold":
                self.toggle_reasoning(target.spot.entry)
            case "copy_code":
                self.copy_text(self.flow.entries[target.spot.entry].code_at(target.spot.part))
                self.highlights.copied_code = target.spot
                self._copied_timer.start()
                self.viewport().update()

    @Slot()
    def _forget_copied(self) -> None:
        self.highlights.copied_code = None
        self.viewport().update()

    def toggle_reasoning(self, number: int) -> None:
        """Unfold or fold the reasoning of a message; its header stays where it is."""
        entry = self.flow.entries[number]
        entry.set_folded(folded=not entry.folded)
        self.following = False
        self.flow.touch(number)
        self.relayout()
        bar = self.verticalScrollBar()
        self.following = bar.value() >= bar.maximum() - END_TOLERANCE

    # Copying and keys

    def copy_text(self, text: str) -> None:
        """Put plain text on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)

    @Slot()
    def copy_selection(self) -> None:
        """Copy what is selected; with nothing selected, the message that the keys are on."""
        text = self.selection.text()
        if not text and self.highlights.current is not None:
            text = self.flow.entries[self.highlights.current].text
        if text:
            self.copy_text(text)

    @Slot()
    def select_all(self) -> None:
        """Select every message."""
        self.selection.select_all()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif not (self._walk(event) or self._scroll(event)):
            super().keyPressEvent(event)

    def _walk(self, event: QKeyEvent) -> bool:
        """Ctrl+Up and Ctrl+Down go from message to message, Enter folds the reasoning."""
        current, key = self.highlights.current, event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and current is not None:
            self.toggle_reasoning(current)
            return True
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not self.flow.entries:
            return False
        if key not in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            return False
        last = len(self.flow.entries) - 1
        step = -1 if key == Qt.Key.Key_Up else 1
        number = last if current is None else max(0, min(current + step, last))
        self._set_current(number)
        top = self.flow.top(number)
        bar = self.verticalScrollBar()
        bottom = top + self.flow.entries[number].height
        if top < bar.value() or bottom > bar.value() + self.viewport().height():
            bar.setValue(top - 3 * GRID)
        self.viewport().update()
        return True

    def _set_current(self, number: int | None) -> None:
        self.highlights.current = number
        self.view_changed()

    def _scroll(self, event: QKeyEvent) -> bool:
        actions = {
            Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
            Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
            Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
            Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
            Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_End:
            self.follow_end()
        elif key in actions:
            self.verticalScrollBar().triggerAction(actions[key])
        else:
            return False
        return True
