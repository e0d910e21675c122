"""MLX folders are checked before MLX is imported: whole, and without code to run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import (
    ModelError,
    ModelFileError,
    ModelNotFoundError,
    ModelUnsupportedError,
)
from backends.mlx.folder import MlxFolder, read_folder
from tests.fakes.mlx_folders import CONFIG, safetensors, write_mlx_folder


def read(folder: Path) -> MlxFolder:
    return read_folder(os.fsencode(folder))


def test_sound_folder_is_described(tmp_path: Path) -> None:
    found = read(write_mlx_folder(tmp_path / "m"))
    assert (found.architecture, found.weights_bytes) == ("llama", 28)
    assert (found.trained_context_tokens, found.quantization_bits) == (128, 4)
    assert found.chat_template == "{{ messages }}"
    assert (found.bos_text, found.eos_text) == ("<s>", "</s>")


def test_template_in_its_own_file_comes_first(tmp_path: Path) -> None:
    folder = write_mlx_folder(tmp_path / "m")
    (folder / "chat_template.jinja").write_text("own")
    assert read(folder).chat_template == "own"


def test_default_of_several_templates_is_taken(tmp_path: Path) -> None:
    folder = write_mlx_folder(tmp_path / "m")
    templates = [{"name": "rag", "template": "no"}, {"name": "default", "template": "yes"}]
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": templates}))
    assert read(folder).chat_template == "yes"


def test_context_of_an_inner_text_model_is_found(tmp_path: Path) -> None:
    config = {"model_type": "gemma3", "text_config": {"max_position_embeddings": 777}}
    assert read(write_mlx_folder(tmp_path / "m", config)).trained_context_tokens == 777


def put(name: str, text: str = "") -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)

    return spoil


def configured(**keys: object) -> Callable[[Path], None]:
    return put("config.json", json.dumps({**CONFIG, **keys}))


def remove(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()

    return spoil


def cut_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(safetensors()[:-5])


INDEX = json.dumps(
    {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model.safetensors"}}
)

SPOILED: list[tuple[Callable[[Path], None], type[ModelError], str]] = [
    (configured(model_file="evil.py"), ModelUnsupportedError, "asks for code.*model_file"),
    (configured(auto_map={"AutoModel": "x.Y"}), ModelUnsupportedError, "asks for code.*auto_map"),
    (put("tokenizer_config.json", '{"auto_map": {"a": "b"}}'), ModelUnsupportedError, "auto_map"),
    (put("modeling_evil.py"), ModelUnsupportedError, "a program of its own.*modeling_evil.py"),
    (put("inner/deep.PY"), ModelUnsupportedError, "deep.PY"),
    (put("pytorch_model.bin"), ModelUnsupportedError, "can run code when it is read"),
    (put("weights.npz"), ModelUnsupportedError, "weights.npz"),
    (put("optimizer.pt"), ModelUnsupportedError, "optimizer.pt"),
    (remove("config.json"), ModelFileError, "no config.json"),
    (put("config.json", "{nope"), ModelFileError, "not valid JSON"),
    (put("config.json", "[" * 50_000), ModelFileError, "not valid JSON"),
    (put("config.json", "[]"), ModelFileError, "not a JSON object"),
    (put("config.json", " " * (17 * 2**20)), ModelFileError, "far too long"),
    (configured(model_type="../../os"), ModelFileError, "what kind of model"),
    (configured(model_type=None), ModelFileError, "what kind of model"),
    (remove("tokenizer.json"), ModelFileError, "no tokenizer"),
    (remove("model.safetensors"), ModelFileError, "model.safetensors is missing"),
    (put("model.safetensors.index.json", INDEX), ModelFileError, "00001-of-00002.safetensors is m"),
    (put("model.safetensors.index.json", '{"weight_map": 3}'), ModelFileError, "not a table"),
    (cut_weights, ModelFileError, "model.safetensors: The file is cut short"),
]


@pytest.mark.parametrize(("spoil", "kind", "reason"), SPOILED)
def test_spoiled_folder_is_refused_with_its_reason(
    tmp_path: Path, spoil: Callable[[Path], None], kind: type[ModelError], reason: str
) -> None:
    folder = write_mlx_folder(tmp_path / "m")
    spoil(folder)
    with pytest.raises(kind, match=reason):
        read(folder)


def test_what_is_no_folder_is_not_found(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path in (file, tmp_path / "nothing"):
        with pytest.raises(ModelNotFoundError, match="not a folder"):
            read(path)


def test_mlx_is_not_imported_for_a_refused_folder(tmp_path: Path) -> None:
    folder = write_mlx_folder(tmp_path / "m")
    (folder / "run_me.py").write_text("raise SystemExit('this must never run')")
    script = f"""
import sys
from app.domain.load_options import LoadPlan
from app.domain.errors import ModelUnsupportedError
from backends.mlx.engine import load_model
try:
    load_model(LoadPlan(name="m", path={os.fsencode(folder)!r}), lambda _: None, print)
except ModelUnsupportedError:
    print([name for name in sys.modules if name.split(".")[0] in ("mlx", "mlx_lm", "transformers")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
