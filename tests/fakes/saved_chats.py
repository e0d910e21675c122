"""Replies in a store of chats, for tests that need some."""

from __future__ import annotations

import msgspec

from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import FinishReason, Timings
from app.services.conversation_store import ConversationStore

ORIGIN = ReplyOrigin(model_name="tiny")


def ended(
    reply: Message,
    text: str,
    *,
    finish_reason: FinishReason = "stop",
    timings: Timings | None = None,
    error: str | None = None,
) -> Message:
    """A reply that streamed, as it ended."""
    return msgspec.structs.replace(
        reply,
        text=text,
        state="interrupted" if finish_reason == "error" else "complete",
        finish_reason=finish_reason,
        timings=timings,
        error=error,
    )


async def reply_in(store: ConversationStore, conversation_id: int, question: str = "q") -> Message:
    """A question at the end of a chat, and the reply to it that streams."""
    _, reply = await store.ask(conversation_id, question, ORIGIN)
    return reply


async def answered(
    store: ConversationStore, conversation_id: int, question: str, answer: str
) -> tuple[Message, Message]:
    """A question at the end of a chat, and the whole reply to it."""
    reply = await reply_in(store, conversation_id, question)
    done = await store.finish_reply(ended(reply, answer))
    return (await store.path(done.id))[-2], done
