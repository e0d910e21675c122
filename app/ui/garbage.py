"""Collects cyclic garbage on the GUI thread alone.

Python collects in whichever thread happens to allocate, and a Qt object that dies in another
thread than its own crashes the process. So the automatic collection is switched off, and this
does the same on a timer. Async generators that are dropped in the middle, such as those of an
HTTP library whose stream is cancelled, are closed on the event loop, as asyncio's own loops do and
qasync's does not.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MILLISECONDS = 500


class GarbageCollector(QObject):
    """From its start to its stop, collects each generation when Python itself would."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MILLISECONDS)
        self._timer.timeout.connect(self.check)
        self._was_enabled = gc.isenabled()
        self._loop = asyncio.get_running_loop()
        self._hooks = sys.get_asyncgen_hooks()
        self._closing: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Take the collection over. What the start of the program left is not looked at again."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer.start()
        sys.set_asyncgen_hooks(finalizer=self._close_soon)

    def _close_soon(self, generator: AsyncGenerator[Any, Any]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close, generator)

    def _close(self, generator: AsyncGenerator[Any, Any]) -> None:
        task = self._loop.create_task(generator.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def stop(self) -> None:
        """Collect what came since the start once more, and give the collection back to Python."""
        self._timer.stop()
        sys.set_asyncgen_hooks(*self._hooks)
        gc.collect()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def check(self) -> None:
        """Collect the oldest generation that is due."""
        due = [
            generation
            for generation, (count, threshold) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if threshold and count > threshold
        ]
        if due:
            gc.collect(due[-1])
