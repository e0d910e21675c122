"""Models that come, go and change in the folders are noticed, wherever they lie."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.services.folder_watch import changes
from app.services.model_places import Place
from tests.fakes.model_folders import TINY, put, put_in_hub_cache, put_in_ollama, put_mlx

QUICK = 0.005


class Watch:
    """A watch that has looked for the first time, so that what follows is a change."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        self._looks = 0
        self._looked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._changes = changes(self._find, QUICK)

    def _find(self) -> list[Place]:
        self._looks += 1
        self._loop.call_soon_threadsafe(self._looked.set)
        return list(self.places)

    async def looks(self, count: int) -> None:
        """Wait until it has begun so many more looks."""
        wanted = self._looks + count
        while self._looks < wanted:
            self._looked.clear()
            await self._looked.wait()

    async def sees(self, change: Callable[[], object]) -> None:
        """Make a change and wait until it is told, once."""
        told = asyncio.ensure_future(anext(self._changes))
        await self.looks(2)
        assert not told.done(), "told without a change"
        change()
        await told

    async def close(self) -> None:
        await self._changes.aclose()


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    watch = Watch(
        [
            Place(tmp_path / "own", "quantbench", "folder"),
            Place(tmp_path / "hub", "hf-cache", "hub-cache"),
            Place(tmp_path / "ollama", "ollama", "ollama"),
            Place(tmp_path / "one.gguf", "file", "file"),
        ]
    )
    yield watch
    await watch.close()


async def test_models_of_every_layout_are_noticed(watch: Watch, tmp_path: Path) -> None:
    own = tmp_path / "own" / "owner" / "deep" / "a.gguf"
    await watch.sees(lambda: put(own))  # in folders that were not there before
    await watch.sees(lambda: put(own.with_name("b.gguf")))
    await watch.sees(lambda: own.rename(own.with_name("c.gguf")))
    await watch.sees(own.with_name("c.gguf").unlink)
    await watch.sees(lambda: put_mlx(tmp_path / "own" / "mlx"))
    await watch.sees(lambda: put_in_hub_cache(tmp_path / "hub", "o/n", "hub.gguf"))
    await watch.sees(lambda: put_in_ollama(tmp_path / "ollama", "registry.ollama.ai/library/x/y"))
    await watch.sees(lambda: put(tmp_path / "one.gguf"))
    await watch.sees((tmp_path / "one.gguf").unlink)


async def test_a_file_that_grows_and_a_folder_that_is_added_are_noticed(
    watch: Watch, tmp_path: Path
) -> None:
    path = put(tmp_path / "own" / "growing.gguf", TINY[:1000])
    await watch.sees(lambda: path.write_bytes(TINY))
    put(tmp_path / "other" / "x.gguf")
    await watch.sees(lambda: watch.places.append(Place(tmp_path / "other", "file", "folder")))
    await watch.sees(lambda: put(tmp_path / "other" / "y.gguf"))


async def test_a_copy_that_goes_on_is_told_in_the_end_and_holds_up_nothing(
    watch: Watch, tmp_path: Path
) -> None:
    path = put(tmp_path / "own" / "copied.gguf", TINY[:1000])
    times = iter(range(10**6))

    def grow() -> None:
        os.utime(path, ns=(0, next(times)))

    find = watch._find
    watch._find = lambda: (grow(), find())[1]  # it differs at every look
    watch._changes = changes(watch._find, QUICK)
    await anext(watch._changes)


async def test_a_place_that_cannot_be_read_is_no_trouble(tmp_path: Path) -> None:
    put(tmp_path / "file" / "x")
    odd = [
        Place(tmp_path / "file" / "x" / "below a file", "file", "folder"),
        Place(tmp_path / "nul\0byte", "file", "folder"),
        Place(tmp_path / "file" / "x", "hf-cache", "hub-cache"),
        Place(tmp_path / "fine", "file", "folder"),
    ]
    watch = Watch(odd)
    await watch.sees(lambda: put(tmp_path / "fine" / "a.gguf"))
    await watch.close()
