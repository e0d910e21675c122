"""Conversations: messages that form a tree, of which one path is shown."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.domain.engine import FinishReason, Role, Timings

# "interrupted": the program or the engine ended in the middle of the reply.
MessageState = Literal["streaming", "complete", "interrupted"]


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


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A chat as the list shows it; times are seconds since the epoch, UTC."""

    id: int
    title: str
    created_at: float
    updated_at: float
    # The newest message of the path that is shown; None while the chat is empty.
    leaf_id: int | None = None


def title_from(text: str, longest: int = 48) -> str:
    """The first words of a message as a title of at most `longest` characters."""
    words = " ".join(text.split())
    if len(words) <= longest:
        return words or "New chat"
    cut = words[: longest - 1].rsplit(" ", 1)[0]
    return f"{cut or words[: longest - 1]}…"
