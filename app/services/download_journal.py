"""The journal beside a partial file: which bytes of it are on the disk.

A fixed header and one record for each stretch of bytes, updated in place after the bytes it speaks
of were written. A killed program loses nothing, because the system keeps what was written. After
a power cut only what a record calls durable counts, and that was synced before it was so called.

    header, 512 bytes: magic, version, file size, verified mtime, boot id, ETag
    records, 24 bytes: start, written bytes, durable bytes (little endian, 64 bit each)
"""

from __future__ import annotations

import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from app.services.files import replace_file

VERSION: Final = 1
_MAGIC: Final = b"QBjourn\0"
# Magic, version, file size, mtime of the verified file in ns, boot id, ETag.
_HEADER: Final = struct.Struct("<8sIQQ64s256s")
_HEADER_BYTES: Final = 512
_RECORD: Final = struct.Struct("<QQQ")
_WORD: Final = struct.Struct("<Q")
_MOST_RECORDS: Final = 100_000

Extent = tuple[int, int]


@dataclass(frozen=True)
class JournalContents:
    """What a journal on the disk says, as far as it can be believed."""

    extents: list[Extent]
    etag: str
    verified_mtime_ns: int
    is_same_boot: bool


class Journal:
    """The journal of one partial file. Its methods may be called from any thread."""

    def __init__(self, path: Path, part: Path, size_bytes: int) -> None:
        self._path = path
        self._part = part
        self.size_bytes = size_bytes
        self._lock = threading.Lock()
        self.etag = ""
        self.verified_mtime_ns = 0
        # Start and written bytes of each record, by index.
        self._records: list[list[int]] = []
        self._file = self._open()

    def _open(self) -> _Slots:
        extents, lasting = self._read()
        self._records = [[start, end - start] for start, end in extents]
        rows = [(start, end - start, (end - start) * lasting) for start, end in extents]
        self._rewrite(rows)
        return _Slots(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def is_verified(self) -> bool:
        """Whether the whole file was checked and has not been touched since."""
        return self.verified_mtime_ns != 0 and self.verified_mtime_ns == _mtime_ns(self._part)

    def extents(self) -> list[Extent]:
        """The stretches `(start, end)` that are there, in order, merged."""
        with self._lock:
            return _merged([(start, start + count) for start, count in self._records])

    def begin(self, start: int) -> int:
        """Open a record for bytes from `start` on; returns its index. Raises OSError."""
        with self._lock:
            self._records.append([start, 0])
            index = len(self._records) - 1
            self._file.write(_HEADER_BYTES + index * _RECORD.size, _RECORD.pack(start, 0, 0))
            return index

    def advance(self, index: int, count: int) -> None:
        """Note that `count` further bytes of a record were written. Raises OSError."""
        with self._lock:
            record = self._records[index]
            record[1] += count
            where = _HEADER_BYTES + index * _RECORD.size + _WORD.size
            self._file.write(where, _WORD.pack(record[1]))

    def checkpoint(self) -> None:
        """Sync the partial file and call what it held before durable. Raises OSError."""
        with self._lock:
            written = [count for _, count in self._records]
        sync_file(self._part)
        with self._lock:
            for index, count in enumerate(written):
                where = _HEADER_BYTES + index * _RECORD.size + 2 * _WORD.size
                self._file.write(where, _WORD.pack(count))

    def note_etag(self, etag: str) -> None:
        """Remember what the server calls this content. Raises OSError."""
        with self._lock:
            self.etag = etag
            self._file.write(0, self._header())

    def note_verified(self) -> None:
        """Sync the file and remember that its checksum was right. Raises OSError."""
        sync_file(self._part)
        with self._lock:
            self.verified_mtime_ns = _mtime_ns(self._part)
            self._file.write(0, self._header())
            self._file.sync()

    def forget(self) -> None:
        """Begin again with nothing: the partial file is removed. Raises OSError."""
        with self._lock:
            self._file.close()
            self._part.unlink(missing_ok=True)
            self.etag, self.verified_mtime_ns, self._records = "", 0, []
            self._rewrite([])
            self._file = _Slots(self._path)

    def _header(self) -> bytes:
        return _HEADER.pack(
            _MAGIC,
            VERSION,
            self.size_bytes,
            self.verified_mtime_ns,
            boot_id(),
            self.etag.encode("utf-8", "replace")[:255],
        ).ljust(_HEADER_BYTES, b"\0")

    def _rewrite(self, rows: list[tuple[int, int, int]]) -> None:
        records = b"".join(_RECORD.pack(*row) for row in rows)
        replace_file(self._path, self._header() + records)

    def _read(self) -> tuple[list[Extent], bool]:
        """What an earlier run left, and whether all of it survives a power cut."""
        found = read_journal(self._path, self._part, self.size_bytes)
        if found is None:
            return [], False
        if found.is_same_boot:
            sync_file(self._part)
        self.etag, self.verified_mtime_ns = found.etag, found.verified_mtime_ns
        return found.extents, True


class _Slots:
    """A file that is written in place; `os.pwrite` is not on every system."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b", buffering=0)

    def write(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        self._file.write(data)

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read_journal(path: Path, part: Path, size_bytes: int) -> JournalContents | None:
    """What a journal says of a partial file; None if it is of another file or unreadable."""
    try:
        data = path.read_bytes()
        part_bytes = part.stat().st_size
    except FileNotFoundError:
        return None
    if len(data) < _HEADER_BYTES:
        return None
    magic, version, size, verified, boot, etag = _HEADER.unpack_from(data)
    if (magic, version, size) != (_MAGIC, VERSION, size_bytes):
        return None
    is_same_boot = boot.rstrip(b"\0") == boot_id()
    body = data[_HEADER_BYTES:][: _MOST_RECORDS * _RECORD.size]
    rows = _RECORD.iter_unpack(body[: len(body) // _RECORD.size * _RECORD.size])
    found = [(start, start + (w if is_same_boot else d)) for start, w, d in rows]
    limit = min(part_bytes, size_bytes)
    return JournalContents(
        extents=_merged([(start, min(end, limit)) for start, end in found]),
        etag=etag.rstrip(b"\0").decode("utf-8", "replace"),
        verified_mtime_ns=verified,
        is_same_boot=is_same_boot,
    )


def _merged(extents: list[Extent]) -> list[Extent]:
    merged: list[Extent] = []
    for start, end in sorted(extents):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def sync_file(path: Path) -> None:
    """Make what was written to a file survive a power cut. Raises OSError."""
    # "r+b": Windows syncs only what can be written.
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())


def _mtime_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def boot_id() -> bytes:
    """What tells this run of the system from the next one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        import psutil

        # The clock may be set a little: a minute is exact enough to see a restart.
        return b"%d" % round(psutil.boot_time() / 60)
