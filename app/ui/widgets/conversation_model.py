"""The rows of the list of chats: headings, chats, and what a search found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Literal

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.domain.chat_search import Excerpt, SearchHit
from app.domain.chat_sections import ChatSection, sections
from app.domain.conversation import Conversation

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
RUNNING_ROLE = Qt.ItemDataRole.UserRole + 1


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a heading, or a chat, which may come with what was found in it."""

    kind: Literal["pinned", "folder", "age", "chat"]
    title: Excerpt
    chat: Conversation | None = None
    message_id: int | None = None
    excerpt: Excerpt | None = None
    # Of a folder.
    chat_count: int = 0
    folded: bool = False


def _day_of(moment: float) -> date:
    try:
        return datetime.fromtimestamp(moment).astimezone().date()
    except (OverflowError, ValueError, OSError):
        return date.min


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


class ConversationModel(QAbstractListModel):
    """Chats as rows; the title is their text. `renamed` carries a chat with its new title."""

    renamed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._sections: list[ChatSection] = []
        self._folded: set[str] = set()
        self._running: frozenset[int] = frozenset()
        self.shows_hits = False

    def set_running(self, conversation_ids: frozenset[int]) -> None:
        """The chats in which a reply streams."""
        self._running = conversation_ids
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Show these chats in their sections."""
        self._sections = sections(conversations, _day_of, _today())
        self.shows_hits = False
        self._set_rows(list(self._listed()))

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show what a search found."""
        self.shows_hits = True
        self._set_rows(
            [
                Row(
                    kind="chat",
                    title=hit.title,
                    chat=hit.conversation,
                    message_id=hit.message_id,
                    excerpt=hit.excerpt,
                )
                for hit in hits
            ]
        )

    def toggle_folder(self, name: str) -> None:
        """Fold a folder, or unfold it."""
        self._folded ^= {name}
        self._set_rows(list(self._listed()))

    def row(self, row: int) -> Row:
        """What a row shows."""
        return self._rows[row]

    def conversation(self, row: int) -> Conversation:
        """The chat of a row, which must be one."""
        chat = self._rows[row].chat
        assert chat is not None, "headings have no chat"
        return chat

    def row_of(self, conversation_id: int | None) -> int | None:
        """The row of a chat, if it is listed."""
        for number, row in enumerate(self._rows):
            if row.chat is not None and row.chat.id == conversation_id:
                return number
        return None

    def row_of_folder(self, name: str) -> int | None:
        """The row of a folder's heading."""
        for number, row in enumerate(self._rows):
            if row.kind == "folder" and row.title.text == name:
                return number
        return None

    def _set_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _listed(self) -> Iterator[Row]:
        for number, section in enumerate(self._sections):
            folded = section.kind == "folder" and section.title in self._folded
            # What is new and comes first needs no heading.
            if number or section.title != "Today":
                yield Row(
                    kind=section.kind,
                    title=Excerpt(section.title),
                    chat_count=len(section.chats),
                    folded=folded,
                )
            if not folded:
                for chat in section.chats:
                    yield Row(kind="chat", title=Excerpt(chat.title), chat=chat)

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself, its words, and whether a reply streams in its chat."""
        row = self._rows[index.row()] if index.isValid() else None
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title.text
        if role == ROW_ROLE:
            return row
        if role == RUNNING_ROLE:
            return row.chat is not None and row.chat.id in self._running
        return self._accessible(row, role)

    def _accessible(self, row: Row, role: int) -> str | None:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and row.chat is not None:
            changed = datetime.fromtimestamp(row.chat.updated_at).astimezone()
            return f"Last changed {changed:%d %B %Y, %H:%M}"
        return None

    def _spoken(self, row: Row) -> str:
        if row.chat is not None:
            pinned = ", pinned" if row.chat.pinned else ""
            answering = ", answering" if row.chat.id in self._running else ""
            found = f", found: {row.excerpt.text}" if row.excerpt is not None else ""
            return f"Chat: {row.title.text}{pinned}{answering}{found}"
        if row.kind != "folder":
            return row.title.text
        state = "folded" if row.folded else "unfolded"
        chats = "1 chat" if row.chat_count == 1 else f"{row.chat_count} chats"
        return f"Folder {row.title.text}, {chats}, {state}"

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A title typed by the user; the store decides what comes of it."""
        row = self._rows[index.row()]
        title = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or row.chat is None or title in {"", row.chat.title}:
            return False
        self.renamed.emit((row.chat.id, title))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Chats are chosen and renamed, folders are chosen, and other headings only stand there."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = super().flags(index)
        match self._rows[index.row()].kind:
            case "chat":
                return flags | Qt.ItemFlag.ItemIsEditable
            case "folder":
                return flags
            case _:
                return Qt.ItemFlag.NoItemFlags
