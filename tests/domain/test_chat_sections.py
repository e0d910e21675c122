"""The list of chats in sections."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from app.domain.chat_sections import sections
from app.domain.conversation import Conversation

TODAY = date(2026, 3, 15)


def begin_of(day: date) -> float:
    return datetime.combine(day, time.min, UTC).timestamp()


def chat(number: int, days_ago: float, **facts: object) -> Conversation:
    moment = begin_of(TODAY) + 12 * 3600 - days_ago * 86400
    known: dict[str, object] = {
        "id": number,
        "title": f"chat {number}",
        "created_at": 0.0,
        "updated_at": moment,
    }
    return Conversation(**(known | facts))


def listed(chats: list[Conversation]) -> list[tuple[str, str, list[int]]]:
    found = sections(chats, begin_of, TODAY)
    return [(each.kind, each.title, [one.id for one in each.chats]) for each in found]


def test_chats_stand_under_the_day_of_their_change() -> None:
    chats = [
        chat(1, 0.4),
        chat(2, -900),  # a clock was set back since
        chat(3, 0.6),
        chat(4, 7),
        chat(5, 30),
        chat(6, 40),
        chat(7, 74),
        chat(8, 400),
        chat(9, 20_000),
    ]
    assert listed(chats) == [
        ("age", "Today", [1, 2]),
        ("age", "Yesterday", [3]),
        ("age", "Previous 7 days", [4]),
        ("age", "Previous 30 days", [5]),
        ("age", "2026", [6]),
        ("age", "2025", [7, 8]),
        ("age", "Older", [9]),
    ]


def test_pinned_chats_and_folders_come_first() -> None:
    chats = [
        chat(1, 0),
        chat(2, 0, folder="work"),
        chat(3, 50, pinned=True, folder="work"),
        chat(4, 1, folder="Art"),
        chat(5, 2, folder="work"),
    ]
    assert listed(chats) == [
        ("pinned", "Pinned", [3]),
        ("folder", "Art", [4]),
        ("folder", "work", [2, 5]),
        ("age", "Today", [1]),
    ]
    assert listed([]) == []


def test_the_order_within_a_section_stays() -> None:
    chats = [chat(number, 0.1 * (number % 4)) for number in range(8)]
    assert listed(chats) == [("age", "Today", list(range(8)))]
