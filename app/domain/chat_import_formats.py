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
    for key, value in dict_in(found, "mapping").items():
        nodes[key] = _chatgpt_node(value)
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


def _chatgpt_node(value: object) -> Node:
    message = dict_in(value, "message")
    metadata = dict_in(message, "metadata")
    role = text_in(dict_in(message, "author"), "role")
    text = _chatgpt_text(role, dict_in(message, "content"))
    if metadata.get("is_visually_hidden_from_conversation") is True:
        text = ""
    return Node(
        parent=text_in(value, "parent") or None,
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
            return f"```{language}\n{text_in(content, 'text')}\n```"
        case "execution_output":
            return f"```\n{text_in(content, 'text')}\n```"
        case "thoughts":
            thoughts = list_in(content, "thoughts")
            return thought("\n\n".join(text_in(each, "content") for each in thoughts))
        case "text" | "multimodal_text":
            return "\n\n".join(filter(None, map(_chatgpt_part, list_in(content, "parts"))))
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
    chat = dict_in(found, "chat") or found
    history = dict_in(chat, "history")
    nodes: dict[NodeKey, Node] = {}
    for key, value in dict_in(history, "messages").items():
        nodes[key] = _open_webui_node(value, text_in(value, "parentId") or None)
    leaf: NodeKey | None = text_in(history, "currentId") or None
    if not nodes:  # exports before there were branches
        for number, value in enumerate(list_in(chat, "messages")):
            nodes[number] = _open_webui_node(value, number - 1 if number else None)
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


def _open_webui_node(value: object, parent: NodeKey | None) -> Node:
    error = as_dict(value).get("error")
    return Node(
        parent=parent,
        role=_ROLES.get(text_in(value, "role")),
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
    for number, message in enumerate(list_in(found, "messages")):
        versions = list_in(message, "versions")
        for version, value in enumerate(versions):
            nodes[number, version] = _lm_studio_node(value, parent)
        chosen = as_dict(message).get("currentlySelected")
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


def _lm_studio_node(value: object, parent: NodeKey | None) -> Node:
    texts: list[str] = []
    steps = list_in(value, "steps")
    for step in steps:
        if text_in(step, "type") != "contentBlock":
            continue
        text = _content(step)
        thinks = text_in(dict_in(step, "style"), "type") == "thinking"
        texts.append(thought(text) if thinks else text)
    return Node(
        parent=parent,
        role=_ROLES.get(text_in(value, "role")),
        text="".join(texts) if steps else _content(value),
        model_name=text_in(dict_in(value, "senderInfo"), "senderName") or None,
    )


# Plain lists of messages, as many programs write them


def from_messages(found: dict[str, Any], now: float) -> ChatRecord:
    """`{title, messages: [{role, content}]}`, the words of the OpenAI interface."""
    nodes: dict[NodeKey, Node] = {}
    for number, value in enumerate(list_in(found, "messages")):
        nodes[number] = Node(
            parent=number - 1 if number else None,
            role=_ROLES.get(text_in(value, "role")),
            text=_content(value),
            model_name=text_in(value, "model") or None,
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
    parts: list[str] = []
    for part in list_in(value, "content"):
        kind = text_in(part, "type")
        if kind in {"text", "input_text", "output_text"}:
            parts.append(text_in(part, "text"))
        elif kind in {"image_url", "image", "file"}:
            parts.append("[file]" if kind == "file" else "[image]")
    return text_in(value, "content") or "\n\n".join(filter(None, parts))
