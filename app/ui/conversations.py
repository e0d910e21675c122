"""The chats: their list, which one is open, the search, and a deletion that can be undone."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.chat_search import SearchHit
from app.domain.conversation import Conversation
from app.domain.errors import AppError
from app.ui.language import tr
from app.ui.tasks import Job, Tasks


class Store(Protocol):
    """What the list needs of the conversation store."""

    async def conversations(self) -> list[Conversation]: ...

    async def search(self, query: str) -> list[SearchHit]: ...

    async def rename(self, conversation_id: int, title: str) -> None: ...

    async def pin(self, conversation_id: int, *, pinned: bool) -> None: ...

    async def mark_unread(self, conversation_id: int, *, unread: bool) -> None: ...

    async def move(self, conversation_id: int, folder: str | None) -> None: ...

    async def rename_folder(self, folder: str, name: str | None) -> None: ...

    async def trash(self, conversation_id: int) -> None: ...

    async def restore(self, conversation_id: int) -> None: ...

    async def branch(self, message_id: int) -> Conversation: ...


class Conversations(QObject):
    """Keeps the list of chats and knows which one is open (None: a new one, not yet stored).

    `found` brings what the query in `query` found, `listed` all chats while it is empty.
    """

    listed = Signal(list)
    found = Signal(list)
    opened = Signal(object)
    # Of the open chat, to be shown: a message that a search found.
    message_wanted = Signal(int)
    deleted = Signal(object)
    failed = Signal(object)

    def __init__(self, store: Store, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._tasks = tasks
        self._all: list[Conversation] = []
        self._current: int | None = None
        # Put into the trash here, and not yet acknowledged by the store.
        self._leaving: set[int] = set()
        self._last_deleted: int | None = None
        self._searching: Job | None = None
        self.query = ""

    @property
    def current_id(self) -> int | None:
        """The open chat."""
        return self._current

    @property
    def folders(self) -> list[str]:
        """The folders that have a chat in them, by name."""
        return sorted({each.folder for each in self._all if each.folder is not None}, key=str.lower)

    def chat(self, conversation_id: int | None) -> Conversation | None:
        """A chat of the list."""
        return next((each for each in self._all if each.id == conversation_id), None)

    def title(self, conversation_id: int | None) -> str:
        """What a chat is called, also one that is not stored yet."""
        chat = self.chat(conversation_id)
        return tr("New chat") if chat is None else chat.title

    @Slot()
    def refresh(self) -> None:
        """Read the list, and what is being searched for, again."""
        self._tasks.run(self._store.conversations(), done=self._take, failed=self._fail)
        if self.query:
            self._search()

    @Slot(str)
    def search(self, query: str) -> None:
        """Look for chats; a blank query lists all."""
        self.query = query.strip()
        if self.query:
            self._search()
            return
        if self._searching is not None:
            self._searching.cancel()
        self._tell()

    @Slot(object)
    def open(self, conversation_id: int | None) -> None:
        """Show a chat, or an empty one for None."""
        if conversation_id != self._current:
            self._current = conversation_id
            self._note_read()
            self.opened.emit(conversation_id)

    def open_message(self, conversation_id: int, message_id: int) -> None:
        """Show a message of a chat, on whatever path it is."""
        self.open(conversation_id)
        self.message_wanted.emit(message_id)

    def adopt(self, conversation_id: int) -> None:
        """The new chat that is shown has been stored under this number."""
        self._current = conversation_id
        self.refresh()

    def mark_unread(self, conversation_id: int) -> None:
        """A reply came in a chat that is not open; the mark stays until it is opened."""
        self._change(self._store.mark_unread(conversation_id, unread=True))

    def _note_read(self) -> None:
        chat = self.chat(self._current)
        if chat is not None and chat.unread:
            self._change(self._store.mark_unread(chat.id, unread=False))

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a chat another title; blank ones are ignored."""
        title = " ".join(title.split())
        if title:
            self._change(self._store.rename(conversation_id, title))

    def pin(self, conversation_id: int, *, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self._change(self._store.pin(conversation_id, pinned=pinned))

    def move(self, conversation_id: int, folder: str | None) -> None:
        """Put a chat into a folder; None or a blank name: into none."""
        name = " ".join((folder or "").split())
        self._change(self._store.move(conversation_id, name or None))

    def rename_folder(self, folder: str, name: str | None) -> None:
        """Give a folder another name; a blank one or None dissolves it."""
        name = " ".join((name or "").split())
        self._change(self._store.rename_folder(folder, name or None))

    @Slot(int)
    def branch(self, message_id: int) -> None:
        """Copy the path to a message into a chat of its own, and open that."""
        self._tasks.write(self._store.branch(message_id), done=self._open_new, failed=self._fail)

    # Deletion

    @Slot(int)
    def delete(self, conversation_id: int) -> None:
        """Put a chat into the trash."""
        chat = self.chat(conversation_id)
        if chat is None:
            return
        self._last_deleted = conversation_id
        self._leaving.add(conversation_id)
        self._change(self._store.trash(conversation_id))
        self._tell()
        if self._current == conversation_id:
            self.open(None)
        self.deleted.emit(chat)

    @Slot()
    def undo_delete(self) -> None:
        """Bring the chat that was deleted last back, and open it."""
        if self._last_deleted is not None:
            restored, self._last_deleted = self._last_deleted, None
            self._leaving.discard(restored)
            self._change(self._store.restore(restored))
            self._tell()
            self.open(restored)

    # Answers

    def _search(self) -> None:
        if self._searching is not None:
            self._searching.cancel()
        self._searching = self._tasks.run(
            self._store.search(self.query), done=self._take_found, failed=self._fail
        )

    def _change(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.write(work, done=self._changed, failed=self._fail)

    @Slot(object)
    def _take(self, conversations: list[Conversation]) -> None:
        self._all = conversations
        self._note_read()  # it may have been marked while it was opened
        self._leaving &= {each.id for each in conversations}
        self._tell()

    @Slot(object)
    def _take_found(self, hits: list[SearchHit]) -> None:
        if self.query:
            self.found.emit([hit for hit in hits if hit.conversation.id not in self._leaving])

    @Slot(object)
    def _open_new(self, chat: Conversation) -> None:
        self.refresh()
        self.open(chat.id)

    @Slot(object)
    def _changed(self, _: object) -> None:
        self.refresh()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)

    def _tell(self) -> None:
        if not self.query:
            self.listed.emit([each for each in self._all if each.id not in self._leaving])
