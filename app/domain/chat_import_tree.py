"""Builds the tree of a chat from messages that others numbered, in any order and of any quality."""

from __future__ import annotations

import re

import msgspec

from app.domain.conversation import ChatRecord, Message, title_from
from app.domain.engine import Role

NodeKey = str | int | tuple[int, int]
# How reasoning begins and ends in the text of a reply.
THOUGHT = ("<think>\n", "\n</think>\n\n")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A message of another program; without role or text it only connects others."""

    parent: NodeKey | None
    role: Role | None
    text: str
    created_at: float | None = None
    model_name: str | None = None
    error: str | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it says something."""
        return self.role is not None and bool(self.text.strip() or self.error)


def record_from(
    nodes: dict[NodeKey, Node], leaf: NodeKey | None, chat: ChatRecord, system: str = ""
) -> ChatRecord:
    """The chat with the messages that nodes make; `updated_at` 0 is not known.

    A node whose parent is unknown begins a tree of its own; circles are left out. What one side
    says in several nodes without a branch is one message.
    """
    builder = _Builder(nodes, chat.created_at)
    if system.strip():
        builder.begin(Node(parent=None, role="system", text=system))
    builder.add_all()
    messages = builder.messages
    question = next((each.text for each in messages if each.role == "user"), "")
    newest = max((message.created_at for message in messages), default=chat.created_at)
    return msgspec.structs.replace(
        chat,
        title=" ".join((chat.title or "").split())[:200] or title_from(question),
        updated_at=chat.updated_at or newest,
        leaf_id=builder.number_of(leaf),
        messages=tuple(messages),
    )


class _Builder:
    def __init__(self, nodes: dict[NodeKey, Node], created_at: float) -> None:
        self._nodes = nodes
        self._created_at = created_at
        self._children: dict[NodeKey | None, list[NodeKey]] = {}
        for key, node in nodes.items():
            parent = node.parent if node.parent in nodes and node.parent != key else None
            self._children.setdefault(parent, []).append(key)
        # The message that a node became, or that it hangs below when it says nothing.
        self._numbers: dict[NodeKey | None, int | None] = {None: None}
        self.messages: list[Message] = []

    def begin(self, node: Node) -> None:
        """A message before all others."""
        self._numbers[None] = self._append(node, None)

    def add_all(self) -> None:
        """Walk the tree from its roots, parents first; what lies in a circle is never reached."""
        waiting: list[NodeKey | None] = [None]
        while waiting:
            parent = waiting.pop()
            children = self._children.get(parent, [])
            for key in children:
                self._numbers[key] = self._place(self._nodes[key], self._numbers[parent], children)
            waiting.extend(reversed(children))

    def number_of(self, leaf: NodeKey | None) -> int | None:
        """The message that is shown last; the newest one when the leaf is unknown."""
        found = self._numbers.get(leaf) if leaf is not None else None
        newest = self.messages[-1].id if self.messages else None
        return found or newest

    def _place(self, node: Node, above: int | None, siblings: list[NodeKey]) -> int | None:
        if not node.is_shown:
            return above
        if above is not None and len(siblings) == 1:
            before = self.messages[above - 1]
            if before.role == node.role == "assistant":
                self._join(before, node)
                return above
        return self._append(node, above)

    def _join(self, before: Message, node: Node) -> None:
        text = node.text
        if text.startswith(THOUGHT[0]) and before.text.endswith(THOUGHT[1]):
            joined = before.text.removesuffix(THOUGHT[1]) + "\n\n" + text.removeprefix(THOUGHT[0])
        elif before.text.endswith("\n\n"):
            joined = before.text + text
        else:
            # Reasoning has its place at the beginning; later it is text.
            text = re.sub("</?think>\n*", "", text) if text.startswith(THOUGHT[0]) else text
            joined = f"{before.text}\n\n{text}"
        self.messages[before.id - 1] = msgspec.structs.replace(
            before, text=joined, model_name=node.model_name or before.model_name
        )

    def _append(self, node: Node, parent: int | None) -> int:
        assert node.role is not None
        number = len(self.messages) + 1
        is_reply = node.role == "assistant"
        failed = is_reply and node.error is not None
        self.messages.append(
            Message(
                id=number,
                conversation_id=0,
                parent_id=parent,
                role=node.role,
                text=node.text,
                state="interrupted" if failed else "complete",
                created_at=node.created_at or self._created_at,
                model_name=node.model_name if is_reply else None,
                finish_reason=("error" if failed else "stop") if is_reply else None,
                error=node.error if failed else None,
            )
        )
        return number
