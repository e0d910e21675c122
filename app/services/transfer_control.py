"""What steers the threads of a transfer: options, orders to stop or begin again, speed limit."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from app.domain.words import Sentence

# A connection that opens faster than this leads to this machine or its neighbour.
_NEAR_SECONDS: Final = 0.002
_NEAR_BUFFER_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class TransferOptions:
    """How hard to try; tests shorten what would keep them waiting."""

    most_connections: int = 4
    segment_bytes: int = 64 * 2**20
    # How long to watch the rate before another connection is tried.
    watch_seconds: float = 3.0
    # How often to look at the room on the disk and at the rate.
    look_seconds: float = 1.0
    # A factor on the waits between attempts that no server asked for.
    patience: float = 1.0


class StoppedError(Exception):
    """The transfer was told to stop; never shown."""


class RetryError(Exception):
    """A failure that may pass. `reason` is a sentence; `wait_seconds` what the server asked for."""

    def __init__(self, reason: Sentence, wait_seconds: float | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.wait_seconds = wait_seconds


class RestartError(Exception):
    """What was fetched cannot be continued: the server ignores ranges, or the content changed."""

    def __init__(self, reason: Sentence, *, has_ranges: bool) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.has_ranges = has_ranges


class Stop:
    """An order to stop that also wakes threads which wait for a network.

    `trace` is for httpx2's extension of that name: it learns of each connection's socket.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._connecting: dict[int, float] = {}
        self._children: list[Stop] = []

    def child(self) -> Stop:
        """An order of its own for a part of the work; given too when this one is."""
        child = Stop()
        with self._lock:
            self._children.append(child)
        if self.is_set:
            child.set()
        return child

    @property
    def is_set(self) -> bool:
        """Whether the order was given."""
        return self._event.is_set()

    def set(self) -> None:
        """Give the order and break all connections."""
        self._event.set()
        with self._lock:
            sockets, children = list(self._sockets), list(self._children)
            self._sockets.clear()
        for one in sockets:
            _shut(one)
        for child in children:
            child.set()

    def check(self) -> None:
        """Raise `StoppedError` if the order was given."""
        if self._event.is_set():
            raise StoppedError

    def wait(self, seconds: float) -> None:
        """Wait; raises `StoppedError` as soon as the order is given."""
        if self._event.wait(seconds):
            raise StoppedError

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Note the socket of a connection that was just made."""
        thread = threading.get_ident()
        if event.endswith("connect_tcp.started"):
            self._connecting[thread] = time.monotonic()
        elif event.endswith(("connect_tcp.complete", "start_tls.complete")):
            one = info["return_value"].get_extra_info("socket")
            if event.endswith("connect_tcp.complete"):
                _bound_buffer(one, time.monotonic() - self._connecting.pop(thread, 0.0))
            self.watch(one)

    def watch(self, one: socket.socket) -> None:
        """Break this connection too when the order is given."""
        with self._lock:
            self._sockets = {known for known in self._sockets if known.fileno() >= 0} | {one}
        if self._event.is_set():
            _shut(one)


def _bound_buffer(one: socket.socket, connect_seconds: float) -> None:
    """Keep little in flight on a near connection: what the system holds, a kill loses.

    Far away the system's own large window is what makes a transfer fast, so it stays.
    """
    if connect_seconds < _NEAR_SECONDS:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NEAR_BUFFER_BYTES)


def _shut(one: socket.socket) -> None:
    """Break a connection under a thread that reads from it; the thread closes it."""
    with suppress(OSError):
        # Of the base class: SSLSocket's own would take the TLS state from the reader.
        socket.socket.shutdown(one, socket.SHUT_RDWR)


class SpeedLimit:
    """A limit in bytes a second that all transfers share; None is no limit."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._bytes_per_second: int | None = None
        # The moment from which the next byte is allowed.
        self._free_from = 0.0

    @property
    def bytes_per_second(self) -> int | None:
        """The limit."""
        return self._bytes_per_second

    def change(self, bytes_per_second: int | None) -> None:
        """Set or lift the limit; holds at once for all transfers."""
        with self._lock:
            self._bytes_per_second = bytes_per_second
            self._free_from = self._clock()

    def chunk_bytes(self, most: int) -> int:
        """How much to read at once, so that a low limit still flows evenly."""
        limit = self._bytes_per_second
        return most if limit is None else max(1024, min(most, limit // 10))

    def seconds_for(self, count: int) -> float:
        """Take `count` bytes and return how long to wait for them."""
        with self._lock:
            if self._bytes_per_second is None:
                return 0.0
            now = self._clock()
            start = max(self._free_from, now)
            self._free_from = start + count / self._bytes_per_second
            return start - now
