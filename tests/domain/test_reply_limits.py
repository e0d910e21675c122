"""What a reply is told to wait for, and why it was cut, in sentences with their numbers."""

from __future__ import annotations

import pytest

from app.domain.engine import ServerLoad
from app.domain.reply_facts import cut_short, waiting
from tests.fakes.timings import timings


@pytest.mark.parametrize(
    ("readings", "sentence"),
    [
        ({}, "The limit of 300 tokens was reached."),
        ({"completion_tokens": 1}, "The limit of 1 token was reached."),
        (
            {"context_used_tokens": 8193},
            "The context is full: it holds 8,192 tokens. What came is kept. To go on, leave out "
            "older messages, or load the model with a larger context.",
        ),
        # A server that does not tell its context.
        ({"context_used_tokens": 0, "context_tokens": 0}, "The limit of 300 tokens was reached."),
    ],
)
def test_reply_that_was_cut_names_its_limit(readings: dict[str, object], sentence: str) -> None:
    known = {"completion_tokens": 300, "context_used_tokens": 1500}
    assert cut_short(timings(**(known | readings))) == sentence


@pytest.mark.parametrize(
    ("running", "ahead", "sentence"),
    [
        (1, 0, "Waiting: another reply is being written."),
        (4, 0, "Waiting: 4 other replies are being written."),
        (4, 2, "Waiting: 4 other replies are being written, and 2 more before this one."),
    ],
)
def test_reply_in_the_queue_says_what_it_waits_for(running: int, ahead: int, sentence: str) -> None:
    load = ServerLoad(running_requests=running, waiting_requests=ahead)
    assert waiting(timings(server_load=load, prompt_tokens=0)) == sentence
    assert waiting(timings(server_load=load)) == ""
    assert waiting(timings(server_load=load, prompt_tokens=0, clock="client")) == ""
    assert waiting(timings(prompt_tokens=0)) == ""


def test_long_prompt_tells_how_much_of_it_is_read() -> None:
    readings: dict[str, object] = {
        "prompt_tokens": 3000,
        "cached_tokens": 24,
        "evaluated_tokens": 1000,
        "completion_tokens": 0,
    }
    assert waiting(timings(**readings)) == "Reading the prompt: 1,024 of 3,000 tokens"
    assert waiting(timings(**(readings | {"evaluated_tokens": 2976}))) == ""
    assert waiting(timings(**(readings | {"completion_tokens": 1}))) == ""
    assert waiting(timings(**(readings | {"clock": "client"}))) == ""
