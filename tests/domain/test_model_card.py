"""Model cards made readable: no front matter, no HTML, code as it was, and no hang on bad input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.model_card import MOST_CHARACTERS, readable_card


def test_front_matter_comments_scripts_and_tags_go_their_text_stays() -> None:
    text = (
        "---\nlicense: mit\n---\n<!-- x --><div align=center><b>Bold</b></div>\n"
        "<script>alert('x')</script><style>p {}</style># Title\n<img src='http://x/y.png'>\n"
        "a < b and <https://example.org> stay"
    )
    shown = readable_card(text)
    words = ["Bold", "#", "Title", "a", "<", "b", "and", "<https://example.org>", "stay"]
    assert shown.split() == words


def test_code_is_left_alone() -> None:
    code = "```html\n<script>kept()</script>\n\n\n\n<!-- kept -->\n```\n"
    assert readable_card(f"<i>a</i>\n{code}<i>b</i>") == f"a\n{code}b"
    assert readable_card("~~~\n<i>") == "~~~\n<i>"


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert readable_card("Text\n\n---\n\nMore\n---\n") == "Text\n\n---\n\nMore\n---\n"


@given(st.text(alphabet="<>/!-`~\n #ab=\"'", max_size=400))
def test_no_script_survives(text: str) -> None:
    readable_card(text)
    assert "<b>" not in readable_card(text.replace("`", "").replace("~", "") + "<b>x</b>").lower()


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "```\n", "\n \n", "<script>", "---\n"])
def test_long_repetitions_take_no_time(piece: str) -> None:
    assert len(readable_card(piece * 100_000)) <= MOST_CHARACTERS
