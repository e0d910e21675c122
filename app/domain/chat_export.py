"""Chats as text for files: JSON that loses nothing, Markdown and plain text for reading."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from app.domain.conversation import ChatRecord, Message, title_from
from app.domain.reasoning import without_reasoning

ExportFormat = Literal["json", "markdown", "text"]
# What marks a chat in a file as one of ours; the number grows when an older program would misread.
FORMAT, FORMAT_VERSION = "quantbench-chat", 1

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')


def exported(chats: Sequence[ChatRecord], form: ExportFormat) -> bytes:
    """The contents of a file with these chats, in UTF-8.

    JSON holds all versions; the others hold the path that is shown.
    """
    if form == "json":
        return _json(chats).encode()
    write = _markdown if form == "markdown" else _plain
    separator = "\n---\n\n" if form == "markdown" else "\n\n\n"
    return separator.join(write(chat) for chat in chats).encode("utf-8", "replace")


def file_name(title: str, form: ExportFormat) -> str:
    """A name for the file of a chat that every system takes."""
    ending = {"json": "json", "markdown": "md", "text": "txt"}[form]
    plain = _LONE_SURROGATE.sub("", _UNSAFE_IN_NAMES.sub(" ", title))
    stem = " ".join(plain.split()).strip(". ")[:60].rstrip(". ")
    return f"{stem or 'Chat'}.{ending}"


def _json(chats: Sequence[ChatRecord]) -> str:
    """An array with one chat a line, so that it can be read chat by chat."""
    lines = [_json_line(chat) for chat in chats]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _json_line(chat: ChatRecord) -> str:
    value: dict[str, Any] = msgspec.to_builtins(chat)
    for message in value["messages"]:
        # These follow from the place of the message.
        del message["conversation_id"], message["versions"]
    text = json.dumps({"format": FORMAT, "version": FORMAT_VERSION} | value, ensure_ascii=False)
    # UTF-8 has no lone surrogates; JSON has a way to write them.
    return _LONE_SURROGATE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _speaker(message: Message) -> str:
    names = {"user": "You", "system": "System"}
    return names.get(message.role) or message.model_name or "Assistant"


def _reasoning(message: Message) -> tuple[str, str]:
    """The reasoning and the answer of a reply."""
    if message.role != "assistant":
        return "", message.text
    answer = without_reasoning(message.text)
    reasoning = message.text[: len(message.text) - len(answer)]
    return re.sub(r"</?think(ing)?>", "", reasoning).strip(), answer


def _date(chat: ChatRecord) -> str:
    try:
        return f"{datetime.fromtimestamp(chat.created_at, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return "at an unknown time"


def _markdown(chat: ChatRecord) -> str:
    parts = [f"# {title_from(chat.title or '', 200)}", f"*Begun {_date(chat)}*"]
    for message in chat.path():
        parts.append(f"## {_speaker(message)}")
        reasoning, answer = _reasoning(message)
        if reasoning:
            quoted = "\n".join(f"> {line}".rstrip() for line in reasoning.split("\n"))
            parts.append(f"> **Reasoning**\n>\n{quoted}")
        parts.append(answer.strip("\n"))
    return "\n\n".join(parts) + "\n"


def _plain(chat: ChatRecord) -> str:
    title = title_from(chat.title or "", 200)
    parts = [f"{title}\n{'=' * len(title)}\nBegun {_date(chat)}"]
    for message in chat.path():
        reasoning, answer = _reasoning(message)
        if reasoning:
            indented = "\n".join(f"    {line}".rstrip() for line in reasoning.split("\n"))
            answer = f"(Reasoning)\n{indented}\n\n{answer}"
        parts.append(f"{_speaker(message)}:\n{answer.strip(chr(10))}")
    return "\n\n".join(parts) + "\n"
