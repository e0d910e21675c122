"""The database of chats: opened, migrated, and set aside when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from app.domain.errors import DiskFullError, StoreError
from app.domain.words import said, sentence
from app.services.conversation_migrations import MIGRATIONS, Migration
from app.services.files import move_aside, shown, store_error

# "QBCH", so that the file of another program is never taken for ours.
APPLICATION_ID = 0x51424348
# Above this, reading the whole file at every start would keep the user waiting; damage is then
# found when the page that holds it is read.
_CHECKED_BYTES = 256 * 2**20
_BUSY_SECONDS = 5.0
_JOURNALS = ("-wal", "-shm", "-journal")
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class _UnusableError(StoreError):
    """The file is no database that this version can use."""


def open_database(path: Path) -> tuple[sqlite3.Connection, str | None]:
    """The database at `path`, made or migrated, and a sentence to tell when it was replaced.

    A file that is damaged, foreign, or of a newer version is kept under a `.bad` name.
    Raises `StoreError`.
    """
    try:
        return _open(path, MIGRATIONS), None
    except _UnusableError as unusable:
        kept = _set_aside(path)
        told = said("The file is kept as {path}, and a new one was started.")
        notice = f"{unusable.said()} {told.format(path=shown(kept))}"
    except (sqlite3.Error, OSError) as error:
        raise database_error(error, path) from error
    try:
        return _open(path, MIGRATIONS), notice
    except (sqlite3.Error, OSError) as error:
        raise database_error(error, path) from error


def database_error(error: Exception, path: Path) -> StoreError:
    """The sentence for a failure of the database."""
    if isinstance(error, OSError):
        return store_error(error, sentence("open the saved chats {path}", path=shown(path)))
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFullError(
            "The chat could not be saved to {path}: the disk is full. Free some space and try "
            "again.",
            path=shown(path),
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(
            "The saved chats {path} are in use by another program. Close it and try again.",
            path=shown(path),
        )
    if code in _DAMAGE:
        return StoreError(
            "The saved chats {path} are damaged ({error}). Start Quantbench again: it keeps the "
            "damaged file and begins a new one.",
            path=shown(path),
            error=str(error),
        )
    return StoreError(
        "The saved chats {path} cannot be used: {error}. Check the disk and the folder's "
        "permissions.",
        path=shown(path),
        error=str(error),
    )


def _open(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    _check_kind(path)
    _look(path, len(migrations))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _check(connection, path, len(migrations))
        _configure(connection)
        migrate(connection, migrations)
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF in _DAMAGE:
            raise _UnusableError(
                "The saved chats {path} are damaged ({error}).", path=shown(path), error=str(error)
            ) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _check_kind(path: Path) -> None:
    """Refuse pipes, devices and folders before SQLite waits on one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise _UnusableError("The saved chats {path} are no regular file.", path=shown(path))


def _look(path: Path, known_version: int) -> None:
    """Refuse what another program or a newer version wrote before a byte of it is changed.

    What a killed program left in the journal counts, and stays there. A look that fails says
    nothing: the file is opened as a whole then.
    """
    has_journal = path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro&immutable={int(not has_journal)}"
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as connection,
    ):
        _check_origin(connection, path, known_version)


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Deleted chats are overwritten: what the user deletes is gone from the file.
    connection.execute("PRAGMA secure_delete = ON")


def _check_origin(connection: sqlite3.Connection, path: Path, known_version: int) -> None:
    version = _number(connection, "PRAGMA user_version")
    owner = _number(connection, "PRAGMA application_id")
    is_empty = _number(connection, "SELECT count(*) FROM sqlite_master") == 0
    if owner != APPLICATION_ID and not (is_empty and owner == 0):
        raise _UnusableError("The saved chats {path} belong to another program.", path=shown(path))
    if version > known_version:
        raise _UnusableError(
            "The saved chats {path} were written by a newer version of Quantbench (format "
            "{version}, this one knows {known}).",
            path=shown(path),
            version=version,
            known=known_version,
        )


def _check(connection: sqlite3.Connection, path: Path, known_version: int) -> None:
    _check_origin(connection, path, known_version)
    if path.stat().st_size <= _CHECKED_BYTES:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise _UnusableError(
                "The saved chats {path} are damaged ({error}).", path=shown(path), error=str(found)
            )


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Bring the database to the newest version, each step whole or not at all."""
    for version in range(_number(connection, "PRAGMA user_version"), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Two starts at once: the other one may have done this step in the meantime.
            if _number(connection, "PRAGMA user_version") == version:
                migrations[version](connection)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _set_aside(path: Path) -> Path:
    """Rename the file with its journal, so that the kept copy can still be recovered.

    That of another program may be a rollback journal, which SQLite would play back into the file.
    """
    try:
        kept = move_aside(path)
        for ending in _JOURNALS:
            journal = path.with_name(path.name + ending)
            if journal.exists():
                journal.rename(kept.with_name(kept.name + ending))
    except OSError as error:
        raise store_error(
            error, sentence("set aside the damaged file {path}", path=shown(path))
        ) from error
    return kept
