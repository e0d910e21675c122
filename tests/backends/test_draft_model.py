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


def test_a_new_reply_does_not_try_again_what_did_not_pay(starter_path: Path, folder: Path) -> None:
    poor = write_layers(starter_path, folder / "poor2.gguf", range(1))
    stepped = Stepped(starter_path, draft_model=os.fsencode(poor), **EXACT)
    on_batches(stepped, jump=0.6, step=0.1)
    drafted: list[int] = []
    for text in ("Name three colours.", QUESTION):
        number = stepped.submit(ask(text, max_tokens=40))
        stepped.run()
        drafted.append(stepped.end(number).timings.draft_tokens)
    stepped.close()
    assert drafted[0] > 0
    assert drafted[1] == 0


def test_models_that_cannot_guess_are_refused(starter_path: Path, folder: Path) -> None:
    mamba, windowed = write_mamba(folder / "m.gguf"), write_windowed(folder / "w.gguf")
    with pytest.raises(ModelUnsupportedError, match="its vocabulary is another one"):
        Stepped(starter_path, draft_model=os.fsencode(windowed))
    with pytest.raises(ModelUnsupportedError, match="recurrent"):
        Stepped(windowed, draft_model=os.fsencode(mamba))


def rounds(pace: DraftPace, accepted: int, units: float, tokens: int) -> None:
    for place in range(10):
        pace.learn(accepted, units, tokens + place)


def test_a_draft_model_that_does_not_pay_pauses_ever_longer() -> None:
    pace = DraftPace()
    rounds(pace, 0, 2.5, 100)
    assert pace.pauses(200)
    assert not pace.pauses(400)
    rounds(pace, 0, 2.5, 400)
    assert pace.pauses(1000)
    assert not pace.pauses(2000)


def test_a_draft_model_that_pays_goes_on() -> None:
    pace = DraftPace()
    rounds(pace, 3, 2.5, 100)
    assert not pace.pauses(110)


def test_reading_the_text_once_is_no_price_of_guessing() -> None:
    pace = DraftPace()
    pace.learn(1, 60.0, 100)
    rounds(pace, 3, 2.5, 101)
    assert not pace.pauses(111)
