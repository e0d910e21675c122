"""Many new models at once: read in processes of their own, with the same outcome."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from app.domain.gguf_known import KnownTexts
from app.services.facts_reading import MANY, read_many
from app.services.library import Library
from app.services.model_facts import read_facts
from app.services.model_places import Place
from app.services.model_scan import FoundModel, find_models
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from tests.fakes.audit import opened_files
from tests.fakes.model_folders import TINY, put, put_mlx, split_parts
from tests.systems import unix_signals


def many_models(folder: Path) -> list[FoundModel]:
    """Models of every kind, sound and damaged, under names of every kind."""
    for number in range(MANY):
        put(folder / "owner" / f"model-{number}.gguf")
    for number, part in enumerate(split_parts(3), 1):
        put(folder / "split" / f"split-{number:05}-of-00003.gguf", part)
    put(folder / "lost" / "lost-00001-of-00002.gguf", split_parts(2)[0])
    put(Path(os.fsdecode(os.fsencode(folder) + b"/odd \xff\n\"'.gguf")))
    put(folder / "cut.gguf", TINY[:-1])
    put(folder / "hostile.gguf", b"GGUF" + b"\xff" * 100)
    put_mlx(folder / "mlx")
    return find_models([Place(folder, "quantbench", "folder")])


async def test_other_processes_read_the_same(paths: Paths) -> None:
    models = many_models(paths.models)
    read = await read_many(models, paths.run)
    alone = [(model, read_facts(model, KnownTexts())) for model in models]
    assert sorted(read, key=repr) == sorted(alone, key=repr)
    assert len({facts.problem for _, facts in alone}) > 3


async def test_the_window_opens_none_of_many_new_models(paths: Paths) -> None:
    known = many_models(paths.models)
    library = Library(paths, SettingsStore(paths.settings))
    with opened_files() as opened:
        models = await library.models()
    assert len(models) == len(known) + 1, "and the starter model"
    assert not [path for path in opened if path.endswith((".gguf", ".safetensors"))]
    (paths.cache / "library.msgpack").unlink()
    put(paths.models / "one more.gguf")
    with opened_files() as opened:
        assert len(await library.models()) == len(models) + 1
    assert [Path(path).name for path in opened if path.endswith(".gguf")] == ["one more.gguf"]


@unix_signals
async def test_a_process_that_dies_leaves_its_models_to_us(paths: Paths) -> None:
    many_models(paths.models)
    library = Library(paths, SettingsStore(paths.settings))
    reading = asyncio.create_task(library.models())
    killed: set[int] = set()
    while not reading.done():
        for child in psutil.Process().children():
            if child.pid not in killed:
                os.kill(child.pid, signal.SIGKILL)
                killed.add(child.pid)
        await asyncio.sleep(0)
    assert killed
    assert await reading == await Library(paths, SettingsStore(paths.settings)).models()


async def test_without_a_process_the_models_are_listed_all_the_same(paths: Paths) -> None:
    models = many_models(paths.models)
    paths.run.rmdir()
    paths.run.write_text("in the way of a folder")
    assert await read_many(models, paths.run) == []
    listed = await Library(paths, SettingsStore(paths.settings)).models()
    assert len(listed) == len(models) + 1


async def test_one_who_loses_patience_leaves_no_process(paths: Paths) -> None:
    reading = asyncio.create_task(read_many(many_models(paths.models), paths.run))
    while not psutil.Process().children():
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert psutil.Process().children() == []
