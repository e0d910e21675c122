"""Stalls of the GUI thread while a reply streams into the real window, below a long conversation.

    python -m tests.benchmarks.gui_stall [seconds [tokens_per_second [history_tokens]]]

The window is the program's own on real services; only the engine is scripted. A timer of 1 ms on
the GUI thread notes how late it comes, and how much of that time the thread itself was running: the
rest it waited for a processor, or for another thread of ours. The same timer in an idle event loop
of the same process tells what the machine does to it.
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

import msgspec
import qasync
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.domain.conversation import ReplyOrigin
from app.services.monitor import Monitor
from app.ui.application import prepare
from app.ui.shell import Shell
from app.ui.theme import DARK
from tests.fakes.scripted_engine import Script, ScriptedEngine
from tests.fakes.window_services import WindowServices, local_model, window_services

TARGET_P99_MS, TARGET_WORST_MS, TARGET_SHARE = 16.0, 60.0, 0.35
IDLE_SECONDS = 10.0
_PARAGRAPH = (
    "Each new token reads every weight once, so *decoding* is bound by memory **bandwidth**, "
    "and `prefill` is not. The quantization decides how many bytes that is.\n\n"
    "1. first the prompt is evaluated\n2. then the tokens come one by one\n\n"
    "| Quantization | Size | Decode |\n|---|---:|---:|\n| Q8_0 | 8.7 GB | 62 t/s |\n"
    "| Q4_K_M | 5.0 GB | 104 t/s |\n\n"
    "```python\ndef tokens_per_second(bandwidth, weights):\n    return bandwidth / weights\n```\n\n"
    "With $n$ layers the rate is $r = \\frac{b}{w}$, and so\n\n$$\nr \\approx \\frac{b}{"
    "\\sum_{i=1}^{n} w_i}\n$$\n\n"
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
    print(
        f"{name}: longest {ordered[-1]:.1f} ms, next {ordered[-2]:.1f} and {ordered[-3]:.1f}, "
        f"p99 {part(gaps, 0.99):.1f}, p99.9 {part(gaps, 0.999):.1f}, "
        f"median {statistics.median(ordered):.2f}, over 25 ms: "
        f"{sum(gap > 25 for gap in ordered)} of {len(ordered)}"
    )


def part(gaps: list[float], share: float) -> float:
    """Which gap this share of all does not exceed."""
    return sorted(gaps)[int(len(gaps) * share)]


async def long_chat(services: WindowServices, tokens: int) -> int:
    """A stored chat of so many tokens, in turns of about 500; gives its number."""
    store = services.store
    await store.open()
    chat = await store.create()
    origin = ReplyOrigin(model_name="scripted")
    for number in range(max(1, tokens // 500)):
        asked = await store.add_message(chat.id, "user", f"Question {number}, in a few words?")
        reply = await store.begin_reply(asked, origin)
        ended = {"text": text_of(500), "state": "complete", "finish_reason": "stop"}
        await store.finish_reply(msgspec.structs.replace(reply, **ended))
    await store.close()
    return chat.id


async def settled(condition: object, loop: asyncio.AbstractEventLoop) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def measure(application: QApplication, seconds: float, rate: float, tokens: int) -> bool:
    loop = asyncio.get_running_loop()
    heart = Heartbeat()
    heart.start()
    await asyncio.sleep(min(IDLE_SECONDS, seconds))
    heart.stop()
    report("idle loop", heart.gaps)
    with tempfile.TemporaryDirectory() as home:
        script = Script(
            text=text_of(int(seconds * rate)),
            tokens_per_second=rate,
            counts=True,
            context_tokens=2 * tokens + 8192,  # so that all of it goes
        )
        engine = ScriptedEngine(script, process_id=os.getpid())
        models = [local_model("scripted", source="starter")]
        services = window_services(Path(home), engine, models)
        services.monitor = Monitor()  # at the program's own rate
        chat = await long_chat(services, tokens)
        shell = Shell(services, application, [])
        shell.window.resize(1240, 780)
        shell.window.show()
        await settled(lambda: shell.workspace.loading.session is not None, loop)
        shell.workspace.conversations.open(chat)
        transcript = shell.window.chat_page.transcript
        await settled(lambda: transcript.flow.entries, loop)
        await asyncio.sleep(2)
        shell.window.chat_page.composer.send_requested.emit("Tell me everything")
        await settled(lambda: shell.workspace.turns.reply is not None, loop)
        start = time.perf_counter()
        heart.start()
        await settled(lambda: not shell.workspace.turns.running, loop)
        await asyncio.sleep(0.5)  # the whole message is drawn once more at its end
        heart.stop()
        taken = time.perf_counter() - start
        count = len(script.tokens())
        print(f"streamed {count} tokens in {taken:.1f} s: {count / taken:.0f} tokens/s")
        report("streaming", heart.gaps)
        report("of it, the thread itself", heart.busy)
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()
    return met(heart, taken)


def met(heart: Heartbeat, seconds: float) -> bool:
    """Print each target with what was measured."""
    share = sum(heart.busy) / 1000 / seconds
    print(f"the GUI thread ran {share:.1%} of the time")
    held = (
        part(heart.gaps, 0.99) < TARGET_P99_MS,
        max(heart.gaps) < TARGET_WORST_MS,
        share < TARGET_SHARE,
    )
    names = (f"p99 {TARGET_P99_MS} ms", f"worst {TARGET_WORST_MS} ms", f"share {TARGET_SHARE:.0%}")
    for name, is_held in zip(names, held, strict=True):
        print(f"target {name}: {'met' if is_held else 'MISSED'}")
    return all(held)


def main() -> int:
    given = [float(each) for each in sys.argv[1:]]
    seconds, rate, tokens = [*given, *(60.0, 100.0, 20_000.0)[len(given) :]]
    application = QApplication([])
    prepare(application, DARK)
    loop = qasync.QEventLoop(application)
    try:
        held = loop.run_until_complete(measure(application, seconds, rate, int(tokens)))
    finally:
        loop.close()
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
