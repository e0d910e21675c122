"""Saved chats: an SQLite file in which no acknowledged message is ever lost."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from app.domain.attachment import Attachment
from app.domain.chat_search import SearchHit
from app.domain.conversation import (
    ChatRecord,
    ContextSummary,
    Conversation,
    Message,
    ReplyOrigin,
)
from app.domain.engine import Role
from app.domain.model import ModelRef
from app.domain.reply_options import ReplyOptions
from app.services import conversation_catalog as catalog
from app.services import conversation_index as index
from app.services import conversation_tree as tree
from app.services.conversation_database import ConversationDatabase

# A list of hits that is longer is no answer.
_MOST_HITS = 200


class ConversationStore:
    """Chats and their messages. Each call is one transaction, on the disk when it returns.

    All calls run on one thread of their own. They raise `StoreError`.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.time,
        on_removed: Callable[[Sequence[int]], Awaitable[None]] | None = None,
    ) -> None:
        """`on_removed` hears of chats that were put into the trash or deleted for good."""
        self._database = ConversationDatabase(path)
        self._clock = clock
        self._on_removed = on_removed

    async def open(self) -> str | None:
        """Open or make the file; a sentence comes back when a file had to be set aside.

        Replies that were streaming when the program died become "interrupted".
        """
        return await self._database.open(tree.interrupt_all)

    async def close(self) -> None:
        """Finish what was asked for and close the file; may be called twice."""
        await self._database.close()

    # The list

    async def conversations(self) -> list[Conversation]:
        """All chats but those in the trash, the one that was last active first."""
        return await self._database.read(catalog.listed)

    async def trashed(self) -> list[Conversation]:
        """The chats in the trash, the one that was put there last first."""
        return await self._database.read(catalog.trashed)

    async def search(self, query: str) -> list[SearchHit]:
        """The chats with all words of a query in their title or in one message; 200 at most."""
        return await self._database.read(index.search, query, _MOST_HITS)

    async def create(self) -> Conversation:
        """A new, empty chat."""
        return await self._database.write(catalog.create, self._clock())

    async def rename(self, conversation_id: int, title: str) -> None:
        """Give a chat a title that stays."""
        await self._database.write(tree.set_title, conversation_id, title)

    async def pin(self, conversation_id: int, *, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        await self._database.write(catalog.pin, conversation_id, pinned=pinned)

    async def mark_unread(self, conversation_id: int, *, unread: bool) -> None:
        """Note that a chat has a reply that was not looked at, or no longer."""
        await self._database.write(catalog.mark_unread, conversation_id, unread=unread)

    async def move(self, conversation_id: int, folder: str | None) -> None:
        """Put a chat into a folder, or into none. A folder is there while a chat is in it."""
        await self._database.write(catalog.move, conversation_id, folder)

    async def rename_folder(self, folder: str, name: str | None) -> None:
        """Give a folder another name; None dissolves it."""
        await self._database.write(catalog.rename_folder, folder, name)

    async def trash(self, conversation_id: int) -> None:
        """Put a chat into the trash; one that is gone already is fine."""
        await self._database.write(catalog.trash, conversation_id, self._clock())
        await self._tell_removed([conversation_id])

    async def restore(self, conversation_id: int) -> None:
        """Take a chat out of the trash."""
        await self._database.write(catalog.restore, conversation_id)

    async def purge(self, conversation_ids: Sequence[int]) -> None:
        """Delete chats with all their messages for good; those that are gone are fine."""
        await self._database.write(catalog.purge, conversation_ids)
        await self._tell_removed(conversation_ids)

    async def _tell_removed(self, conversation_ids: Sequence[int]) -> None:
        if self._on_removed is not None:
            await self._on_removed(conversation_ids)

    async def draft(self, conversation_id: int | None) -> str:
        """What was being written in a chat, or for None in the one not yet begun."""
        return await self._database.read(catalog.draft, conversation_id)

    async def save_draft(self, conversation_id: int | None, text: str) -> None:
        """Keep what is being written."""
        await self._database.write(catalog.save_draft, conversation_id, text)

    async def options(self, conversation_id: int) -> ReplyOptions | None:
        """How the replies of a chat are made; None: as is usual for its model."""
        return await self._database.read(catalog.options, conversation_id)

    async def set_options(self, conversation_id: int, options: ReplyOptions | None) -> None:
        """Have the replies of a chat made like this from now on."""
        await self._database.write(catalog.set_options, conversation_id, options)

    async def model(self, conversation_id: int) -> ModelRef | None:
        """The model that answers in a chat; None: none ever did."""
        return await self._database.read(catalog.model, conversation_id)

    async def set_model(self, conversation_id: int, model: ModelRef) -> None:
        """Let a chat be answered by this model from now on."""
        await self._database.write(catalog.set_model, conversation_id, model)

    async def record(self, conversation_id: int) -> ChatRecord:
        """A chat with all its versions and its draft, to be exported."""
        return await self._database.read(catalog.record_of_chat, conversation_id)

    async def add_record(self, chat: ChatRecord) -> Conversation | None:
        """Take an exported chat in; None when it is in the list already."""
        return await self._database.write(catalog.add_record, chat)

    async def branch(self, message_id: int) -> Conversation:
        """A new chat with a copy of the path to a message."""
        return await self._database.write(catalog.branch, message_id, self._clock())

    # Messages

    async def messages(self, conversation_id: int) -> list[Message]:
        """The path that is shown: from the first message to the leaf."""
        return await self._database.read(tree.shown, conversation_id)

    async def path(self, message_id: int) -> list[Message]:
        """The path from the first message to this one, shown or not; without the versions."""
        return await self._database.read(tree.path_to, message_id)

    async def show(self, message_id: int) -> int:
        """Show the path through a message and on to what was shown below it last.

        Gives the number of its chat.
        """
        return await self._database.write(tree.show, message_id)

    async def add_message(
        self,
        conversation_id: int | None,
        role: Role,
        text: str,
        *,
        beside: int | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Message:
        """Append to the path that is shown, or write a version of the message `beside`.

        It is shown. The first question names a chat without a title. None: in a new chat.
        """
        message = self._message(conversation_id, role, text, attachments)
        return await self._database.write(catalog.add, message, beside=beside)

    async def ask(
        self,
        conversation_id: int | None,
        text: str,
        origin: ReplyOrigin,
        *,
        beside: int | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> tuple[Message, Message]:
        """A question as `add_message` takes it, and the place of the reply that will stream.

        Both or neither: a disk that is full leaves no question without a reply.
        """
        question = self._message(conversation_id, "user", text, attachments)
        place = self._place(conversation_id, origin)
        return await self._database.write(catalog.ask, question, place, beside=beside)

    async def pin_message(self, message_id: int, *, pinned: bool) -> None:
        """Let a message stay in the context, whatever is left out of it, or no longer."""
        await self._database.write(tree.pin, message_id, pinned=pinned)

    async def set_summary(self, message_id: int, summary: ContextSummary) -> None:
        """Keep what a model wrote to stand for a message and those before it."""
        await self._database.write(tree.summarize, message_id, summary)

    async def begin_reply(self, before: Message, origin: ReplyOrigin) -> Message:
        """The place of a reply that will stream after the message `before`; it is shown."""
        place = self._place(before.conversation_id, origin)
        return await self._database.write(
            tree.add, msgspec.structs.replace(place, parent_id=before.id)
        )

    def _place(self, conversation_id: int | None, origin: ReplyOrigin) -> Message:
        """Of a reply that will stream."""
        return msgspec.structs.replace(
            self._message(conversation_id, "assistant", "", ()),
            state="streaming",
            model_name=origin.model_name,
            origins=(origin,),
        )

    def _message(
        self,
        conversation_id: int | None,
        role: Role,
        text: str,
        attachments: tuple[Attachment, ...],
    ) -> Message:
        """One that the store has yet to number."""
        return Message(
            id=0,
            conversation_id=conversation_id or 0,
            parent_id=None,
            role=role,
            text=text,
            state="complete",
            created_at=self._clock(),
            attachments=attachments,
        )

    async def resume_reply(self, message_id: int, origin: ReplyOrigin) -> Message:
        """Let a reply stream again from where it ended, written on by `origin`."""
        return await self._database.write(tree.resume, message_id, origin)

    async def save_reply(self, message_id: int, text: str) -> None:
        """Keep what has come so far of a streaming reply; one that is finished stays as it is."""
        await self._database.write(tree.save, message_id, text)

    async def finish_reply(self, ended: Message) -> Message:
        """Keep a reply as it ended: its text, its state, how it ended and what is known of it."""
        return await self._database.write(tree.finish, ended, self._clock())
