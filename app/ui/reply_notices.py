"""Tells of a long reply that ended while another program had the user's attention."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from app.domain.conversation import Conversation, Message
from app.domain.settings import NoticeChoice, Settings
from app.domain.units import duration_text
from app.ui.artwork import icon
from app.ui.language import tr
from app.ui.theme import DARK
from app.ui.turns import Turns

# Who waits less than this is still looking.
LONG_MS: Final = 15_000
_MOST_CHARACTERS: Final = 160


class Chats(Protocol):
    """The list of chats."""

    def chat(self, conversation_id: int | None) -> Conversation | None: ...


class CurrentSettings(Protocol):
    """The settings as they are now."""

    @property
    def current(self) -> Settings: ...


class ReplyNotice(msgspec.Struct, frozen=True):
    """What the desktop shows, and the chat that it is about."""

    title: str
    text: str
    conversation_id: int


def notice_of_reply(
    reply: Message, chat: Conversation | None, choice: NoticeChoice
) -> ReplyNotice | None:
    """What to tell of a reply that ended, in the words that the user allows; None for nothing.

    "plain" says nothing that was written in the chat, and a title may be its first words.
    """
    timings = reply.timings
    if choice == "off" or reply.finish_reason == "cancelled" or timings is None:
        return None
    if timings.elapsed_ms < LONG_MS:
        return None
    if choice == "text" and chat is not None and reply.text:
        words = " ".join(reply.text[: 4 * _MOST_CHARACTERS].split())
        return ReplyNotice(chat.title, words[:_MOST_CHARACTERS], reply.conversation_id)
    time, model = duration_text(timings.elapsed_ms), reply.model_name or tr("The model")
    if reply.state == "interrupted":
        text = tr("{model} was interrupted after {time}.").format(model=model, time=time)
        return ReplyNotice(tr("A reply was interrupted"), text, reply.conversation_id)
    text = tr("{model} wrote %Ln tokens in {time}.", "", timings.completion_tokens)
    text = text.format(model=model, time=time)
    return ReplyNotice(tr("A reply is ready"), text, reply.conversation_id)


class ReplyNotices(QObject):
    """`told` carries each `ReplyNotice` as it is shown, `chosen` the chat of one that is clicked.

    Where the desktop has no tray, the window alone asks for attention.
    """

    told = Signal(object)
    chosen = Signal(int)

    def __init__(
        self,
        turns: Turns,
        chats: Chats,
        settings: CurrentSettings,
        application: QApplication,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._chats = chats
        self._settings = settings
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._last: ReplyNotice | None = None
        turns.reply_finished.connect(self._take)
        application.applicationStateChanged.connect(self._withdraw)

    @Slot(object)
    def _take(self, reply: Message) -> None:
        if QApplication.activeWindow() is not None:
            return
        chat = self._chats.chat(reply.conversation_id)
        notice = notice_of_reply(reply, chat, self._settings.current.reply_notices)
        if notice is None:
            return
        self._last = notice
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._show(notice)
        self.told.emit(notice)

    def _show(self, notice: ReplyNotice) -> None:
        """The icon is in the tray as long as its notice matters: it is no way into the program."""
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("message-square", DARK.accent), self)
            self._tray.setToolTip("Quantbench")
            self._tray.messageClicked.connect(self._choose)
            self._tray.activated.connect(self._choose)
        self._tray.show()
        self._tray.showMessage(notice.title, notice.text, self._tray.icon())

    @Slot()
    def _choose(self) -> None:
        if self._last is not None:
            self.chosen.emit(self._last.conversation_id)

    @Slot(Qt.ApplicationState)
    def _withdraw(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._tray is not None:
            self._tray.hide()
