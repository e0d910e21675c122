"""Versions of messages: branches are kept, and the way through them is remembered."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from app.domain.conversation import ContextSummary, Message
from app.domain.errors import StoreError
from app.services.conversation_store import ConversationStore
from tests.fakes.saved_chats import ORIGIN, answered, ended, reply_in


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


async def test_an_edited_question_is_a_branch(store: ConversationStore) -> None:
    chat = await store.create()
    first, _ = await answered(store, chat.id, "q1", "a1")
    second, _ = await answered(store, chat.id, "q2", "a2")
    edited = await store.add_message(chat.id, "user", "q1 better", beside=first.id)
    assert texts(await store.messages(chat.id)) == ["q1 better"]
    (shown,) = await store.messages(chat.id)
    assert shown.versions == (first.id, edited.id)
    assert await store.show(first.id) == chat.id
    assert texts(await store.messages(chat.id)) == ["q1", "a1", "q2", "a2"]
    assert [message.versions for message in await store.messages(chat.id)][1:] == [(), (), ()]
    await store.show(edited.id)
    assert texts(await store.messages(chat.id)) == ["q1 better"]
    assert (await store.path(second.id))[-1].text == "q2"


async def test_stepping_back_finds_the_way_that_was_taken(store: ConversationStore) -> None:
    chat = await store.create()
    question, old = await answered(store, chat.id, "q", "old reply")
    await answered(store, chat.id, "follow-up 1", "deep 1")
    follow = (await store.messages(chat.id))[2]
    await store.add_message(chat.id, "user", "follow-up 2", beside=follow.id)
    again = await store.begin_reply(question, ORIGIN)
    await store.finish_reply(ended(again, "new reply"))
    assert texts(await store.messages(chat.id)) == ["q", "new reply"]
    await store.show(old.id)
    assert texts(await store.messages(chat.id)) == ["q", "old reply", "follow-up 2"]
    await store.show(follow.id)
    assert texts(await store.messages(chat.id)) == ["q", "old reply", "follow-up 1", "deep 1"]
    await store.show(again.id)
    await store.show(old.id)
    assert texts(await store.messages(chat.id)) == ["q", "old reply", "follow-up 1", "deep 1"]


async def test_a_message_deep_in_a_hidden_branch_is_shown(store: ConversationStore) -> None:
    chat = await store.create()
    first, _ = await answered(store, chat.id, "q1", "a1")
    _, deep = await answered(store, chat.id, "q2", "a2")
    await store.add_message(chat.id, "user", "other", beside=first.id)
    await store.show(deep.id)
    assert texts(await store.messages(chat.id)) == ["q1", "a1", "q2", "a2"]


async def test_a_reply_that_goes_on_keeps_its_text_and_who_wrote_it(
    store: ConversationStore,
) -> None:
    chat = await store.create()
    reply = await reply_in(store, chat.id)
    cut = await store.finish_reply(ended(reply, "one two", finish_reason="length"))
    other = msgspec.structs.replace(ORIGIN, model_name="other", quantization="Q8_0")
    resumed = await store.resume_reply(cut.id, other)
    assert (resumed.text, resumed.state, resumed.finish_reason) == ("one two", "streaming", None)
    await store.save_reply(cut.id, "one two three")
    await store.close()
    await store.open()
    killed = (await store.messages(chat.id))[-1]
    assert (killed.text, killed.state) == ("one two three", "interrupted")
    assert [(each.model_name, each.first_character) for each in killed.origins] == [
        ("tiny", 0),
        ("other", 7),
    ]
    assert killed.model_name == "other"


async def test_a_branch_is_a_chat_of_its_own(store: ConversationStore) -> None:
    chat = await store.create()
    _, reply = await answered(store, chat.id, "q1", "a1")
    await answered(store, chat.id, "q2", "a2")
    await store.move(chat.id, "Work")
    branch = await store.branch(reply.id)
    assert (branch.title, branch.folder) == ("q1 (branch)", "Work")
    await store.add_message(branch.id, "user", "another way")
    assert texts(await store.messages(branch.id)) == ["q1", "a1", "another way"]
    assert texts(await store.messages(chat.id)) == ["q1", "a1", "q2", "a2"]
    await store.purge([chat.id])
    copied = (await store.messages(branch.id))[1]
    assert (copied.origins, copied.model_name) == ((ORIGIN,), "tiny")


@pytest.mark.long
async def test_a_long_chat_is_branched_shown_and_deleted(
    store: ConversationStore, tmp_path: Path
) -> None:
    chat = await store.create()
    for number in range(1300):
        last = await store.add_message(chat.id, "user", f"m{number}")
    branch = await store.branch(last.id)
    assert len(await store.messages(branch.id)) == 1300
    await store.show((await store.messages(chat.id))[0].id)
    assert len(await store.messages(chat.id)) == 1300
    await store.purge([chat.id, branch.id])
    await store.close()
    left = sqlite3.connect(tmp_path / "chats.sqlite")
    assert left.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    left.close()


async def test_the_trash_keeps_chats_until_they_are_deleted_for_good(
    store: ConversationStore,
) -> None:
    kept, gone = await store.create(), await store.create()
    await answered(store, gone.id, "secret words", "a")
    await store.trash(gone.id)
    await store.trash(gone.id)
    assert [chat.id for chat in await store.conversations()] == [kept.id]
    assert await store.search("secret") == []
    (trashed,) = await store.trashed()
    assert (trashed.id, trashed.deleted_at is not None) == (gone.id, True)
    await store.restore(gone.id)
    assert [chat.id for chat in await store.conversations()] == [gone.id, kept.id]
    assert await store.trashed() == []
    assert len(await store.search("secret")) == 1


async def test_drafts_are_kept_for_each_chat(store: ConversationStore) -> None:
    chat = await store.create()
    await store.save_draft(None, "new chat")
    await store.save_draft(chat.id, "half a thou\0ght")
    await store.close()
    await store.open()
    assert (await store.draft(None), await store.draft(chat.id)) == ("new chat", "half a thou\0ght")
    await store.save_draft(None, "")
    assert await store.draft(None) == ""
    await store.purge([chat.id])
    await store.save_draft(chat.id, "too late")
    assert await store.draft(chat.id) == ""


async def test_pins_and_folders(store: ConversationStore) -> None:
    one, two = await store.create(), await store.create()
    await store.pin(one.id, pinned=True)
    await store.move(one.id, "A")
    await store.move(two.id, "A")
    await store.rename_folder("A", "B")
    chats = {chat.id: (chat.pinned, chat.folder) for chat in await store.conversations()}
    assert chats == {one.id: (True, "B"), two.id: (False, "B")}
    await store.rename_folder("B", None)
    await store.pin(one.id, pinned=False)
    assert {(c.pinned, c.folder) for c in await store.conversations()} == {(False, None)}


async def test_pins_and_summaries_stay_with_their_messages(store: ConversationStore) -> None:
    chat = await store.create()
    first, _ = await answered(store, chat.id, "q1", "a1")
    reply = await reply_in(store, chat.id, "q2")
    summary = ContextSummary(text="short \ud800", model_name="tiny", besides=(1,))
    await store.pin_message(first.id, pinned=True)
    await store.set_summary(first.id, summary)
    await store.pin_message(reply.id, pinned=True)
    done = await store.finish_reply(ended(reply, "a2"))
    assert done.pinned, "what was pinned while it streamed stays pinned"
    branch = await store.branch(done.id)
    for chat_id in (chat.id, branch.id):
        shown = await store.messages(chat_id)
        assert [each.pinned for each in shown] == [True, False, False, True]
        assert [each.summary for each in shown] == [summary, None, None, None]
    await store.pin_message(first.id, pinned=False)
    assert [each.pinned for each in await store.messages(chat.id)] == [False, False, False, True]
    with pytest.raises(StoreError, match="it was deleted"):
        await store.pin_message(4711, pinned=True)
