"""Several replies in one context: side by side, in fair order, and never harming each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, Finished, PromptProgress, TextDelta
from app.domain.errors import QueueFullError
from backends.llama_cpp.prefix import common_prefix
from backends.llama_cpp.scheduler import QUEUE_LIMIT
from tests.backends.stepped import Stepped, ask, chat

QUESTIONS = [f"Name {count} colours." for count in range(2, 10)]
LONG = "word " * 1200
SYSTEM = ChatMessage("system", "You are a careful clerk of a small library. " * 10)
# llama.cpp's own results depend on what else is in a batch: with flash attention from 64 tokens a
# micro-batch or 512 cells on, without it always. Where texts are compared, both stay below.
EXACT = {"flash_attention": "on", "micro_batch_tokens": 32}


@pytest.fixture(scope="module")
def eight(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=4096, parallel=8)
    yield stepped
    stepped.close()


@pytest.fixture
def eight_exact(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=512, parallel=8, **EXACT)
    yield stepped
    stepped.close()


@pytest.fixture
def two(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=256, parallel=2, **EXACT)
    yield stepped
    stepped.close()


@pytest.mark.long
def test_reply_beside_seven_others_is_the_reply_alone(eight_exact: Stepped) -> None:
    alone: list[str] = []
    for question in QUESTIONS:
        alone.append(eight_exact.reply(ask(question, max_tokens=8)))
        eight_exact.forget()
    numbers = [eight_exact.submit(ask(question, max_tokens=8)) for question in QUESTIONS]
    eight_exact.run()
    assert [eight_exact.text(number) for number in numbers] == alone
    assert len(set(alone)) > 2


@pytest.mark.long
def test_running_reply_gets_a_token_in_every_chunk_of_a_long_prompt(eight: Stepped) -> None:
    story = eight.submit(ask("Tell a very long story.", max_tokens=30))
    while not any(isinstance(event, TextDelta) for _, event in eight.step()):
        pass
    long = eight.submit(ask(LONG, max_tokens=1))
    chunks = 0
    while not any(isinstance(event, Finished) for event in eight.of(long)):
        events = eight.step()
        assert any(each == story and isinstance(event, TextDelta) for each, event in events)
        chunks += any(each == long and isinstance(event, PromptProgress) for each, event in events)
    eight.run()
    assert chunks >= 4


@pytest.mark.long
def test_short_prompt_does_not_wait_for_a_long_one(eight: Stepped) -> None:
    long = eight.submit(ask("other " * 1200, max_tokens=1))
    short = eight.submit(ask("Hello.", max_tokens=1))
    eight.run()
    order = [each for each, event in eight.events if isinstance(event, Finished)]
    assert order.index(short) < order.index(long)


def test_cancel_during_an_evaluation_leaves_the_others_unharmed(two: Stepped) -> None:
    undisturbed = two.reply(ask(QUESTIONS[0], max_tokens=20))
    kept = two.submit(ask(QUESTIONS[0], max_tokens=20))
    lost = two.submit(ask("different " * 90, max_tokens=5))
    two.step()
    # As from another thread in the middle of the evaluation: the flag is set when it begins.
    clear = two.model._context.clear_interrupt
    two.model._context.clear_interrupt = lambda: None
    two.model._context.interrupt()
    before = len(two.events)
    two.model.step()
    assert len(two.events) == before, "the step was not aborted"
    two.model._context.clear_interrupt = clear
    two.model.cancel(lost)
    two.run()
    assert two.text(kept) == undisturbed
    assert two.end(lost).reason == "cancelled"


def test_common_system_prompt_is_evaluated_once(eight_exact: Stepped) -> None:
    first = eight_exact.submit(
        chat(SYSTEM, ChatMessage("user", "Which book is new?"), max_tokens=8)
    )
    eight_exact.run()
    alone = eight_exact.text(first)
    others = [
        eight_exact.submit(chat(SYSTEM, ChatMessage("user", question), max_tokens=8))
        for question in ("Who are you?", "Which book is new?", "When do you close?")
    ]
    eight_exact.run()
    for number in others:
        timings = eight_exact.end(number).timings
        assert timings.evaluated_tokens < 40
        assert timings.cached_tokens > 90
    assert eight_exact.text(others[1]) == alone


def test_conversation_keeps_its_slot_beside_others(two: Stepped) -> None:
    question = ChatMessage("user", "Name three colours.")
    answer = ChatMessage("assistant", two.reply(chat(question, max_tokens=30)))
    two.reply(ask("Something else entirely.", max_tokens=20))
    turn = two.submit(chat(question, answer, ChatMessage("user", "More."), max_tokens=4))
    two.run()
    assert two.end(turn).timings.cached_tokens > 40


def test_third_request_waits_for_two_slots_and_is_told(two: Stepped) -> None:
    numbers = [
        two.submit(ask(question, max_tokens=count))
        for question, count in zip(QUESTIONS, (6, 12, 4, 4), strict=False)
    ]
    two.run()
    waits = [
        (each, event.timings.server_load.waiting_requests)
        for each, event in two.events
        if isinstance(event, PromptProgress) and event.timings.server_load is not None
    ]
    assert (numbers[3], 1) in waits
    assert (numbers[3], 0) in waits
    starts = [
        next(index for index, (each, event) in enumerate(two.events)
             if each == number and isinstance(event, TextDelta))
        for number in numbers
    ]  # fmt: skip
    assert starts == sorted(starts)
    assert {two.end(number).reason for number in numbers} == {"length"}


def test_full_queue_refuses_with_its_length(two: Stepped) -> None:
    for _ in range(QUEUE_LIMIT):
        two.submit(ask("Hello", max_tokens=1))
    with pytest.raises(QueueFullError, match=f"^{QUEUE_LIMIT} requests wait"):
        two.submit(ask("Hello", max_tokens=1))


def test_cancelled_request_in_the_queue_is_answered(two: Stepped) -> None:
    numbers = [two.submit(ask(question, max_tokens=6)) for question in QUESTIONS[:3]]
    two.step()
    two.model.cancel(numbers[2])
    two.step()
    assert two.end(numbers[2]).reason == "cancelled"
    two.run()
    assert two.end(numbers[0]).reason == "length"


@pytest.mark.long
def test_two_replies_that_outgrow_the_context_both_come_to_their_end(two: Stepped) -> None:
    """The cache has 256 cells and each of them wants 180: one is paused and goes on later."""
    questions = (
        ask("Tell a very long story about a dog.", max_tokens=140),
        ask("Tell a very long story about a cat.", max_tokens=130),
    )
    alone = [two.reply(question) for question in questions]
    numbers = [two.submit(question) for question in questions]
    two.run()
    assert [two.end(number).timings.completion_tokens for number in numbers] == [140, 130]
    # Other cells of the cache, other rounding: the texts part at some later word.
    assert [two.text(number)[:60] for number in numbers] == [text[:60] for text in alone]


@pytest.mark.long
def test_reply_that_fills_the_context_ends_with_its_reason(two: Stepped) -> None:
    number = two.submit(ask("What is the capital of France?"))
    two.run()
    end = two.end(number)
    assert end.reason == "length"
    assert end.timings.context_used_tokens == 257


@pytest.mark.parametrize(
    ("left", "right", "limit", "common"),
    [
        ([], [1], 9, 0),
        ([1, 2, 3], [1, 2, 4], 9, 2),
        ([1, 2, 3], [1, 2, 3, 4], 9, 3),
        ([1, 2, 3], [1, 2, 3], 2, 2),
        ([5, 2], [1, 2], 9, 0),
        ([1], [1], -1, 0),
    ],
)
def test_common_prefix(left: list[int], right: list[int], limit: int, common: int) -> None:
    assert common_prefix(left, right, limit) == common
