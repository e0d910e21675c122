"""The MLX engine in its worker process, on models made of the starter model."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    Sampling,
    TextDelta,
    TokenBias,
)
from app.domain.errors import (
    AppError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
    PromptTooLongError,
    RequestError,
    SchemaError,
    TemplateError,
    UsageError,
)
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from backends.local import LocalEngine, LocalSession

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("module_threads"),
]

GREEDY = Sampling(temperature=0.0)


def plan(path: Path, **options: object) -> LoadPlan:
    chosen = LoadOptions(**{"context_tokens": 1024, **options})
    return LoadPlan(name="starter", path=os.fsencode(path), options=chosen)


def ask(*texts: str, sampling: Sampling = GREEDY, **options: object) -> GenerationRequest:
    roles = ("user", "assistant")
    messages = tuple(ChatMessage(roles[n % 2], text) for n, text in enumerate(texts))
    return GenerationRequest(messages=messages, sampling=sampling, **options)


async def reply(session: LocalSession, request: GenerationRequest) -> list[GenerationEvent]:
    return [event async for event in session.generate(request)]


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    folder = tmp_path_factory.mktemp("mlx")
    return LocalEngine("mlx", folder / "run", folder / "engine.log")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session(engine: LocalEngine, quick_mlx_path: Path) -> AsyncIterator[LocalSession]:
    session = await engine.load(plan(quick_mlx_path), lambda _: None)
    yield session
    await session.close()


async def loaded_reply(
    engine: LocalEngine, path: Path, request: GenerationRequest, **options: object
) -> list[GenerationEvent]:
    """One reply of a session of its own."""
    session = await engine.load(plan(path, **options), lambda _: None)
    try:
        return await reply(session, request)
    finally:
        await session.close()


@pytest.mark.long
async def test_whole_model_answers_with_sense(
    engine: LocalEngine, mlx_models: Callable[..., Path]
) -> None:
    request = ask("What is the capital of France? One word.", max_tokens=8)
    session = await engine.load(plan(mlx_models(bits=4)), lambda _: None)
    try:
        assert "Paris" in text_of(await reply(session, request))
        # Each of these is several tokens.
        repeated = text_of(await reply(session, ask("Repeat this: 🎉 🎉 naïve 🎉", max_tokens=24)))
    finally:
        await session.close()
    assert "🎉" in repeated
    assert "\ufffd" not in repeated


async def test_load_reports_its_progress_and_its_facts(
    engine: LocalEngine, mlx_models: Callable[..., Path]
) -> None:
    seen: list[LoadProgress] = []
    session = await engine.load(plan(mlx_models(bits=8, layers=2), self_check=True), seen.append)
    await session.close()
    assert list(dict.fromkeys(one.stage for one in seen)) == ["starting", "reading", "checking"]
    fractions = [one.fraction for one in seen if one.stage == "reading"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    info = session.info
    assert (info.engine_name, info.architecture, info.layer_count) == ("MLX", "llama", 3)
    assert (info.context_tokens, info.trained_context_tokens) == (1024, 8192)
    assert info.engine_version
    assert info.notice is None


@pytest.mark.long
async def test_peak_memory_covers_the_weights(session: LocalSession, quick_mlx_path: Path) -> None:
    weights = (quick_mlx_path / "model.safetensors").stat().st_size
    last = (await reply(session, ask("Hi", max_tokens=2)))[-1].timings
    assert last.peak_device_bytes is not None
    assert weights * 0.9 < last.peak_device_bytes < weights * 2
    assert last.peak_rss_bytes


async def test_prompt_that_does_not_fit_is_refused_with_numbers(session: LocalSession) -> None:
    with pytest.raises(PromptTooLongError, match=r"context holds\s1,024.*trained for 8,192"):
        await reply(session, ask("word " * 1100))


@pytest.mark.long
async def test_context_that_fills_up_ends_the_reply(
    engine: LocalEngine, quick_mlx_path: Path
) -> None:
    events = await loaded_reply(engine, quick_mlx_path, ask("Hi"), context_tokens=64)
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "length"
    assert last.timings.context_used_tokens == 64


@pytest.mark.long
async def test_rotating_context_goes_on(engine: LocalEngine, quick_mlx_path: Path) -> None:
    request = ask("Hi", max_tokens=90)
    options = {"context_tokens": 64, "rotate_when_full": True}
    events = await loaded_reply(engine, quick_mlx_path, request, **options)
    assert events[-1].timings.completion_tokens == 90
    assert events[-1].timings.context_used_tokens > 64


@pytest.mark.long
async def test_quantized_cache_answers_nearly_the_same(
    session: LocalSession, engine: LocalEngine, quick_mlx_path: Path
) -> None:
    request = ask("Name three colours.", max_tokens=4)
    whole = text_of(await reply(session, request))
    quantized = await loaded_reply(engine, quick_mlx_path, request, kv_type="q8_0")
    assert text_of(quantized) == whole


async def test_rotating_quantized_cache_is_refused(
    engine: LocalEngine, quick_mlx_path: Path
) -> None:
    with pytest.raises(UsageError, match="forgets its oldest tokens as q4_0"):
        await loaded_reply(engine, quick_mlx_path, ask("Hi"), kv_type="q4_0", rotate_when_full=True)


@pytest.mark.long
async def test_context_that_memory_does_not_allow_is_refused_before_the_load(
    engine: LocalEngine, quick_mlx_path: Path
) -> None:
    seen: list[LoadProgress] = []
    with pytest.raises(MemoryShortError, match=r"there is memory for .* tokens"):
        await engine.load(plan(quick_mlx_path, context_tokens=2**31), seen.append)
    assert "reading" not in {one.stage for one in seen}


@pytest.mark.long
async def test_cancel_in_the_middle_of_a_prompt_keeps_what_is_evaluated(
    session: LocalSession,
) -> None:
    long_prompt = ask("word " * 900, max_tokens=1)
    async with aclosing(session.generate(long_prompt)) as events:
        async for event in events:
            assert isinstance(event, PromptProgress)
            if event.timings.evaluated_tokens:
                break
    again = (await reply(session, long_prompt))[-1].timings
    assert 0 < again.cached_tokens < 900
    assert again.cached_tokens + again.evaluated_tokens == again.prompt_tokens


@pytest.mark.long
async def test_sampling_is_random_without_and_repeatable_with_a_seed(session: LocalSession) -> None:
    def hot(seed: int | None) -> GenerationRequest:
        return ask("Hi", sampling=Sampling(temperature=2.0, top_p=1.0, seed=seed), max_tokens=12)

    replies = [await reply(session, hot(seed)) for seed in (7, 7, None, None)]
    texts = [text_of(events) for events in replies]
    assert texts[0] == texts[1]
    assert texts[2] != texts[3]
    last = replies[3][-1]
    assert isinstance(last, Finished)
    assert text_of(await reply(session, hot(last.seed))) == texts[3]


@pytest.mark.long
async def test_penalty_keeps_a_reply_from_repeating(session: LocalSession) -> None:
    plain = text_of(await reply(session, ask("Name three colours.", max_tokens=40)))
    punished = Sampling(temperature=0.0, repeat_penalty=1.5)
    request = ask("Name three colours.", sampling=punished, max_tokens=40)
    varied = text_of(await reply(session, request))
    assert len(set(varied)) > len(set(plain))


@pytest.mark.parametrize(
    ("options", "kind", "reason"),
    [
        ({"json_schema": '{"type": "object"}'}, SchemaError, "cannot bind"),
        ({"grammar": 'root ::= "a"'}, SchemaError, "cannot bind"),
        ({"logprobs": 3}, RequestError, "does not tell probabilities"),
        ({"tool_choice": "required"}, RequestError, "cannot make a reply call a tool"),
        ({"prompt": "a", "suffix": "b"}, RequestError, "cannot fill in"),
        ({"sampling": Sampling(mirostat=2)}, RequestError, "no sampler mirostat"),
        ({"sampling": Sampling(dry_multiplier=0.8)}, RequestError, "no sampler dry multiplier"),
        ({"sampling": Sampling(xtc_probability=2.0)}, RequestError, "must be at most 1"),
    ],
)
async def test_what_mlx_cannot_do_is_refused_and_not_ignored(
    session: LocalSession, options: dict[str, object], kind: type[AppError], reason: str
) -> None:
    with pytest.raises(kind, match=reason):
        await reply(session, ask("Hi", **options))


async def test_bias_binds_a_reply(session: LocalSession) -> None:
    biased = Sampling(temperature=0.0, logit_bias=(TokenBias(28, 1000.0),))
    answer = text_of(await reply(session, ask("Hi", sampling=biased, max_tokens=3)))
    assert answer == ",,,"


async def test_text_to_go_on_from_is_taken_as_it_is(session: LocalSession) -> None:
    request = GenerationRequest(prompt="One two", sampling=GREEDY, max_tokens=2)
    assert (await reply(session, request))[-1].timings.prompt_tokens == 2


async def test_reply_that_was_begun_goes_on(session: LocalSession) -> None:
    whole = ask("Name three colours.", "Red", max_tokens=1)
    opened = ask("Name three colours.", "Red", max_tokens=1, continue_reply=True)
    counts = [(await reply(session, one))[-1].timings.prompt_tokens for one in (whole, opened)]
    # Without the end of the turn and the beginning of another one.
    assert counts[1] < counts[0]


@pytest.mark.long
async def test_template_that_mlx_lm_has_as_a_program_is_counted_as_it_is_sent(
    engine: LocalEngine, quick_mlx_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "program"
    shutil.copytree(quick_mlx_path, folder)
    (folder / "chat_template.jinja").unlink(missing_ok=True)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings.pop("chat_template", None)
    settings["chat_template_type"] = "deepseek_v32"
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    session = await engine.load(plan(folder), lambda _: None)
    try:
        request = ask("Hi", "Hello.", "Name a colour.", max_tokens=1)
        *earlier, last = request.messages
        counted = await session.count_context(tuple(earlier), last)
        events = await reply(session, request)
    finally:
        await session.close()
    assert counted.total == events[-1].timings.prompt_tokens
    assert all(tokens > 0 for tokens in counted.message_tokens)


@pytest.mark.long
async def test_template_bomb_is_stopped(
    engine: LocalEngine, quick_mlx_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bomb"
    shutil.copytree(quick_mlx_path, folder)
    bomb = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (folder / "chat_template.jinja").write_text(bomb)
    with pytest.raises(TemplateError):
        await loaded_reply(engine, folder, ask("Hi"))


@pytest.mark.long
async def test_unknown_architecture_is_a_sentence(
    engine: LocalEngine, quick_mlx_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    shutil.copytree(quick_mlx_path, folder)
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text(config.replace('"llama"', '"no_such_model"'))
    with pytest.raises(ModelUnsupportedError, match=r"no_such_model.*does not know"):
        await engine.load(plan(folder), lambda _: None)


@pytest.mark.long
@pytest.mark.parametrize("change", ['"hidden_size": 512', '"num_hidden_layers": 3'])
async def test_weights_that_do_not_suit_the_configuration_are_a_sentence(
    engine: LocalEngine, quick_mlx_path: Path, tmp_path: Path, change: str
) -> None:
    folder = tmp_path / "odd"
    shutil.copytree(quick_mlx_path, folder)
    key = change.partition(":")[0]
    lines = (folder / "config.json").read_text().splitlines()
    changed = [f"    {change}," if line.strip().startswith(key) else line for line in lines]
    (folder / "config.json").write_text("\n".join(changed))
    with pytest.raises(ModelFileError, match="refuses odd"):
        await engine.load(plan(folder), lambda _: None)


async def test_cancelled_load_leaves_no_process(engine: LocalEngine, quick_mlx_path: Path) -> None:
    before, started = set(psutil.Process().children()), asyncio.Event()
    load = asyncio.create_task(engine.load(plan(quick_mlx_path), lambda _: started.set()))
    await started.wait()
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    assert set(psutil.Process().children()) <= before
