"""Saved chats: an SQLite file in which no acknowledged message is ever lost."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from app.domain.conversation import Conversation, Message, MessageState, title_from
from app.domain.engine import FinishReason, Role, Timings
from app.domain.errors import StoreError
from app.services.conversation_schema import database_error, open_database
from app.services.files import shown

T = TypeVar("T")

_MESSAGE_COLUMNS = (
    "id, conversation_id, parent_id, role, text, state, created_at, "
    "model_name, finish_reason, timings, error"
)
_PATH_TO_LEAF = f"""
WITH RECURSIVE path (message_id) AS (
    SELECT leaf_id FROM conversations WHERE id = ?
    UNION ALL
    SELECT parent_id FROM messages JOIN path ON messages.id = path.message_id
)
SELECT {_MESSAGE_COLUMNS} FROM messages JOIN path ON messages.id = path.message_id ORDER BY id
"""
_NEXT_ACTIVITY = "(SELECT coalesce(max(activity), 0) + 1 FROM conversations)"


class ConversationStore:
    """Chats and their messages. Each call is one transaction, on the disk when it returns.

    All calls run on one thread of their own. They raise `StoreError`.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> str | None:
        """Open or make the file; a sentence comes back when a file had to be set aside.

        Replies that were streaming when the program died become "interrupted".
        """
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chats")
        try:
            return await self._on_thread(self._open)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was asked for and close the file; may be called twice."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, self._close))
        finally:
            thread.shutdown(wait=False)

    async def conversations(self) -> list[Conversation]:
        """All chats, the one that was last active first."""
        return await self._on_thread(self._conversations)

    async def create(self) -> Conversation:
        """A new, empty chat."""
        return await self._on_thread(self._create)

    async def rename(self, conversation_id: int, title: str) -> None:
        """Give a chat a title that stays."""
        await self._on_thread(self._rename, conversation_id, title)

    async def delete(self, conversation_id: int) -> None:
        """Delete a chat with all its messages; one that is gone already is fine."""
        await self._on_thread(self._delete, conversation_id)

    async def messages(self, conversation_id: int) -> list[Message]:
        """The path that is shown: from the first message to the leaf."""
        return await self._on_thread(self._messages, conversation_id)

    async def add_message(
        self,
        conversation_id: int,
        role: Role,
        text: str,
        *,
        model_name: str | None = None,
        state: MessageState = "complete",
    ) -> Message:
        """Append to the path that is shown. The first question names a chat without a title."""
        return await self._on_thread(
            self._add_message, conversation_id, role, text, model_name, state
        )

    async def save_reply(self, message_id: int, text: str) -> None:
        """Keep what has come so far of a streaming reply; one that is finished stays as it is."""
        await self._on_thread(self._save_reply, message_id, text)

    async def finish_reply(
        self,
        message_id: int,
        text: str,
        *,
        state: MessageState,
        finish_reason: FinishReason,
        timings: Timings | None,
        error: str | None = None,
    ) -> Message:
        """Keep the whole reply with how it ended and what the meters said."""
        end = (state, finish_reason, timings, error)
        return await self._on_thread(self._finish_reply, message_id, text, end)

    # --- on the store's thread ------------------------------------------------------------------

    async def _on_thread(self, call: Callable[..., T], *arguments: Any) -> T:
        if self._thread is None:
            raise StoreError("The saved chats are closed. Start Quantbench again.")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._guarded, call, arguments)

    def _guarded(self, call: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return call(*arguments)
        except sqlite3.Error as error:
            raise database_error(error, self._path) from error

    def _open(self) -> str | None:
        self._connection, notice = open_database(self._path)
        with self._transaction() as execute:
            execute(
                "UPDATE messages SET state = 'interrupted', finish_reason = 'error', error = ? "
                "WHERE state = 'streaming'",
                ("Quantbench ended in the middle of this reply.",),
            )
        return notice

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Generator[Callable[..., sqlite3.Cursor]]:
        """One transaction; a failed commit (a full disk) is rolled back like any other failure."""
        connection = self._connection
        assert connection is not None, "the thread runs only while the file is open"
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection.execute
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _conversations(self) -> list[Conversation]:
        with self._transaction() as execute:
            rows = execute(
                "SELECT id, title, created_at, updated_at, leaf_id "
                "FROM conversations ORDER BY activity DESC"
            )
            return [_conversation(row) for row in rows]

    def _create(self) -> Conversation:
        now = self._clock()
        with self._transaction() as execute:
            cursor = execute(
                "INSERT INTO conversations (created_at, updated_at, activity) "
                f"VALUES (?, ?, {_NEXT_ACTIVITY})",
                (now, now),
            )
        return _conversation((cursor.lastrowid, None, now, now, None))

    def _rename(self, conversation_id: int, title: str) -> None:
        with self._transaction() as execute:
            cursor = execute(
                "UPDATE conversations SET title = ? WHERE id = ?",
                (_stored(title), conversation_id),
            )
            self._existing(cursor.rowcount or None)

    def _delete(self, conversation_id: int) -> None:
        with self._transaction() as execute:
            execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def _messages(self, conversation_id: int) -> list[Message]:
        with self._transaction() as execute:
            return [_message(row) for row in execute(_PATH_TO_LEAF, (conversation_id,))]

    def _add_message(
        self,
        conversation_id: int,
        role: Role,
        text: str,
        model_name: str | None,
        state: MessageState,
    ) -> Message:
        now = self._clock()
        with self._transaction() as execute:
            row = execute(
                "SELECT leaf_id, title FROM conversations WHERE id = ?", (conversation_id,)
            ).fetchone()
            parent_id, title = cast("tuple[int | None, Any]", self._existing(row))
            values = (parent_id, role, _stored(text), state, now, _stored(model_name))
            cursor = execute(
                "INSERT INTO messages (conversation_id, parent_id, role, text, state, created_at, "
                "model_name) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING " + _MESSAGE_COLUMNS,
                (conversation_id, *values),
            )
            message = _message(cursor.fetchone())
            if title is None and role == "user":
                title = _stored(title_from(text))
            execute(
                f"UPDATE conversations SET leaf_id = ?, title = ?, updated_at = ?, "
                f"activity = {_NEXT_ACTIVITY} WHERE id = ?",
                (message.id, title, now, conversation_id),
            )
        return message

    def _save_reply(self, message_id: int, text: str) -> None:
        with self._transaction() as execute:
            cursor = execute(
                "UPDATE messages SET text = iif(state = 'streaming', ?, text) WHERE id = ?",
                (_stored(text), message_id),
            )
            self._existing(cursor.rowcount or None)

    def _finish_reply(
        self,
        message_id: int,
        text: str,
        end: tuple[MessageState, FinishReason, Timings | None, str | None],
    ) -> Message:
        state, finish_reason, timings, error = end
        measured = None if timings is None else msgspec.json.encode(timings)
        with self._transaction() as execute:
            row = execute(
                "UPDATE messages SET text = ?, state = ?, finish_reason = ?, timings = ?, "
                "error = ? WHERE id = ? RETURNING " + _MESSAGE_COLUMNS,
                (_stored(text), state, finish_reason, measured, _stored(error), message_id),
            ).fetchone()
            message = _message(self._existing(row))
            execute(
                "UPDATE conversations SET updated_at = ? WHERE id = ?",
                (self._clock(), message.conversation_id),
            )
        return message

    def _existing(self, found: T | None) -> T:
        if found is None:
            raise StoreError(
                f"This chat is no longer in {shown(self._path)}: it was deleted. Start a new chat."
            )
        return found


def _stored(text: str | None) -> str | bytes | None:
    """Text as SQLite takes it: lone surrogates, which UTF-8 forbids, make it a blob."""
    if text is None:
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _text(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogatepass")


def _optional_text(stored: str | bytes | None) -> str | None:
    return None if stored is None else _text(stored)


def _conversation(row: tuple[Any, ...]) -> Conversation:
    identity, title, created_at, updated_at, leaf_id = row
    return Conversation(
        id=identity,
        title=title_from("") if title is None else _text(title),
        created_at=created_at,
        updated_at=updated_at,
        leaf_id=leaf_id,
    )


def _message(row: tuple[Any, ...]) -> Message:
    identity, conversation_id, parent_id, role, text, state, created_at, *rest = row
    model_name, finish_reason, timings, error = rest
    return Message(
        id=identity,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=role,
        text=_text(text),
        state=state,
        created_at=created_at,
        model_name=_optional_text(model_name),
        finish_reason=finish_reason,
        timings=None if timings is None else msgspec.json.decode(timings, type=Timings),
        error=_optional_text(error),
    )
