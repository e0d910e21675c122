"""The transcript for screen readers: a list whose items are the messages, with their text."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from app.domain.words import marked
from app.ui.language import tr

if TYPE_CHECKING:
    from app.ui.widgets.transcript_view import TranscriptView

_SPOKEN_CHARACTERS = 20_000
_SPEAKERS = {
    "user": marked("You"),
    "assistant": marked("Reply"),
    "system": marked("System prompt"),
}


class MessageInterface(QAccessibleInterface):
    """One message: its name says who speaks, its text is what was written."""

    def __init__(self, owner: TranscriptInterface, number: int) -> None:
        super().__init__()
        self._owner = owner
        self._number = number

    def text(self, t: QAccessible.Text) -> str:
        view = self._owner.view
        if self._number >= len(view.flow.entries):
            return ""
        entry = view.flow.entries[self._number]
        words = entry.text[:_SPOKEN_CHARACTERS]
        match t:
            case QAccessible.Text.Name:
                return f"{tr(_SPEAKERS[entry.message.role])}: {words}"
            case QAccessible.Text.Description:
                note = f"{entry.note.text} " if entry.note else ""
                files = ", ".join(entry.files.names())
                attached = tr("Attached: {files}.").format(files=files) if files else ""
                stays = tr("Pinned.") + " " if entry.message.pinned else ""
                left = tr("Left out of the next prompt.") + " " if entry.is_left_out else ""
                return f"{left}{stays}{attached} {note}{entry.facts}".strip()
            case QAccessible.Text.Value:
                return words
            case _:
                return ""

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def isValid(self) -> bool:
        return self._number < len(self._owner.view.flow.entries)

    def rect(self) -> QRect:
        return self._owner.message_rect(self._number)

    def parent(self) -> QAccessibleInterface:
        return self._owner

    def child(self, index: int) -> Any:
        return None

    def childAt(self, x: int, y: int) -> Any:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def object(self) -> Any:
        return None


class TranscriptInterface(QAccessibleWidget):
    """The list of messages."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view, QAccessible.Role.List)
        self.view = view
        # Qt keeps no reference to what Python made.
        self._messages: list[MessageInterface] = []

    def childCount(self) -> int:
        return len(self.view.flow.entries)

    def child(self, index: int) -> Any:
        if not 0 <= index < self.childCount():
            return None
        while len(self._messages) <= index:
            self._messages.append(MessageInterface(self, len(self._messages)))
        return self._messages[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((i for i, each in enumerate(self._messages) if each is child), -1)

    def childAt(self, x: int, y: int) -> Any:
        point = QPoint(x, y)
        for index in range(self.childCount()):
            if self.message_rect(index).contains(point):
                return self.child(index)
        return None

    def message_rect(self, number: int) -> QRect:
        """Where a message is on the screen."""
        viewport = self.view.viewport()
        top = self.view.flow.top(number) - self.view.verticalScrollBar().value()
        corner = viewport.mapToGlobal(QPoint(self.view.column_left(), top))
        height = self.view.flow.entries[number].height
        return QRect(corner.x(), corner.y(), self.view.flow.column, height)


@cache
def install() -> None:
    """Make Qt ask widgets that have one for their `accessible_interface`."""
    QAccessible.installFactory(_interface_of)


def _interface_of(key: str, watched: QObject) -> Any:
    make = getattr(watched, "accessible_interface", None)
    return make() if make is not None else None
