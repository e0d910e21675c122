"""Evaluated chats on disk: kept over a restart of the program, and deleted with their chats."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.bootstrap import Services, build_services
from app.domain.engine import Sampling, Timings
from app.domain.load_options import LoadOptions
from app.domain.reply_options import ReplyOptions
from app.domain.storage import StateUsage
from app.services.chat import ReplyFinished, Turn
from app.services.kept_states import KeptStates
from app.services.paths import Paths
from app.services.settings_store import SettingsStore

OPTIONS = LoadOptions(context_tokens=1024, threads=1, parallel=1)
LONG = "The library opens at nine and closes at six, but on Sundays it stays shut. " * 17


@asynccontextmanager
async def opened() -> AsyncIterator[Services]:
    """The services with the starter model loaded, until their clean end."""
    paths = Paths.default()
    paths.create()
    services = build_services(paths)
    await services.store.open()
    await services.host.load(await services.library.find("starter"), OPTIONS, lambda _: None)
    yield services
    await services.host.close()
    await services.forecasts.close()
    await services.store.close()


async def turn(services: Services, conversation_id: int, text: str) -> Timings:
    session = services.host.loaded[-1].session
    assert session is not None
    wanted = Turn(
        conversation_id=conversation_id,
        text=text,
        options=ReplyOptions(max_tokens=2, sampling=Sampling(temperature=0.0)),
    )
    async for event in services.chat.run_turn(session, wanted):
        if isinstance(event, ReplyFinished):
            assert event.reply.timings is not None
            return event.reply.timings
    raise AssertionError("The turn did not end.")


@pytest.mark.long
async def test_chat_goes_on_after_a_restart_and_takes_its_state_along_when_deleted(
    home: Path,
) -> None:
    async with opened() as services:
        chat = await services.store.create()
        assert (await turn(services, chat.id, LONG)).cached_tokens == 0
        assert (await services.states.usage()).count == 0
    async with opened() as services:
        assert (await services.states.usage()).count == 1
        again = await turn(services, chat.id, "And on Sundays?")
        assert again.cached_tokens > 256
        assert again.evaluated_tokens < 40
        await services.store.trash(chat.id)
        assert (await services.states.usage()).count == 0
    assert await KeptStates(Paths.default().cache / "states", services.settings).usage() == (
        StateUsage(0, 0)
    )


@pytest.fixture
async def states(tmp_path: Path) -> KeptStates:
    """Three states of 100 bytes: two of chat 1, one of chat 12; the oldest first."""
    folder = tmp_path / "states"
    for number, name in enumerate(("a/1-300-aa.kv", "b/1-400-bb.kv", "a/12-500-cc.kv")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    return KeptStates(folder, SettingsStore(tmp_path / "settings.toml"))


async def test_deleted_chat_takes_the_states_of_all_models_along(states: KeptStates) -> None:
    await states.forget([1])
    assert await states.usage() == StateUsage(1, 100)


async def test_smaller_limit_deletes_what_was_used_least(states: KeptStates) -> None:
    assert await states.keep(kept=True, limit_bytes=10**8) == StateUsage(3, 300)
    assert states._shrink(150) == StateUsage(1, 100)
    assert [path.name for path, _ in states._files()] == ["12-500-cc.kv"]


async def test_switching_off_deletes_all(states: KeptStates) -> None:
    assert await states.keep(kept=False, limit_bytes=10**9) == StateUsage(0, 0)
    assert states._wanted_folder is None


async def test_clearing_deletes_all_and_keeps_on(states: KeptStates) -> None:
    assert await states.clear() == StateUsage(0, 0)
    assert states._wanted_folder is not None
