"""Models that can be chosen: those on this computer, and those of servers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from app.domain.words import Sentence

ModelFormat = Literal["gguf", "mlx"]
ModelSource = Literal["starter", "quantbench", "hf-cache", "lm-studio", "ollama", "file"]


class LocalModel(msgspec.Struct, frozen=True, kw_only=True):
    """One model that can be loaded. `path` is as the file system gives it (`os.fsencode`)."""

    name: str
    path: bytes
    format: ModelFormat
    source: ModelSource
    size_bytes: int
    architecture: str | None = None
    quantization: str | None = None
    parameter_count: int | None = None
    # The context that the model was trained for.
    context_tokens: int | None = None
    # As its author names it: `apache-2.0`.
    license: str | None = None
    # When it was loaded here last, in seconds since 1970; None before the first time.
    last_loaded: int | None = None
    # Why it cannot be loaded, as a sentence; None when nothing is known against it.
    problem: str | None = None


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a model's own files say of it; `problem` is why it cannot be loaded, as a sentence."""

    architecture: str | None = None
    quantization: str | None = None
    parameter_count: int | None = None
    context_tokens: int | None = None
    license: str | None = None
    problem: Sentence | None = None
    # Sound, but nothing here can run it.
    is_unsupported: bool = False
    # Part of another model (a projector, an adapter), or no language model at all.
    is_companion: bool = False


class ServedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model of a server that is set up; `name` is the server's own name of it."""

    name: str
    server: str
    problem: None = None


AnyModel = LocalModel | ServedModel


class ModelRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which model, whatever else is known of it: what a chat remembers.

    With neither a path nor a server it is any model of that name.
    """

    name: str
    path: bytes | None = None
    server: str | None = None


def ref_of(model: AnyModel) -> ModelRef:
    """What tells this model from all others."""
    if isinstance(model, ServedModel):
        return ModelRef(name=model.name, server=model.server)
    return ModelRef(name=model.name, path=model.path)


def find_model(ref: ModelRef, models: Iterable[AnyModel]) -> AnyModel | None:
    """The model that is meant, or one on this computer that has its name."""
    namesake: AnyModel | None = None
    for model in models:
        known = ref_of(model)
        if known == ref:
            return model
        if ref.server is None and known.server is None and known.name == ref.name:
            namesake = namesake or model
    return namesake
