"""Which text is a formula, and which is money."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from app.domain.markdown import BlockSplitter, split_blocks
from app.domain.markdown_math import add_math


def formulas(text: str) -> list[tuple[str, str]]:
    """The formulas among the words of a paragraph, with what opens them."""
    tokens = add_math(MarkdownIt("commonmark")).parseInline(text)
    return [
        (child.markup, child.content)
        for child in tokens[0].children or ()
        if child.type.startswith("math")
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("with $x^2$ in it", [("$", "x^2")]),
        ("$$a$$ and \\(b\\) and \\[c\\]", [("$$", "a"), ("\\(", "b"), ("\\[", "c")]),
        ("**bold $x$**", [("$", "x")]),
        ("$a_1 * b_1 * c$", [("$", "a_1 * b_1 * c")]),
        (r"$50\$$", [("$", r"50\$")]),
        ("it costs $5 and $10", []),
        ("from $5-$10 a month", []),
        ("$HOME and $PATH", []),
        ("$ x $", []),
        ("$$$$", []),
        ("$x", []),
        ("`$x$`", []),
        ("\\$x$", []),
        ("$" + "x" * 600 + "$", []),
    ],
)
def test_formulas_among_words(text: str, found: list[tuple[str, str]]) -> None:
    assert formulas(text) == found


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.body.strip()) for block in split_blocks(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$$\na\n$$\n", [("formula", "a")]),
        ("\\[ a = b \\]\n", [("formula", "a = b")]),
        ("$$a$$.\n", [("formula", "a")]),
        (
            "so\n$$\n- a\n+ b\n# c\n$$\nend",
            [("text", "so"), ("formula", "- a\n+ b\n# c"), ("text", "end")],
        ),
        (
            "\\begin{align*}\na\n\\end{align*}\n",
            [("formula", "\\begin{align*}\na\n\\end{align*}")],
        ),
        ("$$a$$ and $$b$$\n", [("text", "$$a$$ and $$b$$")]),
        ("$$ never\nclosed\n\nend", [("text", "$$ never\nclosed"), ("text", "end")]),
        ("```\n$$\na\n$$\n```\n", [("code", "$$\na\n$$")]),
    ],
)
def test_formulas_on_lines_of_their_own(text: str, found: list[tuple[str, str]]) -> None:
    assert blocks(text) == found


@pytest.mark.parametrize("step", [1, 3, 7])
@pytest.mark.parametrize(
    "text",
    [
        "a\n$$\n\\frac{a}{b}\n$$\nb $x$\n\n\\[ c \\]\n\n1. d\n\n   $$e$$\n\n   f\n",
        "$$\n" + "x\n" * 2_000 + "$$\nend",
        "$$" + "x" * 5_000 + "\n$$\nend\n",
        "\\begin{equation}\na\n",
    ],
)
def test_formulas_stream_as_they_are_stored(text: str, step: int) -> None:
    splitter = BlockSplitter()
    for at in range(0, len(text), step):
        splitter.feed(text[at : at + step])
    streamed = [*splitter.closed, *splitter.tail()]
    assert streamed == split_blocks(text)
    assert "".join(block.source for block in streamed) == text
