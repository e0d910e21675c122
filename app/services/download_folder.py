"""The folder of one download: its plan, its partial files, its lock, and the way to the models.

models/.downloads/<id>/plan.json        what to fetch, and its place in the queue
                       lock             held by the program that fetches it
                       0000.part        the first file, and beside it
                       0000.journal     which bytes of it are there
models/<owner>/<model>/<file>           where the files go once all are verified
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Protocol

import msgspec

from app.domain.errors import DiskFullError, DownloadError
from app.domain.hub import DownloadPlan, HubFile
from app.domain.transfer import check_path, check_repository
from app.domain.units import file_text
from app.domain.words import sentence
from app.services.download_journal import read_journal
from app.services.files import replace_file, shown, store_error, sync_folder
from app.services.transfer_control import Stop

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DOWNLOADS_FOLDER: Final = ".downloads"
_VERSION: Final = 1
_HASH_BYTES: Final = 2**20
_SHA256_LETTERS, _SHA1_LETTERS = 64, 40


class Digest(Protocol):
    """A hash that grows."""

    def update(self, data: memoryview, /) -> None: ...

    def hexdigest(self) -> str: ...


class _StoredPlan(msgspec.Struct, frozen=True, kw_only=True):
    """`plan.json`. Later versions may add fields; what this one does not know it passes over."""

    version: int
    order: float
    plan: DownloadPlan


class DownloadFolder:
    """Where one download lives until it is complete."""

    def __init__(self, models: Path, plan: DownloadPlan, order: float) -> None:
        check_plan(plan)
        self._models = models
        self.plan = plan
        self.order = order
        self.id = download_id(plan)
        self.path = models / DOWNLOADS_FOLDER / self.id
        self._lock: IO[bytes] | None = None

    def save(self) -> None:
        """Make the folder and write the plan. Raises `StoreError`."""
        stored = _StoredPlan(version=_VERSION, order=self.order, plan=self.plan)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self.path / "plan.json", msgspec.json.encode(stored))
        except OSError as error:
            raise store_error(
                error, sentence("begin a download in {path}", path=shown(self._models))
            ) from error

    def remove(self) -> None:
        """Delete the folder and what was fetched. Raises `StoreError`."""
        try:
            shutil.rmtree(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise store_error(error, sentence("remove {path}", path=shown(self.path))) from error
        with suppress(OSError):  # other downloads are in it
            self.path.parent.rmdir()

    # --- the lock ---------------------------------------------------------------------------

    def acquire(self) -> None:
        """Keep other programs from this download. Raises `DownloadError` if one has it."""
        try:
            self._lock = (self.path / "lock").open("ab")
            _lock_file(self._lock)
        except OSError as error:
            self.release()
            if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
                raise DownloadError(
                    "{name} is being downloaded by another Quantbench. Wait for it, or pause it "
                    "there.",
                    name=self.plan.name,
                ) from error
            raise store_error(error, sentence("write in {path}", path=shown(self.path))) from error

    def release(self) -> None:
        """Let go; the system does it for a program that was killed."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # --- files ------------------------------------------------------------------------------

    def part(self, index: int) -> Path:
        """The partial file of the plan's file with that index."""
        return self.path / f"{index:04}.part"

    def final(self, file: HubFile) -> Path:
        """Where a file goes."""
        return self._models.joinpath(*self.plan.repository.split("/"), *file.path.split("/"))

    def received_bytes(self) -> int:
        """What lies on the disk already, by the journals. Raises OSError."""
        total = 0
        for index, file in enumerate(self.plan.files):
            part = self.part(index)
            found = read_journal(journal_path(part), part, file.size_bytes)
            total += sum(end - start for start, end in found.extents) if found else 0
        return total

    def is_there(self, file: HubFile, stop: Stop) -> bool:
        """Whether the file is under its final name already, by its checksum.

        Raises `StoppedError`, OSError.
        """
        path = self.final(file)
        try:
            if path.stat().st_size != file.size_bytes or not path.is_file():
                return False
        except FileNotFoundError:
            return False
        digest = new_digest(file)
        buffer = memoryview(bytearray(_HASH_BYTES))
        with path.open("rb", buffering=0) as source:
            while count := source.readinto(buffer):
                stop.check()
                digest.update(buffer[:count])
        return digest.hexdigest() == expected_digest(file)

    def publish(self) -> tuple[Path, ...]:
        """Rename the verified files to their final names; returns those, in the plan's order.

        The file that a loader opens comes last: until then nothing looks like a model. Interrupted,
        it can be done again. Raises `StoreError`.
        """
        finals = [self.final(file) for file in self.plan.files]
        opened = self.opened_index
        order = [index for index in range(len(finals)) if index != opened]
        try:
            for index in (*order, opened):
                finals[index].parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if self.part(index).exists():
                    self.part(index).replace(finals[index])
                    sync_folder(finals[index].parent)
            for folder in {final.parent for final in finals}:
                for parent in (folder.parent, folder.parent.parent):
                    if parent.is_relative_to(self._models):
                        sync_folder(parent)
        except OSError as error:
            where = shown(finals[opened].parent)
            raise store_error(
                error, sentence("move {name} to {folder}", name=self.plan.name, folder=where)
            ) from error
        return tuple(finals)

    @property
    def opened_index(self) -> int:
        """Which file of the plan makes it a model: the first shard, or `config.json` of MLX."""
        for index, file in enumerate(self.plan.files):
            if self.plan.format == "gguf" or file.path == "config.json":
                return index
        return 0


def stored_downloads(models: Path) -> list[DownloadFolder]:
    """What earlier runs left, in the queue's order. What cannot be read is left alone."""
    found: list[DownloadFolder] = []
    try:
        folders = sorted((models / DOWNLOADS_FOLDER).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise store_error(
            error, sentence("read {path}", path=shown(models / DOWNLOADS_FOLDER))
        ) from error
    for folder in folders:
        try:
            stored = msgspec.json.decode((folder / "plan.json").read_bytes(), type=_StoredPlan)
            one = DownloadFolder(models, stored.plan, stored.order)
        except (OSError, msgspec.MsgspecError, DownloadError):
            continue  # of a later version, or damaged
        if stored.version == _VERSION and one.id == folder.name:
            found.append(one)
    return sorted(found, key=lambda one: one.order)


def download_id(plan: DownloadPlan) -> str:
    """The same for the same content of the same repository, whatever the commit is called."""
    lines = [plan.repository, *(f"{expected_digest(file)} {file.path}" for file in plan.files)]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:20]


def check_plan(plan: DownloadPlan) -> None:
    """Raise `DownloadError` for names and numbers that a server should not have sent."""
    check_repository(plan.repository)
    names = [check_path(file.path).casefold() for file in plan.files]
    if not names or len(set(names)) != len(names):
        raise DownloadError(
            "{repository} lists no files, or two under one name. Nothing was written.",
            repository=plan.repository,
        )
    for file in plan.files:
        letters = expected_digest(file)
        length = _SHA256_LETTERS if file.sha256 else _SHA1_LETTERS
        if len(letters) != length or not set(letters) <= set("0123456789abcdef"):
            raise DownloadError(
                "The hub lists no checksum for {path}, so it could not be verified. Nothing was "
                "fetched.",
                path=file.path,
            )
        if file.size_bytes < 0:
            raise DownloadError("The hub lists {path} with a negative size.", path=file.path)


def expected_digest(file: HubFile) -> str:
    """What the hub says the checksum is, as lower case hexadecimal; empty if it says nothing."""
    return file.sha256 or file.git_sha1 or ""


def new_digest(file: HubFile) -> Digest:
    """The hash that the hub names: SHA-256 of a large file, git's blob SHA-1 of a small one."""
    if file.sha256 is not None:
        return hashlib.sha256()
    return hashlib.sha1(b"blob %d\0" % file.size_bytes, usedforsecurity=False)


def journal_path(part: Path) -> Path:
    """Where the journal of a partial file lies."""
    return part.with_suffix(".journal")


def disk_full_error(name: str, folder: Path, short_bytes: int) -> DiskFullError:
    """What to do where `short_bytes` more would be needed."""
    return DiskFullError(
        "The disk of {folder} is too full for {name}: {short} more are needed. Free that much and "
        "resume; what was fetched is kept.",
        folder=shown(folder),
        name=name,
        short=file_text(short_bytes),
    )


def _lock_file(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
