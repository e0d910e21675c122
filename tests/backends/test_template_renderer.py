"""Hostile chat templates end in a sentence, and hold up no other reply."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.domain.engine import ChatMessage, GenerationRequest, Sampling, TextDelta, TokenBias
from app.domain.errors import TemplateError
from app.domain.load_options import LoadOptions, LoadPlan
from backends import template_renderer
from backends.llama_cpp.reply_format import CHATML
from backends.local import LocalEngine, LocalSession
from backends.template_renderer import TemplateRenderer
from tests.backends.stepped import ask
from tests.backends.tiny_models import write_windowed
from tests.fakes.processes import end_soon
from tests.systems import bounded_memory

HELLO = (ChatMessage("user", "Hello"),)
# It writes nothing, so that time runs out before memory does.
BOMB = "{% for a in range(99999) %}" * 4 + "{% set b = 1 %}" + "{% endfor %}" * 4


@pytest.fixture(scope="module")
def renderer() -> Iterator[TemplateRenderer]:
    made = TemplateRenderer()
    made.use(CHATML)
    made.render(HELLO)  # the threads and the process of a module are there before its tests
    yield made
    made.close()


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self._TemplateReference__context.environment }}{{ x.y.z }}",
        "{% include '/etc/passwd' %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 99999999 }}",
        "{{ range(1000000000) | list }}",
        "{{ 'x' | center(2000000000) | length }}",
        "{% for a in range(9) %}{{ 1 / 0 }}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ undefined_thing.attribute }}",
        "{{ messages[7].content }}",
        "{{ 'abc'.encode('no-such-codec') }}",
    ],
)
def test_hostile_or_broken_template_is_a_sentence(renderer: TemplateRenderer, source: str) -> None:
    process = renderer._process
    renderer.use(source)
    with pytest.raises(TemplateError, match=r"^The model's chat template .*\.$"):
        renderer.render(HELLO)
    renderer.use("{{ messages[0].content }}")
    assert renderer.render(HELLO) == "Hello"
    assert renderer._process is process


@bounded_memory
def test_template_that_takes_too_much_memory_is_told_so(renderer: TemplateRenderer) -> None:
    renderer.use("{{ 'x' | center(2000000000) | length }}")
    with pytest.raises(TemplateError, match=r"needs too much memory.*\.$"):
        renderer.render(HELLO)
    renderer.use(CHATML)
    assert renderer.render(HELLO)


def test_template_bomb_is_stopped_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = TemplateRenderer()
    renderer.use(CHATML)
    renderer.render(HELLO)
    monkeypatch.setattr(template_renderer, "DEADLINE_SECONDS", 0.3)
    renderer.use(BOMB)
    with pytest.raises(TemplateError, match="ran longer than"):
        renderer.render(HELLO)
    monkeypatch.undo()
    renderer.use(CHATML)
    assert renderer.render(HELLO)
    assert renderer._process is not None
    renderer._process.kill()
    renderer._process.wait()
    assert renderer.render(HELLO)
    renderer.close()


def test_doubling_string_meets_the_memory_limit() -> None:
    renderer = TemplateRenderer()
    renderer.use(
        "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(40) %}"
        "{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | length }}"
    )
    with pytest.raises(TemplateError, match=r"\.$"):
        renderer.render(HELLO)
    renderer.close()


def test_nothing_is_rendered_after_the_end() -> None:
    renderer = TemplateRenderer()
    renderer.close()
    with pytest.raises(TemplateError, match="ejected"):
        renderer.render(HELLO)


async def _loaded(path: Path, run_folder: Path) -> LocalSession:
    options = LoadOptions(context_tokens=2048, threads=1)
    plan = LoadPlan(name="tiny", path=os.fsencode(path), options=options)
    return await LocalEngine("llama_cpp", run_folder).load(plan, lambda _: None)


async def test_other_replies_and_counts_go_on_while_a_template_hangs(tmp_path: Path) -> None:
    template = "{% if messages[0].content == 'bomb' %}" + BOMB + "{% endif %}" + CHATML
    session = await _loaded(write_windowed(tmp_path / "tiny.gguf", template), tmp_path / "run")
    endless = Sampling(temperature=0.0, logit_bias=(TokenBias(2, -1e30),))
    events = session.generate(GenerationRequest(prompt="Once", sampling=endless, max_tokens=1500))
    async for event in events:
        if isinstance(event, TextDelta):
            break
    hostile = asyncio.ensure_future(anext(session.generate(ask("bomb"))))
    seen = 0
    async for event in events:
        seen += isinstance(event, TextDelta)
        if seen == 100:
            break
    assert not hostile.done()
    await events.aclose()
    hostile.cancel()
    await asyncio.wait([hostile])
    worker = psutil.Process(session.process_id)
    (child,) = worker.children()
    await session.close()
    assert end_soon(child)


@pytest.mark.long
async def test_hanging_template_ends_in_a_sentence_and_the_worker_lives(tmp_path: Path) -> None:
    template = "{% if messages[0].content == 'bomb' %}" + BOMB + "{% endif %}" + CHATML
    session = await _loaded(write_windowed(tmp_path / "tiny.gguf", template), tmp_path / "run")
    try:
        with pytest.raises(TemplateError, match="ran longer than 5 seconds"):
            await anext(session.generate(ask("bomb")))
        assert await session.count_tokens(ask("Hello")) > 0
    finally:
        await session.close()
