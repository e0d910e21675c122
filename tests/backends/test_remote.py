"""Replies of servers: what streams, what is counted, how it is cancelled and tried again."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationRequest,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from app.domain.errors import RequestError
from app.domain.remote import Patience
from tests.fakes.model_server import (
    Behaviour,
    Request,
    delta,
    end,
    replies,
    running,
    says,
    usage,
)
from tests.fakes.remote_sessions import (
    PATIENT,
    ask,
    failed_reply,
    open_session,
    reply,
    text_of,
)

# --- what streams ---------------------------------------------------------------------------


async def test_reply_streams_with_the_counts_of_the_server_and_times_of_the_client() -> None:
    async with running(replies("Red", ", ", "green", closing=[usage(12, 3, 4)])) as server:
        events = await reply(server)
    assert text_of(events) == "Red, green"
    last = events[-1]
    assert isinstance(last, Finished)
    timings = last.timings
    assert last.reason == "stop"
    assert (timings.prompt_tokens, timings.cached_tokens, timings.evaluated_tokens) == (12, 4, 8)
    assert (timings.completion_tokens, timings.context_used_tokens) == (3, 15)
    assert timings.clock == "client"
    assert timings.ttft_ms is not None
    assert 0 < timings.ttft_ms <= timings.elapsed_ms
    assert timings.decode_tps
    assert timings.prefill_tps


async def test_what_the_server_does_not_tell_is_not_made_up() -> None:
    async with running(replies("Red", " green")) as server:
        session = await open_session(server)
        assert session.info.context_tokens == session.info.layer_count == 0
        assert session.process_id is None
        await session.close()
        timings = (await reply(server))[-1].timings
    assert timings.prompt_tokens == timings.context_tokens == 0
    assert timings.prefill_tps is None
    assert timings.completion_tokens == 2


async def test_request_carries_messages_sampling_and_the_wish_for_usage() -> None:
    request = GenerationRequest(
        messages=(ChatMessage("system", "Be brief."), ChatMessage("user", "Hi")),
        sampling=Sampling(temperature=0.2, top_p=0.9, seed=7),
        max_tokens=11,
        stop=("END",),
    )
    async with running(replies("Hi")) as server:
        last = (await reply(server, request))[-1]
        (body,) = server.chats_asked()
    assert isinstance(last, Finished)
    assert last.seed == 7
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.2, 0.9, 7)
    assert (body["max_tokens"], body["stop"], body["stream"]) == (11, ["END"], True)
    assert body["stream_options"] == {"include_usage": True}
    assert not {"top_k", "min_p"} & set(body), "an unknown server may refuse what is not OpenAI's"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_is_apart_from_the_reply(name: str) -> None:
    async def think(request: Request) -> None:
        await request.stream(delta(**{name: "Let me see."}), delta("42"), end(), "[DONE]")

    async with running(think) as server:
        events = await reply(server)
    thought = [event.text for event in events if isinstance(event, ReasoningDelta)]
    assert thought == ["Let me see."]
    assert text_of(events) == "42"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"grammar": "root ::= x"}, "binds a reply to a grammar"),
        ({"logprobs": 1}, "tells probabilities"),
        ({"prompt": "x"}, "plain text"),
        ({"continue_reply": True}, "was begun"),
        ({"template_options": {"enable_thinking": False}}, "options of a chat template"),
        ({"sampling": Sampling(mirostat=1)}, "no sampler mirostat"),
        ({"sampling": Sampling(repeat_penalty=1.3)}, "no sampler repeat penalty"),
    ],
)
async def test_what_a_server_cannot_do_is_refused_and_not_ignored(
    options: dict[str, object], words: str
) -> None:
    async with running(replies("Hi")) as server:
        with pytest.raises(RequestError, match=words):
            await reply(server, ask(**options))
        assert not server.chats_asked()


async def test_characters_cut_anywhere_come_out_whole() -> None:
    async def cut(request: Request) -> None:
        await request.head(200, "text/event-stream")
        # Half of an escape in each event, and then an event cut in the middle of a character.
        await request.send(b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n')
        await request.send(b'data: {"choices":[{"delta":{"content":"\\ude00b"}}]}\n\n')
        tail = 'data: {"choices":[{"delta":{"content":"é😀\\udc00"}}]}\n\n'.encode()
        for at in range(len(tail)):
            await request.send(tail[at : at + 1])
        for event in (end(), "[DONE]"):
            await request.event(event)

    async with running(cut) as server:
        events = await reply(server)
    assert text_of(events) == "a😀bé😀\ufffd"


async def test_stop_string_across_pieces_ends_the_reply_here_if_not_there() -> None:
    async with running(replies("one E", "N", "D two")) as server:
        events = await reply(server, ask(stop=("END",)))
    assert text_of(events) == "one "
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "stop"


async def test_answer_in_one_piece_is_a_reply_too() -> None:
    async def whole(request: Request) -> None:
        message = {"role": "assistant", "content": "All at once."}
        counts = {"prompt_tokens": 5, "completion_tokens": 3}
        choice = {"message": message, "finish_reason": "length"}
        await request.json({"choices": [choice], "usage": counts})

    async with running(whole) as server:
        events = await reply(server)
    assert text_of(events) == "All at once."
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].timings.completion_tokens) == ("length", 3)


async def test_two_replies_at_once_do_not_mix() -> None:
    async def echo(request: Request) -> None:
        await request.stream(*(delta(letter) for letter in request.body["messages"][0]["content"]))
        for event in (end(), "[DONE]"):
            await request.event(event)

    async with running(echo) as server:
        texts = await asyncio.gather(*(reply(server, ask(word * 50)) for word in ("abc", "xyz")))
    assert [text_of(events) for events in texts] == ["abc" * 50, "xyz" * 50]


# --- cancel and patience --------------------------------------------------------------------


async def test_closing_the_iterator_closes_the_stream() -> None:
    left = asyncio.Event()

    async def endless(request: Request) -> None:
        await request.stream(delta("word"))
        await request.client_left()
        left.set()

    async with running(endless) as server:
        session = await open_session(server)
        async with aclosing(session.generate(ask())) as events:
            async for event in events:
                assert isinstance(event, TextDelta)
                break
        await asyncio.wait_for(left.wait(), 60)
        await session.close()


async def test_cancel_before_the_first_token_closes_the_connection() -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> None:
        arrived.set()
        await request.client_left()
        left.set()

    async with running(slow) as server:
        task = asyncio.create_task(reply(server))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(left.wait(), 60)


async def silent(request: Request) -> None:
    await request.client_left()


async def silent_after_a_word(request: Request) -> None:
    await request.stream(delta("Word"))
    await request.client_left()


async def test_server_that_never_begins_is_given_up() -> None:
    patience = Patience(first_token_seconds=0.2, retry_pauses=(0.0,))
    async with running(silent) as server:
        _, error = await failed_reply(server, patience=patience)
        assert len(server.chats_asked()) == 1, "a slow server must not get the prompt twice"
    assert "sent nothing for 0.2 seconds" in str(error)


async def test_server_that_falls_silent_keeps_what_it_said() -> None:
    patience = Patience(silence_seconds=0.2, retry_pauses=(0.0,))
    async with running(silent_after_a_word) as server:
        text, error = await failed_reply(server, patience=patience)
        assert len(server.chats_asked()) == 1
    assert text == "Word"
    assert "fell silent for 0.2 seconds" in str(error)


async def hang_up(request: Request) -> None:
    request.writer.close()


async def cut_before_the_first_token(request: Request) -> None:
    await request.stream(delta(role="assistant"))


async def cut_in_the_middle(request: Request) -> None:
    await request.stream(delta("Half a"), delta(" sentence"))


BUSY = says(503, '{"error": {"message": "Loading model"}}', "application/json", retry_after="0")


@pytest.mark.parametrize("passing", [hang_up, BUSY, cut_before_the_first_token])
async def test_failure_before_the_first_token_is_tried_again(passing: Behaviour) -> None:
    async with running(passing, passing, replies("Here")) as server:
        events = await reply(server, patience=PATIENT)
        assert len(server.chats_asked()) == 3
    assert text_of(events) == "Here"


async def test_attempts_come_to_an_end() -> None:
    async with running(BUSY) as server:
        _, error = await failed_reply(server, patience=PATIENT)
        assert len(server.chats_asked()) == 3
    assert "Loading model" in str(error)


async def test_reply_cut_in_the_middle_is_kept_and_not_asked_for_again() -> None:
    async with running(cut_in_the_middle, replies("never")) as server:
        text, error = await failed_reply(server, patience=PATIENT)
        assert len(server.chats_asked()) == 1
    assert text == "Half a sentence"
    assert "ended the connection in the middle of the reply" in str(error)
