"""Reads the catalog of models to begin with, which comes with the program."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import msgspec

from app.domain.errors import StoreError
from app.domain.starter import Starter
from app.services.files import shown


class _Catalog(msgspec.Struct):
    model: list[Starter]


class Starters:
    """The catalog `models/starters.toml` of the program's resources."""

    def __init__(self, resources: Path) -> None:
        self._path = resources / "models" / "starters.toml"

    async def all(self) -> list[Starter]:
        """Every suggestion. Raises `StoreError` for a catalog that cannot be read."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[Starter]:
        try:
            table = tomllib.loads(self._path.read_text("utf-8"))
            return msgspec.convert(table, _Catalog).model
        except (OSError, ValueError) as error:  # msgspec's and tomllib's errors are ValueErrors
            raise StoreError(
                "The catalog of starter models {path} cannot be read: {error}. Search for a model "
                "instead, or install Quantbench again.",
                path=shown(self._path),
                error=str(error),
            ) from error
