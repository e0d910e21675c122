"""What the library tells of a model besides its name: parameters, licence, and its last use."""

from __future__ import annotations

from app.services.library import Library
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from tests.fakes.gguf_files import tiny_llama
from tests.fakes.model_folders import listed, put, put_mlx, safetensors_of


async def test_parameters_of_mlx_folders_are_those_before_the_quantization(
    library: Library, paths: Paths
) -> None:
    own = {"bits": 4, "group_size": 64, "model.head": {"bits": 8, "group_size": 32}}
    folder = put_mlx(paths.models / "counted", quantization=own)
    tensors = {
        "model.norm.weight": ("F16", [10]),
        "model.wide.weight": ("U32", [2, 16]),  # 128 of 4 bits in each row
        "model.wide.scales": ("F16", [2, 2]),
        "model.wide.biases": ("F16", [2, 2]),
        "model.head.weight": ("U32", [1, 16]),  # 64 of 8 bits
        "model.head.scales": ("F16", [1, 2]),
    }
    put(folder / "model.safetensors", safetensors_of(tensors))
    assert (await listed(library))["counted"].parameter_count == 10 + 256 + 64
    put(folder / "model.safetensors", safetensors_of(tensors)[:-1])
    assert "cut short" in str((await listed(library))["counted"].problem)


async def test_licences_come_from_the_header_or_the_card_beside(
    library: Library, paths: Paths
) -> None:
    named = tiny_llama()
    named.add("general.license", "str", "apache-2.0")
    other = tiny_llama()
    other.add("general.license", "str", "other")
    other.add("general.license.name", "str", "a  <b>strange</b>\nname")
    put(paths.models / "named.gguf", named.whole())
    put(paths.models / "other.gguf", other.whole())
    put(paths.models / "beside" / "carded.gguf")
    put(paths.models / "beside" / "README.md", b"---\ntags: [x]\nlicense: 'mit' # yes\n---\n# A")
    put_mlx(paths.models / "folder")
    put(paths.models / "folder" / "README.md", b"license: mit\n---\nno front matter\n---\n")
    assert {name: model.license for name, model in (await listed(library)).items()} == {
        "named": "apache-2.0",
        "other": "a <b>strange</b> name",
        "carded": "mit",
        "folder": None,
    }


async def test_a_model_knows_when_it_was_loaded_last(
    library: Library, settings: SettingsStore, paths: Paths
) -> None:
    path = put(paths.models / "used.gguf")
    assert (await listed(library))["used"].last_loaded is None
    await settings.update(last_loads={str(path): 1_700_000_000})
    assert (await listed(library))["used"].last_loaded == 1_700_000_000
