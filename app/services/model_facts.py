"""What a model's own files say of it, remembered on disk until they change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

import app
from app.domain import architecture_table
from app.domain.errors import ModelError, ModelUnsupportedError
from app.domain.gguf import Header, NeedMore, read_header
from app.domain.gguf_check import check_loadable
from app.services.files import replace_file, shown
from app.services.model_scan import FoundModel
from app.services.regular_files import open_regular, read_small_file, read_start

# Most headers with their vocabulary are shorter: one read and one pass do.
_FIRST_BYTES = 4 * 2**20
_CONFIG_BYTES = 16 * 2**20
# Facts depend on what this version can read: another version reads every file anew.
_FORMAT = f"1 {app.__version__}"
_COMPANION_TYPES = frozenset({"adapter", "imatrix", "mmproj", "dataset"})
# What an MLX folder must not carry: code, or pickles, which can hold code.
_CODE = (".py", ".bin", ".pt", ".pth", ".pkl", ".pickle")
_GENERATES = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel")


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What one model says of itself; `problem` is why it cannot be loaded, as a sentence."""

    architecture: str | None = None
    quantization: str | None = None
    parameter_count: int | None = None
    context_tokens: int | None = None
    problem: str | None = None
    # Sound, but nothing here can run it.
    is_unsupported: bool = False
    # Part of another model (a projector, an adapter), or no language model at all.
    is_companion: bool = False


class FactsCache:
    """Facts by file: path, size, time and inode. One thread at a time.

    Losing the file costs a second reading of the headers and nothing else, so it is never an
    error that it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._facts: dict[str, ModelFacts] | None = None
        self._is_changed = False

    def facts(self, model: FoundModel) -> ModelFacts:
        """What the model says of itself, read now unless its files are as they were."""
        known = self._known()
        key = _key(model)
        facts = known.get(key)
        if facts is None:
            facts = known[key] = read_facts(model)
            self._is_changed = True
        return facts

    def save(self, models: Sequence[FoundModel]) -> None:
        """Keep on disk what is known of these models, if there is anything new."""
        if not self._is_changed:
            return
        known = self._known()
        kept = {key: known[key] for key in map(_key, models) if key in known}
        try:
            replace_file(self._path, msgspec.msgpack.encode((_FORMAT, kept)))
        except OSError:
            return
        self._is_changed = False

    def _known(self) -> dict[str, ModelFacts]:
        if self._facts is None:
            self._facts = self._load()
        return self._facts

    def _load(self) -> dict[str, ModelFacts]:
        try:
            version, rest = msgspec.msgpack.decode(
                self._path.read_bytes(), type=tuple[str, msgspec.Raw]
            )
            if version != _FORMAT:
                return {}
            return msgspec.msgpack.decode(rest, type=dict[str, ModelFacts])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}


def _key(model: FoundModel) -> str:
    """Text that stands for all files of a model and their state, odd names included."""
    return "\0".join(
        f"{os.fsencode(file.path).hex()} {file.size_bytes} {file.modified_ns} {file.inode}"
        for file in model.files
    )


def read_facts(model: FoundModel) -> ModelFacts:
    """Read what the files say. Never raises: what is wrong becomes the `problem`."""
    try:
        return _mlx_facts(model) if model.format == "mlx" else _gguf_facts(model)
    except ModelUnsupportedError as error:
        return ModelFacts(problem=str(error), is_unsupported=True)
    except ModelError as error:
        return ModelFacts(problem=str(error))
    except OSError as error:
        cause = error.strerror or str(error)
        return ModelFacts(
            problem=f"The file cannot be read: {cause}. Check the disk and its permissions."
        )


def read_file_header(path: Path) -> Header:
    """The header of a GGUF file, by reading no more of it than the header takes.

    Raises `ModelFileError` for a file that is no sound GGUF file, OSError when it is not readable.
    """
    descriptor = open_regular(path)
    try:
        file_size = os.fstat(descriptor).st_size
        byte_count = _FIRST_BYTES
        while True:
            found = read_header(read_start(descriptor, byte_count), file_size)
            if not isinstance(found, NeedMore):
                return found
            byte_count = max(found.byte_count, 2 * byte_count)
    finally:
        os.close(descriptor)


def _gguf_facts(model: FoundModel) -> ModelFacts:
    header, *others = [read_file_header(file.path) for file in model.files]
    facts = _header_facts(header, sum(each.parameter_count for each in others))
    missing = max(model.part_count, header.split_count) - len(model.files)
    if missing > 0:
        problem = (
            f"{missing} of the model's {len(model.files) + missing} parts are missing. "
            "Put all parts into one folder under their own names."
        )
        return msgspec.structs.replace(facts, problem=problem)
    try:
        check_loadable(header)
    except ModelError as error:
        unsupported = isinstance(error, ModelUnsupportedError)
        return msgspec.structs.replace(facts, problem=str(error), is_unsupported=unsupported)
    return facts


def _header_facts(header: Header, other_parameters: int) -> ModelFacts:
    architecture = header.architecture
    return ModelFacts(
        architecture=architecture,
        quantization=header.quantization,
        parameter_count=header.parameter_count + other_parameters,
        context_tokens=header.integer(f"{architecture}.context_length"),
        is_companion=header.text("general.type") in _COMPANION_TYPES
        or architecture in architecture_table.COMPANIONS,
    )


def _mlx_facts(model: FoundModel) -> ModelFacts:
    """By config.json, as transformers and mlx-lm write it."""
    try:
        config = msgspec.json.decode(read_small_file(model.files[0].path, _CONFIG_BYTES))
    except msgspec.DecodeError as error:
        return ModelFacts(problem=f"Its config.json is damaged: {error}. Download it again.")
    if not isinstance(config, dict):
        return ModelFacts(problem="Its config.json is damaged: no object. Download it again.")
    table = cast("dict[str, Any]", config)
    is_language_model = _is_language_model(table)
    problem = _code_problem(table, model.path)
    if problem is None and not is_language_model:
        problem = "The folder holds no language model. Choose one that generates text."
    return ModelFacts(
        architecture=_text(table.get("model_type")),
        quantization=_mlx_quantization(table),
        context_tokens=_whole(_nested(table, "max_position_embeddings")),
        problem=problem,
        is_companion=not is_language_model,
    )


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


def _code_problem(config: dict[str, Any], folder: Path) -> str | None:
    names = (each.name for each in folder.iterdir())
    carried = sorted(name for name in names if name.lower().endswith(_CODE))
    carried += [f"the entry '{key}'" for key in ("auto_map", "model_file") if key in config]
    if not carried:
        return None
    return (
        f"The folder carries program code ({shown(carried[0])}), which Quantbench never runs. "
        "Choose a model without it."
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
