"""The measurement of what suits a model and a machine, and what becomes of its result."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.engine import Finished
from app.domain.errors import RequestError
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.tuning import Tuning, details_text, tuned, tuning_text
from backends.llama_cpp import threads
from backends.llama_cpp.measurement import Measurement
from backends.llama_cpp.tuner import Tuner
from backends.local import LocalEngine
from backends.protocol import Tune, Tuned, TuningProgress
from tests.backends.stepped import Stepped, ask

QUESTION = ask("Name three colours.", max_tokens=8)
FOUND = Tuning(
    threads=3,
    prompt_threads=6,
    flash_attention="off",
    micro_batch_tokens=128,
    depth_tokens=1024,
    decode_tps=52.0,
    default_decode_tps=41.0,
    prefill_tps=300.0,
    default_prefill_tps=295.0,
)


@pytest.fixture(scope="module")
def engine(starter_path: Path) -> Iterator[Stepped]:
    engine = Stepped(starter_path, context_tokens=512)
    model = engine.model
    # A fiftieth of the usual time: the figures are coarse, the way to them is the same.
    model._measurement = Measurement(
        model._context,
        lambda: Tuner(model._log, model._model, model.info.options, seconds=0.2),
        lambda request_id, event: engine.events.append((request_id, event)),
    )
    yield engine
    engine.close()


def answers(engine: Stepped, request_id: int) -> list[object]:
    """What came for one measurement."""
    return [event for each, event in engine.events if each == request_id]


@pytest.mark.parametrize("cores", [1, pytest.param(2, marks=pytest.mark.long)])
def test_measurement_finds_options_and_uses_the_threads(
    engine: Stepped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    # Two threads wait for each other when the machine is busy: one core makes a short test.
    quota = tmp_path / "cpu.max"
    quota.write_text(f"{cores}00000 100000")
    monkeypatch.setattr(threads, "_CGROUP_QUOTA", quota)
    engine.forget()
    before = engine.reply(QUESTION)
    assert engine.model.answer(Tune(900)) is None
    engine.run()
    *progress, end = answers(engine, 900)
    assert isinstance(end, Tuned)
    found = end.tuning
    assert found is not None
    fractions = [each.fraction for each in progress if isinstance(each, TuningProgress)]
    assert len(fractions) == len(progress) > 5
    assert fractions == sorted(fractions)
    assert found.depth_tokens == 1024
    assert min(found.decode_tps, found.default_decode_tps, found.prefill_tps) > 0
    assert found.quantized_decode_tps
    assert 1 <= found.threads <= cores
    assert engine.model._context.thread_counts._counts == (found.threads, found.prompt_threads)
    engine.model._context.use_threads(1, 1)
    engine.forget()
    assert engine.reply(QUESTION) == before


def test_reply_ends_a_measurement(engine: Stepped) -> None:
    engine.model.answer(Tune(901))
    engine.step()
    request_id = engine.submit(QUESTION)
    assert answers(engine, 901)[-1] == Tuned(901, None)
    engine.run()
    assert isinstance(engine.end(request_id), Finished)


def test_cancelled_measurement_ends(engine: Stepped) -> None:
    engine.model.answer(Tune(902))
    engine.step()
    engine.model.cancel(902)
    engine.run()
    assert answers(engine, 902)[-1] == Tuned(902, None)


def test_nothing_is_measured_under_a_reply(engine: Stepped) -> None:
    engine.submit(QUESTION)
    engine.step()
    with pytest.raises(RequestError, match="nothing can be measured"):
        engine.model.answer(Tune(903))
    engine.run()


async def test_reply_ends_a_measurement_in_a_worker(starter_path: Path, tmp_path: Path) -> None:
    plan = LoadPlan(
        name="starter",
        path=os.fsencode(starter_path),
        options=LoadOptions(context_tokens=512, threads=1),
    )
    session = await LocalEngine("llama_cpp", tmp_path).load(plan, lambda _: None)
    begun = asyncio.Event()
    measuring = asyncio.ensure_future(session.tune(lambda _: begun.set()))
    await begun.wait()
    events = [event async for event in session.generate(QUESTION)]
    assert isinstance(events[-1], Finished)
    assert await measuring is None
    await session.close()


def test_what_the_user_left_open_is_tuned() -> None:
    options = tuned(LoadOptions(), FOUND)
    assert (options.threads, options.prompt_threads) == (3, 6)
    assert options.flash_attention == "off"
    assert options.micro_batch_tokens == 128


def test_short_memory_keeps_flash_attention() -> None:
    options = tuned(LoadOptions(), FOUND, is_short=True)
    assert (options.threads, options.flash_attention) == (3, "auto")


def test_what_the_user_chose_stays() -> None:
    chosen = LoadOptions(threads=2, flash_attention="on", micro_batch_tokens=64)
    options = tuned(chosen, FOUND)
    assert options == msgspec.structs.replace(chosen, prompt_threads=2)


def test_quantized_cache_keeps_flash_attention() -> None:
    assert tuned(LoadOptions(kv_type="q8_0"), FOUND).flash_attention == "auto"


def test_gain_is_a_sentence() -> None:
    assert tuning_text(FOUND) == "Tuned for this machine: 41 → 52 tokens/s."
    faster = msgspec.structs.replace(FOUND, prefill_tps=590.0)
    assert tuning_text(faster).endswith("52 tokens/s, prompts 100 % faster.")
    same = msgspec.structs.replace(FOUND, decode_tps=41.5)
    assert tuning_text(same) == (
        "Measured on this machine: the usual settings are the best, 41 tokens/s."
    )
    told = details_text(msgspec.structs.replace(FOUND, quantized_decode_tps=40.0))
    assert told.startswith("3 threads for replies, 6 for prompts; flash attention off.")
    assert "q8_0" in told
