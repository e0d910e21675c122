"""Guessing ahead: the same text, fewer steps, and an end to it where it does not pay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import Sampling
from backends.llama_cpp.lookup import Lookup
from tests.backends.stepped import Stepped, ask

# Micro-batches under 64 tokens and under 512 cells: llama.cpp's numbers do not depend on the batch.
EXACT = {
    "context_tokens": 512,
    "parallel": 1,
    "flash_attention": "on",
    "micro_batch_tokens": 32,
}
EDIT = "Repeat this: one red cat, two red cats, three red cats, four red cats, five red cats."


@pytest.fixture(scope="module")
def plain(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, **EXACT)
    yield stepped
    stepped.close()


@pytest.fixture(scope="module")
def guessing(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, speculation="lookup", **EXACT)
    yield stepped
    stepped.close()


@pytest.mark.parametrize(
    "sampling", [Sampling(temperature=0.0), Sampling(temperature=0.8, seed=11, repeat_penalty=1.05)]
)
@pytest.mark.parametrize("question", [EDIT, "What is the capital of France?"])
def test_text_is_the_same_as_without_guessing(
    plain: Stepped, guessing: Stepped, question: str, sampling: Sampling
) -> None:
    request = ask(question, max_tokens=90, sampling=sampling)
    plain.forget()
    guessing.forget()
    expected = plain.reply(request)
    number = guessing.submit(request)
    guessing.run()
    assert guessing.text(number) == expected


def test_guesses_save_steps_and_are_counted(guessing: Stepped) -> None:
    guessing.forget()
    number = guessing.submit(ask(EDIT, max_tokens=60))
    steps = 0
    while guessing.model.is_busy:
        guessing.step()
        steps += 1
    timings = guessing.end(number).timings
    assert timings.completion_tokens == 60
    assert 0 < timings.accepted_tokens <= timings.draft_tokens
    assert steps <= 60 + 4 - timings.accepted_tokens


def test_limit_and_context_are_kept_to_the_token(guessing: Stepped) -> None:
    for limit in (1, 2, 7, 33):
        number = guessing.submit(ask(EDIT, max_tokens=limit))
        guessing.run()
        assert guessing.end(number).timings.completion_tokens == limit
    number = guessing.submit(ask("What is the capital of France?"))
    guessing.run()
    assert guessing.end(number).timings.context_used_tokens == 513


def test_draft_is_what_followed_before() -> None:
    lookup = Lookup(8)
    assert lookup.draft([1, 2, 3, 4, 5, 1, 2], 9) == [], "a plain step is timed first"
    lookup.learn(0, 0, 0.01)
    assert lookup.draft([1, 2, 3, 4, 5, 1, 2, 3], 9) == [4, 5, 1, 2]
    assert lookup.draft([1, 2, 3, 4, 5, 1, 2, 3, 4], 1) == [5]
    assert lookup.draft([1, 2, 3, 4, 5, 1, 2, 3, 4, 9, 9], 9) == []


def test_guessing_pauses_when_it_does_not_pay_and_tries_again() -> None:
    lookup = Lookup(8)
    tokens = [1, 2, 3] * 20
    lookup.learn(0, 0, 0.010)
    for _ in range(6):
        assert lookup.draft(tokens, 9)
        lookup.learn(4, 0, 0.030)  # one token in the time of three
    drafts = [bool(lookup.draft(tokens, 9)) for _ in range(65)]
    assert drafts == [False] * 64 + [True]
    for _ in range(6):
        lookup.learn(4, 4, 0.030)  # five in the time of three
    assert lookup.draft(tokens, 9)
