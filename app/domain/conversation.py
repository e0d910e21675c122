"""Conversations: messages that form a tree, of which one path is shown."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.domain.attachment import Attachment
from app.domain.engine import FinishReason, Role, Sampling, Timings
from app.domain.load_options import LoadOptions
from app.domain.reply_options import ReplyOptions

# "interrupted": the program or the engine ended in the middle of the reply.
MessageState = Literal["streaming", "complete", "interrupted"]


class ReplyOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """What wrote a reply, or the part of it from `first_character` on: enough to write it again."""

    first_character: int = 0
    model_name: str
    quantization: str | None = None
    architecture: str = ""
    engine_name: str = ""
    engine_version: str = ""
    device: str = ""
    context_tokens: int = 0
    load: LoadOptions = LoadOptions()
    system: str | None = None
    # `sampling.seed` is what was asked for; `seed` is what was used.
    sampling: Sampling = Sampling()
    seed: int | None = None
    samplers: tuple[str, ...] = ()
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: str | None = None
    grammar: str | None = None


class ContextSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a model wrote to stand for the beginning of a path, up to the message that has it.

    `besides`: the places on the path, from 0, of messages that it does not stand for, because they
    were pinned when it was made.
    """

    text: str
    model_name: str
    besides: tuple[int, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `parent_id` is the message that it follows, None for the first one."""

    id: int
    conversation_id: int
    parent_id: int | None
    role: Role
    text: str
    state: MessageState
    created_at: float
    # Of replies only: who answered, how it ended, and what the meters said.
    model_name: str | None = None
    finish_reason: FinishReason | None = None
    timings: Timings | None = None
    # Why the reply was interrupted, as the sentence that the user saw.
    error: str | None = None
    # Of own messages: what the model was given with the text.
    attachments: tuple[Attachment, ...] = ()
    # One for each time that a model wrote at it: a reply that was continued has several.
    origins: tuple[ReplyOrigin, ...] = ()
    # Stays in the context, whatever is left out of it.
    pinned: bool = False
    # In place of this message and those before it, where they do not fit into the context.
    summary: ContextSummary | None = None
    # All versions of this message (edited, written again), itself among them, the oldest first;
    # empty when it is the only one.
    versions: tuple[int, ...] = ()


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A chat as the list shows it; times are seconds since the epoch, UTC."""

    id: int
    title: str
    created_at: float
    updated_at: float
    # The newest message of the path that is shown; None while the chat is empty.
    leaf_id: int | None = None
    pinned: bool = False
    folder: str | None = None
    # When it was put into the trash; None while it is in the list.
    deleted_at: float | None = None
    # A reply came while the chat was not open, and it was not opened since.
    unread: bool = False


class ChatRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A whole chat apart from the store, as it is exported and imported.

    `uid` is the same wherever the chat goes. The numbers of the messages hold within the record.
    """

    uid: str
    title: str | None
    created_at: float
    updated_at: float
    leaf_id: int | None = None
    pinned: bool = False
    folder: str | None = None
    draft: str = ""
    options: ReplyOptions | None = None
    messages: tuple[Message, ...] = ()

    def path(self) -> list[Message]:
        """The messages from the first one to the leaf."""
        by_id = {message.id: message for message in self.messages}
        path: list[Message] = []
        at = self.leaf_id
        while at is not None and at in by_id:
            message = by_id.pop(at)
            path.append(message)
            at = message.parent_id
        return path[::-1]


def unsent_question(text: str, attachments: tuple[Attachment, ...]) -> Message:
    """What is being written, as the message that it will be."""
    return Message(
        id=0,
        conversation_id=0,
        parent_id=None,
        role="user",
        text=text,
        state="complete",
        created_at=0.0,
        attachments=attachments,
    )


def title_from(text: str, longest: int = 48) -> str:
    """The first words of a message as a title of at most `longest` characters."""
    words = " ".join(text.split())
    if len(words) <= longest:
        return words or "New chat"
    cut = words[: longest - 1].rsplit(" ", 1)[0]
    return f"{cut or words[: longest - 1]}…"
