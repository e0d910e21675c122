"""The one bridge between coroutines and widgets.

Everything here runs on the GUI thread, on the asyncio loop that qasync drives. Pages hand over a
coroutine or an async iterator together with bound slots, and never await anything themselves.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from importlib import import_module
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Slot
from shiboken6 import Shiboken

from app.domain.errors import AppError
from app.ui.language import tr

T = TypeVar("T")

# The window hears of a stream at most 30 times a second: one signal for each token froze it.
BATCH_MILLISECONDS = 33

logger = logging.getLogger(__name__)


def unexpected(error: Exception) -> AppError:
    """One plain sentence for an exception that nobody foresaw; its traceback is in the log."""
    return AppError(
        tr(
            "Something went wrong inside Quantbench ({error}). What you started was not finished; "
            "the log has the details. Please try it again."
        ).format(error=type(error).__name__)
    )


async def load_modules(*names: str) -> None:
    """Import modules in a thread, so that the GUI thread finds them loaded when it needs them."""
    for name in names:
        await asyncio.to_thread(import_module, name)


def _deliver(slot: Callable[..., None] | None, *values: object) -> None:
    """Call a slot unless its widget is gone."""
    if slot is None:
        return
    receiver = getattr(slot, "__self__", None)
    if isinstance(receiver, QObject) and not Shiboken.isValid(receiver):
        return
    slot(*values)


class Job:
    """A handle on started work."""

    def __init__(self, task: asyncio.Task[None] | None) -> None:
        self._task = task
        self._cancelled = False
        # Such work ends by itself when the window closes.
        self.is_write = False

    @property
    def active(self) -> bool:
        """Whether the work still runs; a cancelled one does until it has put things right."""
        return self._task is not None and not self._task.done()

    def cancel(self) -> None:
        """Ask the work to stop. Asking again does not disturb it while it puts things right."""
        if self._task is not None and not self._cancelled:
            self._cancelled = True
            self._task.cancel()


class Batch(QObject, Generic[T]):
    """Collects items and delivers them as lists: what comes together, then at most so often."""

    def __init__(
        self,
        received: Callable[[list[T]], None],
        parent: QObject,
        milliseconds: int = BATCH_MILLISECONDS,
    ) -> None:
        super().__init__(parent)
        self._received = received
        self._milliseconds = milliseconds
        self._items: list[T] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)

    def add(self, item: T) -> None:
        """Deliver it soon."""
        self._items.append(item)
        if not self._timer.isActive():
            self._timer.start(0)

    def clear(self) -> None:
        """Deliver nothing of what has come."""
        self._items = []

    @Slot()
    def flush(self) -> None:
        """Deliver what has come now."""
        if self._items:
            items, self._items = self._items, []
            self._timer.start(self._milliseconds)
            _deliver(self._received, items)


class Tasks(QObject):
    """Starts work on the loop and brings its results, or its failure, to bound slots."""

    def __init__(self, loop: asyncio.AbstractEventLoop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop
        self._running: dict[asyncio.Task[None], Job] = {}
        self._closed = False

    def run(
        self,
        work: Coroutine[Any, Any, T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[AppError], None],
        cancelled: Callable[[], None] | None = None,
    ) -> Job:
        """Start a coroutine. Exactly one of the slots is called at its end."""
        if self._closed:
            work.close()
            return Job(None)
        return self._start(work, self._conclude(work, done, failed, cancelled), cancelled)

    def write(
        self,
        work: Coroutine[Any, Any, T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[AppError], None],
    ) -> None:
        """`run` for what the user changed: closing waits for it, and loses nothing of it."""
        self.run(work, done=done, failed=failed).is_write = True

    def stream(
        self,
        items: AsyncIterator[T],
        *,
        received: Callable[[list[T]], None],
        failed: Callable[[AppError], None],
        ended: Callable[[], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> Job:
        """Consume an async iterator; `received` gets lists, all of them before the closing slot.

        Cancelling closes the iterator, and `cancelled` is called after it has put things right.
        """
        if self._closed:
            return Job(None)

        async def consume() -> None:
            batch = Batch(received, self)
            try:
                async for item in items:
                    batch.add(item)
            finally:
                if isinstance(items, AsyncGenerator):
                    await items.aclose()
                batch.flush()
                batch.deleteLater()

        def conclude(_: None) -> None:
            _deliver(ended)

        work = consume()
        return self._start(work, self._conclude(work, conclude, failed, cancelled), cancelled)

    def _start(
        self,
        work: Coroutine[Any, Any, Any],
        guarded: Coroutine[Any, Any, None],
        cancelled: Callable[[], None] | None,
    ) -> Job:
        task = self._loop.create_task(guarded)
        job = self._running[task] = Job(task)

        def forget(_: asyncio.Task[None]) -> None:
            del self._running[task]
            if task.cancelled():
                # Cancelled before its first step: nobody else closes it or tells of it.
                work.close()
                _deliver(cancelled)
            elif (error := task.exception()) is not None:
                # A slot that raises is a defect of ours, as loud as one that Qt itself calls.
                sys.excepthook(type(error), error, error.__traceback__)

        task.add_done_callback(forget)
        return job

    async def _conclude(
        self,
        work: Coroutine[Any, Any, T],
        done: Callable[[T], None] | None,
        failed: Callable[[AppError], None],
        cancelled: Callable[[], None] | None,
    ) -> None:
        problem: AppError | None = None
        try:
            value = await work
        except asyncio.CancelledError:
            _deliver(cancelled)
            return
        except AppError as error:
            problem = error
        except Exception as error:
            logger.exception("Unexpected error in a task of the window")
            problem = unexpected(error)
        else:
            _deliver(done, value)
            return
        _deliver(failed, problem)

    async def close(self) -> None:
        """Cancel all that runs but writes, and wait for its end; nothing starts any more."""
        self._closed = True
        while self._running:
            for job in self._running.values():
                if not job.is_write:
                    job.cancel()
            await asyncio.wait(set(self._running))
