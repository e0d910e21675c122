"""The configuration of an MLX model and the headers of its weights, from the disk or the hub."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from app.domain.mlx_model import config_from, read_mlx_model
from app.domain.model_memory import ModelMemory
from app.domain.safetensors import LENGTH_BYTES, SafetensorsHeader, header_length, read_header
from app.services.model_headers import ModelHeaders
from app.services.regular_files import open_regular, read_small_file, read_start
from backends.mlx.folder import read_folder

CONFIG_BYTES: Final = 16 * 2**20


class WeightsFile(msgspec.Struct, frozen=True):
    """One file of weights: its name, its first bytes up to the data, and its whole size."""

    name: str
    start: bytes
    size_bytes: int
    header: SafetensorsHeader


class MlxHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an MLX model without its weights. `folder` None: it is not on the disk."""

    config: bytes
    files: tuple[WeightsFile, ...]
    folder: Path | None = None

    def model(self) -> ModelMemory:
        """The model as far as memory depends on it. Raises `ModelError`."""
        return read_mlx_model(
            config_from(self.config),
            [file.header for file in self.files],
            sum(file.size_bytes for file in self.files),
        )


Headers = ModelHeaders | MlxHeaders


def weights_file(name: str, start: bytes, size_bytes: int) -> WeightsFile | int:
    """A file from its first bytes, or how many bytes that takes. Raises `ModelFileError`."""
    needed = LENGTH_BYTES + (
        header_length(start, size_bytes) if len(start) >= min(LENGTH_BYTES, size_bytes) else 0
    )
    if len(start) < needed:
        return needed
    header = read_header(start[LENGTH_BYTES:needed], size_bytes)
    return WeightsFile(name, start[:needed], size_bytes, header)


def read_mlx_headers(path: Path) -> MlxHeaders:
    """Read the headers of a folder, after the checks that a load makes.

    Raises `ModelError` for a folder that is no sound model, OSError for an unreadable one.
    """
    read_folder(os.fsencode(path))
    files = [_read(file) for file in sorted(path.glob("model*.safetensors"))]
    config = read_small_file(path / "config.json", CONFIG_BYTES)
    return MlxHeaders(config=config, files=tuple(files), folder=path.absolute())


def _read(path: Path) -> WeightsFile:
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        found = weights_file(path.name, read_start(descriptor, LENGTH_BYTES), size)
        while isinstance(found, int):
            found = weights_file(path.name, read_start(descriptor, found), size)
        return found
    finally:
        os.close(descriptor)


def write_sparse(headers: MlxHeaders, folder: Path) -> None:
    """The model's folder as mlx-lm wants it: headers, and holes in place of the weights."""
    (folder / "config.json").write_bytes(headers.config)
    for name, file in zip(_names(len(headers.files)), headers.files, strict=True):
        with (folder / name).open("wb") as output:
            output.write(file.start)
            output.truncate(file.size_bytes)


def _names(count: int) -> Sequence[str]:
    """Names of our own: those from a server are not used as paths."""
    return [f"model-{part + 1:05d}-of-{count:05d}.safetensors" for part in range(count)]
