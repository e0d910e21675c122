"""Chats in files: nothing is lost in JSON, others' exports are understood, bad ones explained."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.chat_export import file_name
from app.domain.conversation import ChatRecord, ContextSummary, Message, ReplyOrigin
from app.domain.engine import Sampling, TokenBias
from app.domain.errors import StoreError
from app.domain.reply_options import ReplyOptions
from app.services.chat_files import ChatFiles, ImportReport
from app.services.conversation_store import ConversationStore
from tests.fakes import chat_exports
from tests.fakes.saved_chats import answered, ended


async def filled(store: ConversationStore) -> int:
    """A chat with everything that a chat can have."""
    chat = await store.create()
    question, _ = await answered(
        store, chat.id, "first \ud800 question", "<think>\nhm\n</think>\n\nA"
    )
    await store.add_message(chat.id, "user", "edited", beside=question.id)
    origin = ReplyOrigin(
        model_name="m\udfff",
        sampling=Sampling(logit_bias=(TokenBias(1, float("-inf")),), temperature=0.3),
        seed=9,
    )
    edited = (await store.messages(chat.id))[-1]
    reply = await store.begin_reply(edited, origin)
    await store.finish_reply(ended(reply, "cut", finish_reason="length"))
    await store.pin_message(question.id, pinned=True)
    await store.set_summary(
        edited.id, ContextSummary(text="brief\ud800", model_name="m", besides=(0,))
    )
    await store.set_options(chat.id, ReplyOptions(context_policy="keep_ends"))
    await store.rename(chat.id, "Ti/tle: <b>x</b>\u202e")
    await store.pin(chat.id, pinned=True)
    await store.move(chat.id, "Wörk")
    await store.save_draft(chat.id, "unsent\0")
    return chat.id


def plain(record: ChatRecord) -> ChatRecord:
    """A record with messages numbered from 1, so that those of two stores can be compared."""
    numbers = {each.id: at for at, each in enumerate(record.messages, start=1)}
    messages = tuple(
        msgspec.structs.replace(
            each,
            id=numbers[each.id],
            conversation_id=0,
            parent_id=None if each.parent_id is None else numbers[each.parent_id],
        )
        for each in record.messages
    )
    leaf = None if record.leaf_id is None else numbers[record.leaf_id]
    return msgspec.structs.replace(record, messages=messages, leaf_id=leaf)


async def test_json_brings_back_everything(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    chat_id = await filled(store)
    empty = await store.create()
    path = tmp_path / "all.json"
    assert await files.export(str(path), None, "json") == 2
    other = ConversationStore(tmp_path / "other.sqlite")
    await other.open()
    report = await ChatFiles(other).read([str(path)])
    assert (report.chats, report.problems) == (2, ())
    before = {
        each.uid: each for each in [await store.record(chat_id), await store.record(empty.id)]
    }
    listed = await other.conversations()
    after = {each.uid: each for each in [await other.record(chat.id) for chat in listed]}
    assert {uid: plain(each) for uid, each in after.items()} == {
        uid: plain(each) for uid, each in before.items()
    }
    again = await ChatFiles(other).read([str(path)])
    assert again.sentence() == "2 chats were here already."
    await other.close()
    assert json.loads(path.read_bytes())[0]["format"] == "quantbench-chat"


@given(text=st.text(st.characters(exclude_categories=())))
async def test_any_text_comes_back_from_json(text: str, tmp_path_factory: Any) -> None:
    # Two halves of a surrogate pair that stand apart in Python are one character in any JSON.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    folder = tmp_path_factory.mktemp("any")
    store = ConversationStore(folder / "a.sqlite")
    await store.open()
    try:
        chat = await store.create()
        await store.add_message(chat.id, "user", text)
        await store.rename(chat.id, text)
        await ChatFiles(store).export(str(folder / "x.json"), [chat.id], "json")
        await store.purge([chat.id])
        assert (await ChatFiles(store).read([str(folder / "x.json")])).problems == ()
        (back,) = await store.conversations()
        assert (back.title, (await store.messages(back.id))[0].text) == (text, text)
    finally:
        await store.close()


async def test_a_file_that_cannot_be_written_is_told(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    chat = await store.create()
    with pytest.raises(StoreError, match="Could not write"):
        await files.export(str(tmp_path / "missing" / "a.json"), [chat.id], "json")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is a GPU?", "What is a GPU.md"),
        ("../../etc/passwd", ".. etc passwd.md".lstrip(". ")),
        ("\ud800\0\u202e", "Chat.md"),
        ("x" * 300, "x" * 60 + ".md"),
    ],
)
def test_names_of_files_are_harmless(title: str, name: str) -> None:
    assert file_name(title, "markdown") == name


async def imported(files: ChatFiles, store: ConversationStore, path: Path, value: object) -> int:
    path.write_text(json.dumps(value), "utf-8")
    report = await files.read([str(path)])
    assert (report.chats, report.problems) == (1, ())
    assert report.first_id is not None
    return report.first_id


def said(messages: list[Message]) -> list[tuple[str, str]]:
    return [(each.role, each.text) for each in messages]


async def test_chatgpt(store: ConversationStore, files: ChatFiles, tmp_path: Path) -> None:
    chat_id = await imported(files, store, tmp_path / "conversations.json", chat_exports.chatgpt())
    question, reply = await store.messages(chat_id)
    assert (question.text, len(question.versions)) == ("[image]\n\nWhat is 6*7?", 2)
    assert reply.text == (
        "<think>\n6*7 is 42.\n</think>\n\n```python\nprint(6*7)\n```\n\n```\n42\n```\n\nIt is 42."
    )
    assert (reply.model_name, reply.state) == ("o3", "complete")
    await store.show(question.versions[0])
    assert said(await store.messages(chat_id)) == [("user", "Wht is 6*7?"), ("assistant", "42?")]
    (chat,) = await store.conversations()
    assert (chat.title, chat.created_at, chat.updated_at) == (
        "Six times seven",
        1_714_000_000.25,
        1_714_000_100.5,
    )


async def test_chatgpt_archive(store: ConversationStore, files: ChatFiles, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations.json", json.dumps(chat_exports.chatgpt()))
    report = await files.read([str(path)])
    assert report.sentence() == "1 chat was imported."
    assert [chat.title for chat in await store.conversations()] == ["Six times seven"]


async def test_open_webui(store: ConversationStore, files: ChatFiles, tmp_path: Path) -> None:
    chat_id = await imported(files, store, tmp_path / "chat.json", chat_exports.open_webui())
    system, question, reply = await store.messages(chat_id)
    assert said([system, question]) == [("system", "Be brief."), ("user", "What is 6*7?")]
    assert reply.text == "<think>\n6*7 < 43\nso 42\n</think>\n\nIt is **42**."
    assert (reply.model_name, len(reply.versions)) == ("qwen3:4b", 2)
    await store.show(reply.versions[0])
    failed = (await store.messages(chat_id))[-1]
    assert (failed.state, failed.error) == (
        "interrupted",
        "500: model runner has unexpectedly stopped",
    )
    (chat,) = await store.conversations()
    assert (chat.title, chat.pinned) == ("🧮 Six times seven", True)


async def test_lm_studio(store: ConversationStore, files: ChatFiles, tmp_path: Path) -> None:
    path = tmp_path / "1737000000123.conversation.json"
    chat_id = await imported(files, store, path, chat_exports.lm_studio())
    messages = await store.messages(chat_id)
    assert said(messages) == [
        ("system", "Be brief."),
        ("user", "What is 6*7?"),
        ("assistant", "<think>\n6*7\n</think>\n\nIt is 42."),
        ("user", "Thanks"),
    ]
    assert (messages[2].model_name, len(messages[2].versions)) == ("qwen/qwen3-4b", 2)
    assert await store.draft(chat_id) == "And 7*8"


async def test_good_chats_beside_bad_ones_are_taken(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    values = [*chat_exports.chatgpt(), 5, *chat_exports.open_webui(), {}]
    (tmp_path / "mixed.json").write_text(json.dumps(values), "utf-8")
    report = await files.read([str(tmp_path / "mixed.json")])
    assert report.chats == 2
    assert report.sentence() == (
        "2 chats were imported. Chat 2 of mixed.json is no chat of Quantbench, ChatGPT, "
        "Open WebUI or LM Studio. Chat 4 of mixed.json is no chat of Quantbench, ChatGPT, "
        "Open WebUI or LM Studio."
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def spoiled(value: Any, data: st.DataObject) -> Any:
    """The value with one part of it replaced by something else."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(value)))
        return value | {key: spoiled(value[key], data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(value) - 1))
        return [*value[:at], spoiled(value[at], data), *value[at + 1 :]]
    return data.draw(json_values)


@pytest.mark.long
@given(data=st.data())
async def test_spoiled_exports_end_in_chats_or_sentences(
    tmp_path_factory: Any, data: st.DataObject
) -> None:
    whole = data.draw(
        st.sampled_from(
            [chat_exports.chatgpt(), chat_exports.open_webui(), [chat_exports.lm_studio()]]
        )
    )
    folder = tmp_path_factory.mktemp("spoiled")
    (folder / "x.json").write_text(json.dumps([spoiled(whole[0], data)]), "utf-8")
    store = ConversationStore(folder / "chats.sqlite")
    await store.open()
    report: ImportReport = await ChatFiles(store).read([str(folder / "x.json")])
    assert report.chats + len(report.problems) == 1
    for chat in await store.conversations():
        assert await store.messages(chat.id)
    await store.close()
