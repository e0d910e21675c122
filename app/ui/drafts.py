"""What is being written in each chat, kept while it is written."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import AppError
from app.ui.tasks import Job, Tasks

# A killed program loses at most so much of what was typed.
SAVE_MILLISECONDS = 500


def unsent(text: str, sent: str) -> str:
    """What was written after what was sent; the whole text if it is another one by now."""
    return text[len(sent) :].lstrip() if text.startswith(sent) else text


class Store(Protocol):
    """What drafts need of the conversation store."""

    async def draft(self, conversation_id: int | None) -> str: ...

    async def save_draft(self, conversation_id: int | None, text: str) -> None: ...


class Drafts(QObject):
    """Reads and saves drafts; None is the chat that is not begun.

    `due` asks whoever holds the text to `keep` it; `arrived` brings a number of a chat and its
    draft. The text is asked for twice a second at most, because a pasted book takes its time.
    """

    due = Signal()
    arrived = Signal(object)
    failed = Signal(object)

    def __init__(self, store: Store, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._tasks = tasks
        self._known: dict[int | None, str] = {}
        self._unsaved: set[int | None] = set()
        self._reading: Job | None = None
        self._wanted: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_MILLISECONDS)
        self._timer.timeout.connect(self.due)

    def note_change(self) -> None:
        """The text has changed."""
        if not self._timer.isActive():
            self._timer.start()

    def keep(self, conversation_id: int | None, text: str) -> None:
        """Save a draft, if it is not saved already, and those that could not be saved before."""
        if self._known.get(conversation_id, "") != text:
            self._known[conversation_id] = text
            self._unsaved.add(conversation_id)
        unsaved, self._unsaved = self._unsaved, set()
        for each in unsaved:
            self._tasks.write(self._save(each, self._known[each]), failed=self._tell)

    async def _save(self, conversation_id: int | None, text: str) -> None:
        try:
            await self._store.save_draft(conversation_id, text)
        except AppError:
            self._unsaved.add(conversation_id)
            raise

    def adopt(self, conversation_id: int) -> None:
        """The chat that was not begun has been stored under this number, and takes its draft."""
        self.keep(conversation_id, self._known.get(None, ""))
        self.keep(None, "")

    def take_away(self, conversation_id: int, sent: str) -> None:
        """A question was sent that had waited: what was written after it stays."""
        self.keep(conversation_id, unsent(self._known.get(conversation_id, ""), sent))

    def read(self, conversation_id: int | None) -> None:
        """Let the draft of a chat arrive."""
        if conversation_id in self._known:
            self.arrived.emit((conversation_id, self._known[conversation_id]))
            return
        if self._reading is not None:
            self._reading.cancel()
        self._wanted = conversation_id
        self._reading = self._tasks.run(
            self._store.draft(conversation_id), done=self._take, failed=self._tell
        )

    @Slot(object)
    def _take(self, text: str) -> None:
        wanted = self._wanted
        if wanted not in self._known:
            self._known[wanted] = text
            self.arrived.emit((wanted, text))

    @Slot(object)
    def _tell(self, error: AppError) -> None:
        self.failed.emit(error)
