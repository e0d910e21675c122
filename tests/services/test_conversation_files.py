"""The file of the chats when it is damaged, foreign, older, newer, or cannot be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import DiskFullError, StoreError
from app.domain.reply_options import ReplyOptions
from app.services import conversation_schema
from app.services.chat import ChatService, Turn
from app.services.conversation_schema import MIGRATIONS, migrate, open_database
from app.services.conversation_store import ConversationStore
from tests.fakes import disks
from tests.fakes.chat_writer import INFO
from tests.fakes.scripted_engine import Script, ScriptedSession


async def filled(path: Path, chats: int = 20) -> None:
    store = ConversationStore(path)
    await store.open()
    for number in range(chats):
        chat = await store.create()
        await store.add_message(chat.id, "user", f"question {number} " + "x" * 3000)
    await store.close()


async def texts(path: Path) -> list[str]:
    store = ConversationStore(path)
    await store.open()
    found = [
        message.text
        for chat in await store.conversations()
        for message in await store.messages(chat.id)
    ]
    await store.close()
    return found


def overwritten(data: bytes) -> bytes:
    return b"\x00" * len(data)


def torn(data: bytes) -> bytes:
    return data[: len(data) // 3]


def scribbled(data: bytes) -> bytes:
    # Pages in the middle hold rows and indexes; the first page is left as it is.
    middle = len(data) // 2 // 4096 * 4096
    return data[:middle] + os.urandom(8 * 4096) + data[middle + 8 * 4096 :]


def text_file(_data: bytes) -> bytes:
    return b"this is no database at all\n" * 50


@pytest.mark.parametrize("damage", [overwritten, torn, scribbled, text_file])
async def test_a_damaged_file_is_kept_and_told(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "chats.sqlite"
    await filled(path)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    store = ConversationStore(path)
    notice = await store.open()
    assert notice is not None
    assert str(tmp_path / "chats.sqlite.bad") in notice
    assert (tmp_path / "chats.sqlite.bad").read_bytes() == damaged
    assert await store.conversations() == []
    chat = await store.create()
    await store.add_message(chat.id, "user", "it works again")
    await store.close()
    assert await texts(path) == ["it works again"]


async def test_every_damaged_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    for number in range(3):
        path.write_bytes(b"broken %d" % number)
        store = ConversationStore(path)
        assert await store.open() is not None
        await store.close()
    kept = sorted(each.name for each in tmp_path.glob("*.bad*"))
    assert kept == ["chats.sqlite.bad", "chats.sqlite.bad2", "chats.sqlite.bad3"]


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("was_killed", [False, True])
def test_a_newer_format_is_kept_byte_by_byte(tmp_path: Path, mode: str, was_killed: bool) -> None:
    path = tmp_path / "killed" / "chats.sqlite" if was_killed else tmp_path / "chats.sqlite"
    path.parent.mkdir(exist_ok=True)
    connection, _ = open_database(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(
        "INSERT INTO conversations (title, created_at, updated_at, activity) "
        "VALUES ('from the future', 0, 0, 1)"
    )
    connection.execute("PRAGMA user_version = 99")
    if was_killed:
        path = Path(shutil.copytree(path.parent, tmp_path / "copy")) / path.name
    connection.close()
    names = ["chats.sqlite", *(["chats.sqlite-wal"] if was_killed and mode == "wal" else [])]
    written = {name: (path.parent / name).read_bytes() for name in names}
    connection, notice = open_database(path)
    connection.close()
    assert notice is not None
    assert "newer version of Quantbench (format 99, this one knows" in notice
    for name, data in written.items():
        kept_name = name.replace("chats.sqlite", "chats.sqlite.bad")
        assert (path.parent / kept_name).read_bytes() == data
    kept = sqlite3.connect(path.parent / "chats.sqlite.bad")
    assert kept.execute("SELECT title FROM conversations").fetchall() == [("from the future",)]
    kept.close()


def test_the_file_of_another_program_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE conversations (x)")
    foreign.commit()
    foreign.close()
    written = path.read_bytes()
    connection, notice = open_database(path)
    connection.close()
    assert notice is not None
    assert "another program" in notice
    assert (tmp_path / "chats.sqlite.bad").read_bytes() == written
    kept = sqlite3.connect(tmp_path / "chats.sqlite.bad")
    assert kept.execute("SELECT name FROM sqlite_master").fetchall() == [("conversations",)]
    kept.close()


def test_the_rollback_journal_of_another_program_goes_with_its_file(tmp_path: Path) -> None:
    """It was killed in the middle of a change, of which pages are in the file already."""
    path = tmp_path / "killed" / "chats.sqlite"
    path.parent.mkdir()
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE notes (text)")
    foreign.executemany("INSERT INTO notes VALUES (?)", [("before " * 500,)] * 200)
    foreign.commit()
    foreign.execute("PRAGMA cache_size = 1")
    foreign.execute("UPDATE notes SET text = ?", ("after " * 500,))
    path = Path(shutil.copytree(path.parent, tmp_path / "copy")) / path.name
    foreign.close()
    connection, notice = open_database(path)
    connection.close()
    assert notice is not None
    assert "another program" in notice
    assert not path.with_name("chats.sqlite-journal").exists()
    kept = sqlite3.connect(path.with_name("chats.sqlite.bad"))
    assert kept.execute("SELECT DISTINCT text FROM notes").fetchall() == [("before " * 500,)]
    kept.close()


def _more(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversations ADD COLUMN colour INTEGER DEFAULT 7")


def _fails(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversations ADD COLUMN lost INTEGER")
    connection.execute("this is no SQL")


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    connection, _ = open_database(path)
    connection.execute(
        "INSERT INTO conversations (title, created_at, updated_at, activity) "
        "VALUES ('old', 0, 0, 1)"
    )
    migrate(connection, (*MIGRATIONS, _more))
    migrate(connection, (*MIGRATIONS, _more))
    assert connection.execute("SELECT title, colour FROM conversations").fetchone() == ("old", 7)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    connection, _ = open_database(path)
    before = connection.execute("SELECT sql FROM sqlite_master").fetchall()
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*MIGRATIONS, _more, _fails))
    after = connection.execute("SELECT sql FROM sqlite_master").fetchall()
    assert "pinned" in str(after)
    assert "lost" not in str(after)
    assert len(after) == len(before)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    connection.close()


def test_the_file_is_set_to_lose_nothing(tmp_path: Path) -> None:
    connection, _ = open_database(tmp_path / "chats.sqlite")
    for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        assert connection.execute(f"PRAGMA {name}").fetchone() == (value,)
    connection.close()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_a_folder_in_place_of_the_file(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "chats.sqlite"
    make(path)
    connection, notice = open_database(path)
    connection.close()
    assert notice is not None
    assert "no regular file" in notice
    assert (tmp_path / "chats.sqlite.bad").exists()


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    await filled(path, chats=1)
    with disks.read_only(tmp_path) as folder:
        if disks.is_writable(folder):  # root without the right to mount
            path = Path("/proc/quantbench/chats.sqlite")
        with pytest.raises(StoreError, match=r"cannot be used|Could not"):
            await ConversationStore(path).open()


async def test_a_full_disk_loses_no_message_that_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disks.small_disk(tmp_path, 512 * 1024) as mounted:
        if mounted is None:  # no right to mount: SQLite itself sets the end of the file
            monkeypatch.setattr(conversation_schema, "_configure", _configure_small)
        disk = mounted or tmp_path
        other_data = disk / "other data"
        other_data.write_bytes(bytes(128 * 1024))
        store = ConversationStore(disk / "chats.sqlite")
        await store.open()
        chat = await store.create()
        acknowledged: list[str] = []
        with pytest.raises(DiskFullError, match="Free some space"):
            await _fill(store, chat.id, acknowledged)
        assert [message.text for message in await store.messages(chat.id)] == acknowledged
        other_data.unlink()
        if mounted is not None:
            await store.add_message(chat.id, "user", "there is space again")
            assert (await store.messages(chat.id))[-1].text == "there is space again"
        await store.close()


@pytest.mark.parametrize("is_new", [False, True])
async def test_a_full_disk_leaves_no_question_without_the_place_of_its_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    """The question has room, what is kept of the reply beside it has none."""
    with disks.small_disk(tmp_path, 512 * 1024) as mounted:
        if mounted is None:
            monkeypatch.setattr(conversation_schema, "_configure", _configure_small)
        store = ConversationStore((mounted or tmp_path) / "chats.sqlite")
        await store.open()
        chat = await store.create()
        options = ReplyOptions(system="Be brief. " * 60_000)
        turn = Turn(conversation_id=None if is_new else chat.id, text="q", options=options)
        session = ScriptedSession(INFO, Script(text="never"), None)
        with pytest.raises(DiskFullError, match="Free some space"):
            await anext(ChatService(store).run_turn(session, turn))
        assert [each.id for each in await store.conversations()] == [chat.id]
        assert await store.messages(chat.id) == []
        await store.close()


async def _fill(store: ConversationStore, chat_id: int, acknowledged: list[str]) -> None:
    while True:
        text = f"{len(acknowledged)} " + "x" * 10_000
        await store.add_message(chat_id, "user", text)
        acknowledged.append(text)


def _configure_small(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA max_page_count = 64")


async def test_a_locked_file_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_schema, "_BUSY_SECONDS", 0.0)
    path = tmp_path / "chats.sqlite"
    store = ConversationStore(path)
    await store.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="in use by another program"):
        await store.create()
    other.execute("ROLLBACK")
    other.close()
    await store.create()
    await store.close()
