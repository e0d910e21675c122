"""Guessing ahead: the same text, fewer steps, and an end to it where it does not pay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import Sampling
from backends.llama_cpp.batch_cost import BatchCost
from backends.llama_cpp.lookup import Lookup
from backends.llama_cpp.odds import Odds
from tests.backends.stepped import Stepped, ask

# Micro-batches under 64 tokens and under 512 cells: llama.cpp's numbers do not depend on the batch.
EXACT = {
    "context_tokens": 512,
    "parallel": 1,
    "flash_attention": "on",
    "micro_batch_tokens": 32,
}
COUNT = "Count from one to thirty in words, then do it again."


class Batches(BatchCost):
    """A machine whose batches cost what we say, however busy the real one is."""

    def __init__(self, jump: float, step: float) -> None:
        super().__init__()
        self.token_seconds, self.jump_units, self.step_units = 1.0, jump, step

    def is_known(self, tokens: int) -> bool:
        """It is a fact here."""
        return tokens > 0

    def learn(self, tokens: int, seconds: float) -> None:
        """Nothing, for the same reason."""


def on_batches(stepped: Stepped, jump: float = 0.0, step: float = 0.05) -> Stepped:
    """By default guesses nearly always pay."""
    speculation = stepped.model._scheduler._speculation
    speculation._cost = Batches(jump, step)
    if speculation._drafting is not None:
        speculation._drafting._cost = speculation._cost
    return stepped


EDIT = "Repeat this: one red cat, two red cats, three red cats, four red cats, five red cats."
FREE = "What is the capital of France?"
RANDOM = Sampling(temperature=0.8, seed=11, repeat_penalty=1.05)


@pytest.fixture(scope="module")
def plain(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, **EXACT)
    yield stepped
    stepped.close()


@pytest.fixture(scope="module")
def guessing(starter_path: Path) -> Iterator[Stepped]:
    stepped = on_batches(Stepped(starter_path, speculation="lookup", **EXACT))
    yield stepped
    stepped.close()


@pytest.fixture(scope="module")
def guessing_for_four(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, speculation="lookup", **{**EXACT, "parallel": 4})
    on_batches(stepped)
    yield stepped
    stepped.close()


@pytest.mark.parametrize(
    ("question", "sampling"),
    [
        (EDIT, Sampling(temperature=0.0)),
        pytest.param(EDIT, RANDOM, marks=pytest.mark.long),
        pytest.param(FREE, Sampling(temperature=0.0), marks=pytest.mark.long),
        pytest.param(FREE, RANDOM, marks=pytest.mark.long),
    ],
)
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


@pytest.mark.long
def test_limit_and_context_are_kept_to_the_token(guessing: Stepped) -> None:
    for limit in (1, 2, 7, 33):
        number = guessing.submit(ask(EDIT, max_tokens=limit))
        guessing.run()
        assert guessing.end(number).timings.completion_tokens == limit
    number = guessing.submit(ask(FREE))
    guessing.run()
    assert guessing.end(number).timings.context_used_tokens == 513


@pytest.mark.long
def test_guesses_of_several_replies_are_verified_in_one_batch(guessing_for_four: Stepped) -> None:
    alone = [guessing_for_four.reply(ask(text, max_tokens=60)) for text in (EDIT, COUNT)]
    guessing_for_four.forget()
    numbers = [guessing_for_four.submit(ask(text, max_tokens=60)) for text in (EDIT, COUNT)]
    most = 0
    while guessing_for_four.model.is_busy:
        events = guessing_for_four.step()
        told = [sum(each == number for each, _ in events) for number in numbers]
        most = max(most, min(told))
    assert most > 1, "one step brought several tokens to both"
    assert [guessing_for_four.text(number) for number in numbers] == alone


def known(seconds: float = 0.010, step: float = 0.3, jump: float = 0.0) -> BatchCost:
    """What batches cost where it was measured."""
    cost = BatchCost()
    for size in (2, 5, 9, 17) * 50:
        cost.learn(1, seconds)
        cost.learn(size, seconds * (1 + jump + (size - 1) * step))
    return cost


@pytest.mark.parametrize(("jump", "step"), [(0.0, 0.03), (0.6, 0.33), (0.0, 1.0)])
def test_cost_of_a_batch_is_learned(jump: float, step: float) -> None:
    cost = known(0.010, step, jump)
    assert cost.token_seconds == pytest.approx(0.010)
    for size in (2, 5, 9, 17):
        assert cost.units(size) == pytest.approx(1 + jump + step * (size - 1), rel=0.05)
    before = cost.units(5)
    cost.learn(9, 100.0)  # the machine slept
    assert cost.units(5) < 1.5 * before


def test_what_guesses_can_gain_is_foretold() -> None:
    cheap, dear = known(step=0.0), known(step=0.3, jump=0.7)
    assert cheap.gain(1.0, certain=1, most=16, each=0.0) == pytest.approx(17, rel=0.05)
    assert cheap.gain(0.5, certain=1, most=16, each=0.0) == pytest.approx(2, rel=0.05)
    assert cheap.gain(0.0, certain=1, most=16, each=0.1) == 1.0
    assert dear.gain(1.0, certain=1, most=16, each=0.1) == pytest.approx(17 / 8.1, rel=0.05)
    assert dear.gain(0.7, certain=1, most=16, each=0.1) == 1.0


def test_drafts_are_long_or_none_where_the_second_token_is_dear() -> None:
    text = list(range(100, 160))
    flat, dear = known(step=0.4), known(step=0.3, jump=0.7)
    lengths = {
        cost: [len(Lookup(cost).draft([*text, 1, *text[:m]], 16)) for m in range(1, 30)]
        for cost in (flat, dear)
    }
    assert 0 < min(filter(None, lengths[flat])) < 3
    assert min(filter(None, lengths[dear])) > 3


def test_guesses_wait_for_plain_steps_and_let_them_be_measured_again() -> None:
    cost = BatchCost()
    for seconds in (0.3, 0.01, 0.01):  # the first one waited for the disk
        assert not cost.is_known(1)
        cost.learn(1, seconds)
    assert cost.is_known(1)
    assert cost.token_seconds == pytest.approx(0.01)
    for _ in range(40):
        cost.learn(9, 0.04)
    assert not cost.is_known(1)
    assert cost.is_known(4), "replies side by side have no step of one token"
    cost.learn(1, 0.01)
    assert cost.is_known(1)


def test_a_machine_that_became_slower_makes_no_batch_dearer() -> None:
    cost = known(0.010, step=0.1)
    before = cost.units(9)
    for _ in range(8):
        cost.learn(9, 0.020 * before)
    assert cost.units(9) > 1.3 * before
    cost.doubt()
    assert not cost.is_known(1)
    cost.learn(1, 0.020)
    assert cost.is_known(1)
    assert cost.token_seconds == pytest.approx(0.020, rel=0.15)
    assert cost.units(9) == pytest.approx(before, rel=0.25)


def test_odds_follow_what_was_right() -> None:
    odds = Odds((0.0, 0.5), (0.2, 0.9))
    assert (odds.of(0.1), odds.of(0.7)) == pytest.approx((0.2, 0.9))
    for _ in range(200):
        odds.learn(0.1, is_right=True)
    assert odds.of(0.3) > 0.95
    assert odds.of(0.7) == pytest.approx(0.9)
    for _ in range(200):
        odds.learn(0.1, is_right=False)
    assert odds.of(0.3) < 0.05


def test_draft_is_what_followed_before() -> None:
    text = list(range(100, 130))
    lookup = Lookup(known())
    assert lookup.draft([*text, 1, 2, *text[:20]], 5) == text[20:25]
    assert lookup.draft([*text, 1, 2, *text[:20], 9, 9], 5) == []


def test_a_long_match_is_trusted_with_a_longer_draft() -> None:
    text = list(range(100, 160))
    lengths = [
        len(Lookup(known()).draft([*text, 1, *text[:match]], 16)) for match in (1, 2, 8, 16, 32)
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    assert lengths[-1] > 4


def test_nothing_is_guessed_where_guesses_were_wrong_or_cost_too_much() -> None:
    text = [each for number in range(60) for each in (7, 8, 1000 + number)]
    lookup = Lookup(known())
    drafts = [lookup.draft(text[:end], 8) for end in range(20, len(text))]
    assert not any(drafts[len(drafts) // 2 :]), "7, 8 tells nothing of what follows"
    copied = list(range(100, 130))
    assert Lookup(known(step=0.2)).draft([*copied, 1, *copied[:9]], 8)
    assert not Lookup(known(step=1.1)).draft([*copied, 1, *copied[:9]], 8)
