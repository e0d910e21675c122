"""Chats out of the export files of this program, ChatGPT, Open WebUI and LM Studio."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import msgspec

from app.domain.chat_export import FORMAT, FORMAT_VERSION
from app.domain.chat_import_formats import (
    from_chatgpt,
    from_lm_studio,
    from_messages,
    from_open_webui,
)
from app.domain.conversation import ChatRecord
from app.domain.loose_json import as_dict, dict_in, list_in
from app.domain.words import Sentence, said


class UnreadableChatError(ValueError):
    """Why a chat is left out: a sentence on `{what}`, the chat or its whole file."""

    def __init__(self, template: str, /, **values: str | int | Sentence) -> None:
        super().__init__(template)
        self._template, self._values = template, values

    def about(self, what: str | Sentence) -> Sentence:
        """The sentence on this chat or file."""
        return Sentence(self._template, {"what": what, **self._values})


def chat_of(value: object, now: float) -> ChatRecord:
    """One element of an export file as a chat. Raises `UnreadableChatError`."""
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
    if record.uid.endswith(":"):
        digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
        record = msgspec.structs.replace(record, uid=record.uid + digest[:32])
    return record


def _reader(found: dict[str, Any]) -> Callable[[dict[str, Any], float], ChatRecord] | None:
    if dict_in(found, "mapping"):
        return from_chatgpt
    if dict_in(found, "chat") or dict_in(found, "history"):
        return from_open_webui
    messages = list_in(found, "messages")
    if any("versions" in as_dict(message) for message in messages):
        return from_lm_studio
    if any("role" in as_dict(message) for message in messages):
        return from_messages
    return None


def _own(found: dict[str, Any]) -> ChatRecord:
    version = found.get("version")
    if version != FORMAT_VERSION:
        raise UnreadableChatError(
            "{what} was written by another version of Quantbench (format {version}, this one "
            "knows {known}).",
            version=f"{version!r:.20}",
            known=FORMAT_VERSION,
        )
    messages = [{"conversation_id": 0} | as_dict(each) for each in list_in(found, "messages")]
    try:
        record = msgspec.convert(found | {"messages": messages}, ChatRecord)
    except (msgspec.ValidationError, OverflowError) as error:
        raise UnreadableChatError("{what} is damaged ({error}).", error=str(error)) from error
    seen: set[int | None] = {None}
    for message in record.messages:
        if message.parent_id not in seen or message.id in seen:
            raise UnreadableChatError("{what} is damaged (its messages do not follow one another).")
        seen.add(message.id)
    if record.leaf_id not in seen or not record.uid:
        raise UnreadableChatError("{what} is damaged (its last message is missing).")
    return msgspec.structs.replace(record, messages=tuple(map(_ended, record.messages)))


def _ended(message: Any) -> Any:
    """A reply that was exported while it streamed."""
    if message.state != "streaming":
        return message
    error = said("This reply was still being written when its chat was exported.")
    return msgspec.structs.replace(message, state="interrupted", finish_reason="error", error=error)
