"""Chats out of the export files of this program, ChatGPT, Open WebUI and LM Studio."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast

import msgspec

from app.domain.chat_damage import (
    UnreadableChatError,
    WrongTypeError,
    damage_of,
    list_needed,
)
from app.domain.chat_export import FORMAT, FORMAT_VERSION
from app.domain.chat_import_formats import (
    from_chatgpt,
    from_lm_studio,
    from_messages,
    from_open_webui,
)
from app.domain.conversation import ChatRecord
from app.domain.loose_json import as_dict
from app.domain.words import said


def chat_of(value: object, now: float) -> ChatRecord:
    """One element of an export file as a chat. Raises `UnreadableChatError`."""
    try:
        record = _record(value, now)
    except WrongTypeError as error:
        raise error.told() from error
    uid = record.uid.encode("utf-8", "replace").decode()  # no database takes half a character
    if not uid or uid.endswith(":"):
        uid += hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
    return msgspec.structs.replace(record, uid=uid)


def _record(value: object, now: float) -> ChatRecord:
    found = as_dict(value)
    if found.get("format") == FORMAT:
        return _own(found)
    reader = _reader(found)
    if reader is None:
        raise UnreadableChatError(
            "{what} is no chat of Quantbench, ChatGPT, Open WebUI or LM Studio."
        )
    record = reader(found, now)
    if not record.messages:
        raise UnreadableChatError("{what} has no messages.")
    return record


def _reader(found: dict[str, Any]) -> Callable[[dict[str, Any], float], ChatRecord] | None:
    if found.get("mapping") is not None:
        return from_chatgpt
    if found.get("chat") is not None or found.get("history") is not None:
        return from_open_webui
    messages = list_needed(found.get("messages"), "messages")
    if any("versions" in as_dict(message) for message in messages):
        return from_lm_studio
    if any("role" in as_dict(message) for message in messages):
        return from_messages
    return None


def _own(found: dict[str, Any]) -> ChatRecord:
    version = cast("object", found.get("version"))
    if not isinstance(version, int):
        raise WrongTypeError("version", int, type(version))
    if version > FORMAT_VERSION:
        raise UnreadableChatError(
            "{what} was written by a newer version of Quantbench. Update this one to import it."
        )
    messages = cast("object", found.get("messages"))
    if isinstance(messages, list):
        numbered = cast("list[object]", messages)
        messages = [
            as_dict(each) | {"conversation_id": 0} if as_dict(each) else each for each in numbered
        ]
    try:
        record = msgspec.convert(found | {"messages": messages}, ChatRecord)
    except (msgspec.ValidationError, OverflowError) as error:
        raise damage_of(error) from error
    _check_tree(record)
    return msgspec.structs.replace(record, messages=tuple(map(_ended, record.messages)))


def _check_tree(record: ChatRecord) -> None:
    seen: set[int | None] = {None}
    for number, message in enumerate(record.messages, start=1):
        if message.parent_id not in seen or message.id in seen:
            raise UnreadableChatError(
                "{what} is damaged: its message {number} does not follow one before it. Export it "
                "again.",
                number=number,
            )
        seen.add(message.id)
    if record.leaf_id not in seen:
        raise UnreadableChatError(
            "{what} is damaged: the message that it ends with is missing. Export it again."
        )


def _ended(message: Any) -> Any:
    """A reply that was exported while it streamed."""
    if message.state != "streaming":
        return message
    error = said("This reply was still being written when its chat was exported.")
    return msgspec.structs.replace(message, state="interrupted", finish_reason="error", error=error)
