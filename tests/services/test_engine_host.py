"""Loading through the host: the self-check, replacing, cancelling, refusing; real workers."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import msgspec
import psutil
import pytest

from app.domain.errors import (
    EngineDiedError,
    EngineMissingError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
    RoomNeededError,
)
from app.domain.hardware import BackendChoice, EngineStatus
from app.domain.load_options import LoadOptions, LoadProgress
from app.domain.model import LocalModel, ref_of
from app.domain.settings import Settings
from app.domain.units import GIB
from app.services.engine_host import EngineHost, Machine, Neighbours, Planned
from app.services.settings_store import SettingsStore
from backends.local import LocalEngine

SMALL = LoadOptions(context_tokens=512)
CPU = BackendChoice(engine="llama.cpp", device=None, kind="cpu", reason="There is no GPU here.")


def usable(build_id: str = "build-1") -> Machine:
    status = EngineStatus(
        name="llama.cpp", version="1", usable=True, reason="It runs.", build_id=build_id
    )
    return Machine(status, (), CPU)


class Fits:
    """Plans every load as it was asked for, unless the model is called large."""

    def __init__(self) -> None:
        self.planned: list[Neighbours] = []

    async def plan(
        self, model: LocalModel, options: LoadOptions, _machine: Machine, neighbours: Neighbours
    ) -> Planned:
        self.planned.append(neighbours)
        if model.name == "large":
            raise MemoryShortError("large needs 900 GiB.")
        return Planned(options)


@pytest.fixture
def settings(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.toml")


@pytest.fixture
def starter(starter_path: Path) -> LocalModel:
    return LocalModel(
        name="starter",
        path=os.fsencode(starter_path),
        format="gguf",
        source="starter",
        size_bytes=starter_path.stat().st_size,
    )


def make_host(
    tmp_path: Path, settings: SettingsStore, look: Callable[[], Machine] = usable
) -> EngineHost:
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    return EngineHost({"gguf": engine}, lambda _: look(), Fits(), settings)


@pytest.fixture
async def host(tmp_path: Path, settings: SettingsStore) -> AsyncIterator[EngineHost]:
    host = make_host(tmp_path, settings)
    yield host
    await host.close()


def kill_while_checking(name: str, times: int) -> Callable[[LoadProgress], None]:
    """End the worker, as a bad build would, in its first loads with a self-check.

    As soon as it is heard of, so that it cannot be ready before the signal reaches it.
    """
    left = times
    ended: set[int] = set()

    def on_progress(_progress: LoadProgress) -> None:
        nonlocal left
        for worker in psutil.Process().children():
            if left and worker.pid not in ended:
                left -= 1
                ended.add(worker.pid)
                worker.send_signal(getattr(signal, name))

    return on_progress


async def test_first_load_checks_itself_and_remembers(
    host: EngineHost, settings: SettingsStore, starter: LocalModel, tmp_path: Path
) -> None:
    stages: list[str] = []
    begun = int(time.time())
    session = await host.load(starter, SMALL, lambda progress: stages.append(progress.stage))
    assert "checking" in stages
    assert session.info.notice is None
    assert settings.current.safe_configurations == {"build-1": "full"}
    assert settings.current.last_model is None, "a command line changes no next start"
    assert host.options_of(starter) == LoadOptions()
    chosen = msgspec.structs.replace(SMALL, draft_model=b"/odd-\xff.gguf")
    await host.choose(starter, msgspec.structs.replace(chosen, device="CUDA0"))
    assert settings.current.last_model == "starter"
    assert host.options_of(starter) == chosen, "another start may find other devices"
    assert SettingsStore(tmp_path / "settings.toml").load() == settings.current
    await host.choose(starter, LoadOptions())
    assert settings.current.load_options == {}
    (loaded,) = settings.current.last_loads.items()
    assert loaded[0] == os.fsdecode(starter.path)
    assert begun <= loaded[1] <= time.time()
    stages.clear()
    again = await host.load(starter, SMALL, lambda progress: stages.append(progress.stage))
    assert "checking" not in stages
    assert [each.session for each in host.loaded] == [again]
    assert not psutil.pid_exists(session.process_id or 0)


@pytest.mark.parametrize(
    ("crashes", "name", "without"),
    [
        (1, "no-extra-buffers", "without repacked weights,"),
        (2, "no-flash-attention", "without repacked weights and flash attention,"),
    ],
)
async def test_crash_in_the_self_check_leads_to_a_safer_configuration(
    host: EngineHost,
    settings: SettingsStore,
    starter: LocalModel,
    crashes: int,
    name: str,
    without: str,
) -> None:
    session = await host.load(starter, SMALL, kill_while_checking("SIGSEGV", crashes))
    assert settings.current.safe_configurations == {"build-1": name}
    assert without in str(session.info.notice)
    assert session.info.options.extra_buffer_types is False
    quiet = await host.load(starter, SMALL, lambda _: None)
    assert quiet.info.notice is None
    assert quiet.info.options.extra_buffer_types is False


async def test_new_build_is_checked_again(
    tmp_path: Path, settings: SettingsStore, starter: LocalModel
) -> None:
    await settings.update(safe_configurations={"build-0": "no-flash-attention"})
    host = make_host(tmp_path, settings)
    session = await host.load(starter, SMALL, lambda _: None)
    await host.close()
    assert session.info.options.extra_buffer_types is True
    assert settings.current.safe_configurations["build-1"] == "full"


async def test_when_no_configuration_survives_the_cause_is_told_and_nothing_remembered(
    host: EngineHost, settings: SettingsStore, starter: LocalModel
) -> None:
    with pytest.raises(EngineDiedError, match="crashed"):
        await host.load(starter, SMALL, kill_while_checking("SIGILL", 9))
    assert settings.current.safe_configurations == {}
    assert host.loaded == ()


async def test_killed_worker_is_no_reason_for_a_safer_configuration(
    host: EngineHost, settings: SettingsStore, starter: LocalModel
) -> None:
    with pytest.raises(EngineDiedError, match="ended from outside"):
        await host.load(starter, SMALL, kill_while_checking("SIGKILL", 1))
    assert settings.current.safe_configurations == {}


async def test_load_that_is_cancelled_while_it_is_remembered_leaves_nothing(
    host: EngineHost, settings: SettingsStore, starter: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_told, revise = asyncio.Event(), settings.revise

    async def held(change: Callable[[Settings], Mapping[str, object]]) -> Settings:
        if "last_loads" in change(settings.current):
            is_told.set()
            await asyncio.Event().wait()
        return await revise(change)

    monkeypatch.setattr(settings, "revise", held)
    load = asyncio.create_task(host.load(starter, SMALL, lambda _: None))
    await is_told.wait()
    assert len(host.loaded) == 1
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    assert host.loaded == ()
    assert psutil.Process().children() == []


async def test_settings_that_cannot_be_written_keep_no_model_from_answering(
    tmp_path: Path, starter: LocalModel
) -> None:
    host = make_host(tmp_path, SettingsStore(Path("/proc/quantbench/settings.toml")))
    session = await host.load(starter, SMALL, lambda _: None)
    assert [each.session for each in host.loaded] == [session]
    await host.close()


async def test_cancelled_load_leaves_nothing(host: EngineHost, starter: LocalModel) -> None:
    started = asyncio.Event()
    load = asyncio.create_task(host.load(starter, SMALL, lambda _: started.set()))
    await started.wait()
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    assert host.loaded == ()
    assert not psutil.Process().children()


async def test_model_that_is_refused_does_not_replace_the_present_one(
    tmp_path: Path, settings: SettingsStore, starter: LocalModel
) -> None:
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    planner = Fits()
    host = EngineHost({"gguf": engine}, lambda _: usable(), planner, settings)
    session = await host.load(starter, SMALL, lambda _: None)
    large = LocalModel(name="large", path=b"/x", format="gguf", source="file", size_bytes=1)
    with pytest.raises(MemoryShortError):
        await host.load(large, SMALL, lambda _: None)
    (loaded,) = host.loaded
    assert loaded.session is session
    staying, going = Neighbours(staying=(loaded,)), Neighbours(going=(loaded,))
    assert planner.planned == [Neighbours(), staying, going]
    assert psutil.pid_exists(session.process_id or 0)
    await host.close()
    assert not psutil.pid_exists(session.process_id or 0)


class Crowded(Fits):
    """Has room for two models of any size."""

    async def plan(
        self, model: LocalModel, options: LoadOptions, machine: Machine, neighbours: Neighbours
    ) -> Planned:
        if len(neighbours.staying) > 1:
            raise MemoryShortError("No room.", needed_bytes=2 * GIB, free_bytes=GIB)
        return await super().plan(model, options, machine, neighbours)


async def test_third_model_needs_the_room_of_the_one_not_used_for_longest(
    tmp_path: Path, settings: SettingsStore, starter: LocalModel
) -> None:
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    host = EngineHost({"gguf": engine}, lambda _: usable(), Crowded(), settings)
    models = [msgspec.structs.replace(starter, name=name) for name in ("one", "two", "three")]
    first, second = [await host.load(model, SMALL, lambda _: None) for model in models[:2]]
    assert first.process_id != second.process_id
    host.note_use(ref_of(models[0]))
    with pytest.raises(RoomNeededError) as raised:
        await host.load(models[2], SMALL, lambda _: None)
    assert str(raised.value) == (
        "three needs 2.00 GiB of memory and 1.00 GiB are free: eject two (frees about 94 MiB) and "
        "load three, or cancel."
    )
    assert raised.value.leaving == (ref_of(models[1]),)
    await host.load(models[2], SMALL, lambda _: None, raised.value.leaving)
    assert [each.model.name for each in host.loaded] == ["one", "three"]
    assert psutil.pid_exists(first.process_id or 0)
    assert not psutil.pid_exists(second.process_id or 0)
    await host.close()
    assert not psutil.Process().children()


async def test_what_cannot_be_loaded_is_refused_with_its_reason(
    tmp_path: Path, settings: SettingsStore, host: EngineHost
) -> None:
    damaged = LocalModel(
        name="x", path=b"/x", format="gguf", source="file", size_bytes=1, problem="Cut short."
    )
    with pytest.raises(ModelFileError, match=r"Cut short\."):
        await host.load(damaged, SMALL, lambda _: None)
    folder = LocalModel(name="m", path=b"/m", format="mlx", source="file", size_bytes=1)
    with pytest.raises(ModelUnsupportedError, match="MLX"):
        await host.load(folder, SMALL, lambda _: None)


async def test_missing_engine_is_told_with_its_reason(
    tmp_path: Path, settings: SettingsStore, starter: LocalModel
) -> None:
    def nothing_here() -> Machine:
        status = EngineStatus(
            name="llama.cpp", version=None, usable=False, reason="It is not installed."
        )
        return Machine(status, (), CPU)

    host = make_host(tmp_path, settings, nothing_here)
    with pytest.raises(EngineMissingError, match="not installed"):
        await host.load(starter, SMALL, lambda _: None)
    await host.close()
