"""The tables of saved chats, version by version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from app.services.conversation_index import index_everything

Migration = Callable[[sqlite3.Connection], object]


def _chats_and_messages(connection: sqlite3.Connection) -> None:
    """Version 1. Text that UTF-8 cannot hold is stored as a blob, hence columns of no type.

    `activity` orders the list: a counter, because clocks jump. A parent is older than its child,
    so that no damage can make a path endless.
    """
    connection.execute(
        """CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title BLOB,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            activity INTEGER NOT NULL,
            leaf_id INTEGER REFERENCES messages (id) ON DELETE SET NULL
        )"""
    )
    connection.execute(
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES messages (id) ON DELETE CASCADE,
            role TEXT NOT NULL,
            text BLOB NOT NULL,
            state TEXT NOT NULL,
            created_at REAL NOT NULL,
            model_name BLOB,
            finish_reason TEXT,
            timings BLOB,
            error BLOB,
            CHECK (parent_id < id)
        )"""
    )
    connection.execute("CREATE INDEX conversations_by_activity ON conversations (activity)")
    connection.execute("CREATE INDEX messages_by_conversation ON messages (conversation_id)")
    connection.execute("CREATE INDEX messages_by_parent ON messages (parent_id)")
    connection.execute("CREATE INDEX messages_streaming ON messages (id) WHERE state = 'streaming'")


def _branches_folders_and_search(connection: sqlite3.Connection) -> None:
    """Version 2.

    `uid` tells a chat that comes back from a file from another one. `shown_child_id` is the
    version of what follows that was shown last. The chat 0 of a draft is the one not yet begun.
    The indexes hold no text of their own.
    """
    for column in (
        "uid TEXT NOT NULL DEFAULT ''",
        "pinned INTEGER NOT NULL DEFAULT 0",
        "folder BLOB",
        "deleted_at REAL",
    ):
        connection.execute(f"ALTER TABLE conversations ADD COLUMN {column}")
    connection.execute("UPDATE conversations SET uid = lower(hex(randomblob(8)))")
    connection.execute("CREATE INDEX conversations_by_uid ON conversations (uid)")
    connection.execute("ALTER TABLE messages ADD COLUMN shown_child_id INTEGER")
    connection.execute("ALTER TABLE messages ADD COLUMN origins BLOB")
    connection.execute(
        "UPDATE messages SET shown_child_id = "
        "(SELECT max(child.id) FROM messages AS child WHERE child.parent_id = messages.id)"
    )
    connection.execute(
        "CREATE TABLE drafts (conversation_id INTEGER PRIMARY KEY, text BLOB NOT NULL)"
    )
    for name in ("title_search", "message_search"):
        connection.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5 (text, content = '', prefix = '1 2 3', "
            "tokenize = 'unicode61 remove_diacritics 2')"
        )
    index_everything(connection.execute)


def _attachments(connection: sqlite3.Connection) -> None:
    """Version 3. The files that go with a message, as JSON."""
    connection.execute("ALTER TABLE messages ADD COLUMN attachments BLOB")


def _options(connection: sqlite3.Connection) -> None:
    """Version 4. How the replies of a chat are made, as JSON; NULL: as is usual for its model."""
    connection.execute("ALTER TABLE conversations ADD COLUMN options BLOB")


def _pins_and_summaries(connection: sqlite3.Connection) -> None:
    """Version 5. What stays in the context; and what stands for messages, as JSON."""
    connection.execute("ALTER TABLE messages ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE messages ADD COLUMN summary BLOB")


def _models(connection: sqlite3.Connection) -> None:
    """Version 6. The model that answers in a chat, as JSON; NULL: the one that did last."""
    connection.execute("ALTER TABLE conversations ADD COLUMN model BLOB")


def _unread(connection: sqlite3.Connection) -> None:
    """Version 7. Whether a reply came that was not looked at."""
    connection.execute("ALTER TABLE conversations ADD COLUMN unread INTEGER NOT NULL DEFAULT 0")


# The position of a migration is the `user_version` that it leads to, less one. Only append.
MIGRATIONS: tuple[Migration, ...] = (
    _chats_and_messages,
    _branches_folders_and_search,
    _attachments,
    _options,
    _pins_and_summaries,
    _models,
    _unread,
)
