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
from app.domain.units import count_text
from app.domain.words import said

ExportFormat = Literal["json", "markdown", "text"]
# What marks a chat in a file as one of ours; the number grows when an older program would misread.
FORMAT, FORMAT_VERSION = "quantbench-chat", 1

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# What Markdown would take for its own in a name.
_ESCAPED = re.compile(r"[\\`*_\[\]<>#&~|]")
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
    if message.role == "user":
        return said("You")
    if message.role == "system":
        return said("System")
    return message.model_name or said("Assistant")


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
        return said("at an unknown time")


def _notes(message: Message) -> str:
    """What is said about a message, rather than by it."""
    notes = [said("Pinned: it stays in the context")] if message.pinned else []
    if message.attachments:
        names = (" ".join(each.name.split()) for each in message.attachments)
        notes.append(said("Attached: {files}").format(files=", ".join(names)))
    return ". ".join(notes)


def _summary(path: Sequence[Message], place: int) -> tuple[str, str]:
    """What the summary after a message is, and its text; empty where there is none."""
    summary = path[place].summary
    if summary is None:
        return "", ""
    count = place + 1 - len(summary.besides)
    words = (
        said("Summary of the message above, written by {model}; {use}")
        if count == 1
        else said("Summary of {count} messages above, written by {model}; {use}")
    )
    is_last = all(each.summary is None for each in path[place + 1 :])
    use = (
        said("sent in their place when they have no room")
        if is_last
        else said("replaced by a later one")
    )
    about = words.format(count=count_text(count), model=summary.model_name, use=use)
    return about, summary.text


def _set_apart(text: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.strip("\n").split("\n"))


def _markdown(chat: ChatRecord) -> str:
    parts = [f"# {title_from(chat.title or '', 200)}", f"*Begun {_date(chat)}*"]
    path = chat.path()
    for place, message in enumerate(path):
        parts.append(f"## {_speaker(message)}")
        if notes := _notes(message):
            parts.append(f"*{_escaped_markdown(notes)}*")
        reasoning, answer = _reasoning(message)
        if reasoning:
            parts.append(f"> **Reasoning**\n>\n{_set_apart(reasoning, '> ')}")
        parts.append(answer.strip("\n"))
        title, text = _summary(path, place)
        if title:
            parts.append(f"> **{_escaped_markdown(title)}**\n>\n{_set_apart(text, '> ')}")
    return "\n\n".join(parts) + "\n"


def _escaped_markdown(text: str) -> str:
    return _ESCAPED.sub(r"\\\g<0>", text)


def _plain(chat: ChatRecord) -> str:
    title = title_from(chat.title or "", 200)
    parts = [f"{title}\n{'=' * len(title)}\nBegun {_date(chat)}"]
    path = chat.path()
    for place, message in enumerate(path):
        notes = _notes(message)
        reasoning, answer = _reasoning(message)
        answer = answer.strip("\n")
        if reasoning:
            answer = f"(Reasoning)\n{_set_apart(reasoning, '    ')}\n\n{answer}"
        parts.append(f"{_speaker(message)}{f' ({notes})' if notes else ''}:\n{answer}")
        heading, text = _summary(path, place)
        if heading:
            parts.append(f"({heading})\n{_set_apart(text, '    ')}")
    return "\n\n".join(parts) + "\n"
