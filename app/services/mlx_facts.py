"""What an MLX model says of itself, by its configuration and the headers of its weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import msgspec

from app.domain.errors import ModelFileError
from app.domain.mlx_weights import parameter_count
from app.domain.model import ModelFacts
from app.domain.safetensors import LENGTH_BYTES, SafeTensor, header_length, read_header
from app.domain.words import Sentence, sentence
from app.services.card_license import card_license
from app.services.files import shown
from app.services.model_scan import FoundModel
from app.services.regular_files import open_regular, read_small_file, read_start

_CONFIG_BYTES = _HEADER_BYTES = 16 * 2**20
# What an MLX folder must not carry: code, or pickles, which can hold code.
_CODE = (".py", ".bin", ".pt", ".pth", ".pkl", ".pickle")
_GENERATES = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel")


def read_mlx_facts(model: FoundModel) -> ModelFacts:
    """By config.json, as transformers and mlx-lm write it. Raises `ModelError`, OSError."""
    try:
        config = msgspec.json.decode(read_small_file(model.files[0].path, _CONFIG_BYTES))
    except msgspec.DecodeError as error:
        return ModelFacts(
            problem=sentence(
                "Its config.json is damaged: {error}. Download it again.", error=str(error)
            )
        )
    if not isinstance(config, dict):
        return ModelFacts(
            problem=sentence("Its config.json is damaged: no object. Download it again.")
        )
    table = cast("dict[str, Any]", config)
    is_language_model = _is_language_model(table)
    problem = _code_problem(table, model.path)
    if problem is None and not is_language_model:
        problem = sentence("The folder holds no language model. Choose one that generates text.")
    return ModelFacts(
        architecture=_text(table.get("model_type")),
        quantization=_mlx_quantization(table),
        parameter_count=None if problem else _parameter_count(model, table),
        context_tokens=_whole(_nested(table, "max_position_embeddings")),
        license=card_license(model.path),
        problem=problem,
        is_companion=not is_language_model,
    )


def _parameter_count(model: FoundModel, config: dict[str, Any]) -> int | None:
    return sum(parameter_count(_tensors(file.path), config) for file in model.files[1:]) or None


def _tensors(path: Path) -> dict[str, SafeTensor]:
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        length = header_length(read_start(descriptor, LENGTH_BYTES), size)
        if length > _HEADER_BYTES:
            raise ModelFileError(
                "{name} is damaged: its header is far too long.", name=shown(path.name)
            )
        return read_header(
            read_start(descriptor, LENGTH_BYTES + length)[LENGTH_BYTES:], size
        ).tensors
    finally:
        os.close(descriptor)


def _is_language_model(config: dict[str, Any]) -> bool:
    names = config.get("architectures")
    listed = cast("list[object]", names) if isinstance(names, list) else []
    return "quantization" in config or any(str(name).endswith(_GENERATES) for name in listed)


def _mlx_quantization(config: dict[str, Any]) -> str | None:
    quantization = config.get("quantization")
    if isinstance(quantization, dict):
        bits = _whole(cast("dict[str, Any]", quantization).get("bits"))
        if bits is not None:
            return f"{bits}-bit"
    names = {"float16": "F16", "bfloat16": "BF16", "float32": "F32"}
    return names.get(str(_nested(config, "torch_dtype") or _nested(config, "dtype")))


def _nested(config: dict[str, Any], key: str) -> object:
    """The entry, or that of the language part of a model with several."""
    inner = config.get("text_config")
    nested = cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}
    return config.get(key, nested.get(key))


def _code_problem(config: dict[str, Any], folder: Path) -> Sentence | None:
    names = (each.name for each in folder.iterdir())
    carried: list[str | Sentence] = []
    carried += sorted(name for name in names if name.lower().endswith(_CODE))
    for key in ("auto_map", "model_file"):
        if key in config:
            carried.append(sentence("the entry '{key}'", key=key))
    if not carried:
        return None
    first = carried[0]
    return sentence(
        "The folder carries program code ({name}), which Quantbench never runs. Choose a model "
        "without it.",
        name=shown(first) if isinstance(first, str) else first,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
