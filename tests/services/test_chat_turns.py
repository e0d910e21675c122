"""Turns that edit, repeat and continue: what the engine is asked, and what is kept of who wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.domain.conversation import Message
from app.domain.engine import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from app.domain.errors import RequestError, StoreError
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatEvent, ChatService, ReplyStarted, Turn
from app.services.conversation_store import ConversationStore
from tests.fakes.chat_writer import INFO
from tests.fakes.saved_chats import answered, ended, reply_in
from tests.fakes.scripted_engine import Script, ScriptedSession


def session(text: str) -> ScriptedSession:
    return ScriptedSession(INFO, Script(text=text), None)


async def run(store: ConversationStore, fake: ScriptedSession, turn: Turn) -> list[ChatEvent]:
    return [event async for event in ChatService(store).run_turn(fake, turn)]


def asked(fake: ScriptedSession) -> list[tuple[str, str]]:
    return [(each.role, each.content) for each in fake.requests[-1].messages]


async def cut_reply(store: ConversationStore, text: str) -> Message:
    reply = await reply_in(store, (await store.create()).id, "Count")
    return await store.finish_reply(ended(reply, text, finish_reason="length"))


async def test_an_edited_question_is_answered_without_what_followed(
    store: ConversationStore,
) -> None:
    chat = await store.create()
    await answered(store, chat.id, "q1", "a1")
    second, _ = await answered(store, chat.id, "q2", "a2")
    await answered(store, chat.id, "q3", "a3")
    fake = session("better")
    events = await run(store, fake, Turn(conversation_id=chat.id, text="q2!", edits=second.id))
    assert asked(fake) == [("user", "q1"), ("assistant", "a1"), ("user", "q2!")]
    assert isinstance(events[0], ReplyStarted)
    assert not events[0].extends
    shown = await store.messages(chat.id)
    assert [each.text for each in shown] == ["q1", "a1", "q2!", "better"]
    assert len(shown[2].versions) == 2


async def test_a_question_is_answered_once_more_by_another_model(store: ConversationStore) -> None:
    chat = await store.create()
    _, old = await answered(store, chat.id, "q1", "a1")
    fake = session("another answer")
    options = ReplyOptions(system="Be brief.", sampling=Sampling(temperature=0.1, seed=3))
    turn = Turn(conversation_id=chat.id, repeats=old.id, quantization="Q8_0", options=options)
    await run(store, fake, turn)
    assert asked(fake) == [("system", "Be brief."), ("user", "q1")]
    new = (await store.messages(chat.id))[-1]
    assert (new.text, new.versions) == ("another answer", (old.id, new.id))
    (origin,) = new.origins
    assert (origin.model_name, origin.quantization, origin.system) == (
        "scripted",
        "Q8_0",
        "Be brief.",
    )
    assert (origin.sampling, origin.engine_name) == (options.sampling, INFO.engine_name)
    await store.show(old.id)
    assert (await store.messages(chat.id))[-1].model_name == "tiny"


async def test_a_cut_reply_goes_on_where_it_ended(store: ConversationStore) -> None:
    reply = await cut_reply(store, "one two")
    fake = session(" three four")
    chat_id = reply.conversation_id
    events = await run(store, fake, Turn(conversation_id=chat_id, continues=reply.id))
    request = fake.requests[0]
    assert request.continue_reply
    assert request.messages == (ChatMessage("user", "Count"), ChatMessage("assistant", "one two"))
    assert isinstance(events[0], ReplyStarted)
    assert events[0].reply.text == "one two"
    whole = (await store.messages(chat_id))[-1]
    assert (whole.id, whole.text, whole.finish_reason) == (reply.id, "one two three four", "stop")
    assert [each.first_character for each in whole.origins] == [0, 7]


async def test_a_continuation_that_is_stopped_at_once_loses_nothing(
    store: ConversationStore,
) -> None:
    reply = await cut_reply(store, "one two")
    turn = Turn(conversation_id=reply.conversation_id, continues=reply.id)
    events = ChatService(store).run_turn(session(" three"), turn)
    await anext(events)
    await events.aclose()
    kept = (await store.messages(reply.conversation_id))[-1]
    assert (kept.text, kept.finish_reason) == ("one two", "cancelled")


class Thinking(ScriptedSession):
    """Gives what is left of the reasoning apart, then the answer."""

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        async for event in super().generate(request):
            if isinstance(event, TextDelta) and "hmm" in event.text:
                yield ReasoningDelta(event.text, event.timings)
            else:
                yield event


@pytest.mark.parametrize(
    ("fake", "text"),
    [
        (Thinking(INFO, Script(text=" hmm answer"), None), "<think>\nso\n</think>\n\n answer"),
        (session(" far</think>answer"), "<think>\nso far</think>answer"),
    ],
)
async def test_a_reply_that_was_cut_in_its_reasoning_goes_on(
    store: ConversationStore, fake: ScriptedSession, text: str
) -> None:
    reply = await cut_reply(store, "<think>\nso")
    turn = Turn(conversation_id=reply.conversation_id, continues=reply.id)
    await run(store, fake, turn)
    assert fake.requests[0].messages[-1].content == "<think>\nso"
    kept = (await store.messages(reply.conversation_id))[-1]
    assert kept.text.replace(" hmm", "") == text


async def test_what_is_gone_cannot_be_repeated(store: ConversationStore) -> None:
    chat = await store.create()
    _, reply = await answered(store, chat.id, "q", "a")
    await store.purge([chat.id])
    for turn in (
        Turn(conversation_id=chat.id, repeats=reply.id),
        Turn(conversation_id=chat.id, continues=reply.id),
        Turn(conversation_id=chat.id, text="x", edits=reply.id),
    ):
        with pytest.raises(StoreError, match="it was deleted"):
            await run(store, session("x"), turn)


async def test_a_reply_without_a_question_is_not_repeated(store: ConversationStore) -> None:
    chat = await store.create()
    greeting = await store.add_message(chat.id, "assistant", "How can I help?")
    with pytest.raises(RequestError, match="no question"):
        await run(store, session("x"), Turn(conversation_id=chat.id, repeats=greeting.id))
