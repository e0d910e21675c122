"""The file of the chats while it is open: one thread, one transaction for each call."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.domain.errors import StoreError
from app.services.conversation_rows import Execute, MissingRowError
from app.services.conversation_schema import database_error, open_database
from app.services.files import shown

T = TypeVar("T")
P = ParamSpec("P")


class ConversationDatabase:
    """Calls functions of its connection on a thread of its own. They raise `StoreError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self, prepare: Callable[[Execute], None]) -> str | None:
        """Open or make the file; a sentence comes back when a file had to be set aside."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chats")
        try:
            return await self._on_thread(self._open, prepare)
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

    async def write(
        self, call: Callable[Concatenate[Execute, P], T], *arguments: P.args, **named: P.kwargs
    ) -> T:
        """`call(execute, ...)` in one transaction, on the disk when this returns.

        What was asked for is written, also when the caller is cancelled meanwhile.
        """
        work = self._on_thread(self._in_transaction, "BEGIN IMMEDIATE", call, arguments, named)
        return await asyncio.shield(work)

    async def read(
        self, call: Callable[Concatenate[Execute, P], T], *arguments: P.args, **named: P.kwargs
    ) -> T:
        """`call(execute, ...)` on one state of the file."""
        return await self._on_thread(self._in_transaction, "BEGIN", call, arguments, named)

    # --- on the thread --------------------------------------------------------------------------

    def _on_thread(self, call: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """In the order of the calls: what is read after a write sees it."""
        if self._thread is None:
            raise StoreError("The saved chats are closed. Start Quantbench again.")
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._thread, self._guarded, call, arguments)

    def _guarded(self, call: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return call(*arguments)
        except sqlite3.Error as error:
            raise database_error(error, self._path) from error
        except MissingRowError as error:
            raise StoreError(
                "This chat is no longer in {path}: it was deleted. Start a new chat.",
                path=shown(self._path),
            ) from error

    def _open(self, prepare: Callable[[Execute], None]) -> str | None:
        self._connection, notice = open_database(self._path)
        self._in_transaction("BEGIN IMMEDIATE", prepare, (), {})
        return notice

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _in_transaction(
        self,
        begin: str,
        call: Callable[..., T],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
    ) -> T:
        """A failed commit (a full disk) is rolled back like any other failure."""
        connection = self._connection
        assert connection is not None, "the thread runs only while the file is open"
        connection.execute(begin)
        try:
            result = call(connection.execute, *arguments, **named)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result
