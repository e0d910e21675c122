"""The servers that the user set up: their addresses in the settings, their keys apart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from app.domain.engine import EngineSession
from app.domain.errors import StoreError, UsageError
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from app.domain.model import ServedModel
from app.domain.remote import RemoteServer, ServerReport, base_address
from app.domain.words import sentence
from app.services import keyring_entries
from app.services.files import replace_file, shown, store_error
from app.services.network import Network
from app.services.settings_store import SettingsStore
from backends.remote.engine import RemoteEngine

_LONGEST_NAME = 60


class RemoteServers:
    """Keeps servers, tests them, and opens sessions with their models."""

    def __init__(self, settings: SettingsStore, network: Network, keys_file: Path) -> None:
        """`keys_file`: for keys on a system without a keyring, of mode 0600."""
        self._settings = settings
        self._network = network
        self._keys = _Keys(keys_file)

    def all(self) -> tuple[RemoteServer, ...]:
        """The servers in the order in which they were set up."""
        return self._settings.current.servers

    def find(self, name: str) -> RemoteServer:
        """The server of a name. Raises `UsageError`, which tells the names that there are."""
        for server in self.all():
            if server.name == name:
                return server
        names = ", ".join(server.name for server in self.all()) or sentence("none yet")
        raise UsageError(
            "There is no server called {name}. Those set up: {names}.", name=name, names=names
        )

    def named_or_at(self, text: str) -> RemoteServer:
        """The server of that name, or one that was not set up, at that address.

        Raises `UsageError`.
        """
        if any(server.name == text for server in self.all()) or not set(text) & set(":./"):
            return self.find(text)
        return RemoteServer(name=text, address=base_address(text))

    async def save(self, server: RemoteServer, key: str | None = None) -> RemoteServer:
        """Add a server, or change the one of its name; `key` None leaves its key as it is.

        Its address is kept in its plain form. Raises `UsageError`, `StoreError`.
        """
        name = server.name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UsageError(
                "A server's name has 1 to {longest_name} characters on one line.",
                longest_name=_LONGEST_NAME,
            )
        address = base_address(server.address)
        before = next((one for one in self.all() if one.name == name), server)
        models = before.models if before.address == address else ()
        kept = RemoteServer(name=name, address=address, models=models)
        if key is not None:
            await asyncio.to_thread(self._keys.write, name, key.strip())
        await self._settings.revise(
            lambda now: {"servers": (*(one for one in now.servers if one.name != name), kept)}
        )
        return kept

    async def remove(self, name: str) -> None:
        """Forget a server and its key. Raises `UsageError`, `StoreError`."""
        server = self.find(name)
        await asyncio.to_thread(self._keys.remove, name)
        await self._settings.revise(
            lambda now: {"servers": tuple(one for one in now.servers if one != server)}
        )

    async def test(self, server: RemoteServer, key: str | None = None) -> ServerReport:
        """Ask a server for its models, set up already or not. Raises `AppError`: what is wrong.

        `key` None takes the one that is kept under its name. What a server that is set up offers
        is kept.
        """
        report = await (await self._engine(server, key)).test()
        models = tuple(model.id for model in report.models)
        known = msgspec.structs.replace(server, models=models)
        if server in self.all() and server != known:
            await self._settings.revise(
                lambda now: {
                    "servers": tuple(known if one == server else one for one in now.servers)
                }
            )
        return report

    async def open(
        self,
        server: RemoteServer,
        model: str | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> EngineSession:
        """A session with a model of a server; `model` None takes the first one.

        Raises `AppError`.
        """
        engine = await self._engine(server, None)
        chosen = model or (await engine.test()).models[0].id
        return await engine.load(LoadPlan(name=chosen, path=b"", options=options), on_progress)

    async def open_model(
        self,
        model: ServedModel,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> EngineSession:
        """A session with a model that was chosen from a server's list. Raises `AppError`."""
        return await self.open(self.find(model.server), model.name, options, on_progress)

    async def _engine(self, server: RemoteServer, key: str | None) -> RemoteEngine:
        if key is None:
            key = await asyncio.to_thread(self._keys.read, server.name)
        address = base_address(server.address)
        return RemoteEngine(server, key, partial(self._network.server_client, address))


class _Keys:
    """Keys by the names of their servers: in the keyring, or else in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._one_at_a_time = threading.Lock()

    def read(self, name: str) -> str | None:
        return keyring_entries.read(_account(name)) or self._in_file().get(name)

    def write(self, name: str, key: str) -> None:
        if not key:
            self.remove(name)
        elif keyring_entries.write(_account(name), key):
            self._note(name, "")
        else:
            self._note(name, key)

    def remove(self, name: str) -> None:
        keyring_entries.remove(_account(name))
        self._note(name, "")

    def _in_file(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(
                "The keys of servers in {file} cannot be read. Remove that file and enter the "
                "keys again.",
                file=shown(self._file),
            ) from error

    def _note(self, name: str, key: str) -> None:
        with self._one_at_a_time:
            self._write_file({**self._in_file(), name: key})

    def _write_file(self, keys: dict[str, str]) -> None:
        kept = {name: key for name, key in keys.items() if key}
        try:
            if kept:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                replace_file(self._file, msgspec.json.encode(kept))
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(
                error, sentence("keep keys in {path}", path=shown(self._file))
            ) from error


def _account(name: str) -> str:
    return f"server:{name}"
