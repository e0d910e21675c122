"""The list of chats: order, names, folders, the trash, drafts, and chats that come and go whole."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.domain.conversation import ChatRecord, Conversation, Message
from app.domain.model import ModelRef
from app.domain.reply_options import ReplyOptions
from app.services import conversation_index as index
from app.services import conversation_tree as tree
from app.services.conversation_rows import (
    CONVERSATION_COLUMNS,
    Execute,
    conversation_of,
    existing,
    record,
    record_of,
    stored,
    text_of,
)

# The draft of the chat that is not yet begun.
_NEW_CHAT = 0


def listed(execute: Execute) -> list[Conversation]:
    """All chats but those in the trash, the one that was last active first."""
    rows = execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM conversations "
        "WHERE deleted_at IS NULL ORDER BY activity DESC"
    )
    return [conversation_of(row) for row in rows]


def trashed(execute: Execute) -> list[Conversation]:
    """The chats in the trash, the one that was put there last first."""
    rows = execute(
        f"SELECT {CONVERSATION_COLUMNS} FROM conversations "
        "WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, activity DESC"
    )
    return [conversation_of(row) for row in rows]


def one(execute: Execute, conversation_id: int) -> Conversation:
    """A chat, wherever it is."""
    query = f"SELECT {CONVERSATION_COLUMNS} FROM conversations WHERE id = ?"
    return conversation_of(existing(execute(query, (conversation_id,)).fetchone()))


def create(execute: Execute, now: float) -> Conversation:
    """A new, empty chat."""
    row = execute(
        "INSERT INTO conversations (created_at, updated_at, activity, uid) "
        f"VALUES (?, ?, {tree.NEXT_ACTIVITY}, lower(hex(randomblob(8)))) "
        f"RETURNING {CONVERSATION_COLUMNS}",
        (now, now),
    ).fetchone()
    return conversation_of(row)


def add(execute: Execute, message: Message, *, beside: int | None = None) -> Message:
    """A message as `tree.add` adds it; one of no chat (0) begins one."""
    if not message.conversation_id:
        chat = create(execute, message.created_at)
        message = msgspec.structs.replace(message, conversation_id=chat.id)
    return tree.add(execute, message, beside=beside)


def ask(
    execute: Execute, question: Message, reply: Message, *, beside: int | None = None
) -> tuple[Message, Message]:
    """A question as `add` adds it, and the place of the reply to it."""
    asked = add(execute, question, beside=beside)
    place = msgspec.structs.replace(
        reply, conversation_id=asked.conversation_id, parent_id=asked.id
    )
    return asked, tree.add(execute, place)


def pin(execute: Execute, conversation_id: int, *, pinned: bool) -> None:
    """Keep a chat at the top of the list, or no longer."""
    _change(execute, "pinned = ?", pinned, conversation_id)


def mark_unread(execute: Execute, conversation_id: int, *, unread: bool) -> None:
    """Note that a chat has a reply that was not looked at, or no longer."""
    _change(execute, "unread = ?", unread, conversation_id)


def move(execute: Execute, conversation_id: int, folder: str | None) -> None:
    """Put a chat into a folder, or into none."""
    _change(execute, "folder = ?", stored(folder), conversation_id)


def rename_folder(execute: Execute, folder: str, name: str | None) -> None:
    """Give a folder another name, which may be that of another folder; None dissolves it."""
    values = (stored(name), stored(folder))
    execute("UPDATE conversations SET folder = ? WHERE folder = ?", values)


def trash(execute: Execute, conversation_id: int, now: float) -> None:
    """Put a chat into the trash; one that is gone already is fine."""
    values = (now, conversation_id)
    execute("UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", values)


def restore(execute: Execute, conversation_id: int) -> None:
    """Take a chat out of the trash."""
    _change(execute, "deleted_at = ?", None, conversation_id)


def purge(execute: Execute, conversation_ids: Sequence[int]) -> None:
    """Delete chats for good, their words in the index too; those that are gone are fine."""
    for conversation_id in conversation_ids:
        identity = (conversation_id,)
        row = execute("SELECT title FROM conversations WHERE id = ?", identity).fetchone()
        if row is None:
            continue
        index.take_out(execute, "title_search", conversation_id, row[0])
        execute("UPDATE conversations SET leaf_id = NULL WHERE id = ?", identity)
        # Children before parents: SQLite follows deletions down 1,000 steps at most.
        for message in reversed(tree.everything(execute, conversation_id)):
            if message.state != "streaming":
                index.take_out(execute, "message_search", message.id, message.text)
            execute("DELETE FROM messages WHERE id = ?", (message.id,))
        execute("DELETE FROM drafts WHERE conversation_id = ?", identity)
        execute("DELETE FROM conversations WHERE id = ?", identity)
    index.forget_words(execute)


def _change(execute: Execute, setting: str, value: object, conversation_id: int) -> None:
    query = f"UPDATE conversations SET {setting} WHERE id = ?"
    existing(execute(query, (value, conversation_id)).rowcount or None)


# Drafts


def draft(execute: Execute, conversation_id: int | None) -> str:
    """What was being written in a chat, or for None in the one not yet begun."""
    query = "SELECT text FROM drafts WHERE conversation_id = ?"
    row = execute(query, (conversation_id or _NEW_CHAT,)).fetchone()
    return "" if row is None else text_of(row[0])


def save_draft(execute: Execute, conversation_id: int | None, text: str) -> None:
    """Keep what is being written; the draft of a chat that is gone is dropped."""
    identity = conversation_id or _NEW_CHAT
    if not text:
        execute("DELETE FROM drafts WHERE conversation_id = ?", (identity,))
        return
    execute(
        "INSERT OR REPLACE INTO drafts (conversation_id, text) SELECT ?1, ?2 "
        "WHERE ?1 = 0 OR EXISTS (SELECT 1 FROM conversations WHERE id = ?1)",
        (identity, stored(text)),
    )


# Whole chats


def branch(execute: Execute, message_id: int, now: float) -> Conversation:
    """A new chat with a copy of the path to a message, beside the old one."""
    path = tree.path_to(execute, message_id)
    source = one(execute, path[-1].conversation_id)
    created = create(execute, now)
    _put_messages(execute, created.id, path, message_id)
    tree.set_title(execute, created.id, f"{source.title} (branch)")
    move(execute, created.id, source.folder)
    set_options(execute, created.id, options(execute, source.id))
    answering = model(execute, source.id)
    if answering is not None:
        set_model(execute, created.id, answering)
    return one(execute, created.id)


def options(execute: Execute, conversation_id: int) -> ReplyOptions | None:
    """How the replies of a chat are made; None: as is usual for its model."""
    query = "SELECT options FROM conversations WHERE id = ?"
    (text,) = existing(execute(query, (conversation_id,)).fetchone())
    return None if text is None else record_of(text, ReplyOptions)


def set_options(execute: Execute, conversation_id: int, options: ReplyOptions | None) -> None:
    """Have the replies of a chat made like this from now on."""
    _change(execute, "options = ?", None if options is None else record(options), conversation_id)


def model(execute: Execute, conversation_id: int) -> ModelRef | None:
    """The model that was chosen for a chat, or else any of the name that answered in it last."""
    query = "SELECT model FROM conversations WHERE id = ?"
    (chosen,) = existing(execute(query, (conversation_id,)).fetchone())
    if chosen is not None:
        return record_of(chosen, ModelRef)
    answered = execute(
        "SELECT model_name FROM messages WHERE conversation_id = ? AND model_name IS NOT NULL "
        "ORDER BY id DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    return None if answered is None else ModelRef(name=text_of(answered[0]))


def set_model(execute: Execute, conversation_id: int, model: ModelRef) -> None:
    """Let a chat be answered by this model from now on."""
    _change(execute, "model = ?", record(model), conversation_id)


def record_of_chat(execute: Execute, conversation_id: int) -> ChatRecord:
    """A chat with all its versions and its draft, apart from the store."""
    chat = one(execute, conversation_id)
    query = "SELECT uid, title FROM conversations WHERE id = ?"
    uid, title = execute(query, (conversation_id,)).fetchone()
    return ChatRecord(
        uid=uid,
        title=None if title is None else text_of(title),
        created_at=chat.created_at,
        updated_at=chat.updated_at,
        leaf_id=chat.leaf_id,
        pinned=chat.pinned,
        folder=chat.folder,
        draft=draft(execute, conversation_id),
        options=options(execute, conversation_id),
        messages=tuple(tree.everything(execute, conversation_id)),
    )


def add_record(execute: Execute, chat: ChatRecord) -> Conversation | None:
    """Take a chat in; None when it is in the list already."""
    query = "SELECT 1 FROM conversations WHERE uid = ? AND deleted_at IS NULL"
    if execute(query, (chat.uid,)).fetchone() is not None:
        return None
    created = create(execute, chat.created_at)
    _put_messages(execute, created.id, chat.messages, chat.leaf_id)
    if chat.title is not None:
        tree.set_title(execute, created.id, chat.title)
    execute(
        "UPDATE conversations SET uid = ?, updated_at = ?, pinned = ?, folder = ? WHERE id = ?",
        (chat.uid, chat.updated_at, chat.pinned, stored(chat.folder), created.id),
    )
    save_draft(execute, created.id, chat.draft)
    set_options(execute, created.id, chat.options)
    return one(execute, created.id)


def _put_messages(
    execute: Execute, conversation_id: int, messages: Sequence[Message], leaf_id: int | None
) -> None:
    """Insert messages, parents first, under new numbers, and show the path to the leaf."""
    numbers: dict[int | None, int | None] = {None: None}
    for message in messages:
        parent_id = numbers[message.parent_id]
        added = tree.insert(
            execute,
            msgspec.structs.replace(message, conversation_id=conversation_id, parent_id=parent_id),
        )
        numbers[message.id] = added.id
        # Off the path that is shown, the newest version is.
        execute("UPDATE messages SET shown_child_id = ? WHERE id = ?", (added.id, parent_id))
    leaf = numbers[leaf_id]
    if leaf is not None:
        tree.lead_to(execute, conversation_id, leaf)
