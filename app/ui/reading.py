"""What helps in reading a chat: typesetting, the size of its text, finding words, and details."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.errors import AppError
from app.ui.errors import notice_of
from app.ui.picture_feed import PictureFeed
from app.ui.prompt_reading import PromptReading
from app.ui.typesetting import TypesetterFeed
from app.ui.widgets.message_actions import MessageRequest
from app.ui.widgets.transcript import Transcript
from app.ui.widgets.transcript_look import ZOOM_STEP
from app.ui.workspace import Workspace

# The size is kept when it has not been changed for so long.
_KEEP_MS = 500


class ReadingTools(QObject):
    """Serves one transcript; its keys work everywhere on `page`."""

    def __init__(self, transcript: Transcript, workspace: Workspace, page: QWidget) -> None:
        super().__init__(page)
        self._transcript = transcript
        self._workspace = workspace
        services, tasks = workspace.services, workspace.tasks
        self._prompts = PromptReading(workspace, page)
        self._feed = TypesetterFeed(transcript.typeset, services.typesetter, tasks)
        self._pictures = PictureFeed(transcript.pictures, tasks)
        transcript.set_zoom(services.settings.current.chat_zoom)
        self._keeping = QTimer(self, interval=_KEEP_MS, singleShot=True)
        self._keeping.timeout.connect(self._keep_zoom)
        transcript.zoom_changed.connect(self._zoomed)
        workspace.closing.connect(self._keep_zoom)
        transcript.requested.connect(self._show_details)
        slots = {
            "Ctrl+F": transcript.open_find,
            "F3": transcript.find_next,
            "Shift+F3": transcript.find_previous,
            "Ctrl+I": self._show_last,
            "Ctrl+=": self._enlarge,
            "Ctrl++": self._enlarge,
            "Ctrl+-": self._reduce,
            "Ctrl+0": self._reset,
        }
        for keys, slot in slots.items():
            QShortcut(QKeySequence(keys), page).activated.connect(slot)

    @Slot()
    def _enlarge(self) -> None:
        self._transcript.set_zoom(self._transcript.zoom + ZOOM_STEP)

    @Slot()
    def _reduce(self) -> None:
        self._transcript.set_zoom(self._transcript.zoom - ZOOM_STEP)

    @Slot()
    def _reset(self) -> None:
        self._transcript.set_zoom(1.0)

    @Slot(float)
    def _zoomed(self, _: float) -> None:
        self._keeping.start()

    @Slot()
    def _keep_zoom(self) -> None:
        self._keeping.stop()
        settings, zoom = self._workspace.services.settings, self._transcript.zoom
        if zoom != settings.current.chat_zoom:
            self._workspace.tasks.write(settings.update(chat_zoom=zoom), failed=self._fail)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self._workspace.noticed.emit(notice_of(error))

    # Details of a reply

    @Slot(object)
    def _show_details(self, request: MessageRequest) -> None:
        if request.action == "details":
            self._prompts.open(request.message, self._transcript.flow.look.theme)

    @Slot()
    def _show_last(self) -> None:
        """About the reply that the pointer or the keys are on, else about the last one."""
        entries = self._transcript.flow.entries
        pointed = self._transcript.pointed
        numbers = range(len(entries) - 1, -1, -1) if pointed is None else (pointed,)
        for number in numbers:
            if self._transcript.request("details", number):
                return
