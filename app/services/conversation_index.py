"""The full-text index of titles and messages, kept in step with what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from app.domain.chat_search import SearchHit, excerpt_of, indexed_text, match_expression
from app.domain.conversation import Conversation
from app.services.conversation_rows import CONVERSATION_COLUMNS, Execute, conversation_of, text_of

Index = Literal["title_search", "message_search"]

# Rows that one search looks at, at most, to find its chats: common words are in every message.
_MOST_ROWS = 20_000


def put(execute: Execute, index: Index, rowid: int, text: str | bytes | None) -> None:
    """Make a text findable; None is no text."""
    if text is not None:
        values = (rowid, indexed_text(text_of(text)))
        execute(f"INSERT INTO {index} (rowid, text) VALUES (?, ?)", values)


def take_out(execute: Execute, index: Index, rowid: int, text: str | bytes | None) -> None:
    """Undo `put`: the text must be the same, because the index does not hold it."""
    if text is not None:
        values = (rowid, indexed_text(text_of(text)))
        execute(f"INSERT INTO {index} ({index}, rowid, text) VALUES ('delete', ?, ?)", values)


def index_everything(execute: Execute) -> None:
    """Fill the empty indexes. A reply is indexed when it no longer streams."""
    for rowid, text in execute("SELECT id, title FROM conversations"):
        put(execute, "title_search", rowid, text)
    for rowid, text in execute("SELECT id, text FROM messages WHERE state <> 'streaming'"):
        put(execute, "message_search", rowid, text)


def forget_words(execute: Execute) -> None:
    """Merge the indexes, so that the words of what was deleted are overwritten."""
    for index in ("title_search", "message_search"):
        execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")


def search(execute: Execute, query: str, most: int) -> list[SearchHit]:
    """The chats with all words of `query` in their title, then those with them in a message."""
    expression = match_expression(query)
    if expression is None:
        return []
    hits = {chat.id: _title_hit(chat, query) for chat in _titles(execute, expression, most)}
    by_title = len(hits)
    for conversation_id, message_id in _newest_messages(execute, expression):
        hit = hits.get(conversation_id)
        if hit is None and len(hits) < most:
            hits[conversation_id] = _message_hit(execute, conversation_id, message_id, query)
        elif hit is not None and hit.message_id is None:
            hits[conversation_id] = _message_hit(execute, conversation_id, message_id, query)
            by_title -= 1
        if len(hits) >= most and not by_title:
            break
    return list(hits.values())


def _title_hit(chat: Conversation, query: str) -> SearchHit:
    return SearchHit(conversation=chat, title=excerpt_of(chat.title, query, len(chat.title)))


def _titles(execute: Execute, expression: str, most: int) -> list[Conversation]:
    rows = execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM title_search "
        "JOIN conversations ON conversations.id = title_search.rowid "
        "WHERE title_search MATCH ? AND deleted_at IS NULL ORDER BY activity DESC LIMIT ?",
        (expression, most),
    )
    return [conversation_of(row) for row in rows]


def _newest_messages(execute: Execute, expression: str) -> Iterator[tuple[int, int]]:
    """Chat and message of each match, the newest message first."""
    return iter(
        execute(
            "SELECT conversation_id, messages.id FROM message_search "
            "JOIN messages ON messages.id = message_search.rowid "
            "JOIN conversations ON conversations.id = conversation_id "
            "WHERE message_search MATCH ? AND deleted_at IS NULL "
            "ORDER BY message_search.rowid DESC LIMIT ?",
            (expression, _MOST_ROWS),
        )
    )


def _message_hit(execute: Execute, conversation_id: int, message_id: int, query: str) -> SearchHit:
    chat = execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM conversations WHERE id = ?", (conversation_id,)
    ).fetchone()
    text = execute("SELECT text FROM messages WHERE id = ?", (message_id,)).fetchone()[0]
    return msgspec.structs.replace(
        _title_hit(conversation_of(chat), query),
        message_id=message_id,
        excerpt=excerpt_of(text_of(text), query),
    )
