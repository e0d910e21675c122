"""Searching chats: what is found, what is marked, and what must not be found any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.chat_search import excerpt_of, find_words, match_expression
from app.services import conversation_schema
from app.services.conversation_schema import open_database
from app.services.conversation_store import ConversationStore
from tests.fakes.saved_chats import answered, ended, reply_in

FOUND = [
    ("hello", "Hello, world", True),
    ("HEL", "hello", True),
    ("ello", "hello", False),
    ("cafe", "Un café", True),
    ("café", "a cafe", True),
    ("straße", "Die Straße", True),
    ("two words", "words, then two", True),
    ("two absent", "words, then two", False),
    ('"then two"', "words, then two", True),
    ('"two then"', "words, then two", False),
    ("'; DROP TABLE x;--", "a drop table x b", True),
    ('NEAR( OR * ^"', "near the or", True),
    ("print(x)", "call print(x) now", True),
    ("日本", "これは日本語です", True),
    ("本日", "これは日本語です", False),
    ("안녕", "안녕하세요", True),
    ("🙂", "a smile 🙂", False),
    ("", "anything", False),
    ("  ", "anything", False),
    ("a\0b", "a b", True),
    ("\ud800x", "x", True),
]


@pytest.mark.parametrize(("query", "text", "found"), FOUND)
async def test_words_are_found(
    store: ConversationStore, query: str, text: str, found: bool
) -> None:
    chat = await store.create()
    await store.rename(chat.id, "Title")
    await store.add_message(chat.id, "user", text)
    hits = await store.search(query)
    assert [hit.conversation.id for hit in hits] == ([chat.id] if found else [])
    if found:
        assert hits[0].excerpt is not None
        assert hits[0].excerpt.hits, "what was found is marked"


@given(query=st.text(max_size=30))
async def test_any_query_is_answered(tmp_path_factory: pytest.TempPathFactory, query: str) -> None:
    store = ConversationStore(tmp_path_factory.mktemp("any") / "chats.sqlite")
    await store.open()
    chat = await store.create()
    await store.add_message(chat.id, "user", query)
    hits = await store.search(query)
    if any(character.isalnum() and character.isascii() for character in query):
        assert len(hits) == 1
    await store.close()


def test_what_is_marked_lies_in_the_text() -> None:
    text = "x " * 300 + "The needle\nis here and the Needle there. " + "y " * 300
    excerpt = excerpt_of(text, "needle")
    assert excerpt.text.startswith("…")
    assert excerpt.text.endswith("…")
    assert [excerpt.text[begin:end] for begin, end in excerpt.hits] == ["needle", "Needle"]
    assert find_words("Straße und STRASSE", "straße") == ((0, 6),)
    assert match_expression('say "hello world" now') == '"say"* "hello world" "now"*'


async def test_titles_come_first_and_lead_to_the_newest_message(store: ConversationStore) -> None:
    titled, told = await store.create(), await store.create()
    await store.rename(titled.id, "About penguins")
    _, reply = await answered(store, told.id, "A question", "Penguins swim.")
    hits = await store.search("penguin")
    assert [(hit.conversation.id, hit.message_id) for hit in hits] == [
        (titled.id, None),
        (told.id, reply.id),
    ]
    assert hits[0].title.hits == ((6, 13),)
    newest = await store.add_message(titled.id, "user", "More penguins")
    assert (await store.search("penguin"))[0].message_id == newest.id


async def test_the_index_follows_what_is_stored(store: ConversationStore) -> None:
    chat = await store.create()
    reply = await reply_in(store, chat.id, "the question")
    await store.save_reply(reply.id, "streaming words")
    assert await store.search("streaming") == []
    await store.finish_reply(ended(reply, "finished words"))
    assert await store.search("streaming") == []
    assert len(await store.search("finished")) == 1
    await store.finish_reply(ended(reply, "changed words"))
    assert await store.search("finished") == []
    await store.rename(chat.id, "Renamed")
    assert await store.search("question") != []
    assert (await store.search("renamed"))[0].title.text == "Renamed"
    await store.purge([chat.id])
    for word in ("changed", "renamed", "question"):
        assert await store.search(word) == []


async def test_words_of_an_interrupted_reply_are_found(store: ConversationStore) -> None:
    chat = await store.create()
    reply = await reply_in(store, chat.id)
    await store.save_reply(reply.id, "a cut sentence")
    await store.close()
    await store.open()
    assert [hit.message_id for hit in await store.search("sentence")] == [reply.id]


async def test_words_that_were_deleted_are_gone_from_the_file(
    store: ConversationStore, tmp_path: Path
) -> None:
    kept, gone = await store.create(), await store.create()
    await store.add_message(kept.id, "user", "ordinary words " * 50)
    await store.add_message(gone.id, "user", "xyzzysecret plughsecret " * 200)
    await store.rename(gone.id, "frotzsecret")
    await store.purge([gone.id])
    await store.close()
    data = (tmp_path / "chats.sqlite").read_bytes()
    for word in (b"xyzzy", b"plugh", b"frotz"):
        assert word not in data
    await store.open()
    assert len(await store.search("ordinary")) == 1


async def test_chats_of_the_first_version_are_found_after_the_migration(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    connection = conversation_schema._open(path, conversation_schema.MIGRATIONS[:1])
    connection.execute(
        "INSERT INTO conversations (id, title, created_at, updated_at, activity) "
        "VALUES (7, 'Old chat', 1, 2, 1)"
    )
    for number, text in enumerate(["first question", b"an\xed\xa0\x80swer"], start=1):
        connection.execute(
            "INSERT INTO messages (id, conversation_id, parent_id, role, text, state, created_at, "
            "timings) VALUES (?, 7, ?, 'user', ?, 'complete', 1, NULL)",
            (number, number - 1 or None, text),
        )
    connection.execute("UPDATE conversations SET leaf_id = 2")
    connection.close()
    connection, notice = open_database(path)
    connection.close()
    assert notice is None
    store = ConversationStore(path)
    await store.open()
    assert [message.text for message in await store.messages(7)] == [
        "first question",
        "an\ud800swer",
    ]
    for query in ("old", "question", "swer"):
        assert [hit.conversation.id for hit in await store.search(query)] == [7]
    await store.show(1)
    assert len(await store.messages(7)) == 2
    assert (await store.record(7)).uid
    await store.close()
