"""What some servers tell besides the OpenAI interface: load, progress, rates, context."""

from __future__ import annotations

import asyncio

from app.domain.engine import Finished, PromptProgress, ServerLoad, TextDelta
from tests.fakes.model_server import (
    Request,
    delta,
    end,
    lists,
    replies,
    running,
    says,
    usage,
)
from tests.fakes.remote_sessions import (
    ask,
    open_session,
    reply,
)

METRICS = """# HELP vllm:num_requests_running Number of requests
vllm:num_requests_running{engine="0",model_name="tiny"} 3.0
vllm:num_requests_waiting{engine="0",model_name="tiny"} 2.0
vllm:kv_cache_usage_perc{engine="0",model_name="tiny"} 0.25
"""


async def test_vllm_tells_its_context_version_load_and_counts_while_it_streams() -> None:
    load_was_read = asyncio.Event()

    async def metrics(request: Request) -> None:
        await request.head(200, "text/plain", content_length=str(len(METRICS)))
        await request.send(METRICS.encode())
        await request.client_left()
        load_was_read.set()

    async def counted(request: Request) -> None:
        await load_was_read.wait()
        pieces = [{**delta(f" {n}"), "usage": usage(9, n)["usage"]} for n in range(1, 40)]
        await request.stream(*pieces, end(), "[DONE]")

    async with running(
        counted,
        models=lists("tiny", owned_by="vllm", max_model_len=2048),
        version=says(200, '{"version": "0.12.1"}', "application/json"),
        metrics=metrics,
    ) as server:
        session = await open_session(server)
        events = [event async for event in session.generate(ask())]
        await session.close()
        (body,) = server.chats_asked()
    assert (session.info.engine_name, session.info.engine_version) == ("vLLM", "0.12.1")
    assert session.info.context_tokens == events[-1].timings.context_tokens == 2048
    assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (40, 0.05, 1.0)
    deltas = [event for event in events if isinstance(event, TextDelta)]
    assert [event.timings.completion_tokens for event in deltas] == list(range(1, 40))
    load = ServerLoad(running_requests=3, waiting_requests=2, kv_used_fraction=0.25)
    assert events[-1].timings.server_load == load


async def test_llama_server_tells_its_progress_and_its_own_rates() -> None:
    async def timed(request: Request) -> None:
        progress = [{"total": 100, "cache": 20, "processed": n, "time_ms": n} for n in (60, 100)]
        told = {"cache_n": 20, "prompt_n": 80, "prompt_per_second": 800.0}
        counts = {**told, "predicted_n": 2, "predicted_per_second": 50.0}
        await request.stream(
            *({**delta(role="assistant"), "prompt_progress": one} for one in progress),
            delta("Hi"),
            {**delta(" you"), "timings": counts},
            end(),
            "[DONE]",
        )

    async with running(
        timed,
        models=lists("tiny", owned_by="llamacpp"),
        props=says(200, '{"default_generation_settings": {"n_ctx": 4096}}', "application/json"),
    ) as server:
        events = await reply(server)
    progress = [event.timings for event in events if isinstance(event, PromptProgress)]
    assert [one.evaluated_tokens for one in progress] == [40, 80]
    last = events[-1].timings
    assert (last.prompt_tokens, last.cached_tokens, last.completion_tokens) == (100, 20, 2)
    assert (last.prefill_tps, last.decode_tps) == (800.0, 50.0)
    assert last.context_tokens == 4096


async def test_samplers_that_a_server_would_drop_are_not_sent_and_that_is_said() -> None:
    async with running(replies("Hi")) as server:
        session = await open_session(server)
        finished = [event async for event in session.generate(ask())][-1]
        await session.close()
        (body,) = server.chats_asked()
    assert "top_k" not in body
    assert "pass over samplers" in str(session.info.notice)
    assert isinstance(finished, Finished)
    assert "temperature" in finished.samplers
    assert "top_k" not in finished.samplers
    async with running(replies("Hi"), models=lists("tiny", owned_by="vllm")) as server:
        session = await open_session(server)
        finished = [event async for event in session.generate(ask())][-1]
        await session.close()
    assert session.info.notice is None
    assert isinstance(finished, Finished)
    assert {"top_k", "min_p", "temperature"} <= set(finished.samplers)
