"""The transcript: opening, scrolling, and the stalls while a long reply streams in.

    uv run python -m tests.benchmarks.transcript [--seconds 60]

A stall is how much later than asked a 2 ms timer fires on the GUI thread. Each figure stands
beside that of an empty window in the same run, for the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.application import prepare
from app.ui.theme import DARK
from app.ui.widgets.transcript import Transcript
from tests.ui.chat_text import REPLY, message

TICK_MS = 2
TOKENS_PER_SECOND = 200
CHARACTERS_PER_TOKEN = 4
START_TOKENS = 12_000
ANSWER = REPLY.replace("<think>", "").replace("</think>", "")


class Pulse(QObject):
    """Measures stalls, and feeds text at a fixed rate while it does."""

    def __init__(self, transcript: Transcript | None) -> None:
        super().__init__()
        self.stalls_ms: list[float] = []
        self._transcript = transcript
        self._sent = 0
        self._last = self._started = time.perf_counter()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._beat)

    def run(self, seconds: float) -> list[float]:
        """Stalls in milliseconds, one for each tick."""
        loop = QEventLoop()
        self._last = self._started = time.perf_counter()
        self._timer.start()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()
        self._timer.stop()
        return self.stalls_ms

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.stalls_ms.append(max(0.0, (now - self._last) * 1000 - TICK_MS))
        self._last = now
        if self._transcript is None:
            return
        due = int((now - self._started) * TOKENS_PER_SECOND)
        while self._sent < due:
            at = self._sent * CHARACTERS_PER_TOKEN % len(ANSWER)
            self._transcript.append_text(ANSWER[at : at + CHARACTERS_PER_TOKEN])
            self._sent += 1


def line(name: str, values_ms: list[float]) -> None:
    """Print the median, the spread and the worst."""
    ordered = sorted(values_ms)
    p99 = ordered[len(ordered) * 99 // 100]
    print(
        f"{name:<44} median {statistics.median(ordered):7.2f} ms   p99 {p99:7.2f} ms"
        f"   worst {ordered[-1]:7.2f} ms   ({len(ordered)} samples)"
    )


def timed_ms(action: Callable[[], object]) -> float:
    """How long a call and the painting that it asks for take."""
    begin = time.perf_counter()
    action()
    QApplication.processEvents()
    return (time.perf_counter() - begin) * 1000


def opening(transcript: Transcript) -> None:
    """Open conversations of 20 and of 2,000 messages, and scroll through the long one."""
    for count in (20, 2_000):
        messages = [message(i, "assistant" if i % 2 else "user", REPLY) for i in range(count)]
        opened = partial(transcript.set_messages, messages)
        line(f"open {count:,} messages", [timed_ms(opened) for _ in range(9)])
    bar = transcript.verticalScrollBar()
    line(
        "scroll by 120 pixels, parts never seen before",
        [timed_ms(lambda: bar.setValue(bar.value() - 120)) for _ in range(300)],
    )


def streaming(transcript: Transcript, seconds: float) -> None:
    """Stream into a reply that is long already, and finish it."""
    text = (ANSWER * (START_TOKENS * CHARACTERS_PER_TOKEN // len(ANSWER) + 1))[
        : START_TOKENS * CHARACTERS_PER_TOKEN
    ]
    transcript.clear()
    transcript.begin_reply(message(1, "assistant", text, state="streaming"))
    name = f"stall, {TOKENS_PER_SECOND} tokens/s after {START_TOKENS:,} tokens"
    line(name, Pulse(transcript).run(seconds))
    whole = transcript.flow.entries[0].text
    finish = timed_ms(lambda: transcript.finish_reply(message(1, "assistant", whole)))
    print(f"{'finish a reply of':<44} {len(whole):,} characters: {finish:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    application = QApplication([])
    prepare(application, DARK)
    empty = QWidget()
    empty.resize(900, 700)
    empty.show()
    line("stall, an empty window", Pulse(None).run(min(seconds, 10)))
    empty.close()
    transcript = Transcript()
    transcript.resize(900, 700)
    transcript.show()
    opening(transcript)
    streaming(transcript, seconds)
    transcript.close()


if __name__ == "__main__":
    main()
