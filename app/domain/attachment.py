"""Files that go with a message: text that the model reads, and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was when it was attached.

    `text` is what the model reads of it: a text file as it is, the words of a PDF. A picture has
    its file in `data` instead.
    """

    name: str
    kind: Literal["text", "pdf", "image"]
    size_bytes: int
    text: str = ""
    data: bytes = b""
    # Of a PDF.
    pages: int | None = None


def prompt_text(text: str, attachments: Sequence[Attachment]) -> str:
    """A message as the model gets it: its files first, each between fences that it does not hold.

    A picture is told by its name; no engine of this program reads pictures.
    """
    parts = [attachment_text(each) for each in attachments]
    return "\n\n".join([*parts, text] if text else parts)


def attachment_text(attachment: Attachment) -> str:
    """What a model gets of one file."""
    if attachment.kind == "image":
        return f"[The picture {attachment.name} is attached. It cannot be shown to this model.]"
    fence = "```"
    while fence in attachment.text:
        fence += "`"
    body = attachment.text.rstrip("\n")
    return f"File {attachment.name}:\n{fence}\n{body}\n{fence}"
