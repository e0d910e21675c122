"""Tests of the window: coroutines run on the real qasync loop, and waiting is for a condition."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimerEvent
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.application import prepare
from app.ui.language import speak
from app.ui.shell import Shell
from app.ui.tasks import Tasks
from app.ui.theme import DARK
from app.ui.widgets.transcript import Transcript
from tests.fakes.window_services import WindowServices, local_model, window_services

Until = Callable[[Callable[[], object]], Awaitable[None]]
OpenShell = Callable[..., Shell]
SMALL = local_model("small-model", source="starter")
LARGE = local_model("large-model", quantization="Q8_0", size_bytes=9_000_000_000)
BROKEN = local_model("broken", problem="The file is cut short. Download it again.")
WAIT_SECONDS = 60.0
PULSE_MILLISECONDS = 200


class Timer(qasync._SimpleTimer):
    """What qasync steps its tasks with, also where the loop is not entered.

    The program enters its loop once; pytest does it for every fixture and for the test, and
    pytest-qt turns the events over in between. The pulse lets Python see the signal of a timeout.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._pulse = self.startTimer(PULSE_MILLISECONDS)
        self._nested = False

    def timerEvent(self, event: QTimerEvent) -> None:
        if event.timerId() == self._pulse:
            return
        if asyncio.current_task(self._loop) is not None:
            # A task stepped inside the step of another is lost; the timer fires again instead.
            if not self._nested:
                self._nested = True
                raise RuntimeError("Events were processed inside a coroutine.")
            return
        outside = asyncio._get_running_loop() is None
        if outside:
            asyncio._set_running_loop(self._loop)
        try:
            super().timerEvent(event)
        finally:
            if outside:
                asyncio._set_running_loop(None)


class Loop(qasync.QEventLoop):
    """The program's loop, fit to be entered several times."""

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._timer = Timer(self)


def point_at(widget: QWidget, place: QPoint) -> None:
    """Move the mouse over a widget. QTest.mouseMove processes events, which a coroutine may not."""
    button = Qt.MouseButton.NoButton
    where = QPointF(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        where,
        widget.mapToGlobal(where),
        button,
        button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def _qt_loop() -> asyncio.AbstractEventLoop:
    return Loop(QApplication.instance() or QApplication([]))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Async tests of this folder run on qasync, as the window does."""
    return {"qasync": _qt_loop}


@pytest.fixture(autouse=True)
def collect_on_this_thread() -> Iterator[None]:
    """As the program does: a widget that dies in a thread of the store would crash the run.

    What outlives a test is frozen, or every test would look through all modules again.
    """
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """pytest-qt's, which gives up after five seconds: a busy machine may need more."""
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed"):
        patient = partial(getattr(qtbot, name), timeout=int(WAIT_SECONDS * 1000))
        setattr(qtbot, name, patient)
    return qtbot


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    """The application as the program sets it up, so that grabs and fonts are the real ones."""
    prepare(qapp, DARK)
    yield
    speak(qapp, "en")  # whatever the test spoke


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
def transcript(qtbot: QtBot) -> Transcript:
    """The view of a chat alone, shown and ready for keys."""
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    return made


@pytest.fixture
def services(home: Path) -> WindowServices:
    """Real services; a test scripts the engine and lists models before it opens the window."""
    return window_services(home / "quantbench")


@pytest.fixture
def three_models(services: WindowServices) -> None:
    """What the library lists: one model that is small, one that is large, one that is broken."""
    services.library.listed = [LARGE, SMALL, BROKEN]


@pytest.fixture
async def open_shell(services: WindowServices, qapp: QApplication) -> AsyncIterator[OpenShell]:
    """`open_shell()`: the whole window on these services, as the program opens it."""
    shells: list[Shell] = []

    def make(*files: str) -> Shell:
        shell = Shell(services, qapp, list(files))
        shells.append(shell)
        shell.window.resize(1240, 780)
        shell.window.show()
        return shell

    yield make
    for shell in shells:
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()


async def opened(open_shell: OpenShell, until: Until) -> Shell:
    """The window, as soon as it has loaded a model."""
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    return shell
