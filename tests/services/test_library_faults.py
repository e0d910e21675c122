"""The library among damaged files, pipes, loops, odd names and folders that cannot be read."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from app.domain.errors import (
    ModelFileError,
    ModelKeptError,
    ModelNotFoundError,
    ModelUnsupportedError,
)
from app.services import model_files
from app.services.library import Library
from app.services.model_scan import FoundModel, model_at
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from tests.fakes import disks
from tests.fakes.audit import opened_files
from tests.fakes.gguf_files import GgufFile
from tests.fakes.model_folders import TINY, listed, put, put_in_ollama


async def test_damaged_files_are_listed_with_their_problem(library: Library, paths: Paths) -> None:
    unknown = GgufFile()
    unknown.add("general.architecture", "str", "from-the-future")
    files = {
        "empty": (b"", ModelFileError),
        "text": (b"this is a text\n" * 9, ModelFileError),
        "cut": (TINY[:1000], ModelFileError),
        "no data": (TINY[:-1], ModelFileError),
        "hostile": (b"GGUF" + b"\xff" * 100, ModelFileError),
        "unknown": (unknown.whole(), ModelUnsupportedError),
    }
    for name, (data, _) in files.items():
        put(paths.models / f"{name}.gguf", data)
    put(paths.models / "good.gguf")
    found = await listed(library)
    assert set(found) == {*files, "good"}
    assert found["good"].problem is None
    problems = [found[name].problem or "" for name in files]
    assert all(problem.endswith(".") for problem in problems)
    assert len(set(problems)) == len(files)
    for name, (_, kind) in files.items():
        with pytest.raises(kind, match=name):
            await library.add_file(str(paths.models / f"{name}.gguf"))
    assert SettingsStore(paths.settings).load().opened_files == ()


async def test_pipes_and_devices_never_block(library: Library, paths: Paths) -> None:
    os.mkfifo(paths.models / "pipe.gguf")
    (paths.models / "zero.gguf").symlink_to("/dev/zero")
    (paths.models / "terminal.gguf").symlink_to("/dev/tty")
    (paths.models / "gone.gguf").symlink_to(paths.models / "nothing")
    (paths.models / "folder.gguf").mkdir()
    (paths.models / "mlx").mkdir()
    os.mkfifo(paths.models / "mlx" / "config.json")
    put(paths.models / "mlx" / "model.safetensors")
    put(paths.models / "good.gguf")
    async with asyncio.timeout(30):
        assert set(await listed(library)) == {"good"}
        for name in ("pipe.gguf", "zero.gguf", "folder.gguf", "mlx", "gone.gguf"):
            for ask in (library.add_file, library.find):
                with pytest.raises(ModelNotFoundError):
                    await ask(str(paths.models / name))


async def test_links_in_a_circle(library: Library, paths: Paths) -> None:
    put(paths.models / "a" / "b" / "x.gguf")
    (paths.models / "a" / "b" / "up").symlink_to(paths.models)
    (paths.models / "self").symlink_to(paths.models / "self")
    (paths.models / "twice").symlink_to(paths.models / "a")
    assert set(await listed(library)) == {"x"}


async def test_odd_names(library: Library, paths: Paths) -> None:
    names = [b"\xff\xfe.gguf", b"-rf.gguf", b"'\"; x.gguf", "😀.gguf".encode(), b"new\nline.gguf"]
    names.append(b"n" * 250 + b".gguf")
    names.append(b"<b>bold<b>.gguf")
    for name in names:
        put(paths.models / os.fsdecode(name))
    found = await listed(library)
    assert {model.path.rpartition(b"/")[2] for model in found.values()} == set(names)
    assert "\ufffd\ufffd" in found
    assert "n" * 250 in found
    for name, model in found.items():
        name.encode()  # a name is shown, so it is text
        assert model.problem is None
        assert await library.find(name) == model
        assert await library.find(os.fsdecode(model.path)) == model


async def test_files_that_are_dropped_together_are_all_remembered(
    paths: Paths, tmp_path: Path
) -> None:
    files = [str(put(tmp_path / "elsewhere" / f"{number}.gguf")) for number in range(5)]
    settings = SettingsStore(paths.settings)
    library = Library(paths, settings)
    await asyncio.gather(*(library.add_file(file) for file in files))
    assert set(settings.current.opened_files) == set(files)


async def test_a_model_that_goes_while_its_removal_is_planned(
    paths: Paths, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(paths.models / "a.gguf")
    model = (await listed(library))["a"]

    def gone(path: Path) -> FoundModel | None:
        found = model_at(path)
        path.unlink()
        return found

    monkeypatch.setattr(model_files, "model_at", gone)
    with pytest.raises(ModelKeptError, match="a is gone already"):
        await model_files.ModelFiles(paths, SettingsStore(paths.settings)).removal(model)


async def test_an_odd_name_is_remembered(paths: Paths, tmp_path: Path) -> None:
    odd = put(tmp_path / os.fsdecode(b"\xe4\xff.gguf"))
    await Library(paths, SettingsStore(paths.settings)).add_file(str(odd))
    settings = SettingsStore(paths.settings)
    settings.load()
    found = await listed(Library(paths, settings))
    assert [model.path for model in found.values()] == [os.fsencode(odd)]


async def test_a_folder_that_cannot_be_written_is_listed(library: Library, paths: Paths) -> None:
    put(paths.models / "x.gguf")
    with disks.read_only(paths.home):
        assert set(await listed(library)) == {"x"}


async def test_hostile_manifests_reach_no_other_file(
    library: Library, home: Path, tmp_path: Path
) -> None:
    models = home / "ollama"
    put(tmp_path / "secret.gguf")
    for number, digest in enumerate(
        ["sha256:../../../secret.gguf", "../x", "sha256:" + "A" * 64, "sha256:" + "a" * 63, ""]
    ):
        manifest = models / "manifests" / "registry.ollama.ai" / "library" / f"m{number}" / "1"
        layer = {"mediaType": "application/vnd.ollama.image.model", "digest": digest}
        put(manifest, json.dumps({"layers": [layer]}).encode())
    folder = models / "manifests" / "h" / "o"
    for name, data in {"text": b"no json", "list": b"[1]", "odd": b'{"layers": "x"}'}.items():
        put(folder / "m" / name, data)
    os.mkfifo(folder / "pipe")
    put(folder / "large", b" " * (2**20 + 1))
    put_in_ollama(models, "registry.ollama.ai/library/good/1")
    assert set(await listed(library)) == {"good:1"}


async def test_many_models_warm_without_reading_them(paths: Paths, library: Library) -> None:
    """A hundred files are listed again without one of them being opened."""
    for number in range(100):
        put(paths.models / f"{number % 10}" / f"model-{number}.gguf")
    cold = await listed(library)
    assert len(cold) == 100
    with opened_files() as opened:
        again = await listed(Library(paths, SettingsStore(paths.settings)))
    assert again == cold
    assert not [path for path in opened if path.endswith(".gguf")]
    assert [path for path in opened if path.endswith("library.msgpack")]
