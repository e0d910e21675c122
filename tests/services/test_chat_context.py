"""What goes to a real model when a chat does not fit: what the plan says, and never more."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from pathlib import Path

import pytest

from app.domain.attachment import Attachment
from app.domain.context_look import ContextLook, told
from app.domain.context_plan import ContextPolicy, summary_limit
from app.domain.conversation import Message
from app.domain.engine import (
    CountingSession,
    GenerationEvent,
    GenerationRequest,
    Sampling,
    SessionInfo,
)
from app.domain.errors import ContextFullError
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatEvent, ChatService, ReplyFinished, ReplyStarted, Turn
from app.services.contexts import ContextQuestion
from app.services.conversation_store import ConversationStore
from app.services.summarizing import Summarizing
from backends.local import LocalEngine, LocalSession
from tests.fakes.saved_chats import answered, ended, reply_in

CONTEXT, LIMIT = 512, 12
WORDS = "The harbour was quiet and the boats lay still. " * 5
OPTIONS = ReplyOptions(system="Be brief.", sampling=Sampling(temperature=0.0), max_tokens=LIMIT)


class Watched:
    """A session that notes what it is asked to answer."""

    def __init__(self, session: LocalSession) -> None:
        self._session = session
        self.requests: list[GenerationRequest] = []
        self.count_context = session.count_context
        self.count_tokens = session.count_tokens
        self.close = session.close

    @property
    def info(self) -> SessionInfo:
        return self._session.info

    @property
    def process_id(self) -> int | None:
        return self._session.process_id

    def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        self.requests.append(request)
        return self._session.generate(request)

    @property
    def prompt(self) -> str:
        """The text of the prompt that was answered last."""
        return "\n".join(each.content for each in self.requests[-1].messages)


@pytest.fixture
async def session(starter_path: Path, tmp_path: Path) -> AsyncIterator[Watched]:
    options = LoadOptions(context_tokens=CONTEXT, threads=1)
    plan = LoadPlan(name="starter", path=os.fsencode(starter_path), options=options)
    loaded = await LocalEngine("llama_cpp", tmp_path / "run").load(plan, lambda _: None)
    yield Watched(loaded)
    await loaded.close()


async def long_chat(store: ConversationStore, turns: int = 5) -> list[Message]:
    """A chat of far more than the context; each message has a mark of its own."""
    chat = await store.create()
    for number in range(turns):
        await answered(store, chat.id, f"question{number}? {WORDS}", f"answer{number}. {WORDS}")
    return await store.messages(chat.id)


def turn(messages: list[Message], policy: ContextPolicy, **asked: object) -> Turn:
    known: dict[str, object] = {"text": "What now?", "options": OPTIONS}
    chat_id = messages[0].conversation_id
    return Turn(conversation_id=chat_id, policy=policy, **(known | asked))


async def run(store: ConversationStore, session: Watched, asked: Turn) -> list[ChatEvent]:
    return [event async for event in ChatService(store).run_turn(session, asked)]


async def look(store: ConversationStore, session: Watched, asked: Turn) -> ContextLook:
    """What the window asks while the turn is written."""
    options = asked.options or ReplyOptions()
    path = await store.messages(asked.conversation_id)
    if asked.continues is None:
        draft = Message(
            id=0,
            conversation_id=asked.conversation_id,
            parent_id=None,
            role="user",
            text=asked.text,
            state="complete",
            created_at=0.0,
            attachments=asked.attachments,
        )
        path.append(draft)
    question = ContextQuestion(
        path=tuple(path), system=options.system, max_tokens=options.max_tokens, policy=asked.policy
    )
    return await ChatService(store).look(session, question)


def marks(messages: Iterable[Message]) -> set[str]:
    return {each.text.split()[0] for each in messages}


async def assert_sent(session: Watched, seen: ContextLook, messages: list[Message]) -> None:
    """The prompt is what was foretold: to the token, without what is left out, with the rest."""
    assert isinstance(session, CountingSession)
    left = [each for each in messages if each.id in seen.plan.left_out]
    stay = [each for each in messages if each.id not in seen.plan.left_out]
    assert not any(mark in session.prompt for mark in marks(left))
    assert all(mark in session.prompt for mark in marks(stay))
    tokens = await session.count_tokens(session.requests[-1])
    assert tokens == seen.used_tokens
    assert tokens + LIMIT <= CONTEXT
    assert seen.free_tokens == CONTEXT - LIMIT - tokens


@pytest.mark.long
async def test_counts_are_those_of_the_prompt(store: ConversationStore, session: Watched) -> None:
    notes = Attachment(name="notes.txt", kind="text", size_bytes=9, text="The number is 4711.")
    asked = turn(await long_chat(store, turns=1), "ask", attachments=(notes,))
    bare = await look(store, session, turn(await store.messages(asked.conversation_id), "ask"))
    seen = await look(store, session, asked)
    assert seen.plan.outcome == "fits"
    assert told(seen) == ""
    assert (seen.system_tokens, seen.history_tokens) == (bare.system_tokens, bare.history_tokens)
    assert seen.draft_tokens == bare.draft_tokens
    assert seen.attachment_tokens == seen.used_tokens - bare.used_tokens > 10
    await run(store, session, asked)
    assert await session.count_tokens(session.requests[-1]) == seen.used_tokens


async def test_ask_sends_and_stores_nothing(store: ConversationStore, session: Watched) -> None:
    messages = await long_chat(store)
    with pytest.raises(ContextFullError, match="This does not fit: with 12 for the reply") as told_:
        await run(store, session, turn(messages, "ask"))
    assert told_.value.look.used_tokens > CONTEXT
    assert not session.requests
    assert await store.messages(messages[0].conversation_id) == messages


@pytest.mark.parametrize(
    "policy", ["drop_oldest", pytest.param("keep_ends", marks=pytest.mark.long)]
)
async def test_turns_are_left_out_and_pins_stay(
    store: ConversationStore, session: Watched, policy: ContextPolicy
) -> None:
    messages = await long_chat(store)
    await store.pin_message(messages[2].id, pinned=True)
    asked = turn(messages, policy)
    seen = await look(store, session, asked)
    assert seen.plan.outcome == "shortened"
    assert told(seen).startswith(f"{seen.left_out_count} messages (")
    assert messages[2].id not in seen.plan.left_out
    assert (messages[0].id in seen.plan.left_out) == (policy == "drop_oldest")
    assert messages[-1].id not in seen.plan.left_out
    events = await run(store, session, asked)
    assert isinstance(events[0], ReplyStarted)
    await assert_sent(session, seen, messages)
    again = await look(store, session, turn(messages, policy, text="And then?"))
    assert again.plan.left_out >= seen.plan.left_out


@pytest.mark.long
async def test_a_summary_is_written_kept_and_goes_in_place_of_its_turns(
    store: ConversationStore, session: Watched
) -> None:
    messages = await long_chat(store)
    await store.pin_message(messages[2].id, pinned=True)
    asked = turn(messages, "summarize")
    seen = await look(store, session, asked)
    assert seen.plan.outcome == "summary_due"
    assert seen.summary_tokens >= summary_limit(CONTEXT)
    events = await run(store, session, asked)
    steps = [event for event in events if isinstance(event, Summarizing)]
    assert steps[0].parts > 1, "what is summarized has more tokens than the context"
    begun = events[len(steps)]
    assert isinstance(begun, ReplyStarted)
    assert begun.summarized
    after = await store.messages(messages[0].conversation_id)
    (kept,) = [each for each in after if each.summary is not None]
    assert kept.summary is not None
    assert kept.summary.text == steps[-1].text
    assert kept.summary.model_name == "starter"
    assert kept.summary.besides == (2,)
    assert kept.id == max(seen.plan.left_out)
    assert kept.summary.text in session.prompt
    left = [each for each in messages if each.id in seen.plan.left_out]
    assert not any(mark in session.prompt.replace(kept.summary.text, "") for mark in marks(left))
    assert messages[2].text in session.prompt
    assert await session.count_tokens(session.requests[-1]) + LIMIT <= CONTEXT
    count = len(session.requests)
    again = await look(store, session, turn(messages, "ask", text="And?"))
    assert (again.plan.outcome, again.plan.uses_summary) == ("shortened", True)
    assert again.plan.left_out == seen.plan.left_out
    await run(store, session, turn(messages, "ask", text="And?"))
    assert len(session.requests) == count + 1, "the summary that there is is used again"


@pytest.mark.long
async def test_a_summary_that_is_stopped_leaves_nothing(
    store: ConversationStore, session: Watched
) -> None:
    messages = await long_chat(store)
    events = ChatService(store).run_turn(session, turn(messages, "summarize"))
    async with aclosing(events):
        assert isinstance(await anext(events), Summarizing)
    assert await store.messages(messages[0].conversation_id) == messages


@pytest.mark.long
async def test_as_is_sends_all_with_what_room_there_is(
    store: ConversationStore, session: Watched
) -> None:
    messages = await long_chat(store, turns=3)
    roomy = ReplyOptions(max_tokens=250)
    with pytest.raises(ContextFullError) as refused:
        await run(store, session, turn(messages, "ask", options=roomy))
    room = refused.value.look.reply_room
    assert 0 < room < 250
    events = await run(store, session, turn(messages, "ask", options=OPTIONS, as_is=True))
    assert isinstance(events[-1], ReplyFinished)
    assert marks(messages) <= set(session.prompt.split())


@pytest.mark.long
async def test_a_reply_that_filled_the_context_goes_on_with_less_before_it(
    store: ConversationStore, session: Watched
) -> None:
    messages = await long_chat(store, turns=4)
    cut = await reply_in(store, messages[0].conversation_id, "Count for ever")
    cut = await store.finish_reply(ended(cut, f"begun. {WORDS}", finish_reason="length"))
    asked = turn(messages, "ask", text="", continues=cut.id, options=OPTIONS)
    with pytest.raises(ContextFullError):
        await run(store, session, asked)
    asked = turn(messages, "drop_oldest", text="", continues=cut.id, options=OPTIONS)
    seen = await look(store, session, asked)
    await run(store, session, asked)
    path = await store.messages(messages[0].conversation_id)
    assert path[-2].id not in seen.plan.left_out, "its question stays"
    await assert_sent(session, seen, path[:-1])
    assert path[-1].text.startswith(f"begun. {WORDS}")
    assert session.requests[-1].continue_reply


async def test_what_can_never_fit_says_what_to_do(
    store: ConversationStore, session: Watched
) -> None:
    messages = await long_chat(store, turns=1)
    await store.pin_message(messages[0].id, pinned=True)
    with pytest.raises(ContextFullError, match="Shorten the message, unpin messages, lower"):
        await run(store, session, turn(messages, "drop_oldest", text=WORDS * 10))
