"""One file from the hub to its partial file: fetched, hashed as it grows, verified.

Threads fetch stretches and write them in place; the calling thread follows close behind, reads
what was written back from the system's cache, and hashes it. So what is verified is what a loader
will read, and an interrupted transfer goes on although no state of the hash was kept.
"""

from __future__ import annotations

import errno
import shutil
import time
from concurrent.futures import Executor, Future, wait
from pathlib import Path
from typing import Final, Self

from app.domain.errors import DownloadError, StoreError
from app.domain.hub import HubFile
from app.domain.words import Sentence, sentence
from app.services.download_folder import (
    disk_full_error,
    expected_digest,
    journal_path,
    new_digest,
)
from app.services.download_journal import Journal
from app.services.fetching import Fetching, Pace
from app.services.files import shown, store_error
from app.services.range_request import HubFileSource
from app.services.transfer_control import RestartError, SpeedLimit, Stop, TransferOptions

# Small enough to stay in the cache of the core that hashes.
_HASH_BYTES: Final = 256 * 1024
_WAIT_SECONDS: Final = 0.25
# Often enough that the sync at the end, which somebody waits for, has little left to write.
_CHECKPOINT_SECONDS: Final = 5.0
_CHECKPOINT_BYTES: Final = 128 * 2**20
_MOST_RESTARTS: Final = 2


class FileTransfer:
    """Fetches one file. `run` blocks; the numbers may be read from any thread meanwhile."""

    def __init__(
        self,
        source: HubFileSource,
        file: HubFile,
        part: Path,
        stop: Stop,
        limit: SpeedLimit,
        options: TransferOptions,
    ) -> None:
        self._source = source
        self._file = file
        self._part = part
        self._stop = stop
        self._limit = limit
        self._options = options
        self._fetching: Fetching | None = None
        self._earlier_bytes = 0
        self._restarts = 0
        self._notice: Sentence | None = None
        self._has_begun = False
        self.resumed_from_bytes = 0
        self.is_verifying = False
        self.is_verified = False

    @property
    def has_begun(self) -> bool:
        """Whether the journal was read, so that the numbers mean something."""
        return self.is_verified or self._has_begun

    @property
    def received_bytes(self) -> int:
        """What lies on the disk."""
        if self.is_verified:
            return self._file.size_bytes
        return self._fetching.extents.received_bytes if self._fetching else 0

    @property
    def transferred_bytes(self) -> int:
        """What came over the network, all attempts counted."""
        return self._earlier_bytes + (self._fetching.transferred_bytes if self._fetching else 0)

    @property
    def connections(self) -> int:
        """How many connections fetch now."""
        return self._fetching.connections if self._fetching else 0

    @property
    def is_waiting(self) -> bool:
        """Whether it waits before the next attempt."""
        return self._fetching is not None and self._fetching.notice is not None

    @property
    def notice(self) -> Sentence | None:
        """Why it waits or has begun again, as a sentence."""
        return (self._fetching.notice if self._fetching else None) or self._notice

    def run(self, executor: Executor) -> None:
        """Fetch what is missing, on threads of `executor`, and verify the whole.

        Raises `StoppedError` when told to stop, `DownloadError`, `GatedError` and other
        `NetworkError`s, `DiskFullError`, `StoreError`. What was fetched is kept, except after a
        wrong checksum.
        """
        try:
            with Journal(journal_path(self._part), self._part, self._file.size_bytes) as journal:
                self._source.etag = journal.etag
                self.resumed_from_bytes = sum(end - start for start, end in journal.extents())
                while not journal.is_verified:
                    self._part.touch(mode=0o600)
                    self._try(journal, executor)
                self.is_verified = True
        except OSError as error:
            raise self._store_error(error) from error

    def _try(self, journal: Journal, executor: Executor) -> None:
        """One attempt; where the server cannot continue it, what was fetched is given up."""
        fetching = Fetching(
            self._source, self._part, journal, self._stop, self._limit, self._options
        )
        self._fetching, self._has_begun = fetching, True
        try:
            self._check_space(fetching)
            fetching.start(executor)
            digest = self._hash(journal, fetching, executor)
        except RestartError as error:
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise DownloadError(
                    "{reason} That happened {restarts} times, so it was given up. Try again later.",
                    reason=error.reason,
                    restarts=self._restarts,
                ) from error
            self._notice = error.reason
            fetching.end()
            self._forget(journal)
        else:
            self._check_digest(digest, journal)
        finally:
            fetching.end()
            self._earlier_bytes += fetching.transferred_bytes
            fetching.transferred_bytes = 0

    def _hash(self, journal: Journal, fetching: Fetching, executor: Executor) -> str:
        """The digest of the whole file, complete soon after its last byte has come."""
        extents = fetching.extents
        digest = new_digest(self._file)
        buffer = memoryview(bytearray(_HASH_BYTES))
        pace = Pace(self._options, time.monotonic)
        position, looked = 0, time.monotonic()
        with _Checkpoints(journal, executor) as saved, self._part.open("rb", buffering=0) as part:
            while position < self._file.size_bytes:
                frontier = extents.wait_beyond(position, _WAIT_SECONDS)
                self._stop.check()
                self.is_verifying = extents.missing_bytes == 0
                count = part.readinto(buffer[: min(_HASH_BYTES, frontier - position)]) or 0
                digest.update(buffer[:count])
                position += count
                now = time.monotonic()
                if now - looked >= self._options.look_seconds:
                    looked = now
                    self._check_space(fetching)
                    self._adapt(fetching, pace, executor)
                saved.look(now, position)
        return digest.hexdigest()

    def _adapt(self, fetching: Fetching, pace: Pace, executor: Executor) -> None:
        """Try another connection while that makes it faster."""
        current = fetching.connections
        if current == 0 or self._limit.bytes_per_second is not None:
            return
        extents = fetching.extents
        wanted = pace.connections(current, extents.received_bytes, extents.missing_bytes)
        if wanted != current:
            fetching.change_connections(wanted, executor)

    def _check_digest(self, digest: str, journal: Journal) -> None:
        expected = expected_digest(self._file)
        if digest == expected:
            journal.note_verified()
            return
        self._forget(journal)
        raise DownloadError(
            "The checksum of {path} is wrong: the hub lists {expected}..., what came has "
            "{digest}... It was thrown away. Start the download again.",
            path=self._file.path,
            expected=expected[:12],
            digest=digest[:12],
        )

    def _forget(self, journal: Journal) -> None:
        journal.forget()
        self._fetching = None
        self._source.etag = ""
        self.resumed_from_bytes = 0

    def _check_space(self, fetching: Fetching) -> None:
        free = shutil.disk_usage(self._part.parent).free
        if fetching.extents.missing_bytes > free:
            short = fetching.extents.missing_bytes - free
            raise disk_full_error(self._file.path, self._part.parent, short)

    def _store_error(self, error: OSError) -> StoreError:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            missing = self._fetching.extents.missing_bytes if self._fetching else 0
            return disk_full_error(self._file.path, self._part.parent, missing)
        return store_error(error, sentence("write {path}", path=shown(self._part)))


class _Checkpoints:
    """Has the journal sync what was written while the transfer goes on, one sync at a time."""

    def __init__(self, journal: Journal, executor: Executor) -> None:
        self._journal = journal
        self._executor = executor
        self._running: Future[None] | None = None
        self._seconds, self._position = time.monotonic(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._running is None:
            return
        wait([self._running])  # the journal is in use until then
        if kind is None:
            self._running.result()  # a failed write is told to one sync only

    def look(self, now: float, position: int) -> None:
        """Begin the next one when it is due. Raises the OSError that the one before ended with."""
        is_due = (
            now - self._seconds >= _CHECKPOINT_SECONDS
            or position - self._position >= _CHECKPOINT_BYTES
        )
        if not is_due or (self._running is not None and not self._running.done()):
            return
        if self._running is not None:
            self._running.result()
        self._seconds, self._position = now, position
        self._running = self._executor.submit(self._journal.checkpoint)
