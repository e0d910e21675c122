"""The messages of a chat: a tree of versions, one path of which is shown."""

from __future__ import annotations

from typing import Any

import msgspec

from app.domain.conversation import ContextSummary, Message, ReplyOrigin, title_from
from app.domain.words import said
from app.services import conversation_index as index
from app.services.conversation_rows import (
    MESSAGE_COLUMNS,
    Execute,
    details,
    existing,
    message_of,
    record,
    stored,
)

_PATH_TO = f"""
WITH RECURSIVE path (message_id) AS (
    SELECT ?
    UNION ALL
    SELECT parent_id FROM messages JOIN path ON messages.id = path.message_id
)
SELECT {MESSAGE_COLUMNS} FROM messages JOIN path ON messages.id = path.message_id ORDER BY id
"""
# At each ancestor, the way that was taken last.
_REMEMBER_WAY = """
WITH RECURSIVE way (id, parent_id) AS (
    SELECT id, parent_id FROM messages WHERE id = ?
    UNION ALL
    SELECT messages.id, messages.parent_id FROM messages JOIN way ON messages.id = way.parent_id
)
UPDATE messages SET shown_child_id = way.id FROM way
WHERE messages.id = way.parent_id AND shown_child_id IS NOT way.id
"""
NEXT_ACTIVITY = "(SELECT coalesce(max(activity), 0) + 1 FROM conversations)"


def shown(execute: Execute, conversation_id: int) -> list[Message]:
    """The path that is shown, each message with its versions; empty for a chat that is gone."""
    query = "SELECT leaf_id FROM conversations WHERE id = ?"
    row = execute(query, (conversation_id,)).fetchone()
    children: dict[int | None, list[int]] = {}
    for identity, parent_id in execute(
        "SELECT id, parent_id FROM messages WHERE conversation_id = ? ORDER BY id",
        (conversation_id,),
    ):
        children.setdefault(parent_id, []).append(identity)
    path: list[Message] = []
    for each in execute(_PATH_TO, row or (None,)):
        versions = children[each[2]]
        path.append(message_of(each, tuple(versions) if len(versions) > 1 else ()))
    return path


def path_to(execute: Execute, message_id: int) -> list[Message]:
    """The messages from the first one to this one."""
    return existing([message_of(row) for row in execute(_PATH_TO, (message_id,))] or None)


def everything(execute: Execute, conversation_id: int) -> list[Message]:
    """All messages of a chat, the oldest first."""
    query = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE conversation_id = ? ORDER BY id"
    return [message_of(row) for row in execute(query, (conversation_id,))]


def add(execute: Execute, message: Message, *, beside: int | None = None) -> Message:
    """A message below its parent or, without one, below the leaf; or as a version of `beside`.

    It is shown, and its chat comes first in the list.
    """
    leaf_id, title = existing(
        execute(
            "SELECT leaf_id, title FROM conversations WHERE id = ?", (message.conversation_id,)
        ).fetchone()
    )
    parent_id = message.parent_id or leaf_id
    if beside is not None:
        parent_id = _row(execute, "parent_id", beside)[0]
    added = insert(execute, msgspec.structs.replace(message, parent_id=parent_id))
    if title is None and message.role == "user":
        set_title(execute, message.conversation_id, title_from(message.text))
    lead_to(execute, message.conversation_id, added.id)
    execute(
        f"UPDATE conversations SET updated_at = ?, activity = {NEXT_ACTIVITY} WHERE id = ?",
        (message.created_at, message.conversation_id),
    )
    return added


def insert(execute: Execute, message: Message) -> Message:
    """A new row, findable unless it streams; the store numbers it."""
    values = (message.conversation_id, message.parent_id, message.role, stored(message.text))
    row = execute(
        "INSERT INTO messages (conversation_id, parent_id, role, text, state, created_at, "
        "model_name, finish_reason, timings, error, origins, attachments, pinned, summary) "
        f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {MESSAGE_COLUMNS}",
        (*values, message.state, message.created_at, *details(message), *_stay(message)),
    ).fetchone()
    if message.state != "streaming":
        index.put(execute, "message_search", row[0], message.text)
    return message_of(row)


def _stay(message: Message) -> tuple[object, ...]:
    """What is chosen for the context: the columns `pinned` and `summary`."""
    summary = None if message.summary is None else record(message.summary)
    return (message.pinned, summary)


def pin(execute: Execute, message_id: int, *, pinned: bool) -> None:
    """Let a message stay in the context, or no longer."""
    query = "UPDATE messages SET pinned = ? WHERE id = ?"
    existing(execute(query, (pinned, message_id)).rowcount or None)


def summarize(execute: Execute, message_id: int, summary: ContextSummary) -> None:
    """Keep what stands for a message and those before it."""
    query = "UPDATE messages SET summary = ? WHERE id = ?"
    existing(execute(query, (record(summary), message_id)).rowcount or None)


def set_title(execute: Execute, conversation_id: int, title: str) -> None:
    """Name a chat."""
    query = "SELECT title FROM conversations WHERE id = ?"
    (before,) = existing(execute(query, (conversation_id,)).fetchone())
    index.take_out(execute, "title_search", conversation_id, before)
    execute("UPDATE conversations SET title = ? WHERE id = ?", (stored(title), conversation_id))
    index.put(execute, "title_search", conversation_id, title)


def lead_to(execute: Execute, conversation_id: int, leaf_id: int) -> None:
    """Show the path to a message."""
    execute("UPDATE conversations SET leaf_id = ? WHERE id = ?", (leaf_id, conversation_id))
    execute(_REMEMBER_WAY, (leaf_id,))


def show(execute: Execute, message_id: int) -> int:
    """Show the path through a message and on to what was shown below it last; gives its chat."""
    leaf_id, below = message_id, message_id
    conversation_id = 0
    while below is not None:
        leaf_id = below
        conversation_id, below = _row(execute, "conversation_id, shown_child_id", leaf_id)
    lead_to(execute, conversation_id, leaf_id)
    return conversation_id


def resume(execute: Execute, message_id: int, origin: ReplyOrigin) -> Message:
    """Let a reply stream again from where it ended, written on by `origin`."""
    message = message_of(_row(execute, MESSAGE_COLUMNS, message_id))
    if message.state != "streaming":
        index.take_out(execute, "message_search", message_id, message.text)
    part = msgspec.structs.replace(origin, first_character=len(message.text))
    row = execute(
        "UPDATE messages SET state = 'streaming', finish_reason = NULL, error = NULL, "
        f"model_name = ?, origins = ? WHERE id = ? RETURNING {MESSAGE_COLUMNS}",
        (stored(origin.model_name), record((*message.origins, part)), message_id),
    ).fetchone()
    return message_of(row)


def save(execute: Execute, message_id: int, text: str) -> None:
    """Keep what has come of a streaming reply; one that is finished stays as it is."""
    cursor = execute(
        "UPDATE messages SET text = iif(state = 'streaming', ?, text) WHERE id = ?",
        (stored(text), message_id),
    )
    existing(cursor.rowcount or None)


def finish(execute: Execute, ended: Message, now: float) -> Message:
    """Keep a reply as it ended: text, state, and what is known of it."""
    text, state = _row(execute, "text, state", ended.id)
    if state != "streaming":
        index.take_out(execute, "message_search", ended.id, text)
    row = execute(
        "UPDATE messages SET text = ?, state = ?, model_name = ?, finish_reason = ?, timings = ?, "
        "error = ?, origins = ?, attachments = ? "
        f"WHERE id = ? RETURNING {MESSAGE_COLUMNS}",
        (stored(ended.text), ended.state, *details(ended), ended.id),
    ).fetchone()
    index.put(execute, "message_search", ended.id, ended.text)
    message = message_of(row)
    execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (now, message.conversation_id))
    return message


def interrupt_all(execute: Execute) -> None:
    """Replies that were streaming when the program died end there."""
    for identity, text in execute(
        "SELECT id, text FROM messages WHERE state = 'streaming'"
    ).fetchall():
        index.put(execute, "message_search", identity, text)
    execute(
        "UPDATE messages SET state = 'interrupted', finish_reason = 'error', error = ? "
        "WHERE state = 'streaming'",
        (said("Quantbench ended in the middle of this reply."),),
    )


def _row(execute: Execute, columns: str, message_id: int) -> tuple[Any, ...]:
    query = f"SELECT {columns} FROM messages WHERE id = ?"
    return existing(execute(query, (message_id,)).fetchone())
