"""Longest stall of the GUI thread while 200 tokens/s stream into the real window for 60 s.

Run by hand: `python -m tests.benchmarks.gui_stall [seconds [tokens_per_second]]`. The window is the
program's own on real services; only the engine is scripted. A timer of 1 ms on the GUI thread
notes how late it comes, and how much of that time the thread itself was running: the rest it waited
for a processor, or for another thread of ours. The same timer in an idle event loop of the same
process tells what the machine does to it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.services.monitor import Monitor
from app.ui.application import prepare
from app.ui.shell import Shell
from app.ui.theme import DARK
from tests.fakes.scripted_engine import Script, ScriptedEngine
from tests.fakes.window_services import local_model, window_services

TARGET_MS = 50.0
IDLE_SECONDS = 10.0
_PARAGRAPH = (
    "Each new token reads every weight once, so *decoding* is bound by memory **bandwidth**, "
    "and `prefill` is not. The quantization decides how many bytes that is.\n\n"
    "1. first the prompt is evaluated\n2. then the tokens come one by one\n\n"
    "| Quantization | Size | Decode |\n|---|---:|---:|\n| Q8_0 | 8.7 GB | 62 t/s |\n"
    "| Q4_K_M | 5.0 GB | 104 t/s |\n\n"
    "```python\ndef tokens_per_second(bandwidth, weights):\n    return bandwidth / weights\n```\n\n"
)


class Heartbeat(QObject):
    """A timer of 1 ms; `gaps` are the times between its beats, in milliseconds.

    `busy` are the same by the clock of the thread's own processor time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self.busy: list[float] = []
        self._last = time.perf_counter()
        self._last_busy = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self.beat)

    def start(self) -> None:
        self.gaps, self.busy = [], []
        self._last, self._last_busy = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def beat(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        self.gaps.append((now - self._last) * 1000)
        self.busy.append((busy - self._last_busy) * 1000)
        self._last, self._last_busy = now, busy


def text_of(tokens: int) -> str:
    """Markdown of all kinds, in at least so many tokens of the scripted engine."""
    pieces: list[str] = []
    words = 0
    for piece in itertools.repeat(_PARAGRAPH):
        pieces.append(piece)
        words += len(piece.split())
        if words >= tokens:
            return "".join(pieces)
    raise AssertionError


def report(name: str, gaps: list[float]) -> None:
    ordered = sorted(gaps)
    share = ordered[int(len(ordered) * 0.999)]
    print(
        f"{name}: longest {ordered[-1]:.1f} ms, next {ordered[-2]:.1f} and {ordered[-3]:.1f}, "
        f"p99.9 {share:.1f}, median {statistics.median(ordered):.2f}, over 25 ms: "
        f"{sum(gap > 25 for gap in ordered)} of {len(ordered)}"
    )


async def settled(condition: object, loop: asyncio.AbstractEventLoop) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def measure(application: QApplication, seconds: float, rate: float) -> float:
    loop = asyncio.get_running_loop()
    heart = Heartbeat()
    heart.start()
    await asyncio.sleep(min(IDLE_SECONDS, seconds))
    heart.stop()
    report("idle loop", heart.gaps)
    with tempfile.TemporaryDirectory() as home:
        script = Script(text=text_of(int(seconds * rate)), tokens_per_second=rate)
        engine = ScriptedEngine(script, process_id=os.getpid())
        models = [local_model("scripted", source="starter")]
        services = window_services(Path(home), engine, models)
        services.monitor = Monitor()  # at the program's own rate
        shell = Shell(services, application, [])
        shell.window.resize(1240, 780)
        shell.window.show()
        await settled(lambda: shell.workspace.loading.session is not None, loop)
        shell.window.chat_page.composer.send_requested.emit("Tell me everything")
        await settled(lambda: shell.workspace.turns.reply is not None, loop)
        start = time.perf_counter()
        heart.start()
        await settled(lambda: not shell.workspace.turns.running, loop)
        await asyncio.sleep(0.5)  # the whole message is drawn once more at its end
        heart.stop()
        taken = time.perf_counter() - start
        tokens = len(script.tokens())
        print(f"streamed {tokens} tokens in {taken:.1f} s: {tokens / taken:.0f} tokens/s")
        report("streaming", heart.gaps)
        report("of it, the thread itself", heart.busy)
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()
    return max(heart.gaps)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 200.0
    application = QApplication([])
    prepare(application, DARK)
    loop = qasync.QEventLoop(application)
    try:
        longest = loop.run_until_complete(measure(application, seconds, rate))
    finally:
        loop.close()
    print(f"target under {TARGET_MS:.0f} ms: {'met' if longest < TARGET_MS else 'MISSED'}")
    return 0 if longest < TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
