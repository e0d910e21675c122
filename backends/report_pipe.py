"""The worker's way to the program: reports in order, with the text of replies in small bundles."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from app.domain.engine import ReasoningDelta, TextDelta
from backends.protocol import Generated, Report, encode_frame

# Each write wakes the program twice, on a core that decoding wants: of a small model on two cores
# that was 4 % of the speed. Nobody sees text come more often than this.
_BUNDLE_SECONDS = 1 / 20


class ReportPipe:
    """Written to by any thread."""

    def __init__(self, descriptor: int, on_gone: Callable[[], object]) -> None:
        """`on_gone` is called when nobody listens any more."""
        self._descriptor = descriptor
        self._on_gone = on_gone
        self._lock = threading.Lock()
        self._held = bytearray()
        self._holds = threading.Event()
        self._text_at = float("-inf")
        threading.Thread(target=self._write_held, name="bundles", daemon=True).start()

    def send(self, report: Report) -> None:
        """Send a report at once, or a moment later where it is text that follows other text."""
        frame = encode_frame(report)
        with self._lock:
            self._held += frame
            if _is_text(report):
                now = time.monotonic()
                if now - self._text_at < _BUNDLE_SECONDS:
                    self._holds.set()
                    return
                self._text_at = now
            self._write()

    def _write_held(self) -> None:
        pause = threading.Event()
        while self._holds.wait():
            pause.wait(_BUNDLE_SECONDS)
            with self._lock:
                if self._held:
                    self._text_at = time.monotonic()
                    self._write()
                else:
                    self._holds.clear()

    def _write(self) -> None:
        view = memoryview(self._held)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            self._on_gone()
        self._held = bytearray()


def _is_text(report: Report) -> bool:
    return isinstance(report, Generated) and isinstance(report.event, TextDelta | ReasoningDelta)
