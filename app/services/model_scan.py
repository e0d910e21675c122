"""Finds model files in folders, in place: nothing is opened for writing and nothing blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from app.domain.hub import is_companion
from app.domain.model import ModelFormat, ModelSource
from app.services.files import shown
from app.services.model_places import Place
from app.services.regular_files import FoundFile, read_small_file, regular_file

_DEEPEST = 12
_CONFIG, _WEIGHTS = "config.json", ".safetensors"
_MANIFEST_BYTES = 2**20
_PART = re.compile(r"-(\d{5})-of-(\d{5})$")
_HUB_FOLDER = "models--"
_OLLAMA_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_OLLAMA_HOST, _OLLAMA_OWNER = "registry.ollama.ai", "library"


class FoundModel(msgspec.Struct, frozen=True, kw_only=True):
    """Files that together look like one model. An MLX model's first file is its config.json."""

    name: str
    format: ModelFormat
    source: ModelSource
    files: tuple[FoundFile, ...]
    # How many files there should be, by their own names.
    part_count: int = 1

    @property
    def path(self) -> Path:
        """What a loader opens: the first file, or the folder of an MLX model."""
        first = self.files[0].path
        return first.parent if self.format == "mlx" else first

    @property
    def identity(self) -> tuple[int, int]:
        """The same for one model that is reached in two ways."""
        return self.files[0].device, self.files[0].inode

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.size_bytes for file in self.files)


def find_models(places: Iterable[Place]) -> list[FoundModel]:
    """All models of all places. One that can be reached in two ways is listed once."""
    found: list[FoundModel] = []
    seen: set[tuple[int, int]] = set()
    for place in places:
        for model in _in_place(place):
            if model.identity not in seen:
                seen.add(model.identity)
                found.append(model)
    return found


def model_at(path: Path, source: ModelSource = "file") -> FoundModel | None:
    """The model that a file belongs to, or the one in an MLX folder; None if there is none.

    A file of an MLX folder stands for the folder. Any other regular file is taken for a GGUF file:
    whether it is one, its first bytes tell. Raises OSError when the folder cannot be read.
    """
    if path.name == _CONFIG or path.suffix == _WEIGHTS:
        path = path.parent
    if path.is_dir():
        models = (each for each in _in_folder(path.iterdir(), source) if each.format == "mlx")
        return next(models, None)
    file = regular_file(path)
    if file is None:
        return None
    group = _group(path)
    if group[1] == 1:
        return _gguf(source, (file,))
    parts = sorted(each for each in path.parent.iterdir() if _group(each) == group)
    files = tuple(each for each in map(regular_file, parts) if each is not None)
    return _gguf(source, files)


def _in_place(place: Place) -> Iterator[FoundModel]:
    try:
        if place.layout == "hub-cache":
            yield from _in_hub_cache(place)
        elif place.layout == "ollama":
            yield from _in_ollama(place)
        elif place.layout == "file":
            model = model_at(place.path, place.source)
            yield from () if model is None else (model,)
        else:
            yield from _in_tree(place.path, place.source)
    except OSError:
        # A place that is not there, not readable, or went away while it was read.
        return


def _in_tree(root: Path, source: ModelSource, name: str | None = None) -> Iterator[FoundModel]:
    for _, entries in _folders(root):
        yield from _in_folder(entries, source, name)


def _folders(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Folders from `root` down with what is in them. Links are followed, into no folder twice."""
    visited: set[tuple[int, int]] = set()
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            facts = folder.stat()
            entries = sorted(folder.iterdir())
        except (OSError, ValueError):  # ValueError: a name that no folder can have
            continue
        if (facts.st_dev, facts.st_ino) in visited:
            continue
        visited.add((facts.st_dev, facts.st_ino))
        yield folder, entries
        if depth < _DEEPEST:
            inner = (each for each in entries if not each.name.startswith(".") and each.is_dir())
            waiting += reversed([(each, depth + 1) for each in inner])


def watched_paths(places: Iterable[Place]) -> list[Path]:
    """Every folder and file whose change can bring, take or change a model. Some may not exist."""
    listed = list(places)
    paths = [file.path for model in find_models(listed) for file in model.files]
    for place in listed:
        paths.append(place.path)
        if place.layout == "ollama":
            paths += [folder for folder, _ in _folders(place.path / "manifests")]
        elif place.layout == "hub-cache":
            for folder in _hub_folders(place):
                paths += [inner for inner, _ in _folders(folder / "snapshots")]
        elif place.layout == "folder":
            paths += [folder for folder, _ in _folders(place.path)]
    return paths


def _in_folder(
    entries: Iterable[Path], source: ModelSource, name: str | None = None
) -> Iterator[FoundModel]:
    listed = sorted(entries)
    groups: dict[tuple[str, int], list[Path]] = {}
    for each in listed:
        if each.suffix.lower() == ".gguf" and not is_companion(each.name):
            groups.setdefault(_group(each), []).append(each)
    for paths in groups.values():
        files = tuple(file for file in map(regular_file, paths) if file is not None)
        if files:
            yield _gguf(source, files)
    config = [each for each in listed if each.name == _CONFIG]
    weights = [each for each in listed if each.suffix == _WEIGHTS]
    files = [file for file in map(regular_file, config + weights) if file is not None]
    if config and weights and len(files) == 1 + len(weights):
        title = name or shown(config[0].parent.name)
        yield FoundModel(name=title, format="mlx", source=source, files=tuple(files))


def _gguf(source: ModelSource, files: tuple[FoundFile, ...]) -> FoundModel:
    name, part_count = _group(files[0].path)
    return FoundModel(
        name=shown(name), format="gguf", source=source, files=files, part_count=part_count
    )


def _in_hub_cache(place: Place) -> Iterator[FoundModel]:
    """`models--OWNER--NAME/snapshots/REVISION/...`, links into `blobs`."""
    for folder in _hub_folders(place):
        name = shown(folder.name.removeprefix(_HUB_FOLDER)).rpartition("--")[2]
        yield from _in_tree(folder / "snapshots", place.source, name)


def _hub_folders(place: Place) -> list[Path]:
    try:
        entries = sorted(place.path.iterdir())
    except (OSError, ValueError):
        return []
    return [each for each in entries if each.name.startswith(_HUB_FOLDER)]


def _in_ollama(place: Place) -> Iterator[FoundModel]:
    """`manifests/HOST/OWNER/MODEL/TAG` is JSON that names the file `blobs/sha256-...`."""
    manifests = place.path / "manifests"
    for path in sorted(manifests.rglob("*")):
        blob = _ollama_blob(path)
        file = None if blob is None else regular_file(place.path / "blobs" / blob)
        if file is not None:
            name = _ollama_name(path.relative_to(manifests).parts)
            yield FoundModel(name=name, format="gguf", source=place.source, files=(file,))


class _OllamaLayer(msgspec.Struct, rename="camel"):
    media_type: str = ""
    digest: str = ""


class _OllamaManifest(msgspec.Struct):
    layers: list[_OllamaLayer] = []


def _ollama_blob(manifest: Path) -> str | None:
    """The name of the file that a manifest names; None when there is no manifest or none in it."""
    try:
        data = read_small_file(manifest, _MANIFEST_BYTES)
        read = msgspec.json.decode(data, type=_OllamaManifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    for layer in read.layers:
        digest = _OLLAMA_DIGEST.fullmatch(layer.digest)
        if layer.media_type == _OLLAMA_MODEL and digest is not None:
            return f"sha256-{digest[1]}"
    return None


def _ollama_name(parts: Sequence[str]) -> str:
    """As `ollama list` shows it: `llama3:8b`, `owner/model:tag`, `hf.co/owner/model:tag`."""
    *names, tag = parts
    if names[:1] == [_OLLAMA_HOST]:
        names = names[2:] if names[1:2] == [_OLLAMA_OWNER] else names[1:]
    return shown(f"{'/'.join(names)}:{tag}")


def _group(path: Path) -> tuple[str, int]:
    """What the parts of one model have in common: the name without the part, and their count."""
    stem = path.stem if path.suffix.lower() == ".gguf" else path.name
    part = _PART.search(stem)
    return (stem, 1) if part is None else (stem[: part.start()], int(part[2]))
