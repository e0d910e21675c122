"""Tests of the window: coroutines run on the real qasync loop, and waiting is for a condition."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.ui.application import Shell, prepare
from app.ui.tasks import Tasks
from app.ui.theme import DARK
from tests.fakes.window_services import WindowServices, window_services

Until = Callable[[Callable[[], object]], Awaitable[None]]
WAIT_SECONDS = 60.0


class Loop(qasync.QEventLoop):
    """The program's loop, entered several times: for each async fixture and for the test.

    qasync turns once more after it has left; a task that steps then finds no running loop. The
    program, which enters only once, has no task left by then.
    """

    def run_until_complete(self, future: Coroutine[Any, Any, Any]) -> object:
        task = asyncio.ensure_future(future, loop=self)
        task.add_done_callback(self._leave)
        self.run_forever()
        return task.result()

    def _leave(self, _: asyncio.Future[object]) -> None:
        self.stop()


def _qt_loop() -> asyncio.AbstractEventLoop:
    return Loop(QApplication.instance() or QApplication([]))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Async tests of this folder run on qasync, as the window does."""
    return {"qasync": _qt_loop}


@pytest.fixture(autouse=True)
def collect_on_this_thread() -> Iterator[None]:
    """As the program does: a widget that dies in a thread of the store would crash the run."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    """The application as the program sets it up, so that grabs and fonts are the real ones."""
    prepare(qapp, DARK)


@pytest.fixture
async def tasks(qapp: QApplication) -> AsyncIterator[Tasks]:
    """A bridge on the loop of the test, closed at its end."""
    made = Tasks(asyncio.get_running_loop())
    yield made
    await made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def until() -> Until:
    """`await until(condition)`: give the event loop turns until the condition holds."""

    async def wait(condition: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS
        while not condition():
            assert loop.time() < deadline, "The condition did not come true."
            turn = asyncio.Event()
            loop.call_later(0.005, turn.set)
            await turn.wait()

    return wait


@pytest.fixture
def services(home: Path) -> WindowServices:
    """Real services; a test scripts the engine and lists models before it opens the window."""
    return window_services(home / "quantbench")


@pytest.fixture
async def open_shell(
    services: WindowServices, qapp: QApplication
) -> AsyncIterator[Callable[..., Shell]]:
    """`open_shell()`: the whole window on these services, as the program opens it."""
    shells: list[Shell] = []

    def make(*files: str) -> Shell:
        shell = Shell(services, Tasks(asyncio.get_running_loop()), qapp, list(files))
        shells.append(shell)
        shell.window.resize(1240, 780)
        shell.window.show()
        return shell

    yield make
    for shell in shells:
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()
