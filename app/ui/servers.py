"""Servers with models as the window has them: kept, tested, and their models offered."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import AppError
from app.domain.model import ServedModel
from app.domain.remote import RemoteServer, ServerReport
from app.ui.tasks import Tasks


class ServerStore(Protocol):
    """What the window needs of the servers."""

    def all(self) -> tuple[RemoteServer, ...]: ...
    async def save(self, server: RemoteServer, key: str | None = None) -> RemoteServer: ...
    async def remove(self, name: str) -> None: ...
    async def test(self, server: RemoteServer, key: str | None = None) -> ServerReport: ...


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A server as it was typed; `key` None leaves the one that is kept."""

    server: RemoteServer
    key: str | None = None


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection test found: a report, or what is wrong."""

    name: str
    report: ServerReport | None = None
    error: AppError | None = None


class Servers(QObject):
    """`changed` tells of another list, `tested` carries a `Tested`. Nothing is asked unbidden."""

    changed = Signal()
    models_changed = Signal(list)
    testing = Signal(str)
    tested = Signal(object)
    failed = Signal(object)

    def __init__(self, store: ServerStore, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._tasks = tasks

    @property
    def all(self) -> tuple[RemoteServer, ...]:
        """The servers that are set up."""
        return self._store.all()

    @property
    def models(self) -> list[ServedModel]:
        """The models that the servers offered when they were last asked."""
        return [
            ServedModel(name=model, server=server.name)
            for server in self.all
            for model in server.models
        ]

    def add(self, entered: Entered) -> None:
        """Test a server and keep it, also if the test fails: it may be down for the moment."""

        async def work() -> Tested:
            server = await self._store.save(entered.server, entered.key)
            return await self._test(server, None)

        self._start(entered.server.name, work())

    def test(self, entered: Entered) -> None:
        """Ask a server for its models, set up already or only typed."""
        self._start(entered.server.name, self._test(entered.server, entered.key))

    def test_known(self, name: str) -> None:
        """Ask a server that is set up."""
        for server in self.all:
            if server.name == name:
                self.test(Entered(server=server))

    def remove(self, name: str) -> None:
        """Forget a server and its key."""
        self._tasks.write(self._store.remove(name), done=self._tell_changed, failed=self._fail)

    def _start(self, name: str, work: Coroutine[Any, Any, Tested]) -> None:
        self.testing.emit(name)
        self._tasks.run(work, done=self._tell_tested, failed=self._fail)

    async def _test(self, server: RemoteServer, key: str | None) -> Tested:
        try:
            report = await self._store.test(server, key)
        except AppError as error:
            return Tested(name=server.name, error=error)
        return Tested(name=server.name, report=report)

    @Slot(object)
    def _tell_tested(self, tested: Tested) -> None:
        self._tell_changed(None)
        self.tested.emit(tested)

    @Slot(object)
    def _tell_changed(self, _: object) -> None:
        self.changed.emit()
        self.models_changed.emit(self.models)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.changed.emit()
        self.failed.emit(error)
