"""Summaries of what has no room in the context, as the transcript shows them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from app.domain.conversation import Message
from app.services.contexts import summary_of
from app.ui.language import tr


def with_summaries(path: Sequence[Message]) -> list[Message]:
    """The path with each summary below the last message that it stands for.

    A summary is shown as a message of the number 0 less that of the one it belongs to.
    """
    shown: list[Message] = []
    last, _ = summary_of(path)
    for place, message in enumerate(path):
        shown.append(message)
        if message.summary is None:
            continue
        count = place + 1 - len(message.summary.besides)
        words = tr("Summary of the {count} messages above")
        if message.summary is not last:
            words = tr("Summary of the {count} messages above, replaced by a later one")
        words = words.format(count=count)
        text = "\n".join(f"> {line}" for line in message.summary.text.split("\n"))
        shown.append(
            structs.replace(
                message,
                id=-message.id,
                role="system",
                text=f"**{words}**\n\n{text}",
                model_name=message.summary.model_name,
                attachments=(),
                versions=(),
                pinned=False,
                summary=None,
                state="complete",
                finish_reason=None,
            )
        )
    return shown


def system_facts(message: Message) -> str:
    """The line under a system prompt or a summary."""
    if message.id >= 0:
        return tr("System prompt")
    return tr("Written by {model}; sent while they have no room").format(model=message.model_name)
