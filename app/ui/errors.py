"""Shows problems and notices in the window: one banner with a sentence and a next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton

from app.domain.errors import (
    AppError,
    EngineDiedError,
    EngineMemoryError,
    EngineSilentError,
    MemoryShortError,
)
from app.domain.words import marked
from app.ui.artwork import icon, icon_pixmap
from app.ui.language import tr
from app.ui.theme import GRID, RADIUS, Theme

if TYPE_CHECKING:
    from app.services.chat import ReplyStarted

# After these there is no engine any more; one click loads the model again.
ENGINE_ENDED = (EngineDiedError, EngineMemoryError, EngineSilentError)
Tone = Literal["bad", "warn", "info"]
# What a banner may offer; the window knows how to do each.
Action = Literal[
    "reload", "retry_load", "load_options", "open_models", "open_engines", "undo_delete",
    "resume_downloads",
]  # fmt: skip

_ACTION_LABELS: dict[Action, str] = {
    "reload": marked("Reload the model"),
    "retry_load": marked("Try again"),
    "load_options": marked("Load with options…"),
    "open_models": marked("Choose a model"),
    "open_engines": marked("Show builds"),
    "undo_delete": marked("Undo"),
    "resume_downloads": marked("Resume"),
}
_ICONS: dict[Tone, str] = {"bad": "circle-alert", "warn": "triangle-alert", "info": "info"}
_WORDS: dict[Tone, str] = {
    "bad": marked("Problem"),
    "warn": marked("Warning"),
    "info": marked("Notice"),
}

# Long enough to read the longest of them twice.
_NEWS_MILLISECONDS = 12_000


@dataclass(frozen=True)
class Notice:
    """A sentence for the user, and what can be done about it."""

    text: str
    tone: Tone = "info"
    action: Action | None = None
    # The chat that it is about (None: a new one). It is shown there alone, and no more once a
    # question in it is answered.
    chat: int | Literal["any"] | None = "any"
    # It says which chat it is about, so that it may be shown in others.
    names_chat: bool = False


def notice_of(error: AppError, action: Action | None = None) -> Notice:
    """The notice that an error becomes."""
    return Notice(error.said(), "bad", action)


def notice_of_load(error: AppError) -> Notice:
    """The notice of a load that failed. Where memory is short, the same once more is no help."""
    return notice_of(error, "load_options" if isinstance(error, MemoryShortError) else "retry_load")


class Banner(QFrame):
    """The newest notice, until it is dismissed; hidden when there is none.

    Good news that asks for nothing goes by itself, unless the pointer is on it. What is about one
    chat goes when another is opened; `returned` brings it when its chat is open again and nothing
    else is to be told.
    """

    action_requested = Signal(str)
    dismissed = Signal()
    returned = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._notice: Notice | None = None
        # Of each chat, what is neither dismissed nor settled; and the chat that is open.
        self._of_chats: dict[int | None, Notice] = {}
        self._chat: int | None = None
        self.setProperty("kind", "banner")
        self._symbol = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._request_action)
        self._dismiss = QToolButton()
        self._dismiss.setProperty("kind", "quiet")
        self._dismiss.setIconSize(QSize(16, 16))
        self._dismiss.setToolTip(tr("Dismiss"))
        self._dismiss.setAccessibleName(tr("Dismiss the notice"))
        self._dismiss.clicked.connect(self.dismiss)
        self._leaving = QTimer(self, singleShot=True, interval=_NEWS_MILLISECONDS)
        self._leaving.timeout.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(3 * GRID)
        row.addWidget(self._symbol)
        row.addWidget(self._text, 1)
        row.addWidget(self.action_button)
        row.addWidget(self._dismiss)
        self.setVisible(False)
        self.set_theme(theme)

    @property
    def notice(self) -> Notice | None:
        """What is shown."""
        return self._notice

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._dismiss.setIcon(icon("x", theme.dim_text))
        if self._notice is not None:
            self._draw(self._notice)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of what was shown, and tell screen readers."""
        self._notice = notice
        if notice.chat != "any":
            self._of_chats[notice.chat] = notice
        self._draw(notice)
        self.setVisible(True)
        self._wait()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot(object)
    def show_error(self, error: AppError) -> None:
        """Show an error that offers no next step but its own sentence."""
        self.show_notice(notice_of(error))

    @Slot()
    def dismiss(self) -> None:
        """Hide the notice for good."""
        if self._notice is not None and self._notice.chat != "any":
            self._of_chats.pop(self._notice.chat, None)
        self._put_away()
        self._bring_back()

    def _bring_back(self) -> None:
        if self._notice is None and self._chat in self._of_chats:
            self.returned.emit(self._of_chats[self._chat])

    def _put_away(self) -> None:
        self._notice = None
        self._leaving.stop()
        self.setVisible(False)
        self.dismissed.emit()

    @Slot(object)
    def show_chat(self, conversation_id: int | None) -> None:
        """A chat is opened: what is about another goes, what is about this one comes back."""
        notice, self._chat = self._notice, conversation_id
        if notice is not None and notice.chat not in {"any", conversation_id}:
            if notice.names_chat and conversation_id not in self._of_chats:
                return
            self._put_away()
        self._bring_back()

    @Slot(object)
    def forget_question(self, started: ReplyStarted) -> None:
        """A question is answered: why the one before it was not is no news any more."""
        self._forget(started.question.conversation_id)

    @Slot(int)
    def adopt(self, conversation_id: int) -> None:
        """The new chat is stored with its question."""
        if self._chat is None:
            self._chat = conversation_id
        self._forget(None)

    @Slot(object)
    def settle(self, notice: Notice) -> None:
        """What a notice of a chat told has been mended."""
        if notice.chat != "any" and self._of_chats.get(notice.chat) is notice:
            self._forget(notice.chat)

    def _forget(self, conversation_id: int | None) -> None:
        self._of_chats.pop(conversation_id, None)
        if self._notice is not None and self._notice.chat == conversation_id:
            self._put_away()

    def _wait(self) -> None:
        notice = self._notice
        if notice is not None and notice.tone == "info" and notice.action is None:
            self._leaving.start()
        else:
            self._leaving.stop()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._leaving.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()
        super().leaveEvent(event)

    def _draw(self, notice: Notice) -> None:
        colours = {"bad": self._theme.bad, "warn": self._theme.warn, "info": self._theme.accent}
        colour = colours[notice.tone]
        scale = self.devicePixelRatioF()
        self._symbol.setPixmap(icon_pixmap(_ICONS[notice.tone], colour, 16, scale))
        self._symbol.setAccessibleName(tr(_WORDS[notice.tone]))
        self._text.setText(notice.text)
        self.setAccessibleName(f"{tr(_WORDS[notice.tone])}: {notice.text}")
        self.action_button.setVisible(notice.action is not None)
        if notice.action is not None:
            self.action_button.setText(tr(_ACTION_LABELS[notice.action]))
        self.setStyleSheet(
            f'QFrame[kind="banner"] {{ background: {self._theme.card};'
            f" border: 1px solid {self._theme.line}; border-left: 3px solid {colour};"
            f" border-radius: {RADIUS}px; }}"
        )

    @Slot()
    def _request_action(self) -> None:
        notice = self._notice
        self.dismiss()
        if notice is not None and notice.action is not None:
            self.action_requested.emit(notice.action)
