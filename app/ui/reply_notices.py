"""Tells of replies that end, or fail, while the user looks at something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.domain.conversation import Conversation, Message
from app.domain.settings import NoticeChoice
from app.domain.units import duration_text
from app.ui.artwork import icon
from app.ui.errors import Notice
from app.ui.language import tr
from app.ui.loaded_models import FailedLoad
from app.ui.running_turn import FailedTurn
from app.ui.theme import DARK

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.workspace import Workspace

# Who waits less than this is still looking.
LONG_MS: Final = 15_000
_MOST_CHARACTERS: Final = 160


class ReplyNotice(msgspec.Struct, frozen=True):
    """What the desktop shows, and the chat that it is about."""

    title: str
    text: str
    # None: no chat, or one that is not stored.
    conversation_id: int | None = None


def notice_of_reply(
    reply: Message, chat: Conversation | None, choice: NoticeChoice
) -> ReplyNotice | None:
    """What to tell of a reply that ended, in the words that the user allows; None for nothing.

    "plain" says nothing that was written in the chat, and a title may be its first words.
    """
    timings = reply.timings
    if choice == "off" or reply.finish_reason == "cancelled" or timings is None:
        return None
    if timings.elapsed_ms < LONG_MS and reply.state != "interrupted":
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


def notice_of_failure(failed: FailedTurn, choice: NoticeChoice) -> ReplyNotice | None:
    """What to tell of a question without a reply; an error may quote what was written."""
    if choice == "off" or failed.has_reply:
        return None
    text = failed.error.said() if choice == "text" else tr("Open the chat to see why.")
    return ReplyNotice(tr("Your question was not answered"), text, failed.turn.conversation_id)


class ReplyNotices(QObject):
    """`told` carries each `ReplyNotice` as it is shown, `chosen` the chat of one that is clicked.

    Where the desktop has no tray, the window alone asks for attention. Of a reply in a chat that is
    not on the screen the window tells (`noticed`), and its chat is marked until it is opened.
    """

    told = Signal(object)
    chosen = Signal(object)
    noticed = Signal(object)

    def __init__(self, workspace: Workspace, application: QApplication, window: MainWindow) -> None:
        super().__init__(window)
        self._chats = workspace.conversations
        self._settings = workspace.services.settings
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._last: ReplyNotice | None = None
        workspace.turns.reply_finished.connect(self._take)
        workspace.turns.turn_failed.connect(self._take_failure)
        workspace.models.load_failed.connect(self._take_failed_load)
        application.applicationStateChanged.connect(self._withdraw)

    @Slot(object)
    def _take(self, reply: Message) -> None:
        chat = self._chats.chat(reply.conversation_id)
        if reply.finish_reason != "cancelled":
            self._note_unseen(reply, chat)
        self._tell(notice_of_reply(reply, chat, self._settings.current.reply_notices))

    @Slot(object)
    def _take_failure(self, failed: FailedTurn) -> None:
        self._tell(notice_of_failure(failed, self._settings.current.reply_notices))

    @Slot(object)
    def _take_failed_load(self, failed: FailedLoad) -> None:
        if self._settings.current.reply_notices != "off":
            text = tr("{name}: open the window to see why.").format(name=failed.request.model.name)
            self._tell(ReplyNotice(tr("A model could not be loaded"), text))

    def _note_unseen(self, reply: Message, chat: Conversation | None) -> None:
        number = reply.conversation_id
        is_open = number == self._chats.current_id
        if not is_open:
            self._chats.mark_unread(number)
        is_seen = is_open and self._window.chat_page.isVisibleTo(self._window)
        if chat is not None and not is_seen and reply.state == "complete":
            words = tr("The reply in “{title}” is ready.").format(title=chat.title)
            self.noticed.emit(Notice(words))

    def _tell(self, notice: ReplyNotice | None) -> None:
        """Show it on the desktop, unless the user is looking."""
        if notice is None or QApplication.activeWindow() is not None:
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
