"""Reasoning as part of a reply's text, and a reply's answer without it."""

from __future__ import annotations

import pytest

from app.domain.engine import ReasoningDelta, TextDelta, Timings
from app.domain.reasoning import TaggedText, without_reasoning

NOW = Timings(
    elapsed_ms=1.0,
    prompt_tokens=1,
    cached_tokens=0,
    evaluated_tokens=1,
    completion_tokens=1,
    context_used_tokens=2,
    context_tokens=8,
)


def test_what_streams_apart_becomes_one_text_that_can_be_taken_apart_again() -> None:
    tagged = TaggedText()
    deltas = [
        ReasoningDelta("", NOW),
        ReasoningDelta("Let me ", NOW),
        ReasoningDelta("see.", NOW),
        TextDelta("", NOW),
        TextDelta("It is ", NOW),
        TextDelta("four.", NOW),
    ]
    text = "".join(tagged.add(delta).text for delta in deltas)
    assert text == "<think>\nLet me see.\n</think>\n\nIt is four."
    assert without_reasoning(text) == "It is four."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("plain", "plain"),
        ("", ""),
        ("<thinking>a</thinking>b", "b"),
        ("\n<think>a</think>\n b <think>c</think>", "b <think>c</think>"),
        ("The tag <think> is a word here.", "The tag <think> is a word here."),
        ("<think>cut off in the middle", ""),
    ],
)
def test_answer_without_reasoning(text: str, answer: str) -> None:
    assert without_reasoning(text) == answer
