"""The access token of the hub: in the system's keyring, or else in a file of mode 0600.

The token is sent to the hub's own host alone, and never logged or shown.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import msgspec

from app.domain.errors import StoreError, UsageError
from app.domain.words import said, sentence
from app.services import keyring_entries
from app.services.files import replace_file, shown, store_error
from app.services.uninterrupted import to_the_end

TokenPlace = Literal["environment", "keyring", "file", "huggingface", "none"]

_MOST_BYTES: Final = 1024
# The hub that a token of `hf auth login` belongs to.
_LIBRARY_HOST: Final = "huggingface.co"


class TokenStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where the token in use is kept, as a sentence too; the token itself is not told."""

    place: TokenPlace
    sentence: str


class AccessToken:
    """Reads and keeps the token. First found wins: HF_TOKEN, keyring, own file, `hf auth login`.

    `host` is the hub's: each hub has a token of its own. Reads are remembered.
    """

    def __init__(self, folder: Path, host: str) -> None:
        self._file = folder / "access-token"
        self._host = host
        self._known: tuple[str | None, TokenPlace] | None = None
        # What is read before a change is not remembered after it.
        self._turn = asyncio.Lock()

    async def value(self) -> str | None:
        """The token, or None. Raises `StoreError` for a file that cannot be read."""
        return (await self._found())[0]

    async def status(self) -> TokenStatus:
        """Where the token is kept."""
        _, place = await self._found()
        return TokenStatus(place=place, sentence=self._sentence(place))

    async def save(self, token: str) -> TokenStatus:
        """Keep a token, in the keyring if there is one. Raises `UsageError`, `StoreError`."""
        text = token.strip()
        if not text.isascii() or not text.isprintable() or " " in text or not text:
            raise UsageError(
                "That is not an access token: it should be one word such as hf_abc123. "
                "Copy it again from the hub's page Settings, Access Tokens."
            )
        if len(text) > _MOST_BYTES:
            raise UsageError(
                "That is not an access token: it has {count} characters.", count=len(text)
            )
        return await self._change(self._write, text)

    async def forget(self) -> TokenStatus:
        """Remove the token that this program keeps. Raises `StoreError`."""
        return await self._change(self._remove)

    async def _change(self, change: Callable[..., None], *values: str) -> TokenStatus:
        async with self._turn:
            self._known = None
            await to_the_end(asyncio.to_thread(change, *values))
        return await self.status()

    async def _found(self) -> tuple[str | None, TokenPlace]:
        async with self._turn:
            if self._known is None:
                self._known = await asyncio.to_thread(self._read)
            return self._known

    def _read(self) -> tuple[str | None, TokenPlace]:
        if token := os.environ.get("HF_TOKEN", "").strip():
            return token, "environment"
        if token := keyring_entries.read(self._host):
            return token, "keyring"
        if token := self._read_own_file():
            return token, "file"
        if self._host == _LIBRARY_HOST and (token := _read_hub_library_token()):
            return token, "huggingface"
        return None, "none"

    def _read_own_file(self) -> str | None:
        try:
            lines = self._file.read_text("ascii").splitlines()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(
                "The access token in {file} cannot be read. Remove that file and enter the token "
                "again in Settings.",
                file=shown(self._file),
            ) from error
        # A token of another hub stays where it is.
        return lines[1] if len(lines) == 2 and lines[0] == self._host else None

    def _write(self, token: str) -> None:
        if keyring_entries.write(self._host, token):
            self._file.unlink(missing_ok=True)
            return
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._file, f"{self._host}\n{token}\n".encode("ascii"))
        except OSError as error:
            raise store_error(
                error, sentence("keep the access token in {path}", path=shown(self._file))
            ) from error

    def _remove(self) -> None:
        keyring_entries.remove(self._host)
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(error, sentence("remove {path}", path=shown(self._file))) from error

    def _sentence(self, place: TokenPlace) -> str:
        return {
            "environment": said("The access token is taken from HF_TOKEN."),
            "keyring": said("The access token for {host} is kept in the system's keyring.").format(
                host=self._host
            ),
            "file": said(
                "This system has no keyring, so the access token is kept in {file}, which only "
                "you can read."
            ).format(file=shown(self._file)),
            "huggingface": said("The access token is the one that `hf auth login` stored."),
            "none": said("There is no access token. Gated models need one."),
        }[place]


def _read_hub_library_token() -> str | None:
    """What `hf auth login` stored, where huggingface_hub documents it to be."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    path = Path(os.environ.get("HF_TOKEN_PATH") or Path(home) / "token")
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text or None
