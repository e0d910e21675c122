"""Which of formula and engine answers while a slider moves, with an engine in our hands."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

import pytest

from app.domain.load_options import LoadOptions
from app.domain.memory import Tier
from app.ui.live_forecast import Ground, LiveForecast
from app.ui.tasks import Tasks
from tests.ui.conftest import Until

pytestmark = pytest.mark.usefixtures("qapp")
GROUND = Ground(subject=cast("Any", None), memory=cast("Any", None), device=None)


class HeldEngine:
    """Answers with what it was asked; the dry run waits until it is let go."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def forecast(
        self, _subject: object, options: LoadOptions, _memory: object, tier: Tier
    ) -> tuple[Tier, int | None]:
        if tier != "formula":
            await self.may_answer.wait()
        return tier, options.context_tokens


class Slider:
    """Asks for contexts and hears what is foretold."""

    def __init__(self, engine: HeldEngine, tasks: Tasks) -> None:
        self.live = LiveForecast(cast("Any", engine), cast("Any", None), tasks)
        self.told: list[tuple[Tier, int | None]] = []
        self.live.foretold.connect(self.told.append)
        self.live._take(GROUND)

    def move(self, tokens: int) -> None:
        self.live.ask(LoadOptions(context_tokens=tokens))


@pytest.fixture
def engine() -> HeldEngine:
    return HeldEngine()


@pytest.fixture
def slider(engine: HeldEngine, tasks: Tasks) -> Slider:
    made = Slider(engine, tasks)
    made.live._patience.setInterval(60_000)  # a busy machine is no reason to fail
    return made


async def test_the_formula_answers_first_and_a_quick_engine_alone_from_then_on(
    slider: Slider, until: Until
) -> None:
    slider.move(512)
    await until(lambda: len(slider.told) == 2)
    for count, tokens in enumerate((1024, 2048, 4096), start=3):
        slider.move(tokens)
        await until(partial(lambda count: len(slider.told) == count, count))
    assert slider.told == [
        ("formula", 512), ("dry_run", 512), ("dry_run", 1024), ("dry_run", 2048), ("dry_run", 4096),
    ]  # fmt: skip


async def test_the_formula_stands_in_for_an_engine_that_takes_its_time(
    slider: Slider, engine: HeldEngine, until: Until
) -> None:
    slider.move(512)
    await until(lambda: len(slider.told) == 2)
    engine.may_answer.clear()
    slider.live._patience.setInterval(1)
    slider.move(1024)
    await until(lambda: slider.told[-1] == ("formula", 1024))
    slider.move(2048)
    await until(lambda: slider.told[-1] == ("formula", 2048))
    engine.may_answer.set()
    await until(lambda: slider.told[-1] == ("dry_run", 2048))
    assert ("dry_run", 1024) not in slider.told, "an answer to an earlier question is dropped"
