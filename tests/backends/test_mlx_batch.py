"""Several MLX replies at once, and a draft model: their texts are the same as alone."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    Sampling,
    TextDelta,
)
from app.domain.errors import ModelUnsupportedError, UsageError
from app.domain.load_options import LoadOptions, LoadPlan
from backends.local import LocalEngine, LocalSession

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("module_threads"),
]

GREEDY = Sampling(temperature=0.0)
QUESTIONS = ("Name three colours.", "Count to ten, please.", "Hello", "Tell a story of a fox.")


def plan(path: Path, **options: object) -> LoadPlan:
    chosen = LoadOptions(**{"context_tokens": 1024, **options})
    return LoadPlan(name="starter", path=os.fsencode(path), options=chosen)


def ask(*texts: str, sampling: Sampling = GREEDY, max_tokens: int = 16) -> GenerationRequest:
    roles = ("user", "assistant")
    messages = tuple(ChatMessage(roles[n % 2], text) for n, text in enumerate(texts))
    return GenerationRequest(messages=messages, sampling=sampling, max_tokens=max_tokens)


async def reply(session: LocalSession, request: GenerationRequest) -> list[GenerationEvent]:
    return [event async for event in session.generate(request)]


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    return LocalEngine("mlx", tmp_path_factory.mktemp("mlx") / "run")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session(engine: LocalEngine, quick_mlx_path: Path) -> AsyncIterator[LocalSession]:
    session = await engine.load(plan(quick_mlx_path), lambda _: None)
    yield session
    await session.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "sampling",
    [GREEDY, Sampling(temperature=0.0, repeat_penalty=1.4)],
)
async def test_replies_at_once_are_the_same_as_alone(
    session: LocalSession, sampling: Sampling
) -> None:
    assert session.info.capabilities.parallel == 4
    requests = [ask(question, sampling=sampling) for question in QUESTIONS]
    alone = [text_of(await reply(session, request)) for request in requests]
    together = await asyncio.gather(*(reply(session, request) for request in requests))
    assert [text_of(events) for events in together] == alone
    for events in together:
        assert isinstance(events[-1], Finished)
        assert events[-1].timings.completion_tokens == 16


@pytest.mark.long
async def test_more_requests_than_fit_wait_for_their_turn(session: LocalSession) -> None:
    requests = [ask(f"{number}. {QUESTIONS[0]}", max_tokens=4) for number in range(7)]
    done = await asyncio.gather(*(reply(session, request) for request in requests))
    assert [events[-1].timings.completion_tokens for events in done] == [4] * 7


@pytest.mark.long
async def test_reply_that_is_joined_and_left_goes_on_unchanged(session: LocalSession) -> None:
    long = ask(QUESTIONS[3], max_tokens=30)
    undisturbed = text_of(await reply(session, long))
    came: list[GenerationEvent] = []
    async with aclosing(session.generate(long)) as events:
        async for event in events:
            came.append(event)
            if event.timings.completion_tokens == 10:
                break
        other = asyncio.create_task(reply(session, ask(QUESTIONS[0], max_tokens=5)))
        async with aclosing(session.generate(ask(QUESTIONS[1]))) as cancelled:
            async for event in cancelled:
                if event.timings.completion_tokens == 3:
                    break
        came += [event async for event in events]
        assert (await other)[-1].timings.completion_tokens == 5
    assert text_of(came) == undisturbed


@pytest.mark.long
async def test_turn_after_replies_at_once_reuses_its_prefix(session: LocalSession) -> None:
    chats = ["First: " + "apples and pears, " * 20, "Second: " + "plums and figs, " * 20]
    firsts = await asyncio.gather(*(reply(session, ask(chat, max_tokens=6)) for chat in chats))
    for chat, first in zip(chats, firsts, strict=True):
        second = await reply(session, ask(chat, text_of(first), "Go on.", max_tokens=2))
        assert second[-1].timings.cached_tokens >= first[-1].timings.prompt_tokens


@pytest.mark.long
async def test_tokens_of_a_prompt_are_counted(session: LocalSession) -> None:
    request = ask(QUESTIONS[0], max_tokens=1)
    expected = (await reply(session, request))[-1].timings.prompt_tokens
    assert await session.count_tokens(request) == expected


@pytest.mark.long
async def test_memory_bounds_how_many_replies_are_made_at_once(
    engine: LocalEngine, quick_mlx_path: Path
) -> None:
    for options, parallel in (({"parallel": 2}, 2), ({"kv_type": "q8_0"}, 1)):
        one = await engine.load(plan(quick_mlx_path, **options), lambda _: None)
        await one.close()
        assert one.info.capabilities.parallel == parallel


# --- a draft model --------------------------------------------------------------------------


@pytest.mark.long
async def test_draft_model_changes_nothing_but_the_speed(
    engine: LocalEngine, session: LocalSession, quick_mlx_path: Path
) -> None:
    request = ask(QUESTIONS[0], max_tokens=27)
    plain = text_of(await reply(session, request))
    # The model is its own draft model: every guess is right, and they stop because none pays.
    drafting = await engine.load(
        plan(quick_mlx_path, draft_model=os.fsencode(quick_mlx_path)), lambda _: None
    )
    try:
        first = await reply(drafting, request)
        assert text_of(first) == plain
        timings = first[-1].timings
        assert timings.completion_tokens == 27
        assert timings.accepted_tokens == timings.draft_tokens > 0
        follow = ask(QUESTIONS[0], plain, "Go on.", max_tokens=8)
        second = await reply(drafting, follow)
        assert second[-1].timings.cached_tokens >= timings.prompt_tokens
        assert text_of(second) == text_of(await reply(session, follow))
    finally:
        await drafting.close()


@pytest.mark.long
@pytest.mark.parametrize(
    ("sampling", "tokens"),
    [(GREEDY, 320), (Sampling(temperature=0.0, repeat_penalty=1.4), 60)],
)
async def test_draft_model_that_does_not_pay_pauses_and_the_text_is_the_same(
    engine: LocalEngine,
    session: LocalSession,
    quick_mlx_path: Path,
    mlx_models: Callable[..., Path],
    sampling: Sampling,
    tokens: int,
) -> None:
    request = ask(QUESTIONS[3], sampling=sampling, max_tokens=tokens)
    plain = text_of(await reply(session, request))
    # Larger than the model itself, and of another opinion.
    draft = os.fsencode(mlx_models(layers=4))
    drafting = await engine.load(plan(quick_mlx_path, draft_model=draft), lambda _: None)
    try:
        came = await reply(drafting, request)
    finally:
        await drafting.close()
    assert text_of(came) == plain
    guesses = [event.timings.draft_tokens for event in came if isinstance(event, TextDelta)]
    assert guesses[5] == 0, "plain steps are measured first"
    assert guesses[55] == guesses[50] > 0, "it has paused"


@pytest.mark.long
async def test_window_that_is_full_ends_the_guesses_and_leaves_the_text(
    engine: LocalEngine, quick_mlx_path: Path, tmp_path: Path
) -> None:
    windowed = tmp_path / "windowed"
    shutil.copytree(quick_mlx_path, windowed)
    config = json.loads((windowed / "config.json").read_text())
    config |= {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 64}
    (windowed / "config.json").write_text(json.dumps(config))
    texts: list[str] = []
    for draft in (None, os.fsencode(windowed)):
        session = await engine.load(plan(windowed, draft_model=draft), lambda _: None)
        events = await reply(session, ask(QUESTIONS[3], max_tokens=50))
        await session.close()
        texts.append(text_of(events))
    assert texts[0] == texts[1]
    timings = events[-1].timings
    assert timings.prompt_tokens + timings.completion_tokens > 80
    assert 0 < timings.draft_tokens < 24


@pytest.mark.long
async def test_draft_model_that_does_not_suit_is_refused(
    engine: LocalEngine, quick_mlx_path: Path, starter_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(quick_mlx_path, other)
    config = (other / "config.json").read_text()
    (other / "config.json").write_text(config.replace('"eos_token_id": 2', '"eos_token_id": 3'))
    for draft, reason in ((other, "Choose a smaller model"), (starter_path, "no folder")):
        with pytest.raises(ModelUnsupportedError, match=reason):
            await engine.load(plan(quick_mlx_path, draft_model=os.fsencode(draft)), lambda _: None)
    both = plan(quick_mlx_path, draft_model=os.fsencode(quick_mlx_path), rotate_when_full=True)
    with pytest.raises(UsageError, match="without one of the two"):
        await engine.load(both, lambda _: None)


# --- chats on disk --------------------------------------------------------------------------


@pytest.mark.long
async def test_chat_is_taken_up_again_after_another_one_and_after_a_restart(
    engine: LocalEngine, quick_mlx_path: Path, tmp_path: Path
) -> None:
    wanted = plan(quick_mlx_path, parallel=1)
    wanted = msgspec.structs.replace(wanted, state_folder=os.fsencode(tmp_path))
    chats = [
        msgspec.structs.replace(ask(f"{word}, " * 200, max_tokens=2), conversation_id=number)
        for number, word in enumerate(("apples", "plums"))
    ]
    first = await engine.load(wanted, lambda _: None)
    assert first.info.capabilities.kept_states
    texts = [text_of(await reply(first, chat)) for chat in chats]
    again = await reply(first, chats[0])
    assert again[-1].timings.evaluated_tokens == 1
    assert text_of(again) == texts[0]
    await first.close()
    second = await engine.load(wanted, lambda _: None)
    try:
        for chat, text in zip(chats, texts, strict=True):
            events = await reply(second, chat)
            assert events[-1].timings.evaluated_tokens == 1
            assert text_of(events) == text
        for path in tmp_path.rglob("0-*.kv"):
            path.write_bytes(path.read_bytes()[:-100])
        await second.forget_chats([0, 1])
        assert (await reply(second, chats[0]))[-1].timings.cached_tokens == 0
    finally:
        await second.close()
    assert {path.suffix for path in tmp_path.rglob("*.*")} <= {".kv"}
