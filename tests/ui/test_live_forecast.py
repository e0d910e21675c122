"""Forecasts for other machines: the one that was chosen last is the one that is foretold for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.domain.hardware_table import KnownDevice
from app.ui.live_forecast import Ground
from tests.fakes.window_services import WindowServices
from tests.ui.conftest import OpenShell, Until
from tests.ui.test_load_dialog import starter_model


async def test_the_place_that_was_chosen_last_counts(
    open_shell: OpenShell,
    services: WindowServices,
    starter_path: Path,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = open_shell().workspace.live_forecast()
    places: list[str | None] = []

    def note(ground: Ground) -> None:
        places.append(ground.place)

    live.prepared.connect(note)
    live.moved.connect(note)
    live.prepare(starter_model(starter_path))
    await until(lambda: places == [None])
    known = services.forecasts.known_devices
    (name, *_) = (device.name for device in await known())
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def held() -> Sequence[KnownDevice]:
        is_asked.set()
        await may_answer.wait()
        return await known()

    monkeypatch.setattr(services.forecasts, "known_devices", held)
    live.look_elsewhere(name)
    await until(is_asked.is_set)
    slow = live._looking
    assert slow is not None
    live.look_elsewhere(None)
    may_answer.set()
    await until(lambda: len(places) > 1 and not slow.active)
    assert places == [None, None]
