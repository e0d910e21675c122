"""Tests of the window: coroutines run on the real qasync loop, and waiting is for a condition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.ui.application import prepare
from app.ui.tasks import Tasks
from app.ui.theme import DARK

Until = Callable[[Callable[[], object]], Awaitable[None]]
WAIT_SECONDS = 20.0


def _qt_loop() -> asyncio.AbstractEventLoop:
    application = QApplication.instance() or QApplication([])
    return qasync.QEventLoop(application)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Async tests of this folder run on qasync, as the window does."""
    return {"qasync": _qt_loop}


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
