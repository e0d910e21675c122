"""The meters of the machine, sampled by one background thread for whoever listens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection
from importlib import import_module
from typing import Any

from app.domain.hardware import MachineSample
from backends.devices import GpuMeters

# A listener that has not fetched this many samples loses the oldest: a minute at the usual rate.
_KEPT_SAMPLES = 120


class Monitor:
    """Samples memory, the worker and the graphics cards while somebody listens.

    psutil and the drivers are loaded in the thread. What cannot be read is None in the sample.
    """

    def __init__(
        self, interval_seconds: float = 0.5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval_seconds = interval_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._listeners: list[_Listener] = []
        self._process_ids: tuple[int, ...] = ()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def watch(self, process_ids: Collection[int]) -> None:
        """Measure the memory of these processes from the next sample on."""
        with self._changed:
            self._process_ids = tuple(process_ids)

    async def samples(self) -> AsyncIterator[MachineSample]:
        """All samples from now on, until the monitor closes. Several may listen at once."""
        listener = _Listener(asyncio.get_running_loop())
        if not self._add(listener):
            return
        try:
            while (sample := await listener.next()) is not None:
                yield sample
        finally:
            with self._changed:
                if listener in self._listeners:
                    self._listeners.remove(listener)

    async def close(self) -> None:
        """End all iterators and the thread; may be called twice."""
        with self._changed:
            self._is_closed = True
            thread, listeners, self._listeners = self._thread, self._listeners, []
            self._changed.notify_all()
        for listener in listeners:
            listener.publish(None)
        if thread is not None:
            await asyncio.shield(asyncio.to_thread(thread.join))

    def _add(self, listener: _Listener) -> bool:
        with self._changed:
            if self._is_closed:
                return False
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="meters", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return True

    # --- in the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        meters = _Meters()
        try:
            while self._is_wanted():
                with self._changed:
                    process_ids = self._process_ids
                self._publish(meters.sample(self._clock(), process_ids))
                with self._changed:
                    self._changed.wait_for(self._closed, self._interval_seconds)
        finally:
            meters.close()

    def _is_wanted(self) -> bool:
        """Wait while nobody listens; False when the monitor closes."""
        with self._changed:
            self._changed.wait_for(self._has_work)
            return not self._is_closed

    def _has_work(self) -> bool:
        return self._is_closed or bool(self._listeners)

    def _closed(self) -> bool:
        return self._is_closed

    def _publish(self, sample: MachineSample) -> None:
        with self._changed:
            self._listeners = [each for each in self._listeners if each.publish(sample)]


class _Listener:
    """One iterator's samples, handed from the thread to its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[MachineSample | None] = asyncio.Queue()

    async def next(self) -> MachineSample | None:
        """The next sample; None at the end."""
        return await self._queue.get()

    def publish(self, sample: MachineSample | None) -> bool:
        """Called in any thread; False when the loop is gone and nobody can hear it any more."""
        try:
            self._loop.call_soon_threadsafe(self._put, sample)
        except RuntimeError:
            return False
        return True

    def _put(self, sample: MachineSample | None) -> None:
        if self._queue.qsize() >= _KEPT_SAMPLES:
            self._queue.get_nowait()
        self._queue.put_nowait(sample)


class _Meters:
    """What the thread reads; made in the thread, because loading the libraries takes a while."""

    def __init__(self) -> None:
        self._psutil = import_module("psutil")
        self._gpus = GpuMeters()
        self._processes: dict[int, Any] = {}

    def sample(self, at_seconds: float, process_ids: Collection[int]) -> MachineSample:
        self._processes = {pid: self._processes.get(pid) for pid in process_ids}
        memory = self._psutil.virtual_memory()
        return MachineSample(
            at_seconds=at_seconds,
            ram_used_bytes=memory.total - memory.available,
            ram_total_bytes=memory.total,
            workers={pid: self._process_bytes(pid) for pid in process_ids},
            gpus=self._gpus.samples(),
        )

    def close(self) -> None:
        self._gpus.close()

    def _process_bytes(self, process_id: int) -> int | None:
        """Resident memory; None when there is no such process (any more)."""
        try:
            # The object knows when its process began and notices a number that was given away anew.
            process = self._processes[process_id]
            if process is None:
                process = self._processes[process_id] = self._psutil.Process(process_id)
            return int(process.memory_info().rss) if process.is_running() else None
        except self._psutil.Error:
            return None
