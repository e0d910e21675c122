"""Rows of the chats' tables as values, and values as SQLite takes them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from app.domain.attachment import Attachment
from app.domain.conversation import (
    ContextSummary,
    Conversation,
    Message,
    ReplyOrigin,
    title_from,
)
from app.domain.engine import Timings

T = TypeVar("T")
# Runs one statement of the transaction that is open.
Execute = Callable[..., sqlite3.Cursor]

CONVERSATION_COLUMNS = (
    "conversations.id, title, conversations.created_at, updated_at, leaf_id, "
    "pinned, folder, deleted_at, unread"
)
MESSAGE_COLUMNS = (
    "id, conversation_id, parent_id, role, text, state, created_at, "
    "model_name, finish_reason, timings, error, origins, attachments, pinned, summary"
)


class MissingRowError(LookupError):
    """The chat or message of a call is not stored (any more)."""


def existing(found: T | None) -> T:
    """What was found. Raises `MissingRowError`."""
    if found is None:
        raise MissingRowError
    return found


def stored(text: str | None) -> str | bytes | None:
    """Text as SQLite takes it: lone surrogates, which UTF-8 forbids, make it a blob."""
    if text is None:
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def text_of(value: str | bytes) -> str:
    """What `stored` was given."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogatepass")


def _optional_text(value: str | bytes | None) -> str | None:
    return None if value is None else text_of(value)


def record(value: object) -> str:
    """A struct as JSON. The standard library keeps infinities and lone surrogates."""
    return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


def record_of(text: str | bytes, kind: type[T]) -> T:
    """What `record` was given."""
    return msgspec.convert(json.loads(text), kind)


def conversation_of(row: tuple[Any, ...]) -> Conversation:
    """A row of `CONVERSATION_COLUMNS`."""
    identity, title, created_at, updated_at, leaf_id, pinned, folder, deleted_at, unread = row
    return Conversation(
        id=identity,
        title=title_from("") if title is None else text_of(title),
        created_at=created_at,
        updated_at=updated_at,
        leaf_id=leaf_id,
        pinned=bool(pinned),
        folder=_optional_text(folder),
        deleted_at=deleted_at,
        unread=bool(unread),
    )


def message_of(row: tuple[Any, ...], versions: tuple[int, ...] = ()) -> Message:
    """A row of `MESSAGE_COLUMNS`."""
    identity, conversation_id, parent_id, role, text, state, created_at, *rest = row
    model_name, finish_reason, timings, error, origins, attachments, pinned, summary = rest
    return Message(
        id=identity,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=role,
        text=text_of(text),
        state=state,
        created_at=created_at,
        model_name=_optional_text(model_name),
        finish_reason=finish_reason,
        timings=None if timings is None else record_of(timings, Timings),
        error=_optional_text(error),
        origins=() if origins is None else record_of(origins, tuple[ReplyOrigin, ...]),
        attachments=() if attachments is None else record_of(attachments, tuple[Attachment, ...]),
        pinned=bool(pinned),
        summary=None if summary is None else record_of(summary, ContextSummary),
        versions=versions,
    )


def details(message: Message) -> tuple[object, ...]:
    """The columns from `model_name` on, of a message that is to be written."""
    return (
        stored(message.model_name),
        message.finish_reason,
        None if message.timings is None else record(message.timings),
        stored(message.error),
        record(message.origins) if message.origins else None,
        record(message.attachments) if message.attachments else None,
    )
