"""The chats: their list, which one is open, and a deletion that can be undone."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.conversation import Conversation
from app.domain.errors import AppError
from app.ui.tasks import Tasks

# How long a deleted chat can be brought back before it leaves the store.
UNDO_MILLISECONDS = 12_000


class Store(Protocol):
    """What the list needs of the conversation store."""

    async def conversations(self) -> list[Conversation]: ...

    async def rename(self, conversation_id: int, title: str) -> None: ...

    async def delete(self, conversation_id: int) -> None: ...


class Conversations(QObject):
    """Keeps the list of chats and knows which one is open (None: a new one, not yet stored)."""

    listed = Signal(list)
    opened = Signal(object)
    deleted = Signal(object)
    failed = Signal(object)

    def __init__(self, store: Store, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._tasks = tasks
        self._all: list[Conversation] = []
        self._leaving: Conversation | None = None
        self._current: int | None = None
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.setInterval(UNDO_MILLISECONDS)
        self._grace.timeout.connect(self.finish_delete)

    @property
    def current_id(self) -> int | None:
        """The open chat."""
        return self._current

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        self._tasks.run(self._store.conversations(), done=self._take, failed=self._fail)

    @Slot(object)
    def open(self, conversation_id: int | None) -> None:
        """Show a chat, or an empty one for None."""
        if conversation_id != self._current:
            self._current = conversation_id
            self.opened.emit(conversation_id)

    def adopt(self, conversation_id: int) -> None:
        """The new chat that is shown has been stored under this number."""
        self._current = conversation_id
        self.refresh()

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a chat another title; blank ones are ignored."""
        title = " ".join(title.split())
        if title:
            work = self._store.rename(conversation_id, title)
            self._tasks.run(work, done=self._changed, failed=self._fail)

    def delete(self, conversation_id: int) -> None:
        """Take a chat off the list; it stays in the store until the time for undo is over."""
        self.finish_delete()
        self._leaving = next((c for c in self._all if c.id == conversation_id), None)
        if self._leaving is None:
            return
        self._grace.start()
        self._tell()
        if self._current == conversation_id:
            self.open(None)
        self.deleted.emit(self._leaving)

    @Slot()
    def undo_delete(self) -> None:
        """Bring the chat that was deleted last back, and open it."""
        if self._leaving is not None:
            restored, self._leaving = self._leaving, None
            self._grace.stop()
            self._tell()
            self.open(restored.id)

    @Slot()
    def finish_delete(self) -> None:
        """Remove the deleted chat from the store for good."""
        self._grace.stop()
        if self._leaving is not None:
            leaving, self._leaving = self._leaving, None
            self._all = [each for each in self._all if each.id != leaving.id]
            self._tasks.run(self._store.delete(leaving.id), failed=self._fail)

    def take_leaving(self) -> int | None:
        """The chat whose time for undo was cut short by the end of the program, once."""
        leaving, self._leaving = self._leaving, None
        self._grace.stop()
        return None if leaving is None else leaving.id

    @Slot(object)
    def _take(self, conversations: list[Conversation]) -> None:
        self._all = conversations
        self._tell()

    @Slot(object)
    def _changed(self, _: object) -> None:
        self.refresh()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)

    def _tell(self) -> None:
        hidden = None if self._leaving is None else self._leaving.id
        self.listed.emit([each for each in self._all if each.id != hidden])
