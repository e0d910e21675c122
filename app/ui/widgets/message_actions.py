"""The small row of buttons at a message: its versions, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.domain.conversation import Message
from app.domain.words import marked
from app.ui.artwork import icon, secondary_font
from app.ui.language import tr, with_keys
from app.ui.theme import GRID, Theme

Action = Literal[
    "details", "copy", "edit", "regenerate", "continue", "branch", "pin", "unpin", "previous",
    "next",
]  # fmt: skip
BUTTON = 7 * GRID
# Icon, words, and the keys that do the same for the message that the keys are on.
ACTIONS: dict[Action, tuple[str, str, str]] = {
    "continue": ("step-forward", marked("Continue the reply"), "Ctrl+Shift+Return"),
    "regenerate": ("refresh-cw", marked("Write another reply"), "Ctrl+R"),
    "edit": ("pencil", marked("Edit the message"), "F2"),
    "branch": ("git-fork", marked("Branch into a new chat"), "Ctrl+B"),
    "pin": ("pin", marked("Keep in the context"), "Ctrl+Shift+P"),
    "unpin": ("pin-off", marked("Let it leave the context"), "Ctrl+Shift+P"),
    "details": ("info", marked("About this reply"), "Ctrl+I"),
    "copy": ("copy", marked("Copy message"), "Ctrl+C"),
    "previous": ("chevron-left", marked("Previous version"), "Alt+PgUp"),
    "next": ("chevron-right", marked("Next version"), "Alt+PgDown"),
}


@dataclass(frozen=True)
class MessageRequest:
    """What is asked of a message."""

    action: Action
    message: Message


def version_beside(message: Message, step: int) -> int | None:
    """The number of the version before (-1) or after (1) this one."""
    if not message.versions:
        return None
    at = message.versions.index(message.id) + step
    return message.versions[at] if 0 <= at < len(message.versions) else None


def versions_text(message: Message) -> str:
    """Which version this is, such as "2/3"; empty when there is one."""
    if not message.versions:
        return ""
    return f"{message.versions.index(message.id) + 1}/{len(message.versions)}"


def actions_of(message: Message, *, is_last: bool, is_busy: bool) -> list[Action]:
    """What can be done with a message; while a reply streams in its chat, little."""
    actions: list[Action] = []
    is_reply = message.role == "assistant"
    if not is_busy:
        cut = message.state == "interrupted" or message.finish_reason in {"length", "cancelled"}
        if is_reply and is_last and cut and message.text:
            actions.append("continue")
        if is_reply and message.parent_id is not None:
            actions.append("regenerate")
        if message.role == "user":
            actions.append("edit")
    actions += _always(message)
    if not is_busy:
        if version_beside(message, -1) is not None:
            actions.append("previous")
        if version_beside(message, 1) is not None:
            actions.append("next")
    return actions


def _always(message: Message) -> list[Action]:
    """What can be done with a message also while another one streams."""
    if message.state == "streaming" or message.id < 0:
        return ["copy"]
    actions: list[Action] = ["branch", "unpin" if message.pinned else "pin"]
    return [*actions, "details", "copy"] if message.role == "assistant" else [*actions, "copy"]


class MessageActions(QWidget):
    """Lies over the transcript at one message. `requested` carries a `MessageRequest`."""

    requested = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._message: Message | None = None
        self.buttons: dict[Action, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._count = QLabel()
        self._count.setFont(secondary_font())
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for action in ACTIONS:
            if action == "next":
                self._row.addWidget(self._count)
            self._row.addWidget(self._make_button(action))
        self.hide()

    def _make_button(self, action: Action) -> QToolButton:
        _, words, keys = ACTIONS[action]
        button = self.buttons[action] = QToolButton()
        button.setAccessibleName(tr(words))
        button.setToolTip(with_keys(tr(words), keys))
        button.setIconSize(QSize(16, 16))
        button.setFixedSize(BUTTON, BUTTON)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(self._request)
        return button

    @property
    def message(self) -> Message | None:
        """The message that the row is at."""
        return self._message

    def show_for(self, message: Message, actions: list[Action]) -> None:
        """Offer these actions for a message."""
        self._message = message
        for action, button in self.buttons.items():
            steps = action in {"previous", "next"}
            button.setVisible(action in actions or (steps and bool(message.versions)))
            button.setEnabled(action in actions)
        self._count.setText(versions_text(message))
        self._count.setVisible(bool(message.versions))
        place, _, total = versions_text(message).partition("/")
        spoken = tr("Version {place} of {total}").format(place=place, total=total)
        self._count.setAccessibleName(spoken)
        self.adjustSize()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for action, button in self.buttons.items():
            button.setIcon(icon(ACTIONS[action][0], theme.dim_text))
        self._count.setStyleSheet(f"color: {theme.dim_text};")
        self.setStyleSheet(
            f"QToolButton {{ color: {theme.text}; border-radius: 8px; background: transparent;"
            f" border: 1px solid transparent; padding: 0; }}"
            f" QToolButton:hover {{ background: {theme.hover}; }}"
            f" QToolButton:focus {{ border: 1px solid {theme.accent}; }}"
        )

    @Slot()
    def _request(self) -> None:
        for action, button in self.buttons.items():
            if button is self.sender() and self._message is not None:
                self.requested.emit(MessageRequest(action, self._message))
