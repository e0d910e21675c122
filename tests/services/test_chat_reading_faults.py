"""Files that are no chats, or damaged: each is left out for the reason that it is."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.services import chat_reading
from app.services.chat_files import ChatFiles
from app.services.conversation_store import ConversationStore
from tests.fakes import chat_exports
from tests.fakes.saved_chats import answered

WHOLE = json.dumps(chat_exports.chatgpt()).encode()
LINES = json.dumps([*chat_exports.chatgpt(), *chat_exports.open_webui()], indent=1).encode()
CHOOSE = "Choose the JSON file or the archive of the export."
AGAIN = "Export it again."
BREAKS = "where the file ends. Download, copy or export it again."

FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "x.json is empty. Export the chats again."),
    "blanks": (b"\xef\xbb\xbf \n", "x.json is empty. Export the chats again."),
    "text": (
        b"# Six times\n",
        f"x.json is no chat export in JSON: it begins with “# Six times”. {CHOOSE}",
    ),
    "a number": (b"5", f"x.json is no chat export in JSON: it begins with “5”. {CHOOSE}"),
    "picture": (b"\x89PNG\r\n\x1a\n\xff\xfe", f"x.json is no text. {CHOOSE}"),
    "zeros": (b"\0" * 100, f"x.json is no text. {CHOOSE}"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0\xff", f"x.json is no text. {CHOOSE}"),
    "Latin-1": (
        '{"title":\n"Bär"}'.encode("latin-1"),
        "x.json is not in UTF-8: byte 13, in line 2, does not fit. Save it in UTF-8, or export it "
        "again.",
    ),
    "cut short": (WHOLE[:-40], f"Chat 1 of x.json breaks off in line 1, {BREAKS}"),
    "cut in a word": (b'{"a": tru', f"x.json breaks off in line 1, {BREAKS}"),
    "cut in a sign": (b'{"a":\n"\\u12', f"x.json breaks off in line 2, {BREAKS}"),
    "cut before the end": (b"[ ", f"Chat 1 of x.json breaks off in line 1, {BREAKS}"),
    "a key without quotes": (
        LINES.replace(b'"title"', b"title", 1),
        f"Chat 1 of x.json is damaged: “t” in line 3, column 3 does not belong there. {AGAIN}",
    ),
    "a line break in a text": (
        b'[{"title":\n"a\nb"}]',
        "Chat 1 of x.json is damaged: a text goes over the end of line 2, or has a tab in it. "
        f"{AGAIN}",
    ),
    "deep": (b"[" * 200_000, "Chat 1 of x.json is nested too deeply for a chat."),
    "long number": (
        b"[" + b"9" * 10_000 + b"]",
        "Chat 1 of x.json holds a number of thousands of digits.",
    ),
    "no comma": (
        b'[{"a": 1} {"b"',
        "Chat 1 of x.json is no chat of Quantbench, ChatGPT, Open WebUI or LM Studio. x.json is "
        f"damaged: “{{” in line 1, column 11 does not belong there. {AGAIN}",
    ),
    "other JSON": (
        b'{"dependencies": {"left-pad": "1"}}',
        "x.json is no chat of Quantbench, ChatGPT, Open WebUI or LM Studio.",
    ),
    "no messages": (b'[{"mapping": {"a": {}}}]', "Chat 1 of x.json has no messages."),
    "cut archive": (
        b"PK\x03\x04" + b"\0" * 200,
        "x.json is an archive whose end is missing. Download or copy it again.",
    ),
    "empty archive": (
        b"PK\x05\x06" + b"\0" * 18,
        "x.json holds no conversations.json, as an archive of ChatGPT does. Of other programs, "
        "choose the JSON file itself.",
    ),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_bad_file_is_left_out_for_its_reason(
    store: ConversationStore, files: ChatFiles, tmp_path: Path, name: str
) -> None:
    data, reason = FILES[name]
    (tmp_path / "x.json").write_bytes(data)
    report = await files.read([str(tmp_path / "x.json")])
    assert report.sentence() == reason
    assert await store.conversations() == []


async def test_chats_before_a_damage_are_taken(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    (tmp_path / "x.json").write_bytes(LINES[:-60])
    report = await files.read([str(tmp_path / "x.json")])
    line = LINES[:-60].count(b"\n") + 1
    assert report.sentence() == (
        f"1 chat was imported. Chat 2 of x.json breaks off in line {line}, {BREAKS}"
    )


async def test_utf16_is_read(store: ConversationStore, files: ChatFiles, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(WHOLE.decode().encode("utf-16"))
    assert (await files.read([str(tmp_path / "x.json")])).sentence() == "1 chat was imported."


def archive(path: Path, members: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return path.read_bytes()


async def test_a_bad_part_of_an_archive_does_not_keep_the_others_out(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    path = tmp_path / "x.zip"
    good = json.dumps(chat_exports.open_webui()).encode()
    archive(path, {"a/conversations-0.json": WHOLE[:-40], "a/conversations-1.json": good})
    assert (await files.read([str(path)])).sentence() == (
        "1 chat was imported. Chat 1 of conversations-0.json in x.zip breaks off in line 1, "
        f"{BREAKS}"
    )


async def test_archives_that_cannot_be_unpacked(files: ChatFiles, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    data = archive(path, {"conversations.json": WHOLE})
    at = data.find(b"conversations.json") + 60
    path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
    assert (await files.read([str(path)])).sentence() == (
        "conversations.json in x.zip cannot be unpacked, because the archive is damaged. Download "
        "or copy it again."
    )
    locked = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[data.find(mark) + flags] |= 1
    path.write_bytes(locked)
    assert (await files.read([str(path)])).sentence() == (
        "conversations.json in x.zip needs a password. Unpack it, and choose the file itself."
    )


def changed(value: Any, *path: str | int, to: object) -> Any:
    """A copy with something else in one place."""
    copy = json.loads(json.dumps(value))
    at = copy
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return copy


GPT, WEB, STUDIO = chat_exports.chatgpt()[0], chat_exports.open_webui()[0], chat_exports.lm_studio()
PLAIN = {"title": "x", "messages": [{"role": "user", "content": "a"}]}
TYPES: dict[str, tuple[Any, str]] = {
    "mapping": (changed(GPT, "mapping", to=[1]), "“mapping” is a list and has to be an object"),
    "node": (
        changed(GPT, "mapping", "q1", to=1),
        "“q1” of message 3 is a number and has to be an object",
    ),
    "parts": (
        changed(GPT, "mapping", "q1", "message", "content", "parts", to="x"),
        "“parts” of message 3 is a text and has to be a list",
    ),
    "history": (
        changed(WEB, "chat", "history", "messages", to=True),
        "“messages” is true or false and has to be an object",
    ),
    "parent": (
        changed(WEB, "chat", "history", "messages", "b1", "parentId", to=5),
        "“parentId” of message 3 is a number and has to be a text",
    ),
    "studio": (changed(STUDIO, "messages", to={}), "“messages” is an object and has to be a list"),
    "versions": (
        changed(STUDIO, "messages", 1, "versions", to="x"),
        "“versions” of message 2 is a text and has to be a list",
    ),
    "content": (
        changed(PLAIN, "messages", 0, "content", to=5),
        "“content” of message 1 is a number and has to be a text",
    ),
}


@pytest.mark.parametrize("name", TYPES)
async def test_no_chat_is_taken_without_a_message_that_is_damaged(
    store: ConversationStore, files: ChatFiles, tmp_path: Path, name: str
) -> None:
    value, reason = TYPES[name]
    (tmp_path / "x.json").write_text(json.dumps(value), "utf-8")
    report = await files.read([str(tmp_path / "x.json")])
    assert report.sentence() == f"x.json is damaged: {reason}. {AGAIN}"
    assert await store.conversations() == []


OURS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "title": (
        lambda chat: changed(chat, "title", to=5),
        f"is damaged: “title” is a number and has to be a text. {AGAIN}",
    ),
    "text": (
        lambda chat: changed(chat, "messages", 1, "text", to=[]),
        f"is damaged: “text” of message 2 is a list and has to be a text. {AGAIN}",
    ),
    "role": (
        lambda chat: changed(chat, "messages", 1, "role", to="king"),
        "is damaged: “role” of message 2 holds what does not belong there (Invalid enum value "
        f"'king'). {AGAIN}",
    ),
    "message": (
        lambda chat: changed(chat, "messages", 1, to=5),
        f"is damaged: “messages[1]” is a number and has to be an object. {AGAIN}",
    ),
    "no messages": (
        lambda chat: changed(chat, "messages", to=None),
        f"is damaged: “messages” is nothing and has to be a list. {AGAIN}",
    ),
    "no text": (
        lambda chat: changed(chat, "messages", 1, to={"id": 2}),
        f"is damaged: “parent_id” of message 2 is missing. {AGAIN}",
    ),
    "order": (
        lambda chat: changed(chat, "messages", 1, "parent_id", to=9),
        f"is damaged: its message 2 does not follow one before it. {AGAIN}",
    ),
    "leaf": (
        lambda chat: changed(chat, "leaf_id", to=9),
        f"is damaged: the message that it ends with is missing. {AGAIN}",
    ),
    "newer": (
        lambda chat: changed(chat, "version", to=7),
        "was written by a newer version of Quantbench. Update this one to import it.",
    ),
}


@pytest.mark.parametrize("name", OURS)
async def test_a_damaged_chat_of_ours(
    store: ConversationStore, files: ChatFiles, tmp_path: Path, name: str
) -> None:
    change, reason = OURS[name]
    chat = await store.create()
    await answered(store, chat.id, "question", "answer")
    path = tmp_path / "x.json"
    await files.export(str(path), [chat.id], "json")
    await store.purge([chat.id])
    path.write_text(json.dumps([change(json.loads(path.read_bytes())[0])]), "utf-8")
    assert (await files.read([str(path)])).sentence() == f"Chat 1 of x.json {reason}"
    assert await store.conversations() == []


async def test_names_that_no_database_takes_are_mended(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    (tmp_path / "x.json").write_text(json.dumps(PLAIN | {"id": "\ud800"}), "utf-8")
    assert (await files.read([str(tmp_path / "x.json")])).sentence() == "1 chat was imported."


async def test_what_is_no_file_is_not_waited_for(files: ChatFiles, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder").mkdir()
    report = await files.read(
        [str(tmp_path / name) for name in ("pipe.json", "missing.json", "folder")]
    )
    assert report.problems == (
        "pipe.json could not be read: not a regular file.",
        "missing.json could not be read: No such file or directory.",
        "folder is a folder. Choose the files in it.",
    )


async def test_a_file_that_is_too_large_is_refused(
    files: ChatFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_reading, "LARGEST_BYTES", 1000)
    (tmp_path / "large.json").write_bytes(b" " * 1001)
    archive(tmp_path / "bomb.zip", {"conversations.json": b" " * 2000})
    report = await files.read([str(tmp_path / "large.json"), str(tmp_path / "bomb.zip")])
    assert [each.split(",")[0] for each in report.problems] == [
        "large.json has 1 kB",
        "conversations.json in bomb.zip has 2 kB",
    ]
