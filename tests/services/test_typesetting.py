"""Code in colours and formulas in pictures: by a process that may die of what it reads."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from app.domain.typesetting import Drawn, Formula, Inked, Listing, Unset
from app.services.typesetting import Typesetting

CODE = 'def f(x):\n    return "a" + x  # why\n'


@pytest.fixture
async def typesetting(tmp_path: Path) -> AsyncIterator[Typesetting]:
    made = Typesetting(tmp_path / "run")
    yield made
    await made.close()


def inked(text: str, found: object) -> dict[str, str]:
    """The pieces of a text by their ink."""
    assert isinstance(found, Inked)
    pieces: dict[str, str] = {}
    position = 0
    for run in found.runs:
        piece = text[position : position + run.characters]
        pieces[run.ink] = pieces.get(run.ink, "") + piece
        position += run.characters
    assert position == len(text)
    return pieces


async def test_code_is_inked(typesetting: Typesetting) -> None:
    (found,) = await typesetting.prepare((Listing(CODE, "python"),))
    pieces = inked(CODE, found)
    assert pieces["keyword"].split() == ["def", "return"]
    assert pieces["function"].strip() == "f"
    assert pieces["comment"].strip() == "# why"
    assert '"a"' in pieces["string"]


async def test_a_later_part_of_a_listing_knows_what_came_before(typesetting: Typesetting) -> None:
    before, part = '"""\nwords\n', 'return x\n"""\nreturn y\n'
    listing = Listing(before + part, "python", len(before))
    (found,) = await typesetting.prepare((listing,))
    pieces = inked(part, found)
    assert pieces["keyword"].strip() == "return"
    assert "return x" in pieces["string"]


@pytest.mark.parametrize(
    "listing",
    [
        Listing(CODE, "no such language"),
        Listing("a = 1\r\nb = 2\r\n", "python"),
        Listing("a\ud800b", "no such language"),
    ],
)
async def test_what_is_not_understood_stays_as_it_is(
    typesetting: Typesetting, listing: Listing
) -> None:
    assert await typesetting.prepare((listing,)) == (Unset(),)


async def test_a_lone_surrogate_is_one_character(typesetting: Typesetting) -> None:
    text = "a = '\ud800'\n"
    (found,) = await typesetting.prepare((Listing(text, "python"),))
    assert "'\ud800'" in inked(text, found)["string"]


async def test_the_process_comes_back_after_its_death(typesetting: Typesetting) -> None:
    await typesetting.prepare((Listing(CODE, "python"),))
    before = typesetting.process_id
    assert before is not None
    os.kill(before, signal.SIGKILL)
    (found,) = await typesetting.prepare((Listing(CODE, "python"),))
    assert isinstance(found, Inked)
    assert typesetting.process_id != before


@pytest.mark.long
async def test_only_what_takes_too_long_is_given_up(
    typesetting: Typesetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await typesetting.prepare((Listing(CODE, "python"),))
    monkeypatch.setattr("app.services.typesetting._SECONDS", 0.5)
    endless = Listing("{{" * 400_000, "perl")
    found = await typesetting.prepare((Listing(CODE, "python"), endless))
    assert isinstance(found[0], Inked)


@pytest.mark.parametrize(
    "source",
    [
        r"E=mc^2",
        r"\frac{-b\pm\sqrt{b^2-4ac}}{2a}",
        r"\begin{aligned}a&=b\\&=c\end{aligned}",
        r"\text{softmax}(x)_i=\frac{e^{x_i}}{\sum_j e^{x_j}}",
    ],
)
async def test_formulas_are_drawn(typesetting: Typesetting, source: str) -> None:
    (found,) = await typesetting.prepare((Formula(source, display=True),))
    assert isinstance(found, Drawn)
    assert found.svg.startswith("<svg")
    assert found.width > 0
    assert found.ascent > 0


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{",
        r"\frac{a}",
        r"\left(" * 300,
        "{" * 1_000 + "x" + "}" * 999,
        r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b",
        "x" * 2_001,
        "<script>&lt;",
        "a\0b",
        r"\begin{matrix}" * 150,
    ],
)
async def test_hostile_formulas_stay_as_they_are(typesetting: Typesetting, source: str) -> None:
    found = await typesetting.prepare((Formula(source, display=True), Listing(CODE, "python")))
    assert isinstance(found[0], Unset)
    assert isinstance(found[1], Inked)


async def test_a_question_that_is_given_up_at_once_leaves_no_process(tmp_path: Path) -> None:
    typesetting = Typesetting(tmp_path)
    asking = asyncio.create_task(typesetting.prepare([Listing(CODE, "python")]))
    await asyncio.sleep(0)  # the process is being started
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await typesetting.close()
    assert not psutil.Process().children()
