"""The engine dies or freezes in mid-reply, for real: the window lives on and loses nothing."""

from __future__ import annotations

import logging
import random
import signal
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QObject, Qt, QTimerEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.domain.engine import ChatMessage, GenerationRequest, Sampling
from app.domain.reply_options import ReplyOptions
from app.ui.main_window import MainWindow
from backends.local import LocalSession
from tests.backends.test_template_renderer import BOMB, CHATML
from tests.backends.tiny_models import write_windowed
from tests.end2end.test_window import (
    ENDLESS,
    Until,
    answered,
    opened,
    ready,
    stored,
    transcript,
    write,
)
from tests.systems import bounded_memory, unix_signals

# `tests/end2end/test_window.py` has a sample: one kill.
pytestmark = [
    pytest.mark.long,
    unix_signals,
]
REPETITIONS = 50

logger = logging.getLogger(__name__)
BOOK = GenerationRequest(messages=(ChatMessage("user", "word " * 1_000_000),))
GREEDY = ReplyOptions(sampling=Sampling(temperature=0.0))
# A frame of a reply that streams is the measure. A window that waited for the worker's end, or for
# the watchdog, would stand still for hundreds of them.
STALL_RATIO = 8


def starve(worker: psutil.Process, window: MainWindow) -> None:
    """Leave it the memory that it has, and let it count a file that is attached in mid-reply."""
    size = worker.memory_info().vms + 2**20
    worker.rlimit(psutil.RLIMIT_AS, (size, size))
    session = window._workspace.loading.session
    assert isinstance(session, LocalSession)
    window._workspace.tasks.run(session.count_tokens(BOOK), failed=logger.debug)


FAULTS: dict[str, tuple[Callable[[psutil.Process, MainWindow], None], str]] = {
    "killed": (
        lambda worker, _: worker.kill(),
        "ended from outside (SIGKILL) in the middle of a reply",
    ),
    "aborts": (lambda worker, _: worker.send_signal(signal.SIGABRT), "stopped itself"),
    "segfaults": (lambda worker, _: worker.send_signal(signal.SIGSEGV), "crashed"),
    "freezes": (lambda worker, _: worker.suspend(), "no sign of life"),
    "starves": (starve, "ran out of memory in the middle of a reply"),
}


class Stalls(QObject):
    """The longest time for which the event loop of the window did not come round."""

    def __init__(self) -> None:
        super().__init__()
        self.startTimer(0, Qt.TimerType.PreciseTimer)
        self.begin()

    def begin(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()

    def timerEvent(self, event: QTimerEvent) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


async def broken_once(
    window: MainWindow, until: Until, fault: str, characters: int
) -> tuple[float, float]:
    """Break the engine in mid-reply and restart it; longest stalls before, and from then on."""
    act, words = FAULTS[fault]
    turns = window._workspace.turns
    window.new_chat()
    window._workspace.reply_choice.set(GREEDY)
    stalls = Stalls()
    write(window, ENDLESS)
    await until(lambda: turns.reply is not None and turns.reply.text)
    stalls.begin()
    await until(lambda: turns.reply is not None and len(turns.reply.text) > characters)
    assert turns.reply is not None
    before, seen = stalls.longest, turns.reply.text
    worker = next(
        each for each in psutil.Process().children() if "backends.worker" in each.cmdline()
    )
    stalls.begin()
    act(worker, window)
    await until(lambda: not turns.running)
    after = stalls.longest
    notice = window.banner.notice
    assert notice is not None
    assert words in notice.text
    assert notice.text.endswith(".")
    reply = stored()[1]
    assert reply.state == "interrupted"
    assert reply.text.startswith(seen)
    assert reply.text in transcript(window)
    button = window.banner.findChild(QPushButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await ready(window, until)
    return before, after


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "fault",
    ["killed", "aborts", "segfaults", "freezes", pytest.param("starves", marks=bounded_memory)],
)
async def test_the_window_outlives_its_engine(qapp: QApplication, until: Until, fault: str) -> None:
    chance = random.Random(fault)
    async with opened(qapp, until) as window:
        await ready(window, until)
        measured = [
            await broken_once(window, until, fault, chance.randint(10, 400))
            for _ in range(REPETITIONS)
        ]
    before, after = (statistics.median(each) for each in zip(*measured, strict=True))
    worst = max(each for _, each in measured)
    logger.info(
        "%s: %.1f ms before, %.1f ms then, %.1f at worst",
        fault,
        *(1000 * each for each in (before, after, worst)),
    )
    assert after < STALL_RATIO * before


async def test_a_template_that_hangs_is_told_and_the_window_never_waits(
    qapp: QApplication, until: Until, tmp_path: Path
) -> None:
    template = "{% if messages[-1].content == 'bomb' %}" + BOMB + "{% endif %}" + CHATML
    path = write_windowed(tmp_path / "tiny.gguf", template)
    async with opened(qapp, until, str(path)) as window:
        await ready(window, until)
        stalls = Stalls()
        await answered(window, until, "Hello")
        before = stalls.longest
        stalls.begin()
        write(window, "bomb")
        await until(lambda: window.banner.notice)
        assert window.banner.notice.text.startswith("The model's chat template")
        await until(lambda: not window._workspace.turns.running)
        assert stalls.longest < STALL_RATIO * before
        assert window.chat_page.composer.text() == "bomb"  # it can be changed and sent again
        window.new_chat()
        await answered(window, until, "Hello again")
    assert [each.text for each in stored() if each.role == "user"] == ["Hello again", "Hello"]
