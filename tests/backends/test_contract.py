"""What every engine does alike: llama.cpp, MLX, servers, and the engine that tests script."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from app.domain.engine import (
    ChatMessage,
    EngineSession,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    Sampling,
    TextDelta,
)
from app.domain.errors import AppError
from tests.backends.contract_subjects import NAMES, Places, Subject, mortal, subject

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("module_threads"),
]

# Those of MLX take longest, and test_mlx_engine.py asks much of it in every run.
SAMPLED = [pytest.param(name, marks=pytest.mark.long if "mlx" in name else ()) for name in NAMES]
# What some can do: a model that repeats what it is told to, one that tells what it evaluated
# before, the progress of a prompt.
ECHOING = ("llama_cpp", "remote-llama", "scripted")
REUSING = ("llama_cpp", "mlx", "remote-mlx")
REMOTE = ("remote-mlx", "remote-llama")
SHOWING_PROGRESS = ("llama_cpp", "mlx")
GREEDY = Sampling(temperature=0.0, seed=1)
COLOURS = "Name three colours."


@pytest.fixture(scope="module")
def places(
    starter_path: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Places:
    def mlx() -> Path:
        path: Path = request.getfixturevalue("quick_mlx_path")
        return path

    return Places(starter_path, mlx, tmp_path_factory.mktemp("engines"))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SAMPLED)
async def it(
    request: pytest.FixtureRequest, places: Places, module_threads: None
) -> AsyncIterator[Subject]:
    async with subject(request.param, places) as made:
        yield made


def only(names: tuple[str, ...]) -> pytest.MarkDecorator:
    """A test of these engines alone."""
    some = [each for each in SAMPLED if each.values[0] in names]
    return pytest.mark.parametrize("it", some, indirect=True)


def ask(*texts: str, sampling: Sampling = GREEDY, **options: object) -> GenerationRequest:
    roles = ("user", "assistant")
    messages = tuple(ChatMessage(roles[n % 2], text) for n, text in enumerate(texts))
    return GenerationRequest(messages=messages, sampling=sampling, **options)


async def reply(session: EngineSession, request: GenerationRequest) -> list[GenerationEvent]:
    return [event async for event in session.generate(request)]


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def cancel_when(
    session: EngineSession,
    request: GenerationRequest,
    reached: Callable[[GenerationEvent], bool],
) -> GenerationEvent:
    """Close a reply at the first event that `reached` is true of; that event."""
    async with aclosing(session.generate(request)) as events:
        async for event in events:
            if reached(event):
                return event
    raise AssertionError("the reply ended before")


async def work_around(
    cancelled: Awaitable[GenerationEvent],
) -> tuple[GenerationEvent, float, float]:
    """The event of `cancel_when`, and what the engine worked up to it and from then on.

    Processor time, which a busy machine does not change.
    """
    begun = work_of_children()
    event = await cancelled
    reached = now = work_of_children()
    before = begun - 1
    while now - before > 0.05:  # until it rests
        before = now
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.2)
        now = work_of_children()
    return event, reached - begun, now - reached


def connections() -> set[object]:
    """This process's own ends of TCP connections."""
    open_ones = psutil.Process().net_connections("tcp")
    return {(each.laddr, each.raddr) for each in open_ones if each.status == "ESTABLISHED"}


def work_of_children() -> float:
    """The processor time that this process's children took so far, in seconds."""
    children = psutil.Process().children(recursive=True)
    return sum(sum(each.cpu_times()[:2]) for each in children)


async def test_events_come_in_order(it: Subject) -> None:
    events = await reply(it.session, ask(COLOURS, max_tokens=12))
    kinds = [type(event) for event in events]
    assert kinds[0] is PromptProgress or it.name.startswith("remote")
    assert kinds[-1] is Finished
    assert kinds.count(Finished) == 1
    first_text = kinds.index(TextDelta)
    assert set(kinds[:first_text]) <= {PromptProgress}
    assert set(kinds[first_text:-1]) == {TextDelta}
    elapsed = [event.timings.elapsed_ms for event in events]
    counts = [event.timings.completion_tokens for event in events]
    assert elapsed == sorted(elapsed)
    assert counts == sorted(counts)
    last = events[-1].timings
    assert last.ttft_ms is not None
    assert 0 < last.ttft_ms <= last.elapsed_ms
    assert text_of(events).strip()


async def test_counts_are_exact(it: Subject) -> None:
    last = (await reply(it.session, ask(COLOURS, max_tokens=12)))[-1]
    assert isinstance(last, Finished)
    assert last.reason == "length"
    timings = last.timings
    assert timings.completion_tokens == 12
    assert timings.prompt_tokens == (it.prompt_tokens or 0)
    assert timings.cached_tokens + timings.evaluated_tokens == timings.prompt_tokens
    assert timings.context_used_tokens == timings.prompt_tokens + 12


async def test_stop_string_across_token_borders_ends_the_reply_before_it(it: Subject) -> None:
    events = await reply(it.session, ask(COLOURS, max_tokens=24))
    whole = text_of(events)
    pieces = [event.text for event in events if isinstance(event, TextDelta) and event.text]
    stops = [left[-1] + right[:2] for left, right in itertools.pairwise(pieces[2:])]
    stop = max(stops, key=whole.index)
    events = await reply(it.session, ask(COLOURS, max_tokens=24, stop=(stop,)))
    assert text_of(events) == whole[: whole.index(stop)]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "stop"


async def test_same_seed_makes_the_same_reply(it: Subject) -> None:
    hot = Sampling(temperature=1.5, top_p=1.0, min_p=0.0, seed=11)
    for sampling in (GREEDY, hot):
        request = ask(COLOURS, sampling=sampling, max_tokens=12)
        texts = {text_of(await reply(it.session, request)) for _ in range(2)}
        assert len(texts) == 1


async def test_every_delta_is_whole_text(it: Subject) -> None:
    wild = Sampling(temperature=3.0, top_k=0, top_p=1.0, min_p=0.0, seed=5)
    events = await reply(it.session, ask("Hi", sampling=wild, max_tokens=40))
    for event in events:
        if isinstance(event, TextDelta):
            assert event.text.encode("utf-8").decode("utf-8") == event.text


@only(ECHOING)
async def test_characters_of_several_tokens_are_never_broken(it: Subject) -> None:
    answer = text_of(await reply(it.session, ask("Repeat this: 🎉 🎉 naïve 🎉", max_tokens=40)))
    assert "🎉" in answer
    assert "\ufffd" not in answer


@only(REUSING)
async def test_second_turn_reuses_the_first(it: Subject) -> None:
    question = "Here is a list. " + "apples, pears, plums, " * 20
    first = await reply(it.session, ask(question, max_tokens=8))
    second = await reply(it.session, ask(question, text_of(first), "Go on.", max_tokens=2))
    timings = second[-1].timings
    assert timings.cached_tokens >= first[-1].timings.prompt_tokens
    assert timings.evaluated_tokens < timings.prompt_tokens / 3


async def test_cancel_in_the_reply_frees_the_engine(it: Subject) -> None:
    undisturbed = text_of(await reply(it.session, ask(COLOURS, max_tokens=12)))
    # At temperature 0 the starter model goes on for ever.
    endless = ask("What is the capital of France?", max_tokens=900)

    def has_many(event: GenerationEvent) -> bool:
        return event.timings.completion_tokens >= 20

    event, done, more = await work_around(cancel_when(it.session, endless, has_many))
    assert event.timings.completion_tokens == 20
    if it.is_real:  # the rest of the reply would have been 44 times as much
        assert more < 10 * done
    assert text_of(await reply(it.session, ask(COLOURS, max_tokens=12))) == undisturbed


@only(SHOWING_PROGRESS)
async def test_cancel_in_the_prompt_frees_the_engine(it: Subject) -> None:
    def has_some(event: GenerationEvent) -> bool:
        return isinstance(event, PromptProgress) and event.timings.evaluated_tokens > 0

    long = ask("word " * 1800, max_tokens=4)
    event, done, more = await work_around(cancel_when(it.session, long, has_some))
    timings = event.timings
    left = timings.prompt_tokens - timings.cached_tokens - timings.evaluated_tokens
    assert left > 900
    assert more < done * left / timings.evaluated_tokens / 2
    assert text_of(await reply(it.session, ask(COLOURS, max_tokens=2)))


@pytest.mark.long
@only(REMOTE)
async def test_cancel_before_the_first_token_closes_the_connection(it: Subject) -> None:
    begun = work_of_children()
    task = asyncio.create_task(reply(it.session, ask("word " * 1500, max_tokens=4)))
    while work_of_children() < begun + 0.2:  # the server reads the prompt
        assert not task.done()
        await asyncio.wait([task], timeout=0.02)
    used = connections()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert used
    assert not used & connections()
    assert text_of(await reply(it.session, ask(COLOURS, max_tokens=4)))


async def test_two_sessions_at_once_do_not_disturb_each_other(it: Subject) -> None:
    alone = text_of(await reply(it.session, ask(COLOURS, max_tokens=10)))
    other = await it.engine.load(it.plan, lambda _: None)
    try:
        request = ask(COLOURS, max_tokens=10)
        both = await asyncio.gather(reply(it.session, request), reply(other, request))
    finally:
        await other.close()
    assert [text_of(events) for events in both] == [alone, alone]


async def test_closing_releases_the_memory(it: Subject) -> None:
    before = connections()
    session = await it.engine.load(it.plan, lambda _: None)
    process_id = session.process_id
    await reply(session, ask("Hi", max_tokens=2))
    await session.close()
    await session.close()
    # What is here of a model on a server are the connections to it.
    assert connections() <= before
    assert process_id is None or not psutil.pid_exists(process_id)
    with pytest.raises(AppError, match="was ejected"):
        await reply(session, ask("Hi"))


async def test_closing_in_mid_reply_ends_it_with_a_sentence(it: Subject) -> None:
    session = await it.engine.load(it.plan, lambda _: None)
    came: list[GenerationEvent] = []

    async def read_and_close() -> None:
        async for event in session.generate(ask("Tell a very long story.", max_tokens=1500)):
            came.append(event)
            if event.timings.completion_tokens == 3:
                await session.close()

    with pytest.raises(AppError, match="was ejected"):
        await read_and_close()
    assert text_of(came)


@pytest.mark.parametrize("name", ["llama_cpp", "mlx", "remote", "scripted"])
async def test_death_in_mid_reply_is_a_sentence_and_keeps_what_came(
    name: str, places: Places
) -> None:
    came: list[str] = []

    async def read_and_end(session: EngineSession, end: Callable[[], None]) -> None:
        async for event in session.generate(ask("Tell a very long story.", max_tokens=1500)):
            came.append(text_of([event]))
            if event.timings.completion_tokens == 3:
                end()

    async with mortal(name, places) as (session, end):
        with pytest.raises(AppError) as caught:
            await read_and_end(session, end)
        assert "".join(came)
        assert str(caught.value).endswith(".")
        with pytest.raises(AppError):  # and it stays so
            await reply(session, ask("Hello"))
