"""A chat as the engine is asked to go on with it: which messages go, and as what."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.domain.attachment import prompt_text
from app.domain.conversation import ContextSummary, Message
from app.domain.engine import ChatMessage
from app.domain.reasoning import without_reasoning
from app.services.streaming_reply import sendable

_SUMMARY = "Summary of the earlier part of this chat:\n\n{}"


class ChatPrompt(msgspec.Struct, frozen=True):
    """The messages of a prompt; `places`: in which of them each message of the chat is, or None."""

    messages: tuple[ChatMessage, ...]
    places: tuple[int | None, ...]


def text_of(message: Message, *, is_open: bool = False) -> str:
    """What the engine is given of a message; a reply that goes on (`is_open`) as it was written."""
    text = sendable(prompt_text(message.text, message.attachments))
    if message.role == "assistant" and not is_open:
        return without_reasoning(text)
    return text


def chat_prompt(
    system: str,
    path: Sequence[Message],
    *,
    continues: int | None = None,
    summary: ContextSummary | None = None,
) -> ChatPrompt:
    """The path as chat templates take it.

    Replies without an answer (stopped before it) are left out, reasoning too, and what then follows
    from one speaker is joined: many templates refuse two questions in a row. A summary goes with
    the first question after it.
    """
    messages: list[ChatMessage] = []
    if system:
        messages.append(ChatMessage("system", sendable(system)))
    if summary is not None:
        messages.append(ChatMessage("user", _SUMMARY.format(sendable(summary.text))))
    places: list[int | None] = []
    for message in path:
        text = text_of(message, is_open=message.id == continues)
        if message.role == "assistant" and not text:
            places.append(None)
            continue
        if messages and messages[-1].role == message.role:
            text = f"{messages.pop().content}\n\n{text}"
        places.append(len(messages))
        messages.append(ChatMessage(message.role, text))
    return ChatPrompt(tuple(messages), tuple(places))
