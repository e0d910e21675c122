"""The list of chats in sections: pinned ones, folders, and the others by the day they changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from app.domain.conversation import Conversation
from app.domain.words import marked

# How many days ago a section begins.
_AGES = (
    (0, marked("Today")),
    (1, marked("Yesterday")),
    (7, marked("Previous 7 days")),
    (30, marked("Previous 30 days")),
)
_FIRST_YEAR = 2000


class ChatSection(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and the chats below it, in the order in which they were given."""

    kind: Literal["pinned", "folder", "age"]
    title: str
    chats: tuple[Conversation, ...]


def sections(
    chats: Sequence[Conversation], begin_of: Callable[[date], float], today: date
) -> list[ChatSection]:
    """Chats under their headings; `begin_of` gives the moment at which a local day begins.

    Within a section the given order stays, which is that of their activity: clocks jump. What lies
    ahead is of today.
    """
    begins, titles = _ages(begin_of, today)
    pinned: list[Conversation] = []
    folders: dict[str, list[Conversation]] = {}
    ages: list[list[Conversation]] = [[] for _ in titles]
    for chat in chats:
        if chat.pinned:
            pinned.append(chat)
        elif chat.folder is not None:
            folders.setdefault(chat.folder, []).append(chat)
        else:
            ages[bisect_right(begins, chat.updated_at)].append(chat)
    found = [ChatSection(kind="pinned", title=marked("Pinned"), chats=tuple(pinned))]
    for name in sorted(folders, key=str.lower):
        found.append(ChatSection(kind="folder", title=name, chats=tuple(folders[name])))
    for title, aged in zip(reversed(titles), reversed(ages), strict=True):
        found.append(ChatSection(kind="age", title=title, chats=tuple(aged)))
    return [section for section in found if section.chats]


def _ages(begin_of: Callable[[date], float], today: date) -> tuple[list[float], list[str]]:
    """When sections begin, the oldest first, and their headings, with one before all of them."""
    begins = [(begin_of(today - timedelta(days)), title) for days, title in _AGES]
    for year in range(today.year, _FIRST_YEAR - 1, -1):
        begin = begin_of(date(year, 1, 1))
        if begin < begins[-1][0]:
            begins.append((begin, str(year)))
    begins.reverse()
    return [begin for begin, _ in begins], [marked("Older"), *(title for _, title in begins)]
