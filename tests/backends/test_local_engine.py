"""The llama.cpp engine in its worker process, on the real starter model."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    Sampling,
    TextDelta,
)
from app.domain.errors import (
    EngineDiedError,
    EngineSilentError,
    MemoryShortError,
    PromptTooLongError,
    SchemaError,
)
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from backends import process
from backends.local import LocalEngine, LocalSession
from tests.fakes.processes import end_soon
from tests.systems import bounded_memory, proc_files

GREEDY = Sampling(temperature=0.0)


def ask(text: str, **options: object) -> GenerationRequest:
    messages = (ChatMessage("user", text),)
    return GenerationRequest(messages=messages, sampling=GREEDY, **options)


STORY = ask("Tell a very long story.")


@pytest.fixture
def engine(tmp_path: Path) -> LocalEngine:
    return LocalEngine("llama_cpp", tmp_path / "run", tmp_path / "logs" / "engine.log")


@pytest.fixture
async def session(engine: LocalEngine, starter_path: Path) -> AsyncIterator[LocalSession]:
    session = await engine.load(plan(starter_path), lambda _: None)
    yield session
    await session.close()


def plan(path: Path, **options: object) -> LoadPlan:
    chosen = LoadOptions(**{"context_tokens": 2048, "threads": 1, **options})
    return LoadPlan(name="starter", path=os.fsencode(path), options=chosen)


async def reply(session: LocalSession, request: GenerationRequest) -> list[GenerationEvent]:
    return [event async for event in session.generate(request)]


async def read_until(
    session: LocalSession, request: GenerationRequest, tokens: int, act: Callable[[int], None]
) -> None:
    """Read a reply to its end, and act on the worker's process when it has so many tokens."""
    async for event in session.generate(request):
        if event.timings.completion_tokens == tokens:
            assert session.process_id is not None
            act(session.process_id)


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_reply_streams_with_exact_counts_and_timings(session: LocalSession) -> None:
    events = await reply(session, ask("Name three colours.", max_tokens=24))
    deltas = [event for event in events if isinstance(event, TextDelta)]
    assert isinstance(events[0], PromptProgress)
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "length"
    assert last.timings.completion_tokens == 24 == len(deltas)
    assert last.timings.prompt_tokens == last.timings.evaluated_tokens > 20
    assert last.timings.context_used_tokens == last.timings.prompt_tokens + 24
    assert last.timings.ttft_ms is not None
    assert last.timings.ttft_ms <= last.timings.elapsed_ms
    assert last.timings.decode_tps is not None
    assert last.timings.decode_tps > 0
    elapsed = [delta.timings.elapsed_ms for delta in deltas]
    assert elapsed == sorted(elapsed)
    assert text_of(events).strip()


@proc_files
async def test_worker_that_chats_has_no_library_that_it_can_do_without(
    session: LocalSession,
) -> None:
    await reply(session, ask("Hello.", max_tokens=2))
    mapped = Path(f"/proc/{session.process_id}/maps").read_text()
    assert "libllama" in mapped
    assert not [name for name in ("libcrypto", "numpy", "_psutil", "_lzma") if name in mapped]


async def test_load_reports_its_progress(engine: LocalEngine, starter_path: Path) -> None:
    seen: list[LoadProgress] = []
    session = await engine.load(plan(starter_path, self_check=True), seen.append)
    await session.close()
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    assert stages == ["starting", "reading", "checking"]
    fractions = [progress.fraction for progress in seen if progress.stage == "reading"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) > 10


async def test_second_turn_reuses_what_is_evaluated(session: LocalSession) -> None:
    first = await reply(session, ask("Name three colours.", max_tokens=16))
    turn = GenerationRequest(
        messages=(
            ChatMessage("user", "Name three colours."),
            ChatMessage("assistant", text_of(first)),
            ChatMessage("user", "And three more."),
        ),
        sampling=GREEDY,
        max_tokens=8,
    )
    finished = (await reply(session, turn))[-1]
    assert finished.timings.cached_tokens > 30
    assert (
        finished.timings.cached_tokens + finished.timings.evaluated_tokens
        == finished.timings.prompt_tokens
    )


async def test_cancel_in_the_middle_of_a_prompt_frees_the_engine(session: LocalSession) -> None:
    long_prompt = ask("word " * 1800)
    async with aclosing(session.generate(long_prompt)) as stream:
        async for event in stream:
            assert isinstance(event, PromptProgress)
            assert event.timings.evaluated_tokens < 1800
            break
    events = await reply(session, ask("Name three colours.", max_tokens=4))
    assert isinstance(events[-1], Finished)
    assert events[-1].timings.completion_tokens == 4


@pytest.mark.long
async def test_cancel_in_the_middle_of_a_reply_leaves_the_next_one_unharmed(
    session: LocalSession,
) -> None:
    undisturbed = text_of(await reply(session, ask("Name three colours.", max_tokens=12)))
    async with aclosing(session.generate(ask("Tell a very long story."))) as stream:
        async for event in stream:
            if event.timings.completion_tokens == 5:
                break
    again = text_of(await reply(session, ask("Name three colours.", max_tokens=12)))
    assert again == undisturbed


async def test_prompt_that_does_not_fit_is_refused_with_numbers(session: LocalSession) -> None:
    with pytest.raises(PromptTooLongError, match=r"context holds\s2,048.*trained for 8,192"):
        await reply(session, ask("word " * 4000))
    assert text_of(await reply(session, ask("Hello", max_tokens=3)))


@pytest.mark.long
async def test_context_that_fills_up_ends_the_reply(
    engine: LocalEngine, starter_path: Path
) -> None:
    session = await engine.load(plan(starter_path, context_tokens=256), lambda _: None)
    finished = (await reply(session, ask("Count from one to a thousand, in words.")))[-1]
    await session.close()
    assert isinstance(finished, Finished)
    if finished.reason == "length":
        assert finished.timings.context_used_tokens > 255
    assert finished.timings.context_used_tokens <= 257


async def test_stop_string_ends_the_reply_before_it(session: LocalSession) -> None:
    whole = text_of(await reply(session, ask("Tell a story.", max_tokens=40)))
    stop = whole[20:26]
    events = await reply(session, ask("Tell a story.", max_tokens=40, stop=(stop,)))
    assert text_of(events) == whole[: whole.index(stop)]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "stop"


async def test_schema_binds_the_reply(session: LocalSession) -> None:
    schema = json.dumps(
        {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 12}, "ok": {"type": "boolean"}},
            "required": ["city", "ok"],
            "additionalProperties": False,
        }
    )
    answer = text_of(await reply(session, ask("A city.", max_tokens=80, json_schema=schema)))
    assert set(json.loads(answer)) == {"city", "ok"}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [("{not json", "not valid JSON"), ('{"type": "nonsense"}', 'the type "nonsense"')],
)
async def test_bad_schema_is_a_sentence(session: LocalSession, schema: str, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        await reply(session, ask("A city.", json_schema=schema))
    assert text_of(await reply(session, ask("Hello", max_tokens=3)))


@pytest.mark.parametrize(
    ("name", "words", "crashed"),
    [
        ("SIGKILL", "ended from outside", False),
        ("SIGSEGV", "crashed", True),
        ("SIGABRT", "stopped itself", True),
        ("SIGBUS", "model file became shorter", False),
    ],
)
async def test_death_in_mid_reply_names_its_cause(
    session: LocalSession, name: str, words: str, crashed: bool
) -> None:
    deadly = getattr(signal, name)
    with pytest.raises(EngineDiedError, match=words) as caught:
        await read_until(session, STORY, 5, lambda process: os.kill(process, deadly))
    assert "in the middle of a reply" in str(caught.value)
    assert caught.value.crashed is crashed
    with pytest.raises(EngineDiedError):  # and it stays so
        await reply(session, ask("Hello"))


async def test_death_is_told_by_the_end_of_the_pipe(
    session: LocalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENT_TICKS", sys.maxsize)  # the watchdog never barks
    with pytest.raises(EngineDiedError):
        await read_until(session, STORY, 5, lambda worker: os.kill(worker, signal.SIGKILL))


@pytest.mark.long
async def test_frozen_worker_is_ended_by_the_watchdog(session: LocalSession) -> None:
    with pytest.raises(EngineSilentError, match="no sign of life"):
        await read_until(session, STORY, 5, lambda process: os.kill(process, signal.SIGSTOP))
    assert not psutil.pid_exists(session.process_id or 0)


@bounded_memory
async def test_worker_without_memory_ends_and_says_so(session: LocalSession) -> None:
    worker = psutil.Process(session.process_id)
    size = worker.memory_info().vms + 2**20
    worker.rlimit(psutil.RLIMIT_AS, (size, size))
    with pytest.raises(MemoryShortError, match="ran out of memory"):
        await reply(session, ask("word " * 4_000_000))


async def test_cancelled_load_leaves_no_process(engine: LocalEngine, starter_path: Path) -> None:
    started = asyncio.Event()
    load = asyncio.create_task(engine.load(plan(starter_path), lambda _: started.set()))
    await started.wait()
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    assert not psutil.Process().children()


@pytest.mark.long
async def test_engine_log_is_kept_in_a_file(
    engine: LocalEngine, starter_path: Path, tmp_path: Path
) -> None:
    session = await engine.load(plan(starter_path), lambda _: None)
    await reply(session, ask("My secret is 4711.", max_tokens=4))
    await session.close()
    log = (tmp_path / "logs" / "engine.log").read_text()
    assert "llama_model_loader" in log
    assert "4711" not in log


def test_worker_ends_when_the_program_is_killed(starter_path: Path, tmp_path: Path) -> None:
    script = f"""
import asyncio, os, sys
from pathlib import Path
from app.domain.load_options import LoadPlan
from backends.local import LocalEngine
async def main():
    session = await LocalEngine("llama_cpp", Path({str(tmp_path / "run")!r})).load(
        LoadPlan(name="starter", path={os.fsencode(starter_path)!r}), lambda _: None)
    print(session.process_id, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    with program.stdout:
        worker = psutil.Process(int(program.stdout.readline()))
    program.kill()
    program.wait()
    assert end_soon(worker)


@pytest.mark.long
async def test_two_chats_stream_at_once_from_one_model(session: LocalSession) -> None:
    """Each gets a token while the other is in the middle of its reply."""
    order: list[str] = []

    async def stream(name: str, text: str) -> None:
        async for event in session.generate(ask(text, max_tokens=40)):
            if isinstance(event, TextDelta):
                order.append(name)

    await asyncio.gather(stream("a", "Tell a long story."), stream("b", "Describe a city."))
    assert {"a", "b"} <= set(order[20:60])
    assert session.info.capabilities.parallel == 4


async def test_tokens_are_counted_exactly_and_texts_become_vectors(session: LocalSession) -> None:
    counted = await session.count_tokens(ask("Name three colours.", max_tokens=1))
    assert (
        counted
        == (await reply(session, ask("Name three colours.", max_tokens=1)))[
            -1
        ].timings.prompt_tokens
    )
    cat, kitten, tax = await session.embed(
        ["The cat sleeps.", "A kitten is sleeping.", "Tax law of 1974, section 12"]
    )
    assert len(cat.vector) == 576
    assert sum(value * value for value in cat.vector) == pytest.approx(1.0)

    def likeness(other: tuple[float, ...]) -> float:
        return sum(a * b for a, b in zip(cat.vector, other, strict=True))

    assert likeness(kitten.vector) > likeness(tax.vector)
    with pytest.raises(PromptTooLongError, match="too long for one vector"):
        await session.embed(["word " * 9000])
