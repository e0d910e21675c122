"""The rows of the list of chats: headings, chats, and what a search found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Literal

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.domain.chat_search import Excerpt, SearchHit
from app.domain.chat_sections import ChatSection, sections
from app.domain.conversation import Conversation
from app.ui.language import moment_text, tr

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
RUNNING_ROLE = Qt.ItemDataRole.UserRole + 1
UNREAD_ROLE = Qt.ItemDataRole.UserRole + 2


# A view lays out every row that it is told of: it is told of so many more when it comes to the end.
_PAGE = 300


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


def _begin_of(day: date) -> float:
    return datetime.combine(day, time.min).astimezone().timestamp()


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


class ConversationModel(QAbstractListModel):
    """Chats as rows; the title is their text. `renamed` carries a chat with its new title."""

    renamed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        # Chats stand for rows that are made when they are seen.
        self._rows: list[Row | Conversation] = []
        self._told = 0
        self._sections: list[ChatSection] = []
        self._folded: set[str] = set()
        self._running: frozenset[int] = frozenset()
        self.shows_hits = False

    def set_running(self, conversation_ids: frozenset[int]) -> None:
        """The chats in which a reply streams."""
        self._running = conversation_ids
        if self._told:
            self.dataChanged.emit(self.index(0), self.index(self._told - 1))

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Show these chats in their sections."""
        self._sections = sections(conversations, _begin_of, _today())
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
        found = self._rows[row]
        if isinstance(found, Conversation):
            return Row(kind="chat", title=Excerpt(found.title), chat=found)
        return found

    def conversation(self, row: int) -> Conversation:
        """The chat of a row, which must be one."""
        chat = self.row(row).chat
        assert chat is not None, "headings have no chat"
        return chat

    def row_of(self, conversation_id: int | None) -> int | None:
        """The row of a chat, if it is listed."""
        for number, row in enumerate(self._rows):
            chat = row if isinstance(row, Conversation) else row.chat
            if chat is not None and chat.id == conversation_id:
                return self._tell_of(number)
        return None

    def row_of_folder(self, name: str) -> int | None:
        """The row of a folder's heading."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Row) and row.kind == "folder" and row.title.text == name:
                return self._tell_of(number)
        return None

    def _set_rows(self, rows: Sequence[Row | Conversation]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self._told = min(max(self._told, _PAGE), len(self._rows))
        self.endResetModel()

    def _tell_of(self, row: int) -> int:
        while row >= self._told:
            self.fetchMore(QModelIndex())
        return row

    def _listed(self) -> Iterator[Row | Conversation]:
        for number, section in enumerate(self._sections):
            folded = section.kind == "folder" and section.title in self._folded
            # What is new and comes first needs no heading.
            if number or section.title != "Today":
                yield Row(
                    kind=section.kind,
                    title=Excerpt(section.title if section.kind == "folder" else tr(section.title)),
                    chat_count=len(section.chats),
                    folded=folded,
                )
            if not folded:
                yield from section.chats

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """The number of rows that views know of."""
        return 0 if parent.isValid() else self._told

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there are rows that views do not know of."""
        return not parent.isValid() and self._told < len(self._rows)

    def fetchMore(self, parent: Index) -> None:
        """Tell views of the next rows."""
        last = min(self._told + _PAGE, len(self._rows)) - 1
        self.beginInsertRows(QModelIndex(), self._told, last)
        self._told = last + 1
        self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself, its words, and whether a reply streams in its chat or came there."""
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title.text
        if role == ROW_ROLE:
            return row
        if role == RUNNING_ROLE:
            return row.chat is not None and row.chat.id in self._running
        if role == UNREAD_ROLE:
            return row.chat is not None and row.chat.unread
        return self._accessible(row, role)

    def _accessible(self, row: Row, role: int) -> str | None:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and row.chat is not None:
            return tr("Last changed {when}").format(when=moment_text(row.chat.updated_at))
        return None

    def _spoken(self, row: Row) -> str:
        if row.chat is not None:
            words = [tr("Chat: {title}").format(title=row.title.text)]
            if row.chat.pinned:
                words.append(tr("pinned"))
            if row.chat.id in self._running:
                words.append(tr("answering"))
            if row.chat.unread:
                words.append(tr("new reply"))
            if row.excerpt is not None:
                words.append(tr("found: {text}").format(text=row.excerpt.text))
            return ", ".join(words)
        if row.kind != "folder":
            return row.title.text
        chats = tr("%Ln chats", "", row.chat_count)
        state = tr("folded") if row.folded else tr("unfolded")
        return tr("Folder {name}, {chats}, {state}").format(
            name=row.title.text, chats=chats, state=state
        )

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A title typed by the user; the store decides what comes of it."""
        row = self.row(index.row())
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
        match self.row(index.row()).kind:
            case "chat":
                return flags | Qt.ItemFlag.ItemIsEditable
            case "folder":
                return flags
            case _:
                return Qt.ItemFlag.NoItemFlags
