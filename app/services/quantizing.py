"""Makes smaller files of models: a file appears under its name when it is whole, or not at all."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.domain.errors import AppError, DiskFullError, StoreError, UsageError
from app.domain.quantize import QuantizeJob, QuantizePlan, QuantizeProgress
from app.domain.units import file_text
from app.domain.words import sentence
from app.services.files import shown, store_error, sync_folder
from backends.quantizer import Quantizer

# While it is written, a file has a name that nobody takes for a model's.
_UNFINISHED = ".quantizing"
# A disk with less than this free is full.
_NOTHING_FREE_BYTES = 16 * 2**20


class Quantizing:
    """Jobs of `llama_model_quantize`, checked before and put in place after."""

    def __init__(self, quantizer: Quantizer, spare_bytes: int = 256 * 2**20) -> None:
        """`spare_bytes`: what must be left on the disk beside a new file."""
        self._quantizer = quantizer
        self._spare_bytes = spare_bytes

    async def plan(self, job: QuantizeJob) -> QuantizePlan:
        """What the job would make, to the byte; nothing is written. Raises `AppError`."""
        dry = msgspec.structs.replace(job, target=None)
        return await self._quantizer.run(dry, lambda _: None)

    async def quantize(
        self, job: QuantizeJob, on_progress: Callable[[QuantizeProgress], None]
    ) -> QuantizePlan:
        """Make the file. Cancelling the task cancels the job and leaves nothing.

        Raises `UsageError` for a job without sense, `DiskFullError`, `StoreError`, `AppError`.
        """
        if job.target is None:
            raise UsageError("Say where the new file is to be.")
        target = Path(os.fsdecode(job.target))
        await asyncio.to_thread(_refuse_taken, Path(os.fsdecode(job.source)), target)
        plan = await self.plan(job)
        if plan.needs_matrix and job.matrix is None:
            raise UsageError(
                "{file_type} needs an importance matrix: without one the model would talk "
                "nonsense. Give the matrix of this model, or choose Q3_K_S or larger.",
                file_type=job.file_type,
            )
        await asyncio.to_thread(_refuse_full, target, plan.file_bytes, self._spare_bytes)
        unfinished = target.with_name(target.name + _UNFINISHED)
        renamed = msgspec.structs.replace(job, target=os.fsencode(unfinished))
        try:
            await self._quantizer.run(renamed, on_progress)
            await asyncio.to_thread(_put_in_place, unfinished, target, plan.file_bytes)
        except AppError as error:
            raise await asyncio.to_thread(_told, error, target, plan.file_bytes) from error
        finally:
            unfinished.unlink(missing_ok=True)
        return plan


def _refuse_taken(source: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise UsageError(
            "There is no folder {parent}. Make it, or choose another.", parent=shown(target.parent)
        )
    if target.exists():
        is_model = target.samefile(source)
        what = sentence("The model itself") if is_model else sentence("A file of that name")
        raise UsageError(
            "{what} is at {target} already. Choose another name for the new file.",
            what=what,
            target=shown(target),
        )


def _refuse_full(target: Path, needed_bytes: int, spare_bytes: int) -> None:
    try:
        free = shutil.disk_usage(target.parent).free
    except OSError as error:
        raise store_error(
            error, sentence("look at the disk of {path}", path=shown(target.parent))
        ) from error
    if free < needed_bytes + spare_bytes:
        raise DiskFullError(
            "{name} will have {needed}, and the disk has {free} free. Free some space, or choose "
            "a smaller type.",
            name=shown(target.name),
            needed=file_text(needed_bytes),
            free=file_text(free),
        )


def _put_in_place(unfinished: Path, target: Path, expected_bytes: int) -> None:
    try:
        size = unfinished.stat().st_size
        if size != expected_bytes:
            raise StoreError(
                "The new file has {size} where {expected} were due, so it was thrown away. Try "
                "again; check the disk if it happens again.",
                size=file_text(size),
                expected=file_text(expected_bytes),
            )
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        # A link takes no name that somebody else has taken meanwhile.
        os.link(unfinished, target)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
            unfinished.replace(target)  # a disk without links
        else:
            raise store_error(error, sentence("write {path}", path=shown(target))) from error
    sync_folder(target.parent)


def _told(error: AppError, target: Path, needed_bytes: int) -> AppError:
    """A write that failed for want of room says no more than that it failed."""
    try:
        free = shutil.disk_usage(target.parent).free
    except OSError:
        return error
    if free > _NOTHING_FREE_BYTES or isinstance(error, StoreError):
        return error
    return DiskFullError(
        "The disk ran full at {target}: {needed} were needed. Free some space and try again.",
        target=shown(target),
        needed=file_text(needed_bytes),
    )
