"""An MLX model's folder, checked before any library sees it: whole, and without code to run."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, cast

import msgspec

from app.domain.errors import ModelFileError, ModelNotFoundError, ModelUnsupportedError
from app.domain.os_causes import cause_of
from app.domain.safetensors import LENGTH_BYTES, header_length, read_header
from app.domain.words import sentence

# Files that run code when they are read: Python itself, and pickles under their many names.
_CODE = frozenset((".py", ".pyc", ".so", ".dylib", ".dll"))
_PICKLES = frozenset((".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npz", ".joblib"))
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "tiktoken.model", "vocab.json")
_LONGEST_CONFIG = 16 * 2**20
_MODEL_TYPE = re.compile(r"[A-Za-z0-9_\-]+")


class MlxFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What a sound folder says of itself. `chat_template` None: it brings none of its own."""

    path: Path
    architecture: str
    weights_bytes: int
    trained_context_tokens: int
    quantization_bits: int | None
    chat_template: str | None
    bos_text: str
    eos_text: str


def read_folder(path: bytes) -> MlxFolder:
    """Check a model's folder. Raises `ModelError`, which says what is wrong with it."""
    folder = Path(os.fsdecode(path))
    if not folder.is_dir():
        raise ModelNotFoundError(
            "There is no MLX model at {folder}: it is not a folder.", folder=str(folder)
        )
    _refuse_code(folder)
    config = _json(folder, "config.json")
    tokenizer = _json(folder, "tokenizer_config.json", required=False)
    _refuse_configured_code(config, "config.json")
    _refuse_configured_code(tokenizer, "tokenizer_config.json")
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise ModelFileError(
            "{folder} has no tokenizer (tokenizer.json), so it is not complete. Download it again.",
            folder=folder.name,
        )
    return MlxFolder(
        path=folder,
        architecture=_architecture(config),
        weights_bytes=_weights_bytes(folder),
        trained_context_tokens=_trained_context(config),
        quantization_bits=_quantization_bits(config),
        chat_template=_chat_template(folder, tokenizer),
        bos_text=_token_text(tokenizer.get("bos_token")),
        eos_text=_token_text(tokenizer.get("eos_token")),
    )


def _refuse_code(folder: Path) -> None:
    for file in sorted(folder.rglob("*")):
        kind = file.suffix.lower()
        if kind in _CODE:
            raise ModelUnsupportedError(
                "{folder} brings a program of its own ({name}). Models that run their own code "
                "are not loaded; choose a version of it without code.",
                folder=folder.name,
                name=file.name,
            )
        if kind in _PICKLES:
            raise ModelUnsupportedError(
                "{folder} has a file that can run code when it is read ({name}). Choose a version "
                "with safetensors files alone.",
                folder=folder.name,
                name=file.name,
            )


def _refuse_configured_code(config: dict[str, Any], file: str) -> None:
    asked = next((key for key in ("model_file", "auto_map") if config.get(key)), None)
    if asked is not None:
        raise ModelUnsupportedError(
            "The model's {file} asks for code to be run ({asked}). Models that run their own code "
            "are not loaded; choose a version of it without code.",
            file=file,
            asked=asked,
        )


def _json(folder: Path, name: str, *, required: bool = True) -> dict[str, Any]:
    file = folder / name
    try:
        if file.stat().st_size > _LONGEST_CONFIG:
            raise ModelFileError(
                "{folder} is damaged: its {name} is far too long. Download it again.",
                folder=folder.name,
                name=name,
            )
        value: object = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        if not required:
            return {}
        raise ModelFileError(
            "{folder} has no {name}, so it is no MLX model or not complete. Choose another folder, "
            "or download it again.",
            folder=folder.name,
            name=name,
        ) from error
    except OSError as error:
        raise ModelFileError(
            "{folder}/{name} cannot be read: {cause}.",
            folder=folder.name,
            name=name,
            cause=cause_of(error),
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            "{folder} is damaged: its {name} is not valid JSON. Download it again.",
            folder=folder.name,
            name=name,
        ) from error
    if not isinstance(value, dict):
        raise ModelFileError(
            "{folder} is damaged: its {name} is not a JSON object. Download it again.",
            folder=folder.name,
            name=name,
        )
    return cast("dict[str, Any]", value)


def _architecture(config: dict[str, Any]) -> str:
    name = config.get("model_type")
    if not isinstance(name, str) or not _MODEL_TYPE.fullmatch(name):
        raise ModelFileError(
            "The model's config.json does not say what kind of model it is. Download it again."
        )
    return name


def _trained_context(config: dict[str, Any]) -> int:
    """The most tokens that the configuration speaks of; 0 when it does not say."""
    inner = config.get("text_config")
    for source in (config, cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}):
        for key in ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"):
            value = source.get(key)
            if isinstance(value, int) and value > 0:
                return value
    return 0


def _quantization_bits(config: dict[str, Any]) -> int | None:
    settings = config.get("quantization")
    bits = cast("dict[str, Any]", settings).get("bits") if isinstance(settings, dict) else None
    return bits if isinstance(bits, int) else None


def _weights_bytes(folder: Path) -> int:
    """Check every file of weights against its own header and the index against the files."""
    files = sorted(folder.glob("model*.safetensors"))
    missing = sorted(_indexed_files(folder) - {file.name for file in files})
    if missing or not files:
        lacking = missing[0] if missing else "model.safetensors"
        more = sentence(" and {count} more", count=len(missing) - 1) if len(missing) > 1 else ""
        raise ModelFileError(
            "{folder} is not complete: {lacking}{more} is missing. Download it again.",
            folder=folder.name,
            lacking=lacking,
            more=more,
        )
    return sum(_check_weights(file) for file in files)


def _indexed_files(folder: Path) -> set[str]:
    index = _json(folder, "model.safetensors.index.json", required=False)
    places = index.get("weight_map", {})
    if not isinstance(places, dict):
        raise ModelFileError(
            "{folder} is damaged: its index of weights is not a table. Download it again.",
            folder=folder.name,
        )
    return {str(name) for name in cast("dict[str, object]", places).values()}


def _check_weights(file: Path) -> int:
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            length = header_length(stream.read(LENGTH_BYTES), size)
            header = read_header(stream.read(length), size)
    except OSError as error:
        raise ModelFileError(
            "{name} cannot be read: {cause}.", name=file.name, cause=cause_of(error)
        ) from error
    except ModelFileError as error:
        raise ModelFileError("{name}: {error}", name=file.name, error=error) from error
    return header.weights_bytes


def _chat_template(folder: Path, tokenizer: dict[str, Any]) -> str | None:
    """The template in its own file, or in the tokenizer's configuration, by name if several."""
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_bytes().decode("utf-8", "replace")
    value = tokenizer.get("chat_template")
    if isinstance(value, list):
        value = _named_template(cast("list[Any]", value))
    return value if isinstance(value, str) else None


def _named_template(templates: list[Any]) -> object:
    for one in templates:
        if isinstance(one, dict) and cast("dict[str, Any]", one).get("name") == "default":
            return cast("dict[str, Any]", one).get("template")
    return None


def _token_text(value: object) -> str:
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get("content")
    return value if isinstance(value, str) else ""
