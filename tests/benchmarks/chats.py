"""10,000 chats: how long the list and a search take, in the store and in the window.

Run as `python -m tests.benchmarks.chats [CHATS]`. Every chat has ten messages of about 60 words out
of a vocabulary with the frequencies of a language; times are medians with their spread.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.domain.chat_search import SearchHit
from app.domain.conversation import ChatRecord, Conversation, Message
from app.services.conversation_store import ConversationStore
from app.ui.theme import DARK
from app.ui.widgets.conversation_panel import ConversationPanel

CHATS = 10_000
MESSAGES = 10
ROUNDS = 15
QUERIES = {
    "a rare word": "zebra4711",
    "a common word": "w0",
    "one letter": "w",
    "two words": "w12 w3",
    "a phrase": '"w1 w2"',
    "nothing": "absent",
}


def _text(chance: random.Random) -> str:
    # Zipf's law: the n-th word is 1/n as frequent as the first.
    return " ".join(f"w{int(20_000 ** chance.random()) - 1}" for _ in range(60))


def _chat(number: int, chance: random.Random) -> ChatRecord:
    messages = tuple(
        Message(
            id=at,
            conversation_id=0,
            parent_id=at - 1 or None,
            role="user" if at % 2 else "assistant",
            text=_text(chance) + (" zebra4711" if number % 2000 == at else ""),
            state="complete",
            created_at=1e9 + number * 3600,
        )
        for at in range(1, MESSAGES + 1)
    )
    return ChatRecord(
        uid=f"bench:{number}",
        title=_text(chance)[:48],
        created_at=1e9 + number * 3600,
        updated_at=1e9 + number * 3600,
        leaf_id=MESSAGES,
        folder=f"Folder {number % 7}" if number % 10 == 0 else None,
        messages=messages,
    )


async def _fill(store: ConversationStore, count: int) -> float:
    chance = random.Random(1)
    begin = time.perf_counter()
    for number in range(count):
        await store.add_record(_chat(number, chance))
    return time.perf_counter() - begin


async def _timed(name: str, call: Callable[[], Awaitable[object]]) -> None:
    times: list[float] = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        result = await call()
        times.append((time.perf_counter() - begin) * 1000)
    count = len(result) if isinstance(result, list) else 0
    _show(name, times, f"{count:,} rows")


def _show(name: str, times: list[float], note: str) -> None:
    middle = statistics.median(times)
    print(f"{name:<34} {middle:7.1f} ms  ({min(times):.1f} to {max(times):.1f})  {note}")


def _window(conversations: list[Conversation], hits: list[SearchHit]) -> None:
    """What the GUI thread does with the answers, and the paint that follows."""
    application = QApplication.instance() or QApplication([])
    panel = ConversationPanel(DARK)
    panel.resize(224, 700)
    panel.show()
    for name, show in (
        ("window: list all", lambda: panel.show_chats(conversations, None)),
        ("window: show what was found", lambda: panel.show_hits(hits)),
    ):
        times: list[float] = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            show()
            panel.grab()
            times.append((time.perf_counter() - begin) * 1000)
        _show(name, times, "with a paint")
    application.processEvents()
    panel.close()


async def main() -> None:
    """Fill a store and ask it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CHATS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chats.sqlite"
        store = ConversationStore(path)
        await store.open()
        seconds = await _fill(store, count)
        size = path.stat().st_size / 1e6
        print(f"{count:,} chats of {MESSAGES} messages: imported in {seconds:.0f} s, {size:.0f} MB")
        await _timed("store: list all", store.conversations)
        for name, query in QUERIES.items():
            await _timed(f"store: search {name}", lambda query=query: store.search(query))
        conversations, hits = await store.conversations(), await store.search("w0")
        await store.close()
        begin = time.perf_counter()
        await store.open()
        print(f"opened again in {(time.perf_counter() - begin) * 1000:.0f} ms")
        await store.close()
    _window(conversations, hits)


if __name__ == "__main__":
    asyncio.run(main())
