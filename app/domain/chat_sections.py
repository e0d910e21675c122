"""The list of chats in sections: pinned ones, folders, and the others by the day they changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

import msgspec

from app.domain.conversation import Conversation

# The number of days since the last change, below which a chat belongs to a section.
_AGES = ((1, "Today"), (2, "Yesterday"), (8, "Previous 7 days"), (31, "Previous 30 days"))


class ChatSection(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and the chats below it, in the order in which they were given."""

    kind: Literal["pinned", "folder", "age"]
    title: str
    chats: tuple[Conversation, ...]


def sections(
    chats: Sequence[Conversation], day_of: Callable[[float], date], today: date
) -> list[ChatSection]:
    """Chats under their headings; `day_of` gives the local day of a moment.

    Within a section the given order stays, which is that of their activity: clocks jump.
    """
    pinned: list[Conversation] = []
    folders: dict[str, list[Conversation]] = {}
    ages: dict[str, list[Conversation]] = {title: [] for _, title in _AGES}
    days: dict[int, str] = {}
    for chat in chats:
        if chat.pinned:
            pinned.append(chat)
        elif chat.folder is not None:
            folders.setdefault(chat.folder, []).append(chat)
        else:
            quarter = int(chat.updated_at // 900)  # no time zone is finer than a quarter of an hour
            if quarter not in days:
                days[quarter] = _age(day_of(chat.updated_at), today)
            ages.setdefault(days[quarter], []).append(chat)
    found = [ChatSection(kind="pinned", title="Pinned", chats=tuple(pinned))]
    for name in sorted(folders, key=str.lower):
        found.append(ChatSection(kind="folder", title=name, chats=tuple(folders[name])))
    for title in [*[title for _, title in _AGES], *sorted(ages.keys() - _TITLES, reverse=True)]:
        found.append(ChatSection(kind="age", title=title, chats=tuple(ages[title])))
    return [section for section in found if section.chats]


_TITLES = {title for _, title in _AGES}


def _age(day: date, today: date) -> str:
    """The heading for a day; one that lies ahead is today, because a clock was set back."""
    days = (today - day).days
    for below, title in _AGES:
        if days < below:
            return title
    return str(day.year)
