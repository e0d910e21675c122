"""kill -9 at random moments while a chat is written: nothing acknowledged is lost."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.conversation import Message
from app.services.conversation_store import ConversationStore
from app.services.paths import Paths
from tests.fakes.chat_writer import CUT_TOKENS, SECONDS_A_TOKEN, TOKENS

ROOT = Path(__file__).parents[2]
COMMIT_SECONDS = 1.0
# The token that makes a commit due waits for it, and one more may be on its way.
TOKENS_AT_RISK = int(COMMIT_SECONDS / SECONDS_A_TOKEN) + 2


def promises_until_killed(writer: str, home: Path, line_count: int) -> list[list[str]]:
    """Run a writer, kill it after so many lines, and return all that it had acknowledged."""
    command = [sys.executable, "-m", f"tests.fakes.{writer}", str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(line_count)]
        process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -9
    return [line.decode().split() for line in lines if line.endswith(b"\n")]


def check(promises: list[list[str]], stored: dict[int, Message]) -> None:
    """Everything that was promised is there."""
    streamed: dict[int, int] = {}
    finished: dict[int, int] = {}
    for what, identity, *count in promises:
        if what == "question":
            assert stored[int(identity)].text == "q"
        else:
            streamed[int(identity)] = int(count[0])
        if what == "finished":
            finished[int(identity)] = int(count[0])
    for identity, count in streamed.items():
        message = stored[identity]
        words = message.text.split()
        assert words == [f"w{number}" for number in range(len(words))]
        assert len(words) >= finished.get(identity, 0)
        assert len(words) > count - TOKENS_AT_RISK
        is_whole = message.state == "complete" and len(words) in {CUT_TOKENS, TOKENS}
        assert is_whole or message.state == "interrupted"
        assert [each.first_character == 0 for each in message.origins][:1] == [True]


async def kill_and_look(writer: str, home: Path, kill: int, line_count: int) -> None:
    promises = promises_until_killed(writer, home, line_count)
    database = Paths.under(home).database
    integrity = sqlite3.connect(database)
    assert integrity.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    integrity.close()
    store = ConversationStore(database)
    assert await store.open() is None
    chats = await store.conversations()
    # Only the chat that was being made at the moment of the kill may or may not be there.
    assert len(chats) == kill
    messages = (await store.record(chats[0].id)).messages
    check(promises, {each.id: each for each in messages})
    shown = await store.messages(chats[0].id)
    assert [each.parent_id for each in shown[1:]] == [each.id for each in shown[:-1]]
    said = [each for each in messages if each.role == "assistant" and each.text]
    assert len(await store.search("q")) == len(chats)
    if said:
        await store.show(said[0].id)
        assert said[0].id in {each.id for each in await store.messages(chats[0].id)}
    await store.close()


@pytest.mark.parametrize("kills", [8, pytest.param(50, marks=pytest.mark.long)])
async def test_nothing_acknowledged_is_lost(tmp_path: Path, kills: int) -> None:
    chance = random.Random(20260711)
    for kill in range(1, kills + 1):
        await kill_and_look("chat_writer", tmp_path, kill, chance.randint(2, 6 * TOKENS))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [1, pytest.param(50, marks=pytest.mark.long)])
async def test_nothing_that_the_window_showed_is_lost(tmp_path: Path, kills: int) -> None:
    chance = random.Random(20261121)
    for kill in range(1, kills + 1):
        await kill_and_look("window_writer", tmp_path, kill, chance.randint(2, 60))
