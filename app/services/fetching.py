"""The threads that fetch one file: stretch by stretch, with repeats, as many as make it faster."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from io import FileIO
from pathlib import Path
from typing import Final

from app.domain.errors import AppError, DownloadError, NetworkError
from app.domain.transfer import backoff_seconds
from app.domain.words import Sentence, sentence
from app.services.download_journal import Journal
from app.services.extents import Claim, Extents
from app.services.range_request import HubFileSource
from app.services.transfer_control import (
    RestartError,
    RetryError,
    SpeedLimit,
    Stop,
    StoppedError,
    TransferOptions,
)

# With four connections, a kill loses at most 1 MiB that was read and not yet written.
_READ_BYTES: Final = 256 * 1024
_MOST_FAILURES: Final = 8
# Another connection stays only if it makes the whole so much faster.
_WORTH: Final = 1.15


class Fetching:
    """Fetches the missing stretches of one file into its partial file."""

    def __init__(
        self,
        source: HubFileSource,
        part: Path,
        journal: Journal,
        stop: Stop,
        limit: SpeedLimit,
        options: TransferOptions,
    ) -> None:
        self._source = source
        self._part = part
        self._journal = journal
        self._stop = stop.child()
        self._limit = limit
        self._options = options
        self._threads: list[Future[None]] = []
        self._wanted = 1
        self.extents = Extents(journal.size_bytes, journal, options.segment_bytes)
        self.transferred_bytes = 0
        # Why it waits, as a sentence; None while bytes flow.
        self.notice: Sentence | None = None

    @property
    def connections(self) -> int:
        """How many threads are fetching."""
        return sum(not thread.done() for thread in self._threads)

    def start(self, executor: Executor) -> None:
        """Begin with one thread, if anything is missing."""
        if self.extents.missing_bytes:
            self._threads = [executor.submit(self._run, 0)]

    def end(self) -> None:
        """Stop the threads and wait for them."""
        self._stop.set()
        wait(self._threads)

    def change_connections(self, wanted: int, executor: Executor) -> None:
        """Have so many threads from now on; a surplus one ends with its stretch."""
        if wanted > self.connections:
            if not (self._source.has_ranges and self.extents.share()):
                return
            self._wanted = wanted
            self._threads.append(executor.submit(self._run, wanted - 1))
        self._wanted = wanted

    # --- in the threads ---------------------------------------------------------------------

    def _run(self, number: int) -> None:
        """Fetch until nothing is left. The first thread alone decides that the file cannot be."""
        try:
            with self._part.open("r+b", buffering=0) as part:
                self._fetch_all(part, number)
        except (StoppedError, AppError, OSError, RestartError) as error:
            self.extents.fail(error)
        except RetryError as error:
            failed = DownloadError(
                "{reason} {count} attempts in a row brought nothing of {name}. What was fetched is "
                "kept: resume the download later.",
                reason=error.reason,
                count=_MOST_FAILURES,
                name=self._source.name,
            )
            self.extents.fail(failed)

    def _fetch_all(self, part: FileIO, number: int) -> None:
        buffer = memoryview(bytearray(_READ_BYTES))
        while number < self._wanted:
            claim = self.extents.claim(whole=self._wanted == 1, patient=number == 0)
            if claim is None:
                return
            try:
                part.seek(claim.position)
                self._fetch(part, buffer, claim, is_first=number == 0)
            except (NetworkError, RetryError, RestartError):
                if number == 0:
                    raise
                self._wanted = 1  # one connection is all that this server grants
            finally:
                self.extents.release(claim)

    def _fetch(self, part: FileIO, buffer: memoryview, claim: Claim, *, is_first: bool) -> None:
        failures = 0
        while claim.remaining > 0:
            before = claim.position
            try:
                self._fetch_once(part, buffer, claim)
            except RetryError as error:
                failures = 1 if claim.position > before else failures + 1
                if not is_first or failures >= _MOST_FAILURES:
                    raise
                self._wait(error, failures)

    def _fetch_once(self, part: FileIO, buffer: memoryview, claim: Claim) -> None:
        with self._source.open(claim.position, claim.end, self._stop) as body:
            if self._source.etag != self._journal.etag:
                self._journal.note_etag(self._source.etag)
            while claim.remaining > 0 and claim.position < body.end:
                self._stop.check()
                most = min(self._limit.chunk_bytes(_READ_BYTES), claim.remaining)
                count = body.read_into(buffer[:most])
                self.notice = None
                self.transferred_bytes += count
                _write_all(part, buffer[:count])
                self.extents.advance(claim, count)
                if pause := self._limit.seconds_for(count):
                    self._stop.wait(pause)

    def _wait(self, error: RetryError, failures: int) -> None:
        """Wait as long as the server asks, or ever longer."""
        own = backoff_seconds(failures, random.random()) * self._options.patience
        seconds = max(own, error.wait_seconds or 0.0)
        self.notice = sentence(
            "{reason} Trying again in {seconds} s.",
            reason=error.reason,
            seconds=max(1, round(seconds)),
        )
        self._stop.wait(seconds)


def _write_all(file: FileIO, data: memoryview) -> None:
    """Write all of `data`: a disk that is nearly full takes a part first. Raises OSError."""
    while data:
        data = data[file.write(data) :]


class Pace:
    """Learns by trying how many connections make a file come faster."""

    def __init__(self, options: TransferOptions, now: Callable[[], float]) -> None:
        self._options = options
        self._now = now
        self._since = now()
        self._before_bytes: int | None = None
        self._best_rate = 0.0
        self._is_settled = False

    def connections(self, current: int, received_bytes: int, missing_bytes: int) -> int:
        """How many there should be, given how many there are and what came so far."""
        now = self._now()
        if self._before_bytes is None:
            self._restart(now, received_bytes)
        elapsed = now - self._since
        if self._is_settled or self._before_bytes is None or elapsed < self._options.watch_seconds:
            return current
        rate = (received_bytes - self._before_bytes) / elapsed
        self._restart(now, received_bytes)
        if current > 1 and rate < self._best_rate * _WORTH:
            self._is_settled = True
            return current - 1
        is_short = missing_bytes < rate * 3 * self._options.watch_seconds
        if current >= self._options.most_connections or is_short:
            return current
        self._best_rate = rate
        return current + 1

    def _restart(self, now: float, received_bytes: int) -> None:
        self._since, self._before_bytes = now, received_bytes
