"""The worker under bad input: what would end it is refused, and what ends it has a cause.

Each row of what is known to kill a process that uses llama.cpp: more tokens than a batch takes,
rows that have no logits, unknown KV types, tokens that a grammar forbids, grammars that do not
parse, several threads on one context, use after the end, files that shrink; and any bytes at all
on the pipe.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationRequest,
    Sampling,
    TokenBias,
    Tool,
)
from app.domain.errors import AppError, EngineDiedError, EngineError
from app.domain.load_options import LoadOptions, LoadPlan
from backends.local import LocalEngine
from backends.protocol import (
    Cancel,
    Failed,
    Generate,
    Generated,
    Load,
    Loaded,
    Shutdown,
    encode_frame,
)
from tests.backends.raw_worker import RawWorker, plan
from tests.backends.stepped import Stepped, ask
from tests.backends.tiny_models import write_llama


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[RawWorker]:
    worker = RawWorker(tmp_path)
    yield worker
    worker.kill()


@pytest.fixture(scope="module")
def starter(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=256, parallel=2)
    yield stepped
    stepped.close()


def framed(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body


def test_batch_takes_no_more_tokens_than_it_was_made_for(starter: Stepped) -> None:
    context = starter.model._context
    context.begin()
    with pytest.raises(EngineError, match="A batch of"):
        context.add(0, [1] * 10_000, 0, 1)


def test_batch_has_no_more_rows_of_logits_than_were_reserved(starter: Stepped) -> None:
    context = starter.model._context
    context.begin()
    context.add(0, [1], 0, 1)
    with pytest.raises(EngineError, match="3 rows of logits is over 2"):
        context.add(1, [1, 1], 0, 2)


@pytest.mark.parametrize(("context_tokens", "parallel"), [(1, 4), (100, 1), (256, 256)])
def test_batches_are_no_larger_than_a_small_context_has(
    tmp_path: Path, context_tokens: int, parallel: int
) -> None:
    path = write_llama(tmp_path / "tiny.gguf", width=64)
    engine = Stepped(path, context_tokens=context_tokens, parallel=parallel)
    for count in (200, *(3,) * 6, 240):
        prompt = "x" * count
        number = engine.submit(GenerationRequest(prompt=prompt, max_tokens=4))
        engine.step()
    engine.run()
    assert engine.end(number).timings.prompt_tokens > 240
    engine.close()


@pytest.mark.parametrize(
    "request_",
    [
        ask("Hello", grammar='root ::= "\\x00"', max_tokens=3),
        ask("Hello", grammar="root ::= [^\\x00-\\U0010FFFF]", max_tokens=3),
        ask("Hello", grammar="root ::= ([a-z] root)?", max_tokens=3),
        ask("Hello", stop=("", "\0", "\ud800"), max_tokens=3),
        ask("Hello", logprobs=10**6, max_tokens=2),
        ask("Hello", logprobs=-1, max_tokens=2),
        ask("Hello", max_tokens=-5),
        ask("", max_tokens=2),
        ask("Hello", template_options={"messages": 3, "add_generation_prompt": False}),
        GenerationRequest(max_tokens=2),
        GenerationRequest(prompt="\0", max_tokens=2),
        GenerationRequest(prompt="x", suffix="y"),
        ask(
            "Hello",
            max_tokens=2,
            sampling=Sampling(logit_bias=tuple(TokenBias(n, -1e30) for n in range(49152))),
        ),
        ask("Hello", max_tokens=2, sampling=Sampling(seed=2**80 - 1)),
        ask("Hello", max_tokens=2, sampling=Sampling(seed=-7, top_k=-5, top_p=2.0)),
        ask("Hello", max_tokens=2, sampling=Sampling(top_k=2**31 - 1, temperature=1e-9)),
        ask("Hello", max_tokens=2, sampling=Sampling(top_k=2**40)),
    ],
)
def test_strange_request_ends_with_a_reply_or_a_sentence(
    starter: Stepped, request_: GenerationRequest
) -> None:
    try:
        number = starter.submit(request_)
    except AppError as error:
        last: object = error
    else:
        starter.run()
        last = starter.of(number)[-1]
    assert isinstance(last, Finished) or (isinstance(last, AppError) and str(last).endswith("."))
    assert starter.reply(ask("Hello", max_tokens=2)) is not None


async def test_model_file_that_shrinks_in_use_is_named_as_the_cause(
    starter_path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.gguf"
    shutil.copy(starter_path, copy)
    options = LoadOptions(context_tokens=256, threads=1, extra_buffer_types=False)
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    session = await engine.load(
        LoadPlan(name="copy", path=os.fsencode(copy), options=options), lambda _: None
    )
    os.truncate(copy, 4096)
    with pytest.raises(EngineDiedError, match="model file became shorter"):
        async for _ in session.generate(ask("Hello", max_tokens=5)):
            pass
    await session.close()


def test_commands_in_any_order_are_answered(raw: RawWorker, starter_path: Path) -> None:
    hello = ask("Hello", max_tokens=3)
    raw.send(encode_frame(Cancel(99)), encode_frame(Generate(1, hello)))
    report = raw.report()
    assert isinstance(report, Failed)
    assert "Load a model first" in str(report.sentence)
    raw.send(encode_frame(Load(plan(starter_path))))
    assert isinstance(raw.report(), Loaded)
    raw.send(encode_frame(Load(plan(starter_path))))
    assert isinstance(raw.report(), Failed)
    same = encode_frame(Generate(7, hello))
    raw.send(same, same, encode_frame(Cancel(7)), encode_frame(Cancel(7)), encode_frame(Cancel(8)))
    ends = 0
    while ends < 2:
        report = raw.report()
        assert isinstance(report, Generated | Failed)
        ends += isinstance(report, Failed) or isinstance(report.event, Finished)
    raw.send(encode_frame(Shutdown()))
    assert raw.end() == 0


def test_unknown_kv_type_never_reaches_the_library(raw: RawWorker, starter_path: Path) -> None:
    frame = encode_frame(Load(plan(starter_path)))
    assert frame.count(b"\xa3f16") == 1
    raw.send(frame.replace(b"\xa3f16", b"\xa3q99"))
    assert raw.report() is None
    assert raw.end() == 0


def test_end_in_the_middle_of_a_reply_is_in_order(raw: RawWorker, starter_path: Path) -> None:
    raw.send(encode_frame(Load(plan(starter_path))))
    assert isinstance(raw.report(), Loaded)
    raw.send(encode_frame(Generate(1, ask("Tell a long story."))))
    assert isinstance(raw.report(), Generated)
    raw.send(encode_frame(Shutdown()))
    assert raw.end() == 0


def test_frame_that_claims_too_much_ends_the_worker_cleanly(raw: RawWorker) -> None:
    raw.send(struct.pack("<I", 2**32 - 1))
    assert raw.end() == 0


_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text()
    | st.binary(max_size=50),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)  # fmt: skip
_NAMES = st.sampled_from(
    [
        *("Load", "Generate", "Cancel", "CountTokens", "Embed", "SetAdapters", "Shutdown"),
        *("Nonsense", "KeepStates", "ForgetChats", "ReadPrompt", "Tune", "Quantize"),
    ]
)
_TAGGED = st.builds(
    lambda name, fields: {"type": name, **fields},
    _NAMES,
    st.dictionaries(
        st.sampled_from(["request_id", "request", "plan", "texts", "adapters", "x"]), _VALUES
    ),
)
_FRAMES = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=200).map(framed),
    _VALUES.map(msgspec.msgpack.encode).map(framed),
    _TAGGED.map(msgspec.msgpack.encode).map(framed),
)


def survives(folder: Path, frames: list[bytes]) -> bool:
    """Whether a worker that is sent this ends by itself, as it should."""
    worker = RawWorker(folder)
    for act in (lambda: worker.send(*frames), worker.stdin.close):
        with suppress(BrokenPipeError):
            act()
    worker.stdout.read()
    worker.stdout.close()
    return worker.process.wait(60) == 0


_FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(_FUZZ, max_examples=6)
@given(st.lists(_FRAMES, max_size=4))
def test_any_bytes_on_the_pipe_neither_kill_nor_hang_the_worker(
    tmp_path: Path, frames: list[bytes]
) -> None:
    assert survives(tmp_path, frames)


@pytest.mark.long
@settings(_FUZZ, max_examples=400)
@given(st.lists(_FRAMES, max_size=6))
def test_many_bytes_on_the_pipe_neither_kill_nor_hang_the_worker(
    tmp_path: Path, frames: list[bytes]
) -> None:
    assert survives(tmp_path, frames)


_TEXTS = st.text(max_size=40)
_REQUESTS = st.builds(
    GenerationRequest,
    messages=st.lists(
        st.builds(ChatMessage, st.sampled_from(["user", "assistant", "system", "tool"]), _TEXTS),
        max_size=3,
    ).map(tuple),
    prompt=st.none() | _TEXTS,
    suffix=st.none() | _TEXTS,
    stop=st.lists(_TEXTS, max_size=2).map(tuple),
    grammar=st.none() | _TEXTS,
    json_schema=st.none() | _TEXTS,
    tools=st.lists(st.builds(Tool, name=_TEXTS, parameters=_TEXTS), max_size=2).map(tuple),
    tool_choice=st.sampled_from(["auto", "required", "x"]),
    continue_reply=st.booleans(),
    template_options=st.dictionaries(_TEXTS, st.integers(-9, 9) | _TEXTS, max_size=2),
    logprobs=st.none() | st.integers(-3, 9),
    max_tokens=st.integers(-2, 4),
    sampling=st.builds(
        Sampling,
        temperature=st.floats(),
        top_k=st.integers(-(2**40), 2**40),
        top_p=st.floats(),
        min_p=st.floats(),
        repeat_penalty=st.floats(),
        penalty_last_tokens=st.integers(-(2**40), 2**40),
        mirostat=st.sampled_from([0, 1, 2]),
        dry_multiplier=st.floats(),
        logit_bias=st.lists(
            st.builds(TokenBias, st.integers(-9, 60000), st.floats()), max_size=2
        ).map(tuple),
        seed=st.none() | st.integers(-(2**63), 2**64 - 1),
    ),
    conversation_id=st.none() | st.integers(-9, 9),
)


def _ends_in_words(starter: Stepped, request_: GenerationRequest) -> bool:
    try:
        number = starter.submit(request_)
    except AppError as error:
        return bool(str(error))
    starter.run()
    return isinstance(starter.of(number)[-1], Finished | AppError)


@settings(_FUZZ, max_examples=15)
@given(request_=_REQUESTS)
def test_any_request_ends_with_a_reply_or_a_sentence(
    starter: Stepped, request_: GenerationRequest
) -> None:
    assert _ends_in_words(starter, request_)


@pytest.mark.long
@settings(_FUZZ, max_examples=1500)
@given(request_=_REQUESTS)
def test_many_requests_end_with_a_reply_or_a_sentence(
    starter: Stepped, request_: GenerationRequest
) -> None:
    assert _ends_in_words(starter, request_)
