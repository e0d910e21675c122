"""Reasoning as part of a reply's text, and a reply's answer without it."""

from __future__ import annotations

import pytest

from app.domain.engine import ReasoningDelta, TextDelta
from app.domain.markdown import BlockSplitter, split_blocks
from app.domain.reasoning import REASONING_MARKS, TaggedText, without_reasoning
from tests.fakes.timings import timings

NOW = timings()


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


@pytest.mark.parametrize(("opening", "closing"), REASONING_MARKS.items())
def test_every_family_of_marks_is_taken_out_and_shown_apart(opening: str, closing: str) -> None:
    text = f"\n{opening}\nfirst\n\nthen{closing}\n\nThe answer."
    assert without_reasoning(text) == "The answer."
    assert without_reasoning(f"{opening} only") == ""
    assert without_reasoning(f"see {opening}") == f"see {opening}"
    kinds = [(block.kind, block.reasoning) for block in split_blocks(text)]
    assert kinds[0] == ("reasoning_start", True)
    assert kinds[-1] == ("text", False)
    assert ("reasoning_end", False) in kinds
    for step in (1, 3):
        splitter = BlockSplitter()
        for at in range(0, len(text), step):
            splitter.feed(text[at : at + step])
        assert [*splitter.closed, *splitter.tail()] == split_blocks(text)
