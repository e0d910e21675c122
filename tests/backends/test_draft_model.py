"""A draft model: the same text as without it, and both contexts right whatever happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, Sampling
from app.domain.errors import ModelUnsupportedError
from backends.draft_pace import DraftPace
from tests.backends.stepped import Stepped, ask, chat
from tests.backends.test_speculation import EXACT, on_batches
from tests.backends.tiny_models import write_mamba, write_windowed
from tests.fakes.layered_models import write_layers

QUESTION = "What is the capital of France?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def large(starter_path: Path, folder: Path) -> Path:
    """The starter model with so many idle layers that the starter is a good draft model for it."""
    return write_layers(starter_path, folder / "large.gguf", range(30), echoes=30)


@pytest.fixture(scope="module")
def plain(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, **EXACT)
    yield stepped
    stepped.close()


@pytest.fixture(scope="module")
def drafted(large: Path, starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(large, draft_model=os.fsencode(starter_path), **{**EXACT, "parallel": 2})
    on_batches(stepped)
    yield stepped
    stepped.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=0.0),
        Sampling(temperature=0.8, seed=11),
    ],
)
def test_text_is_that_of_the_large_model(
    plain: Stepped, drafted: Stepped, sampling: Sampling
) -> None:
    request = ask(QUESTION, max_tokens=40, sampling=sampling)
    number = drafted.submit(request)
    drafted.run()
    assert drafted.text(number) == plain.reply(request)
    timings = drafted.end(number).timings
    assert timings.draft_tokens >= timings.accepted_tokens > 0


def test_good_guesses_save_steps(drafted: Stepped) -> None:
    number = drafted.submit(ask(QUESTION, max_tokens=40))
    steps = 0
    while drafted.model.is_busy:
        drafted.step()
        steps += 1
    timings = drafted.end(number).timings
    assert timings.accepted_tokens == timings.draft_tokens > 5, "both make the same text"
    assert steps < 40 - timings.accepted_tokens + 5


@pytest.mark.long
def test_second_turn_cancel_and_replies_side_by_side(plain: Stepped, drafted: Stepped) -> None:
    story = ask("Tell a long story about a lighthouse.", max_tokens=200)
    number = drafted.submit(story)
    while not drafted.text(number):
        drafted.step()
    drafted.model.cancel(number)
    drafted.run()
    assert drafted.end(number).reason == "cancelled"
    first = drafted.reply(ask(QUESTION, max_tokens=20))
    turn = chat(
        ChatMessage("user", QUESTION),
        ChatMessage("assistant", first),
        ChatMessage("user", "And of Spain?"),
        max_tokens=20,
    )
    numbers = [drafted.submit(turn), drafted.submit(ask("Name three colours.", max_tokens=20))]
    drafted.run()
    assert drafted.end(numbers[0]).timings.cached_tokens > 0
    plain.forget()
    expected = [plain.reply(turn), plain.reply(ask("Name three colours.", max_tokens=20))]
    assert [drafted.text(each) for each in numbers] == expected


@pytest.mark.long
def test_bad_guesses_change_nothing(plain: Stepped, starter_path: Path, folder: Path) -> None:
    poor = write_layers(starter_path, folder / "poor.gguf", range(3))
    stepped = on_batches(Stepped(starter_path, draft_model=os.fsencode(poor), **EXACT))
    request = ask(QUESTION, max_tokens=60)
    number = stepped.submit(request)
    stepped.run()
    stepped.close()
    assert stepped.text(number) == plain.reply(request)


def test_a_try_reads_little_and_tells_which_guesses_were_right(drafted: Stepped) -> None:
    number = drafted.submit(ask("Tell a long story about a lighthouse.", max_tokens=90))
    drafted.run()
    assert drafted.end(number).reason == "length"
    model = drafted.model._scheduler._speculation._draft_model
    assert model is not None
    slot = max(drafted.model._scheduler._slots._slots, key=lambda slot: slot.used)
    here, elsewhere, tokens = slot.index, 1 - slot.index, slot.tokens
    assert all(is_right for _, is_right in model.judge(here, tokens, 16)), "it has read the text"
    wrong = [*tokens[:-1], tokens[-1] + 1]
    assert [is_right for _, is_right in model.judge(here, wrong, 16)] == [True] * 15 + [False]
    judged = model.judge(elsewhere, tokens, 16)
    assert sum(is_right for _, is_right in judged) > 8, "the latest tokens say enough"
    assert all(0 < chance <= 1 for chance, _ in judged)
    assert model.unread(elsewhere, tokens) == len(tokens), "it read no beginning"


def test_bad_guesses_are_found_without_one_and_not_tried_in_the_next_reply(
    starter_path: Path, folder: Path
) -> None:
    poor = write_layers(starter_path, folder / "poor2.gguf", range(1))
    stepped = Stepped(starter_path, draft_model=os.fsencode(poor), **EXACT)
    on_batches(stepped, jump=0.6, step=0.1)
    speculation = stepped.model._scheduler._speculation
    model, pace = speculation._draft_model, speculation._drafting._pace
    read: list[list[int]] = []
    for text in ("Name three colours.", QUESTION):
        number = stepped.submit(ask(text, max_tokens=40))
        stepped.run()
        assert stepped.end(number).timings.draft_tokens == 0
        assert pace.rests
        read.append(list(model._evaluated[0]))
    stepped.close()
    assert read[0]
    assert read[1] == read[0]


def test_models_that_cannot_guess_are_refused(starter_path: Path, folder: Path) -> None:
    mamba, windowed = write_mamba(folder / "m.gguf"), write_windowed(folder / "w.gguf")
    with pytest.raises(ModelUnsupportedError, match="its vocabulary is another one"):
        Stepped(starter_path, draft_model=os.fsencode(windowed))
    with pytest.raises(ModelUnsupportedError, match="recurrent"):
        Stepped(windowed, draft_model=os.fsencode(mamba))


def plain_steps(pace: DraftPace) -> int:
    """How many there are until the next try."""
    steps = 0
    while pace.rests:
        pace.step()
        steps += 1
    return steps


def test_a_draft_model_that_does_not_pay_loses_a_few_steps_and_rests_ever_longer() -> None:
    pace = DraftPace()
    rests: list[int] = []
    for _ in range(4):
        lost = 4.0
        pace.read(4.0)
        while not pace.rests:
            pace.learn(1, 2.0)
            lost += 1.0
        assert lost < 4.0 + 5
        rests.append(plain_steps(pace))
        assert lost <= 0.011 * rests[-1]
    assert rests[1:] == [2 * each for each in rests[:-1]]


def test_what_guesses_won_gives_them_no_longer_to_lose() -> None:
    pace = DraftPace()
    for _ in range(1000):
        pace.learn(4, 2.0)
    losing = 0
    while not pace.rests:
        pace.learn(0, 1.0)
        losing += 1
    assert losing < 5
    assert plain_steps(pace) < 100, "in all they paid, and are tried again soon"


def test_a_pause_of_the_machine_does_not_stop_guesses() -> None:
    pace = DraftPace()
    for _ in range(10):
        pace.learn(0, 60.0)
        pace.learn(4, 2.0)
        pace.learn(4, 2.0)
    assert not pace.rests


def test_reading_the_text_once_is_no_price_of_guessing() -> None:
    pace = DraftPace()
    pace.read(60.0)
    pace.learn(2, 3.0)
    assert not pace.rests
