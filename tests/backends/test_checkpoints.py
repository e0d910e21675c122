"""Models that cannot take tokens back one by one: recurrent ones, and those with a window."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.engine import GenerationRequest, Sampling, TokenBias
from tests.backends.stepped import GREEDY, Stepped
from tests.backends.tiny_models import INFILL_TOKENS, write_mamba, write_windowed

Open = Callable[..., Stepped]
STEM = "The quick brown fox jumps over the lazy dog. " * 8  # bytes are tokens, spaces three


def go_on(text: str, tokens: int = 12) -> GenerationRequest:
    endless = Sampling(temperature=0.0, logit_bias=(TokenBias(2, -math.inf),))
    return GenerationRequest(
        prompt=text, sampling=endless, max_tokens=tokens, logprobs=0, conversation_id=1
    )


@pytest.fixture(params=[write_mamba, write_windowed])
def tiny(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    path = request.param(tmp_path / "tiny.gguf")
    opened: list[Stepped] = []

    def start(**options: object) -> Stepped:
        chosen = {"context_tokens": 1024, "parallel": 2, "flash_attention": "off", **options}
        stepped = Stepped(path, tmp_path / "states", **chosen)
        opened.append(stepped)
        return stepped

    yield start
    for stepped in opened:
        stepped.close()


def tokens_of(engine: Stepped, number: int) -> list[int]:
    return [
        event.logprob.chosen.token_id
        for event in engine.of(number)
        if getattr(event, "logprob", None) is not None
    ]


def run(engine: Stepped, request: GenerationRequest) -> tuple[list[int], int]:
    """The tokens of the reply, and how many tokens of its prompt were there already."""
    number = engine.submit(request)
    engine.run()
    return tokens_of(engine, number), engine.end(number).timings.cached_tokens


def test_another_reply_to_the_same_prompt_starts_at_the_checkpoint(tiny: Open) -> None:
    engine = tiny()
    stem = engine.model.count_tokens(go_on(STEM))
    first, cached = run(engine, go_on(STEM, 100))
    assert cached == 0
    engine.reply(go_on(STEM + "x" * 30, 2))
    longer = STEM + "Another end of it."
    again, cached = run(engine, go_on(longer, 20))
    assert cached == stem
    fresh = tiny()
    assert run(fresh, go_on(longer, 20)) == (again, 0)
    assert len(first) == 100


def test_cancelled_evaluation_leaves_the_other_reply_right(tiny: Open) -> None:
    alone, _ = run(tiny(), go_on(STEM, 30))
    engine = tiny()
    kept = engine.submit(go_on(STEM, 30))
    while not tokens_of(engine, kept):
        engine.step()
    lost = engine.submit(go_on("z" * 700, 5))
    engine.step()
    engine.model._context.clear_interrupt = lambda: None
    engine.model._context.interrupt()
    engine.step()
    del engine.model._context.clear_interrupt
    engine.model.cancel(lost)
    engine.run()
    assert tokens_of(engine, kept) == alone
    assert engine.end(lost).reason == "cancelled"


def test_state_on_disk_serves_a_longer_prompt(tiny: Open) -> None:
    engine = tiny(parallel=1)
    run(engine, go_on(STEM, 1))
    run(engine, go_on("something else " * 40, 1))
    # The reply's only token was not evaluated: what was saved is the prompt.
    again, cached = run(engine, go_on(STEM + "and more", 10))
    assert cached == engine.model.count_tokens(go_on(STEM))
    assert run(tiny(parallel=1), go_on(STEM + "and more", 10))[0] == again


def test_text_between_two_texts_is_asked_for_with_the_models_own_tokens(tiny: Open) -> None:
    engine = tiny()
    request = GenerationRequest(prompt="ab", suffix="c</s>", sampling=GREEDY, max_tokens=4)
    tokens = engine.model._prompts.prompt(request).tokens
    before, after, middle = (tokens.index(mark) for mark in INFILL_TOKENS)
    assert before < after < middle == len(tokens) - 1
    text = [engine.model._model.piece(token) for token in tokens]
    assert b"".join(text[before + 1 : after]).endswith(b"ab")
    # What looks like a control token in the user's text is text.
    assert b"".join(text[after + 1 : middle]).endswith(b"c</s>")
    number = engine.submit(request)
    engine.run()
    assert engine.end(number).timings.prompt_tokens == len(tokens)
