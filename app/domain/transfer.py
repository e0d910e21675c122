"""Downloads as values: states and progress, names that are safe to write, rates, and waits."""

from __future__ import annotations

import re
from collections import deque
from typing import Final, Literal

import msgspec

from app.domain.errors import DownloadError
from app.domain.hub import DownloadPlan
from app.domain.model import ModelFormat
from app.domain.words import Sentence, sentence

DownloadState = Literal["queued", "running", "waiting", "verifying", "paused", "failed", "finished"]

MAX_PART_BYTES: Final = 255
MAX_PATH_BYTES: Final = 1024
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
# Names that Windows gives to devices, whatever their extension.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_FORBIDDEN: Final = frozenset('\\:*?"<>|')

# A line that brought nothing for so long stands still: the mean of the time before is no rate.
_QUIET_SECONDS: Final = 1.5


class DownloadProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one download has come. `received_bytes` counts what lies on the disk."""

    download_id: str
    plan: DownloadPlan
    state: DownloadState
    received_bytes: int
    total_bytes: int
    # What was there already when this program took the download up.
    resumed_from_bytes: int = 0
    # What came over the network since then, everything that was fetched twice included.
    transferred_bytes: int = 0
    rate_bytes_per_second: float = 0
    # None while nobody can tell honestly.
    eta_seconds: float | None = None
    # For how long nothing has come, in whole seconds.
    quiet_seconds: int = 0
    connections: int = 0
    # Why it waits, as a sentence ("The server is busy ... again in 12 s.").
    notice: str | None = None
    # Why it failed, as a sentence.
    problem: str | None = None

    @property
    def has_stalled(self) -> bool:
        """Whether data came and comes no more, while nobody has given the connection up."""
        is_still = self.quiet_seconds > 0 and self.rate_bytes_per_second <= 0
        return is_still and self.transferred_bytes > 0


class DownloadFinished(msgspec.Struct, frozen=True, kw_only=True):
    """A verified model under its final name. Paths are as the file system gives them."""

    download_id: str
    repository: str
    name: str
    format: ModelFormat
    quantization: str | None
    # What a loader opens: the file, the first shard, or the MLX folder.
    path: bytes
    files: tuple[bytes, ...]
    size_bytes: int
    # Of the file at `path`; None for a folder.
    sha256: str | None
    resumed_from_bytes: int
    transferred_bytes: int
    seconds: float


def check_repository(name: str) -> str:
    """The name itself if it is `owner/model`; raises `DownloadError` for anything else."""
    if not _REPOSITORY.fullmatch(name) or ".." in name:
        raise DownloadError(
            "{name} is not the name of a repository: it should be written owner/model.",
            name=repr(name[:120]),
        )
    return name


def check_path(path: str) -> str:
    """The path itself if every system can write it inside a folder; raises `DownloadError`.

    The names come from a server: nothing may leave the folder, on Windows neither.
    """
    reason = _path_problem(path)
    if reason is None:
        return path
    raise DownloadError(
        "The repository names a file {path}, which {reason}. Nothing of it was written.",
        path=repr(path[:80]),
        reason=reason,
    )


def _path_problem(path: str) -> Sentence | None:
    if len(path.encode("utf-8", "replace")) > MAX_PATH_BYTES:
        return sentence("is longer than {most} bytes", most=MAX_PATH_BYTES)
    if path.startswith("/"):
        return sentence("is an absolute path")
    for part in path.split("/"):
        if reason := _part_problem(part):
            return reason
    return None


def _part_problem(part: str) -> Sentence | None:
    if part in {"", ".", ".."}:
        return sentence("leads outside the models folder")
    if any(ord(letter) < 32 or letter in _FORBIDDEN for letter in part):
        return sentence("holds a character that file names cannot have")
    if any(0xD800 <= ord(letter) < 0xE000 for letter in part):
        return sentence("is not valid Unicode")
    if len(part.encode()) > MAX_PART_BYTES:
        return sentence("holds a name longer than {most} bytes", most=MAX_PART_BYTES)
    if part.startswith(".") or part.endswith((".", " ")) or _DEVICES.fullmatch(part):
        return sentence("holds a name that is reserved")
    return None


def parse_content_range(header: str | None) -> tuple[int, int, int] | None:
    """`bytes 0-99/1000` as (first byte, end, total), the end not included; None if unreadable."""
    found = _CONTENT_RANGE.fullmatch(header or "")
    return (int(found[1]), int(found[2]) + 1, int(found[3])) if found else None


def backoff_seconds(failures: int, jitter: float) -> float:
    """The wait after `failures` in a row: 1, 2, 4 ... 30 s, spread by `jitter` of 0 to 1."""
    return min(2.0 ** (failures - 1), 30.0) * (0.75 + 0.5 * jitter)


class RateMeter:
    """Bytes a second over the last seconds, and the time that the rest will take."""

    def __init__(self, window_seconds: float = 10.0) -> None:
        self._window_seconds = window_seconds
        self._samples: deque[tuple[float, int]] = deque()
        self._changed_seconds = 0.0

    def add(self, now_seconds: float, total_bytes: int) -> None:
        """Note how many bytes had come by a moment of a monotonic clock."""
        if not self._samples or total_bytes != self._samples[-1][1]:
            self._changed_seconds = now_seconds
        self._samples.append((now_seconds, total_bytes))
        while now_seconds - self._samples[0][0] > self._window_seconds:
            self._samples.popleft()

    @property
    def quiet_seconds(self) -> float:
        """For how long nothing has come."""
        return self._samples[-1][0] - self._changed_seconds if self._samples else 0.0

    @property
    def bytes_per_second(self) -> float:
        """The mean over the window; 0 before there are two samples, and when nothing comes."""
        if len(self._samples) < 2 or self.quiet_seconds >= _QUIET_SECONDS:
            return 0.0
        (first, before), (last, after) = self._samples[0], self._samples[-1]
        return max(after - before, 0) / (last - first) if last > first else 0.0

    def eta_seconds(self, remaining_bytes: int) -> float | None:
        """The time for the rest at this rate; None while it would be a guess."""
        if remaining_bytes == 0:
            return 0.0
        observed = self._samples[-1][0] - self._samples[0][0] if self._samples else 0.0
        rate = self.bytes_per_second
        return remaining_bytes / rate if rate > 0 and observed >= 1.0 else None
