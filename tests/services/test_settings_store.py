"""The settings file: what is written is read, and no content of it stops the program."""

from __future__ import annotations

import asyncio
import math
import os
import stat
import threading
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.engine import Sampling, TokenBias
from app.domain.errors import StoreError
from app.domain.reply_options import Preset, ReplyOptions
from app.domain.settings import Settings
from app.services.settings_store import SettingsStore
from tests.fakes import disks

ANY_TEXT = st.text(st.characters(exclude_categories=()))
OTHER = Settings(
    theme="dark",
    opened_files=("/m/plain.gguf", "/m/\udcff\udcfe odd.gguf", "percent-encoded:%41", "a\0b\n"),
    last_model='"quoted" \u202e',
    safe_configurations={"build": "cpu-only", "\udcff.=": "x"},
    model_folders=("/more",),
)


def reread(path: Path) -> SettingsStore:
    store = SettingsStore(path)
    store.load()
    return store


async def test_defaults_without_a_file(tmp_path: Path) -> None:
    store = reread(tmp_path / "settings.toml")
    assert store.current == Settings()
    assert store.notice is None
    assert list(tmp_path.iterdir()) == []


async def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    store = SettingsStore(path)
    returned = await store.update(**msgspec.structs.asdict(OTHER))
    assert returned == store.current == OTHER
    again = reread(path)
    assert (again.current, again.notice) == (OTHER, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["settings.toml"]
    assert tomllib.loads(path.read_text("utf-8"))["theme"] == "dark"


@given(name=ANY_TEXT, key=ANY_TEXT)
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, name: str, key: str) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    changes = {"last_model": name, "opened_files": (name, key), "safe_configurations": {key: name}}
    asyncio.run(SettingsStore(path).update(**changes))
    assert reread(path).current == Settings(**changes)


async def test_none_takes_a_setting_away(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    await SettingsStore(path).update(last_model="x", theme="dark")
    await reread(path).update(last_model=None)
    assert reread(path).current == Settings(theme="dark")


@pytest.mark.parametrize(
    "data",
    [b"theme = ", b"\xff\xfe\x00", b"\x00" * 100, b"x = " + b"[" * 100_000, b"a = 1\na = 2\n"],
    ids=["cut", "not-utf8", "zeros", "nested", "twice"],
)
async def test_a_broken_file_is_kept_and_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(data)
    store = reread(path)
    assert store.current == Settings()
    assert store.notice is not None
    assert "is damaged" in store.notice
    assert store.notice.endswith("settings.toml.bad.")
    await store.update(theme="light")
    assert (tmp_path / "settings.toml.bad").read_bytes() == data
    assert reread(path).current == Settings(theme="light")


async def test_each_broken_file_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for data in (b"= 1", b"= 1", b"= 2"):
        path.write_bytes(data)
        reread(path)
    kept = {each.name: each.read_bytes() for each in tmp_path.glob("*.bad*")}
    assert kept == {"settings.toml.bad": b"= 1", "settings.toml.bad2": b"= 2"}


async def test_one_senseless_value_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('theme = "pink"\nlast_model = "a"\nopened_files = [1]\n')
    store = reread(path)
    assert store.current == Settings(last_model="a")
    assert store.notice is not None
    assert "(theme, opened_files)" in store.notice
    assert (tmp_path / "settings.toml.bad").exists()


async def test_a_newer_version_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('version = 9\ntheme = "dark"\nflavour = "new"\n[deep]\nx = [1, 2]\n')
    store = reread(path)
    assert store.current == Settings(theme="dark")
    assert store.notice is not None
    assert "newer version" in store.notice
    await store.update(last_model="a")
    table = tomllib.loads(path.read_text())
    assert table["version"] == 9
    assert (table["flavour"], table["deep"]) == ("new", {"x": [1, 2]})
    assert reread(path).current == Settings(theme="dark", last_model="a")


async def test_two_programs_do_not_undo_each_other(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    one, other = reread(path), reread(path)
    await one.update(theme="dark")
    await other.update(last_model="a")
    await one.update(model_folders=("/b",))
    expected = Settings(theme="dark", last_model="a", model_folders=("/b",))
    assert reread(path).current == one.current == expected


async def test_additions_at_once_are_all_kept(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.toml")
    names = [f"/{number}" for number in range(9)]
    await asyncio.gather(
        *(store.revise(lambda now, name=name: {"model_folders": (*now.model_folders, name)})
          for name in names)
    )  # fmt: skip
    assert store.current.model_folders == tuple(names)


async def test_whoever_comes_next_waits_for_a_write_that_was_cancelled(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.toml")
    is_writing, may_write = threading.Event(), threading.Event()

    def held(_: Settings) -> dict[str, object]:
        is_writing.set()
        may_write.wait(60)
        return {"theme": "dark"}

    first = asyncio.create_task(store.revise(held))
    await asyncio.to_thread(is_writing.wait, 60)
    second = asyncio.create_task(store.update(last_model="a"))
    first.cancel()
    may_write.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    assert reread(tmp_path / "settings.toml").current == Settings(theme="dark", last_model="a")


async def test_a_wrong_value_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    store = SettingsStore(path)
    await store.update(theme="dark")
    before = path.read_bytes()
    with pytest.raises(msgspec.ValidationError):
        await store.update(theme="pink")
    assert (path.read_bytes(), store.current) == (before, Settings(theme="dark"))


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    store = SettingsStore(path)
    await store.update(theme="dark")
    with disks.read_only(tmp_path) as folder:
        if disks.is_writable(folder):  # root without the right to mount
            store = SettingsStore(Path("/proc/quantbench/settings.toml"))
        with pytest.raises(StoreError, match="Could not write the settings"):
            await store.update(theme="light")
    assert reread(path).current == Settings(theme="dark")


async def test_a_full_disk_keeps_the_old_settings(tmp_path: Path) -> None:
    with disks.small_disk(tmp_path, 65536) as disk:
        if disk is None:  # no right to mount: a folder that is gone fails in the same place
            store = SettingsStore(tmp_path / "gone" / "settings.toml")
            with pytest.raises(StoreError, match="Could not write"):
                await store.update(theme="light")
            return
        store = SettingsStore(disk / "settings.toml")
        await store.update(theme="dark")
        _fill(disk / "filler")
        with pytest.raises(StoreError, match=r"No space left on device\. Free some space"):
            await store.update(opened_files=("x" * 8192,))
        assert reread(disk / "settings.toml").current == Settings(theme="dark")
        assert sorted(each.name for each in disk.iterdir()) == ["filler", "settings.toml"]


def _fill(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(descriptor, bytes(4096))
    except OSError:
        os.close(descriptor)


async def test_a_pipe_in_place_of_the_file_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    os.mkfifo(path)
    with pytest.raises(StoreError, match="no regular file"):
        reread(path)


async def test_presets_are_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    options = ReplyOptions(
        system="Antworte kurz.\n„Ja“ oder „Nein“.",
        sampling=Sampling(temperature=0.0, seed=7, logit_bias=(TokenBias(3, -math.inf),)),
        max_tokens=12,
        stop=("\n", "\ud800"),
        grammar='root ::= "x"',
    )
    presets = (Preset(name="Ja, nein", options=options), Preset(name="", options=ReplyOptions()))
    await SettingsStore(path).update(presets=presets, model_presets={"a.b": "Ja, nein"})
    again = reread(path)
    assert again.notice is None
    assert again.current.presets == presets
    assert again.current.model_presets == {"a.b": "Ja, nein"}
