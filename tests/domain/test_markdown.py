"""Blocks of a text: they put the text together again, and closed ones never change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.markdown import (
    BlockSplitter,
    may_open_reasoning,
    split_blocks,
    split_literal,
)
from app.domain.markdown_cells import is_number, is_number_column
from app.domain.markdown_scan import PIECE_CHARACTERS

LINES = st.sampled_from(
    [
        "",
        "\n",
        "\n\n",
        "\r\n",
        "word ",
        "a paragraph that goes on\n",
        "# Heading\n",
        "- item\n",
        "  - nested\n",
        "1. first\n",
        "1) other\n",
        "   continued\n",
        "    deep\n",
        "> quote\n",
        "```python\n",
        "```",
        "~~~\n",
        "   ```\n",
        "| a | b |\n",
        "|---|--:|\n",
        "| 1 | 2 |\n",
        "---\n",
        "<think>",
        "</think>",
        "<thin",
        "</thi",
        "x" * 700,
        "many words " * 200,
        "\0\ud800\u202e😀",
        "\t",
    ]
)
TEXTS = st.lists(LINES, max_size=40).map("".join) | st.text(max_size=200)


@given(TEXTS)
def test_blocks_put_together_are_the_text(text: str) -> None:
    assert "".join(block.source for block in split_blocks(text)) == text


@given(TEXTS, st.lists(st.integers(1, 300), min_size=1, max_size=30))
@settings(max_examples=200)
def test_streaming_gives_the_same_blocks_and_closed_ones_stay(text: str, sizes: list[int]) -> None:
    splitter = BlockSplitter()
    closed: list[object] = []
    position = turn = 0
    while position < len(text):
        size = sizes[turn % len(sizes)]
        splitter.feed(text[position : position + size])
        position, turn = position + size, turn + 1
        assert list(splitter.closed[: len(closed)]) == closed
        closed = list(splitter.closed)
        assert [*closed, *splitter.tail()] == split_blocks(text[:position])


@given(TEXTS)
def test_literal_pieces_put_together_are_the_text(text: str) -> None:
    pieces = split_literal(text)
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= PIECE_CHARACTERS for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "word " * 200_000,
        ">" * 20_000,
        "- item\n" * 20_000,
        "```\n" + "x = 1\n" * 50_000,
        "|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000,
    ],
    ids=["run", "words", "quotes", "list", "code", "table"],
)
def test_no_block_grows_beyond_what_is_cheap(text: str) -> None:
    assert max(len(block.source) for block in split_blocks(text)) <= 2 * PIECE_CHARACTERS


def test_a_long_paragraph_is_cut_between_words() -> None:
    first, second = split_blocks("word " * 1_000)
    assert first.source.endswith(" ")
    assert second.joined


def test_code_has_its_language_and_only_its_lines() -> None:
    (block,) = split_blocks("```py\nx = 1\n\n# not a heading\n```\n")
    assert (block.kind, block.language, block.body) == ("code", "py", "x = 1\n\n# not a heading\n")


def test_a_fence_is_closed_by_one_that_is_as_long() -> None:
    (block,) = split_blocks("````md\n```py\nx\n```\n````\n")
    assert block.body == "```py\nx\n```\n"


def test_code_in_a_list_is_a_listing_and_the_numbers_go_on() -> None:
    blocks = split_blocks("1. one\n   ```sh\n   ls\n     -l\n   ```\n1. two\n\n1. three\n")
    assert [block.kind for block in blocks] == ["text", "code", "text", "text"]
    assert (blocks[1].body, blocks[1].level) == ("ls\n  -l\n", 1)
    assert [block.body for block in blocks[2:]] == ["2. two\n\n", "3. three\n"]
    assert blocks[3].item


def test_a_long_table_repeats_its_head() -> None:
    head = "| a | b |\n|---|---|\n"
    blocks = split_blocks(head + "| 1 | 2 |\n" * 500)
    assert len(blocks) > 2
    assert all(block.body.startswith(head) for block in blocks)
    assert all(block.joined for block in blocks[1:])


def test_reasoning_is_told_from_the_answer() -> None:
    blocks = split_blocks("\n<think>\nhm\n```\nx</think>\nYes.")
    assert [(block.kind, block.reasoning) for block in blocks] == [
        ("reasoning_start", True),
        ("text", True),
        ("code", True),
        ("reasoning_end", False),
        ("text", False),
    ]


@pytest.mark.parametrize("text", ["Use <think> as a tag", "```\n<think>\n```", "a\n<think>\nb"])
def test_a_tag_within_the_answer_is_text(text: str) -> None:
    assert not any(block.reasoning for block in split_blocks(text))


def test_the_beginning_of_a_tag_is_held_back() -> None:
    assert may_open_reasoning(" <thi")
    assert not may_open_reasoning("<that")
    assert not may_open_reasoning("<think>")


@pytest.mark.parametrize(
    "cell", ["12", "1,234.5", "-3 %", "$0.40", "62 t/s", "~5.0 GiB", "1.2x", "1e-5"]
)
def test_numbers_are_recognised(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize("cell", ["", "Q4_K_M", "2024-01-05", "a 5", "3 to 4 apples", "9" * 50])
def test_words_are_no_numbers(cell: str) -> None:
    assert not is_number(cell)


def test_a_column_of_numbers_may_have_gaps() -> None:
    assert is_number_column(["1", "", "–", "2 GB"])
    assert not is_number_column(["", "-"])
    assert not is_number_column(["1", "one"])
