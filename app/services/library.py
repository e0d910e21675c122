"""The models on this computer, wherever they lie: listed in place, found by name, remembered."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import msgspec

from app.domain.errors import ModelFileError, ModelNotFoundError, ModelUnsupportedError
from app.domain.model import LocalModel, ModelFacts
from app.domain.os_causes import cause_of
from app.domain.settings import Settings
from app.domain.words import Sentence, sentence
from app.services.facts_reading import MANY, Read, read_many
from app.services.files import shown
from app.services.folder_watch import changes
from app.services.model_facts import FactsCache
from app.services.model_places import places
from app.services.model_scan import FoundModel, find_models, model_at
from app.services.paths import Paths
from app.services.settings_store import SettingsStore

STARTER = "starter"
_NAMED_IN_ERRORS = 8


class Library:
    """Reads the folders of this and of other programs; never writes to them.

    Every call looks at the disk, in a thread; only what a header says is remembered. Many new
    models are read in processes of their own.
    """

    def __init__(self, paths: Paths, settings: SettingsStore) -> None:
        self._paths = paths
        self._settings = settings
        self._cache = FactsCache(paths.cache / "library.msgpack")
        self._one_at_a_time = threading.Lock()
        self._turn = asyncio.Lock()

    async def models(self) -> list[LocalModel]:
        """All models by name, damaged ones with their `problem`. Each name occurs once."""
        async with self._turn:
            found, unknown = await asyncio.to_thread(self._look)
            read = await read_many(unknown, self._paths.run) if len(unknown) >= MANY else []
            return await asyncio.to_thread(self._models, found, read)

    def changes(self) -> AsyncIterator[None]:
        """Yields each time that a model came, went or changed on the disk, until it is closed."""
        return changes(lambda: places(self._paths, self._settings.current))

    async def add_file(self, path: str) -> LocalModel:
        """Take in a GGUF file or an MLX folder where it lies, and remember it.

        Raises `ModelNotFoundError`, `ModelFileError`, `ModelUnsupportedError`, `StoreError`.
        """
        absolute = _absolute(path)
        model, facts = await asyncio.to_thread(self._at, absolute)
        if facts.problem is not None:
            kind = ModelUnsupportedError if facts.is_unsupported else ModelFileError
            raise kind("{name}: {problem}", name=model.name, problem=facts.problem)
        await self._settings.revise(lambda now: {"opened_files": _last(now, str(absolute))})
        model, facts = await asyncio.to_thread(self._at, absolute)
        return self._local_model(model, facts)

    async def find(self, reference: str) -> LocalModel:
        """The model that is meant by "starter", a name, the start of one name, or a path.

        Only the headers of what the reference may mean are read. A damaged file is found like any
        other, with its `problem`. Raises `ModelNotFoundError`.
        """
        return await asyncio.to_thread(self._find, reference)

    # --- in a thread ----------------------------------------------------------------------------

    def _look(self) -> tuple[list[FoundModel], list[FoundModel]]:
        """All models that are there, and those that were never read."""
        found = self._scan()
        with self._one_at_a_time:
            return found, self._cache.unknown(found)

    def _models(self, found: Sequence[FoundModel], read: Read) -> list[LocalModel]:
        with self._one_at_a_time:
            for model, facts in read:
                self._cache.add(model, facts)
            known = [(model, self._cache.facts(model)) for model in found]
            self._cache.save(found)
        listed = [
            self._local_model(model, facts) for model, facts in known if not facts.is_companion
        ]
        return sorted(listed, key=lambda model: model.name.casefold())

    def _scan(self) -> list[FoundModel]:
        return _with_own_names(find_models(places(self._paths, self._settings.current)))

    def _facts(self, model: FoundModel) -> ModelFacts:
        with self._one_at_a_time:
            return self._cache.facts(model)

    def _at(self, path: Path) -> tuple[FoundModel, ModelFacts]:
        """The model at an absolute path, as it is listed if it is. Raises `ModelNotFoundError`."""
        try:
            model = model_at(path)
        except OSError as error:
            raise ModelNotFoundError(
                "{path} cannot be read: {cause}.", path=shown(path), cause=cause_of(error)
            ) from error
        if model is None:
            raise ModelNotFoundError(_why_nothing(path))
        listed = next((each for each in self._scan() if each.identity == model.identity), model)
        return listed, self._facts(listed)

    def _find(self, reference: str) -> LocalModel:
        found = self._scan()
        wanted = reference.casefold()
        if wanted == STARTER:
            starter = _starter(found)
            return self._local_model(starter, self._facts(starter))
        named = self._models_among(each for each in found if each.name.casefold() == wanted)
        if named:
            return named[0]
        absolute = _absolute(reference)
        if reference and (_is_path(reference) or _exists(absolute)):
            return self._local_model(*self._at(absolute))
        begun = (each for each in found if wanted and each.name.casefold().startswith(wanted))
        matching = self._models_among(begun)
        if len(matching) == 1:
            return matching[0]
        raise ModelNotFoundError(_why_not_one(reference, matching, self._models_among(found)))

    def _models_among(self, found: Iterable[FoundModel]) -> list[LocalModel]:
        known = ((model, self._facts(model)) for model in found)
        return [self._local_model(model, facts) for model, facts in known if not facts.is_companion]

    def _local_model(self, model: FoundModel, facts: ModelFacts) -> LocalModel:
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
            license=facts.license,
            last_loaded=self._settings.current.last_loads.get(str(model.path)),
            problem=facts.problem and facts.problem.said(),
        )


def _last(settings: Settings, path: str) -> tuple[str, ...]:
    """The opened files with this one at the end."""
    return (*(each for each in settings.opened_files if each != path), path)


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


def _why_nothing(path: Path) -> Sentence:
    if path.is_dir() or path.is_file():  # a file of an MLX folder stands for the folder
        folder = path if path.is_dir() else path.parent
        return sentence(
            "The folder {folder} holds no whole MLX model: that is config.json and .safetensors "
            "files. If its download is not finished, let it end first; else choose another folder "
            "or a .gguf file.",
            folder=shown(folder),
        )
    if path.exists():
        return sentence(
            "{path} is no regular file, so it is not opened. Choose a .gguf file.", path=shown(path)
        )
    return sentence("There is no file {path}. Check the path.", path=shown(path))


def _is_path(reference: str) -> bool:
    return os.sep in reference or reference.lower().endswith(".gguf")


def _starter(models: Iterable[FoundModel]) -> FoundModel:
    starter = next((model for model in models if model.source == "starter"), None)
    if starter is None:
        raise ModelNotFoundError(
            "The starter model is not installed. In a checkout `uv sync` installs it; elsewhere "
            "run `pip install 'quantbench[starter]'`."
        )
    return starter


def _why_not_one(
    reference: str, matching: Sequence[LocalModel], models: Sequence[LocalModel]
) -> Sentence:
    if matching:
        return sentence(
            "'{name}' could be {names}. Write more of the name.",
            name=shown(reference),
            names=_names(matching),
        )
    if models:
        return sentence(
            "There is no model '{name}'. There is {names}. Name one of these or the path of a "
            ".gguf file.",
            name=shown(reference),
            names=_names(models),
        )
    return sentence(
        "There is no model '{name}', and none is on this computer yet. Name the path of a .gguf "
        "file.",
        name=shown(reference),
    )


def _names(models: Sequence[LocalModel]) -> str | Sentence:
    names = sorted((model.name for model in models), key=str.casefold)[:_NAMED_IN_ERRORS]
    more = len(models) - len(names)
    listed = ", ".join(names)
    return sentence("{names} and {count} more", names=listed, count=more) if more > 0 else listed


def _with_own_names(models: Iterable[FoundModel]) -> list[FoundModel]:
    """Files of one name in several places get their source, then a number, added."""
    taken: set[str] = set()
    named: list[FoundModel] = []
    for model in models:
        name, number = model.name, 1
        while name.casefold() in taken:
            name = f"{model.name} ({model.source}{'' if number == 1 else f' {number}'})"
            number += 1
        taken.add(name.casefold())
        named.append(msgspec.structs.replace(model, name=name))
    return named
