"""The chats of other programs, as their export files hold them.

Shapes, as seen in files of 2024 to 2026; none of them is documented by its maker.

- ChatGPT, `conversations.json`: an array of `{title, create_time, mapping, current_node}`. The
  mapping holds nodes `{message, parent}` by their number; a message has `author.role`, `content`
  (by its `content_type`: `parts`, `text`, `thoughts`) and `metadata` (`model_slug`, hidden or not).
- Open WebUI: an array of `{id, title, chat, pinned, created_at}`; `chat.history` holds `messages`
  by number (`parentId`, `role`, `content`, `model`, `timestamp`) and `currentId`. Reasoning stands
  in the content, between `<details type="reasoning">` and `</details>`.
- LM Studio, `*.conversation.json`: `{name, createdAt, pinned, systemPrompt, messages}`; a message
  has `versions` and `currentlySelected`; a version is of one step with `content`, or of several
  `steps`, of which blocks of content may be marked as thinking.
"""

from __future__ import annotations

import html
import re
from typing import Any

from app.domain.chat_damage import dict_needed, in_message, list_needed, text_needed
from app.domain.chat_import_tree import THOUGHT, Node, NodeKey, record_from
from app.domain.conversation import ChatRecord
from app.domain.engine import Role
from app.domain.loose_json import as_dict, dict_in, list_in, text_in, time_in

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
_DETAILS = re.compile(
    r"<details type=\"reasoning\"[^>]*>\s*(?:<summary>.*?</summary>)?(.*?)</details>\s*",
    re.DOTALL,
)


def thought(reasoning: str, answer: str = "") -> str:
    """Reasoning and answer as one text, as this program keeps them."""
    reasoning = reasoning.strip()
    return f"{THOUGHT[0]}{reasoning}{THOUGHT[1]}{answer}" if reasoning else answer


# ChatGPT


def from_chatgpt(found: dict[str, Any], now: float) -> ChatRecord:
    """A chat of ChatGPT's `conversations.json`."""
    nodes: dict[NodeKey, Node] = {}
    mapping = dict_needed(found.get("mapping"), "mapping")
    for number, (key, value) in enumerate(mapping.items(), start=1):
        with in_message(number):
            nodes[key] = _chatgpt_node(dict_needed(value, key))
    return record_from(
        nodes,
        text_in(found, "current_node") or None,
        ChatRecord(
            uid=f"chatgpt:{text_in(found, 'conversation_id') or text_in(found, 'id')}",
            title=text_in(found, "title"),
            created_at=time_in(found, "create_time") or now,
            updated_at=time_in(found, "update_time") or 0.0,
        ),
    )


def _chatgpt_node(value: dict[str, Any]) -> Node:
    message = dict_needed(value.get("message"), "message")
    metadata = dict_in(message, "metadata")
    author = dict_needed(message.get("author"), "author")
    role = text_needed(author.get("role"), "role")
    text = _chatgpt_text(role, dict_needed(message.get("content"), "content"))
    if metadata.get("is_visually_hidden_from_conversation") is True:
        text = ""
    return Node(
        parent=text_needed(value.get("parent"), "parent") or None,
        # What a tool printed belongs to the reply that called it.
        role="assistant" if role == "tool" else _ROLES.get(role),
        text=text,
        created_at=time_in(message, "create_time"),
        model_name=text_in(metadata, "model_slug") or None,
    )


def _chatgpt_text(role: str, content: dict[str, Any]) -> str:
    kind = text_in(content, "content_type")
    if role == "tool" and kind != "execution_output":
        return ""
    match kind:
        case "code":
            language = text_in(content, "language")
            language = "" if language == "unknown" else language
            return f"```{language}\n{text_needed(content.get('text'), 'text')}\n```"
        case "execution_output":
            return f"```\n{text_needed(content.get('text'), 'text')}\n```"
        case "thoughts":
            thoughts = list_needed(content.get("thoughts"), "thoughts")
            return thought("\n\n".join(text_in(each, "content") for each in thoughts))
        case "text" | "multimodal_text":
            parts = list_needed(content.get("parts"), "parts")
            return "\n\n".join(filter(None, map(_chatgpt_part, parts)))
        case _:
            return ""


def _chatgpt_part(part: object) -> str:
    if isinstance(part, str):
        return part
    kind = text_in(part, "content_type")
    if kind == "audio_transcription":
        return text_in(part, "text")
    return "[image]" if kind == "image_asset_pointer" else ""


# Open WebUI


def from_open_webui(found: dict[str, Any], now: float) -> ChatRecord:
    """A chat that Open WebUI exported, alone or among all."""
    chat = dict_needed(found.get("chat"), "chat") or found
    history = dict_needed(chat.get("history"), "history")
    nodes: dict[NodeKey, Node] = {}
    messages = dict_needed(history.get("messages"), "messages")
    for number, (key, value) in enumerate(messages.items(), start=1):
        with in_message(number):
            message = dict_needed(value, key)
            parent = text_needed(message.get("parentId"), "parentId") or None
            nodes[key] = _open_webui_node(message, parent)
    leaf: NodeKey | None = text_in(history, "currentId") or None
    if not nodes:  # exports before there were branches
        for number, value in enumerate(list_needed(chat.get("messages"), "messages")):
            with in_message(number + 1):
                message = dict_needed(value, f"messages[{number}]")
                nodes[number] = _open_webui_node(message, number - 1 if number else None)
            leaf = number
    return record_from(
        nodes,
        leaf,
        ChatRecord(
            uid=f"open-webui:{text_in(found, 'id') or text_in(chat, 'id')}",
            title=text_in(found, "title") or text_in(chat, "title"),
            created_at=time_in(found, "created_at") or time_in(chat, "timestamp") or now,
            updated_at=time_in(found, "updated_at") or 0.0,
            pinned=found.get("pinned") is True,
        ),
        text_in(dict_in(chat, "params"), "system"),
    )


def _open_webui_node(value: dict[str, Any], parent: NodeKey | None) -> Node:
    error = value.get("error")
    return Node(
        parent=parent,
        role=_ROLES.get(text_needed(value.get("role"), "role")),
        text=_open_webui_text(_content(value)),
        created_at=time_in(value, "timestamp"),
        model_name=text_in(value, "model") or None,
        error=text_in(error, "content") or None,
    )


def _open_webui_text(content: str) -> str:
    match = _DETAILS.match(content.lstrip())
    if match is None:
        return content
    lines = html.unescape(match[1]).strip().split("\n")
    reasoning = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
    return thought(reasoning, content.lstrip()[match.end() :])


# LM Studio


def from_lm_studio(found: dict[str, Any], now: float) -> ChatRecord:
    """A conversation file of LM Studio: versions of one message, of which one goes on."""
    nodes: dict[NodeKey, Node] = {}
    parent: NodeKey | None = None
    for number, value in enumerate(list_in(found, "messages")):
        with in_message(number + 1):
            message = dict_needed(value, f"messages[{number}]")
            versions = list_needed(message.get("versions"), "versions")
            for version, node in enumerate(versions):
                nodes[number, version] = _lm_studio_node(dict_needed(node, "versions"), parent)
        chosen = message.get("currentlySelected")
        if versions:
            if not isinstance(chosen, int) or not 0 <= chosen < len(versions):
                chosen = len(versions) - 1
            parent = (number, chosen)
    created_at = time_in(found, "createdAt")
    return record_from(
        nodes,
        parent,
        ChatRecord(
            uid=f"lm-studio:{'' if created_at is None else round(created_at * 1000)}",
            title=text_in(found, "name"),
            created_at=created_at or now,
            updated_at=time_in(found, "assistantLastMessagedAt") or 0.0,
            pinned=found.get("pinned") is True,
            draft=text_in(found, "clientInput"),
        ),
        text_in(found, "systemPrompt"),
    )


def _lm_studio_node(value: dict[str, Any], parent: NodeKey | None) -> Node:
    texts: list[str] = []
    steps = list_needed(value.get("steps"), "steps")
    for step in steps:
        if text_in(step, "type") != "contentBlock":
            continue
        text = _content(step)
        thinks = text_in(dict_in(step, "style"), "type") == "thinking"
        texts.append(thought(text) if thinks else text)
    return Node(
        parent=parent,
        role=_ROLES.get(text_needed(value.get("role"), "role")),
        text="".join(texts) if steps else _content(value),
        model_name=text_in(dict_in(value, "senderInfo"), "senderName") or None,
    )


# Plain lists of messages, as many programs write them


def from_messages(found: dict[str, Any], now: float) -> ChatRecord:
    """`{title, messages: [{role, content}]}`, the words of the OpenAI interface."""
    nodes: dict[NodeKey, Node] = {}
    for number, value in enumerate(list_in(found, "messages")):
        with in_message(number + 1):
            message = dict_needed(value, f"messages[{number}]")
            nodes[number] = Node(
                parent=number - 1 if number else None,
                role=_ROLES.get(text_needed(message.get("role"), "role")),
                text=_content(message),
                model_name=text_in(message, "model") or None,
            )
    return record_from(
        nodes,
        len(nodes) - 1,
        ChatRecord(
            uid=f"messages:{text_in(found, 'id')}",
            title=text_in(found, "title") or text_in(found, "name"),
            created_at=time_in(found, "created_at") or now,
            updated_at=time_in(found, "updated_at") or 0.0,
        ),
    )


def _content(value: object) -> str:
    """`content` as a text, or as a list of parts of which some are texts."""
    found = as_dict(value).get("content")
    if not isinstance(found, list):
        return text_needed(found, "content")
    parts: list[str] = []
    for part in list_in(value, "content"):
        kind = text_in(part, "type")
        if kind in {"text", "input_text", "output_text"}:
            parts.append(text_needed(part.get("text"), "text"))
        elif kind in {"image_url", "image", "file"}:
            parts.append("[file]" if kind == "file" else "[image]")
    return "\n\n".join(filter(None, parts))
