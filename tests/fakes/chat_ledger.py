"""What was on the screen of chats, to be compared with what the database has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.domain.conversation import ChatRecord, Message


class Node(msgspec.Struct):
    """A message as it was seen on the screen."""

    parent: int | None
    role: str
    text: str
    model: str | None
    quantization: str | None
    files: list[str]


class Chat(msgspec.Struct):
    """A chat with all versions that were ever on the screen, by the numbers of their messages."""

    nodes: dict[int, Node]
    path: list[int]
    pinned: bool = False
    folder: str | None = None
    draft: str = ""


def nodes_of(messages: Sequence[Message]) -> dict[int, Node]:
    """Messages as a ledger has them."""
    nodes: dict[int, Node] = {}
    for each in messages:
        origin = each.origins[-1] if each.origins else None
        files = [one.name for one in each.attachments]
        made = (None, None) if origin is None else (origin.model_name, origin.quantization)
        nodes[each.id] = Node(each.parent_id, each.role, each.text, *made, files)
    return nodes


def tree(nodes: dict[int, Node], parent: int | None = None) -> list[Any]:
    """Nodes as what was said and what followed, whatever their numbers are."""
    return [
        [node.role, node.text, node.model, node.quantization, node.files, tree(nodes, number)]
        for number, node in sorted(nodes.items())
        if node.parent == parent
    ]


def facts(chat: Chat) -> dict[str, Any]:
    """All of a chat that must outlive the program."""
    path = [chat.nodes[number].text for number in chat.path]
    kept = {"pinned": chat.pinned, "folder": chat.folder, "draft": chat.draft}
    return {"tree": tree(chat.nodes), "path": path, **kept}


def stored_facts(record: ChatRecord) -> dict[str, Any]:
    """The same of a chat in the database."""
    path = [message.id for message in record.path()]
    chat = Chat(nodes_of(record.messages), path, record.pinned, record.folder, record.draft)
    return facts(chat)
