"""A turn of a chat: saved before, during and after, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    Sampling,
    TextDelta,
)
from app.domain.errors import EngineDiedError, StoreError
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatEvent, ChatService, ReplyFinished, ReplyStarted, Turn
from app.services.conversation_store import ConversationStore
from tests.fakes.chat_writer import INFO, TokenClock
from tests.fakes.scripted_engine import Script, ScriptedSession

DIED = EngineDiedError("The engine crashed. Load the model again.")


class Talk:
    """A store, a chat in it, and the service."""

    def __init__(self, store: ConversationStore, conversation_id: int) -> None:
        self.store = store
        self.conversation_id = conversation_id
        self.clock = TokenClock()
        self.service = ChatService(store, clock=self.clock)

    def turn(self, text: str = "question", system: str | None = None) -> Turn:
        return Turn(
            conversation_id=self.conversation_id,
            text=text,
            options=ReplyOptions(system=system or ""),
        )

    async def messages(self) -> list[Message]:
        return await self.store.messages(self.conversation_id)

    async def ask(self, session: ScriptedSession, text: str = "question") -> list[ChatEvent]:
        return [event async for event in self.service.run_turn(session, self.turn(text))]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = ConversationStore(tmp_path / "chats.sqlite")
    await store.open()
    yield Talk(store, (await store.create()).id)
    await store.close()


def session(**script: object) -> ScriptedSession:
    return ScriptedSession(INFO, Script(**script), None)


async def test_a_whole_turn(talk: Talk) -> None:
    events = await talk.ask(session(text="one two three four"))
    first, *middle, last = events
    question, reply = await talk.messages()
    assert isinstance(first, ReplyStarted)
    assert first.question == question
    assert (first.reply.id, first.reply.state, first.reply.text) == (reply.id, "streaming", "")
    assert isinstance(last, ReplyFinished)
    assert last.reply == reply
    deltas = [event for event in middle if isinstance(event, TextDelta)]
    assert "".join(delta.text for delta in deltas) == reply.text == "one two three four"
    assert len(deltas) + sum(isinstance(each, PromptProgress) for each in middle) == len(middle)
    assert (reply.state, reply.finish_reason, reply.model_name) == ("complete", "stop", "scripted")
    assert reply.timings is not None
    assert reply.timings.completion_tokens == 4
    times = [delta.timings.elapsed_ms for delta in deltas]
    assert last.speed is not None
    assert 0 <= last.speed.itl_p50_ms <= last.speed.itl_p99_ms <= times[-1] - times[0]


async def test_the_question_is_saved_before_the_engine_is_asked(talk: Talk) -> None:
    gate = asyncio.Event()
    fake = session(token_gates={0: gate})
    async with aclosing(talk.service.run_turn(fake, talk.turn("kept"))) as events:
        await anext(events)
        assert fake.requests == []
        question, reply = await talk.messages()
        assert (question.text, reply.state) == ("kept", "streaming")


async def test_the_engine_gets_the_path_so_far(talk: Talk) -> None:
    fake = session(text="first answer")
    await talk.ask(fake, "first")
    turn = Turn(
        conversation_id=talk.conversation_id,
        text="second",
        options=ReplyOptions(
            system="Be brief.",
            sampling=Sampling(temperature=0.0, seed=7),
            max_tokens=1,
            stop=("\n",),
            json_schema="{}",
        ),
    )
    events = [event async for event in talk.service.run_turn(fake, turn)]
    assert isinstance(events[-1], ReplyFinished)
    assert events[-1].reply.finish_reason == "length"
    assert fake.requests[-1] == GenerationRequest(
        messages=(
            ChatMessage("system", "Be brief."),
            ChatMessage("user", "first"),
            ChatMessage("assistant", "first answer"),
            ChatMessage("user", "second"),
        ),
        sampling=turn.options.sampling,
        max_tokens=1,
        stop=("\n",),
        json_schema="{}",
        conversation_id=talk.conversation_id,
    )


async def test_a_reply_that_was_stopped_at_once_leaves_no_empty_message(talk: Talk) -> None:
    async with aclosing(talk.service.run_turn(session(), talk.turn("first"))) as events:
        await anext(events)
    fake = session()
    await talk.ask(fake, "sec\ud800ond")
    assert fake.requests[0].messages == (ChatMessage("user", "first\n\nsec\ufffdond"),)
    assert (await talk.messages())[2].text == "sec\ud800ond"


async def test_text_is_saved_every_second_while_it_streams(talk: Talk) -> None:
    text = " ".join(f"w{number}" for number in range(50))
    saved: list[int] = []
    count = 0
    async with aclosing(talk.service.run_turn(session(text=text), talk.turn())) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                count += 1
                talk.clock.seconds += 0.1
                saved.append(len((await talk.messages())[1].text.split()))
    assert count == 50
    lost = [number + 1 - there for number, there in enumerate(saved)]
    assert max(lost) <= 11
    assert len(set(saved)) >= 5


@pytest.mark.parametrize("token", [0, 1, 7])
async def test_closing_the_iterator_keeps_what_has_come(talk: Talk, token: int) -> None:
    fake = session()
    async with aclosing(talk.service.run_turn(fake, talk.turn())) as events:
        seen = 0
        async for event in events:
            if isinstance(event, TextDelta):
                seen += 1
            if seen == token:
                break
    question, reply = await talk.messages()
    assert question.text == "question"
    assert (reply.state, reply.finish_reason) == ("complete", "cancelled")
    assert len(reply.text.split()) == token
    # At token 0 the iterator was closed before the engine was asked for anything.
    assert fake.cancelled_count == (1 if token else 0)


@pytest.mark.parametrize("token", [0, 3])
async def test_cancelling_the_task_keeps_what_has_come(talk: Talk, token: int) -> None:
    reached, never = asyncio.Event(), asyncio.Event()
    fake = session(token_gates={token: never})

    async def consume() -> None:
        seen = 0
        async with aclosing(talk.service.run_turn(fake, talk.turn())) as events:
            async for event in events:
                seen += isinstance(event, TextDelta)
                if seen == token and not isinstance(event, ReplyStarted):
                    reached.set()

    task = asyncio.create_task(consume())
    await reached.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    reply = (await talk.messages())[1]
    assert (reply.state, reply.finish_reason) == ("complete", "cancelled")
    assert len(reply.text.split()) == token
    assert fake.cancelled_count == 1


async def test_cancelling_again_and_again_still_saves(talk: Talk) -> None:
    never, reached = asyncio.Event(), asyncio.Event()

    async def consume() -> None:
        fake = session(token_gates={2: never})
        async with aclosing(talk.service.run_turn(fake, talk.turn())) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    reached.set()

    task = asyncio.create_task(consume())
    await reached.wait()
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    reply = (await talk.messages())[1]
    assert (reply.state, reply.finish_reason) == ("complete", "cancelled")
    assert reply.text


class GatedStore(ConversationStore):
    """Stores a question and holds the answer of the call until the gate opens."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reached, self.gate = asyncio.Event(), asyncio.Event()

    async def ask(
        self, conversation_id: int | None, text: str, origin: ReplyOrigin, **more: Any
    ) -> tuple[Message, Message]:
        stored = await super().ask(conversation_id, text, origin, **more)
        self.reached.set()
        await self.gate.wait()
        return stored


async def test_stopping_while_the_turn_begins_tells_what_is_stored(tmp_path: Path) -> None:
    store = GatedStore(tmp_path / "chats.sqlite")
    await store.open()
    talk = Talk(store, (await store.create()).id)
    events: list[ChatEvent] = []
    task = asyncio.create_task(_consume(talk, session(), events))
    await store.reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    store.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    question, reply = await talk.messages()
    assert question.text == "question"
    assert (reply.state, reply.finish_reason) == ("complete", "cancelled")
    (started,) = events
    assert isinstance(started, ReplyStarted)
    assert (started.question.id, started.reply.id) == (question.id, reply.id)
    await store.close()


async def _consume(talk: Talk, fake: ScriptedSession, events: list[ChatEvent]) -> None:
    turn = Turn(conversation_id=talk.conversation_id, text="question")
    async with aclosing(talk.service.run_turn(fake, turn)) as steps:
        async for event in steps:
            events.append(event)


async def test_an_engine_that_dies(talk: Talk) -> None:
    seen: list[ChatEvent] = []
    fake = session(fail_at_token=3, error=DIED)

    async def consume() -> None:
        async for event in talk.service.run_turn(fake, talk.turn()):
            seen.append(event)

    with pytest.raises(EngineDiedError) as caught:
        await consume()
    assert caught.value is DIED
    reply = (await talk.messages())[1]
    assert (reply.state, reply.finish_reason, reply.error) == ("interrupted", "error", str(DIED))
    assert len(reply.text.split()) == 3
    assert isinstance(seen[-1], ReplyFinished)
    assert seen[-1].reply == reply


class SilentEnd(ScriptedSession):
    """Ends a reply without the event that must be the last."""

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        async for event in super().generate(request):
            if isinstance(event, PromptProgress | TextDelta):
                yield event


async def test_an_engine_that_ends_without_a_word(talk: Talk) -> None:
    fake = SilentEnd(INFO, Script(text="a b"), None)
    with pytest.raises(EngineDiedError, match="without a word"):
        await talk.ask(fake)
    reply = (await talk.messages())[1]
    assert (reply.state, reply.text) == ("interrupted", "a b")


class Defective(ScriptedSession):
    """Raises what no engine should."""

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        async for event in super().generate(request):
            yield event
            if isinstance(event, TextDelta):
                raise ZeroDivisionError


async def test_a_defect_loses_no_text(talk: Talk) -> None:
    with pytest.raises(ZeroDivisionError):
        await talk.ask(Defective(INFO, Script(text="a b"), None))
    reply = (await talk.messages())[1]
    assert (reply.state, reply.text, reply.finish_reason) == ("interrupted", "a", "error")


async def test_a_chat_that_is_deleted_while_its_reply_streams(talk: Talk) -> None:
    fake = session(text="a b c d")

    async def consume() -> None:
        async for event in talk.service.run_turn(fake, talk.turn()):
            if isinstance(event, TextDelta):
                talk.clock.seconds += 2
                await talk.store.purge([talk.conversation_id])

    with pytest.raises(StoreError, match="it was deleted"):
        await consume()
    assert fake.cancelled_count == 1


async def test_an_unknown_chat_asks_no_engine(talk: Talk) -> None:
    fake = session()
    with pytest.raises(StoreError):
        [event async for event in talk.service.run_turn(fake, Turn(conversation_id=99, text="x"))]
    assert fake.requests == []
