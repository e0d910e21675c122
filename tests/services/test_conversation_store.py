"""Saved chats: what is stored is read back, in order, byte for byte, across restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import Sampling, ServerLoad, TokenBias
from app.domain.errors import StoreError
from app.domain.reply_options import ReplyOptions
from app.services.conversation_store import ConversationStore
from tests.fakes.saved_chats import ended, reply_in
from tests.fakes.timings import timings

TIMINGS = timings(
    elapsed_ms=1234.5,
    prompt_tokens=10,
    cached_tokens=2,
    evaluated_tokens=8,
    completion_tokens=3,
    ttft_ms=100.25,
    decode_tps=7.5,
    context_used_tokens=13,
    context_tokens=8192,
    server_load=ServerLoad(running_requests=1, waiting_requests=0),
)
ORIGIN = ReplyOrigin(
    model_name="tiny",
    quantization="Q4_1",
    system="Be brief.",
    sampling=Sampling(temperature=0.1, logit_bias=(TokenBias(5, float("-inf")),), seed=7),
    seed=7,
    samplers=("top_k", "temperature"),
    stop=("\ud800",),
)
HOSTILE = ["", "a\0b\0", "\ud800", "x\udfffy", "\u202eevil\u2066", "<b>x</b>", "'; DROP TABLE x;--"]


class JumpingClock:
    """Jumps back by an hour at every look."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        self.now -= 3600
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ConversationStore]:
    opened = ConversationStore(tmp_path / "chats.sqlite")
    assert await opened.open() is None
    yield opened
    await opened.close()


async def reopened(store: ConversationStore) -> ConversationStore:
    await store.close()
    assert await store.open() is None
    return store


async def test_a_new_chat_is_empty(store: ConversationStore) -> None:
    chat = await store.create()
    assert (chat.title, chat.leaf_id) == ("New chat", None)
    assert await store.conversations() == [chat]
    assert await store.messages(chat.id) == []


async def test_a_turn_survives_a_restart(store: ConversationStore) -> None:
    chat = await store.create()
    question = await store.add_message(chat.id, "user", "What is  a\n GPU?")
    reply = await store.begin_reply(question, ORIGIN)
    assert (question.parent_id, reply.parent_id) == (None, question.id)
    await store.save_reply(reply.id, "A gra")
    assert (await store.messages(chat.id))[1].text == "A gra"
    finished = await store.finish_reply(ended(reply, "A graphics card.", timings=TIMINGS))
    assert (finished.text, finished.timings) == ("A graphics card.", TIMINGS)
    assert (finished.model_name, finished.origins) == ("tiny", (ORIGIN,))
    store = await reopened(store)
    assert await store.messages(chat.id) == [question, finished]
    (listed,) = await store.conversations()
    assert (listed.title, listed.leaf_id) == ("What is a GPU?", reply.id)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_read_back_as_it_was(store: ConversationStore, text: str) -> None:
    chat = await store.create()
    asked = await store.add_message(chat.id, "user", text)
    reply = await store.begin_reply(asked, ReplyOrigin(model_name=text, system=text))
    await store.save_reply(reply.id, text + text)
    await store.rename(chat.id, text)
    await store.move(chat.id, text)
    await store.save_draft(chat.id, text)
    store = await reopened(store)
    question, interrupted = await store.messages(chat.id)
    assert (question.text, interrupted.model_name, interrupted.text) == (text, text, text + text)
    assert interrupted.origins[0].system == text
    last = await store.finish_reply(ended(reply, text, finish_reason="error", error=text))
    assert (last.text, last.error, last.timings) == (text, text, None)
    listed = (await store.conversations())[0]
    assert (listed.title, listed.folder, await store.draft(chat.id)) == (text, text, text)


@pytest.fixture(scope="module")
def shared_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("shared") / "chats.sqlite"


@given(text=st.text(st.characters(exclude_categories=())))
async def test_any_text_is_read_back_as_it_was(shared_path: Path, text: str) -> None:
    store = ConversationStore(shared_path)
    await store.open()
    try:
        chat = await store.create()
        added = await store.add_message(chat.id, "user", text)
        assert await store.messages(chat.id) == [added]
        assert added.text == text
    finally:
        await store.close()


async def test_a_large_paste(store: ConversationStore) -> None:
    chat = await store.create()
    text = "0123456789" * 500_000
    await store.add_message(chat.id, "user", text)
    assert (await store.messages(chat.id))[0].text == text
    assert len((await store.conversations())[0].title) <= 48


async def test_only_the_first_question_names_a_chat(store: ConversationStore) -> None:
    named, renamed = await store.create(), await store.create()
    await store.add_message(named.id, "system", "You are a pirate.")
    await store.add_message(named.id, "user", "First")
    await store.add_message(named.id, "user", "Second")
    await store.rename(renamed.id, "Mine")
    await store.add_message(renamed.id, "user", "First")
    titles = {chat.id: chat.title for chat in await store.conversations()}
    assert titles == {named.id: "First", renamed.id: "Mine"}


async def test_order_does_not_depend_on_the_clock(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "chats.sqlite", clock=JumpingClock())
    await store.open()
    first, second, third = [await store.create() for _ in range(3)]
    assert [chat.id for chat in await store.conversations()] == [third.id, second.id, first.id]
    for number in range(5):
        await store.add_message(first.id, "user", str(number))
    assert [chat.id for chat in await store.conversations()] == [first.id, third.id, second.id]
    assert [message.text for message in await store.messages(first.id)] == list("01234")
    await store.rename(second.id, "renaming is no activity")
    assert (await store.conversations())[0].id == first.id
    await store.close()


async def test_streaming_replies_are_interrupted_by_a_restart(store: ConversationStore) -> None:
    chat = await store.create()
    reply = await reply_in(store, chat.id)
    await store.save_reply(reply.id, "half a rep")
    store = await reopened(store)
    left = (await store.messages(chat.id))[-1]
    assert (left.text, left.state, left.finish_reason) == ("half a rep", "interrupted", "error")
    assert left.error is not None
    await store.save_reply(reply.id, "a late write")
    assert (await store.messages(chat.id))[-1] == left


async def test_a_finished_reply_is_not_overwritten(store: ConversationStore) -> None:
    chat = await store.create()
    reply = await reply_in(store, chat.id)
    done = await store.finish_reply(ended(reply, "whole"))
    await store.save_reply(reply.id, "late")
    assert (await store.messages(chat.id))[-1] == done


async def test_a_deleted_chat_is_gone_with_its_text(
    store: ConversationStore, tmp_path: Path
) -> None:
    kept, gone = await store.create(), await store.create()
    await store.add_message(kept.id, "user", "stays")
    reply: Message = await store.add_message(gone.id, "user", "secret-of-the-user " * 300)
    await store.purge([gone.id])
    await store.purge([gone.id, 4711])
    assert [chat.id for chat in await store.conversations()] == [kept.id]
    assert await store.messages(gone.id) == []
    for attempt in (
        store.add_message(gone.id, "user", "x"),
        store.save_reply(reply.id, "x"),
        store.rename(gone.id, "x"),
        store.finish_reply(ended(reply, "")),
        store.path(reply.id),
        store.show(reply.id),
        store.restore(gone.id),
    ):
        with pytest.raises(StoreError, match="it was deleted"):
            await attempt
    store = await reopened(store)
    assert [message.text for message in await store.messages(kept.id)] == ["stays"]
    await store.close()
    assert b"secret-of-the-user" not in (tmp_path / "chats.sqlite").read_bytes()


async def test_ids_are_not_given_away_again(store: ConversationStore) -> None:
    first = await store.create()
    await store.purge([first.id])
    assert (await store.create()).id > first.id


async def test_a_closed_store_says_so(store: ConversationStore) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.conversations()


async def test_two_programs_at_once(store: ConversationStore, tmp_path: Path) -> None:
    other = ConversationStore(tmp_path / "chats.sqlite")
    assert await other.open() is None
    chat = await store.create()
    await other.add_message(chat.id, "user", "from the other one")
    assert [message.text for message in await store.messages(chat.id)] == ["from the other one"]
    await other.close()


async def test_options_are_kept_with_the_chat_and_its_copies(store: ConversationStore) -> None:
    chat = await store.create()
    assert await store.options(chat.id) is None
    options = ReplyOptions(system="Be brief.", stop=("\ud800",), max_tokens=5)
    await store.set_options(chat.id, options)
    question = await store.add_message(chat.id, "user", "Why?")
    branch = await store.branch(question.id)
    assert await store.options(branch.id) == options
    record = await store.record(chat.id)
    await store.purge([chat.id])
    back = await store.add_record(record)
    assert back is not None
    assert await store.options(back.id) == options
