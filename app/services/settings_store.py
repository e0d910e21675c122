"""The settings file: one TOML file, replaced whole, that no broken content stops."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast
from urllib.parse import quote, unquote_to_bytes

import msgspec

from app.domain.errors import StoreError
from app.domain.settings import Settings
from app.domain.words import said, sentence
from app.services.files import keep_copy, replace_file, shown, store_error
from app.services.uninterrupted import to_the_end

VERSION = 1
# Text that TOML cannot hold (lone surrogates: names that are not UTF-8) is written percent-encoded.
_ENCODED = "percent-encoded:"


class SettingsStore:
    """Reads the settings once, hands them out, and writes every change at once.

    `notice` is a sentence to tell the user when the file could not be used as it was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._current = Settings()
        self._lock = asyncio.Lock()
        self.notice: str | None = None

    @property
    def current(self) -> Settings:
        """The settings as they are now."""
        return self._current

    def load(self) -> Settings:
        """Read the file. A broken or newer one is kept as a `.bad` copy. Raises `StoreError`."""
        data = self._read()
        if data is None:
            return self._current
        table, problem = _parse(data)
        settings, rejected = _known_settings(table)
        self.notice = self._describe(problem or _version_problem(table), rejected)
        if self.notice is not None:
            kept = said("A copy is kept at {path}.").format(path=shown(self._keep(data)))
            self.notice = f"{self.notice} {kept}"
        self._current = settings
        return settings

    async def update(self, **changes: object) -> Settings:
        """Change the named settings and write the file. Raises `StoreError`, then nothing changed.

        What another start of the program wrote meanwhile to other settings is kept.
        """
        return await self.revise(lambda _: changes)

    async def revise(self, change: Callable[[Settings], Mapping[str, object]]) -> Settings:
        """`update` with what `change` makes of the settings as they are when its turn comes.

        For what is added to a setting, so that two additions at once are both kept. Called in a
        thread.
        """
        async with self._lock:  # whoever comes next reads what this one writes
            return await to_the_end(asyncio.to_thread(self._write, change))

    def _write(self, change: Callable[[Settings], Mapping[str, object]]) -> Settings:
        table, problem = _parse(self._read() or b"")
        stored, rejected = _known_settings(table)
        base = self._current if problem or rejected else stored
        fields = {**msgspec.structs.asdict(base), **change(base)}
        settings = msgspec.convert(fields, Settings, strict=True)
        table = {key: value for key, value in table.items() if key not in fields}
        table = {"version": VERSION} | table | _to_toml(msgspec.to_builtins(settings))
        try:
            replace_file(self._path, _dump(table))
        except OSError as error:
            raise store_error(
                error, sentence("write the settings {path}", path=shown(self._path))
            ) from error
        self._current = settings
        return settings

    def _read(self) -> bytes | None:
        try:
            if self._path.exists() and not self._path.is_file():
                raise StoreError(
                    "The settings {path} are no regular file. Remove what is there and start "
                    "again.",
                    path=shown(self._path),
                )
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise store_error(
                error, sentence("read the settings {path}", path=shown(self._path))
            ) from error

    def _keep(self, data: bytes) -> Path:
        try:
            return keep_copy(self._path, data)
        except OSError as error:
            raise store_error(
                error, sentence("keep a copy of {path}", path=shown(self._path))
            ) from error

    def _describe(self, problem: str | None, rejected: list[str]) -> str | None:
        if problem is not None:
            return problem
        if rejected:
            words = said(
                "The settings file holds values that make no sense ({names}): defaults replace "
                "them."
            )
            return words.format(names=", ".join(rejected))
        return None


def _parse(data: bytes) -> tuple[dict[str, object], str | None]:
    try:
        return tomllib.loads(data.decode("utf-8")), None
    except (ValueError, RecursionError) as error:
        reason = str(error) or said("too deeply nested")
        words = said("The settings file is damaged ({reason}): all settings are at their defaults.")
        return {}, words.format(reason=reason)


def _version_problem(table: Mapping[str, object]) -> str | None:
    version = table.get("version", VERSION)
    if isinstance(version, int) and version <= VERSION:
        return None
    return said(
        "The settings file was written by a newer version of Quantbench: what this one knows of it "
        "is used."
    )


def _known_settings(table: Mapping[str, object]) -> tuple[Settings, list[str]]:
    """The settings that a table holds, and the names of those whose values are rejected."""
    accepted: dict[str, object] = {}
    rejected: list[str] = []
    for field in msgspec.structs.fields(Settings):
        if field.name not in table:
            continue
        try:
            value = _from_toml(table[field.name])
            accepted[field.name] = msgspec.convert(value, field.type)
        except (msgspec.ValidationError, UnicodeDecodeError):
            rejected.append(field.name)
    return msgspec.convert(accepted, Settings), rejected


def _dump(table: Mapping[str, object]) -> bytes:
    import tomli_w

    return tomli_w.dumps(table).encode("utf-8")


def _to_toml(value: object) -> dict[str, object]:
    """Settings as TOML takes them: without None, and with every text encodable."""
    return cast("dict[str, object]", _encoded(value))


def _encoded(value: object) -> object:
    if isinstance(value, str):
        return _encoded_text(value)
    if isinstance(value, dict):
        items = cast("dict[str, object]", value)
        return {
            _encoded_text(key): _encoded(item) for key, item in items.items() if item is not None
        }
    if isinstance(value, tuple):
        return [_encoded(item) for item in cast("tuple[object, ...]", value)]
    return value


def _encoded_text(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    if text.startswith(_ENCODED) or raw.decode("utf-8", "replace") != text:
        return _ENCODED + quote(raw, safe="/ ")
    return text


def _from_toml(value: object) -> object:
    if isinstance(value, str):
        if value.startswith(_ENCODED):
            raw = unquote_to_bytes(value.removeprefix(_ENCODED))
            return raw.decode("utf-8", "surrogatepass")
        return value
    if isinstance(value, dict):
        items = cast("dict[str, object]", value)
        return {cast("str", _from_toml(key)): _from_toml(item) for key, item in items.items()}
    if isinstance(value, list):
        return [_from_toml(item) for item in cast("list[object]", value)]
    return value
