"""The models on this computer, wherever they lie: listed in place, found by name, remembered."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from app.domain.errors import ModelFileError, ModelNotFoundError, ModelUnsupportedError
from app.domain.model import LocalModel
from app.services.files import shown
from app.services.model_facts import FactsCache, ModelFacts
from app.services.model_places import places
from app.services.model_scan import FoundModel, find_models, model_at
from app.services.paths import Paths
from app.services.settings_store import SettingsStore

STARTER = "starter"
_NAMED_IN_ERRORS = 8


class Library:
    """Reads the folders of this and of other programs; never writes to them.

    Every call looks at the disk, in a thread; only what a header says is remembered.
    """

    def __init__(self, paths: Paths, settings: SettingsStore) -> None:
        self._paths = paths
        self._settings = settings
        self._cache = FactsCache(paths.cache / "library.msgpack")
        self._one_at_a_time = threading.Lock()

    async def models(self) -> list[LocalModel]:
        """All models by name, damaged ones with their `problem`. Each name occurs once."""
        return await asyncio.to_thread(self._models)

    async def add_file(self, path: str) -> LocalModel:
        """Take in a GGUF file or an MLX folder where it lies, and remember it.

        Raises `ModelNotFoundError`, `ModelFileError`, `ModelUnsupportedError`, `StoreError`.
        """
        absolute = _absolute(path)
        model, facts = await asyncio.to_thread(self._look_at, absolute)
        if facts.problem is not None:
            kind = ModelUnsupportedError if facts.is_unsupported else ModelFileError
            raise kind(f"{model.name}: {facts.problem}")
        opened = (each for each in self._settings.current.opened_files if each != str(absolute))
        await self._settings.update(opened_files=(*opened, str(absolute)))
        return next((each for each in await self.models() if each.path == model.path), model)

    async def find(self, reference: str) -> LocalModel:
        """The model that is meant by "starter", a name, the start of one name, or a path.

        A damaged file is found like any other, with its `problem`. Raises `ModelNotFoundError`.
        """
        listed = await self.models()
        by_name = _named(reference, listed)
        if by_name is not None:
            return by_name
        absolute = _absolute(reference)
        if reference and (_is_path(reference) or await asyncio.to_thread(_exists, absolute)):
            model, _ = await asyncio.to_thread(self._look_at, absolute)
            return next((each for each in listed if each.path == model.path), model)
        return _by_prefix(reference, listed)

    # --- in a thread ----------------------------------------------------------------------------

    def _models(self) -> list[LocalModel]:
        with self._one_at_a_time:
            found = find_models(places(self._paths, self._settings.current))
            known = [(model, self._cache.facts(model)) for model in found]
            self._cache.save(found)
        listed = [_local_model(model, facts) for model, facts in known if not facts.is_companion]
        return sorted(_with_own_names(listed), key=lambda model: model.name.casefold())

    def _look_at(self, path: Path) -> tuple[LocalModel, ModelFacts]:
        """The model at an absolute path. Raises `ModelNotFoundError`."""
        try:
            found = model_at(path)
        except OSError as error:
            cause = error.strerror or str(error)
            raise ModelNotFoundError(f"{shown(path)} cannot be read: {cause}.") from error
        if found is None:
            raise ModelNotFoundError(_why_nothing(path))
        with self._one_at_a_time:
            facts = self._cache.facts(found)
        return _local_model(found, facts), facts


def _absolute(path: str) -> Path:
    """The path from the root; a NUL, which no path holds, makes it one that does not exist."""
    named = Path(path.replace("\0", "\ufffd"))
    try:
        return named.expanduser().absolute()
    except RuntimeError:  # "~someone", and nobody of that name is known here
        return named.absolute()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have, or a folder that may not be looked into
        return False


def _why_nothing(path: Path) -> str:
    if path.is_dir():
        return (
            f"The folder {shown(path)} holds no MLX model. Name a .gguf file, or a folder with "
            "config.json and .safetensors files."
        )
    if path.exists() and not path.is_file():
        return f"{shown(path)} is no regular file, so it is not opened. Name a .gguf file."
    return f"There is no file {shown(path)}. Check the path."


def _is_path(reference: str) -> bool:
    return os.sep in reference or reference.lower().endswith(".gguf")


def _named(reference: str, models: Sequence[LocalModel]) -> LocalModel | None:
    wanted = reference.casefold()
    if wanted == STARTER:
        return _starter(models)
    return next((model for model in models if model.name.casefold() == wanted), None)


def _starter(models: Iterable[LocalModel]) -> LocalModel:
    starter = next((model for model in models if model.source == "starter"), None)
    if starter is None:
        raise ModelNotFoundError(
            "The starter model is not installed. In a checkout `uv sync` installs it; elsewhere "
            "run `pip install 'quantbench[starter]'`."
        )
    return starter


def _by_prefix(reference: str, models: Sequence[LocalModel]) -> LocalModel:
    wanted = reference.casefold()
    matching = [model for model in models if model.name.casefold().startswith(wanted)]
    if len(matching) == 1 and wanted:
        return matching[0]
    if matching and wanted:
        raise ModelNotFoundError(
            f"'{shown(reference)}' could be {_names(matching)}. Write more of the name."
        )
    if models:
        raise ModelNotFoundError(
            f"There is no model '{shown(reference)}'. There is {_names(models)}. "
            "Name one of these or the path of a .gguf file."
        )
    raise ModelNotFoundError(
        f"There is no model '{shown(reference)}', and none is on this computer yet. "
        "Name the path of a .gguf file."
    )


def _names(models: Sequence[LocalModel]) -> str:
    names = [model.name for model in models[:_NAMED_IN_ERRORS]]
    more = len(models) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _local_model(model: FoundModel, facts: ModelFacts) -> LocalModel:
    return LocalModel(
        name=model.name,
        path=os.fsencode(model.path),
        format=model.format,
        source=model.source,
        size_bytes=model.size_bytes,
        architecture=facts.architecture,
        quantization=facts.quantization,
        parameter_count=facts.parameter_count,
        context_tokens=facts.context_tokens,
        problem=facts.problem,
    )


def _with_own_names(models: Iterable[LocalModel]) -> list[LocalModel]:
    """Files of one name in several places get their source, then a number, added."""
    taken: set[str] = set()
    named: list[LocalModel] = []
    for model in models:
        name, number = model.name, 1
        while name.casefold() in taken:
            name = f"{model.name} ({model.source}{'' if number == 1 else f' {number}'})"
            number += 1
        taken.add(name.casefold())
        named.append(msgspec.structs.replace(model, name=name))
    return named
