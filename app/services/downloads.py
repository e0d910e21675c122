"""The queue of downloads: start, pause, resume, cancel, order and speed limit.

async for event in downloads.start(plan):      # for a script: pauses when left early
    ...                                        # DownloadProgress, then one DownloadFinished

await downloads.open()                         # for a window: what earlier runs left, paused
download_id = await downloads.add(plan)        # goes on whoever looks
async for snapshot in downloads.snapshots(): ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from app.domain.errors import AppError, StoreError, UsageError
from app.domain.hub import DownloadPlan
from app.domain.transfer import DownloadFinished, DownloadProgress
from app.services.access_token import AccessToken
from app.services.download_folder import DownloadFolder, check_plan, download_id, stored_downloads
from app.services.download_job import DownloadJob
from app.services.network import Network
from app.services.transfer_control import SpeedLimit, StoppedError, TransferOptions

# How often numbers are told.
INTERVAL_SECONDS: Final = 0.1


class Downloads:
    """All downloads into one models folder. Used from one event loop."""

    def __init__(
        self,
        models: Path,
        network: Network,
        token: AccessToken,
        options: TransferOptions | None = None,
        most_parallel: int = 2,
    ) -> None:
        self._models = models
        self._network = network
        self._token = token
        self._options = options or TransferOptions()
        self._most_parallel = most_parallel
        self._limit = SpeedLimit()
        self._jobs: dict[str, DownloadJob] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        # Nothing is begun or moved while the same is being deleted.
        self._arranging = asyncio.Lock()

    # --- for everybody ----------------------------------------------------------------------

    async def start(
        self, plan: DownloadPlan
    ) -> AsyncGenerator[DownloadProgress | DownloadFinished, None]:
        """Fetch a model: progress about ten times a second, then the model.

        Takes up what an earlier run left. Raises `AppError` when it fails; ends without a
        `DownloadFinished` when it is paused or cancelled by others. Leaving the iterator pauses.
        """
        key = await self.add(plan)
        job = self._jobs[key]
        try:
            while job.state in {"queued", "running"}:
                yield job.progress()
                await self._tick()
            if job.problem is not None:
                raise job.problem
            if job.defect is not None:
                raise job.defect
            yield job.finished or job.progress()
        finally:
            if job.state in {"queued", "running"}:
                await self.pause(key)

    async def open(self) -> tuple[DownloadProgress, ...]:
        """Find what earlier runs left; it is paused until someone resumes it."""
        for folder in await asyncio.to_thread(stored_downloads, self._models):
            if folder.id not in self._jobs:
                job = self._job(folder)
                await asyncio.to_thread(job.look)
                # What was added meanwhile runs already.
                self._jobs.setdefault(folder.id, job)
        return self.snapshot()

    async def add(self, plan: DownloadPlan) -> str:
        """Put a model at the end of the queue, or resume it if it is there; returns its id.

        Raises `DownloadError` for a plan with hostile names, `StoreError`.
        """
        check_plan(plan)
        key = download_id(plan)
        async with self._arranging:
            known = self._jobs.get(key)
            if known is None or known.state == "finished":
                last = max((job.folder.order for job in self._jobs.values()), default=0.0)
                folder = DownloadFolder(self._models, plan, last + 1.0)
                await asyncio.to_thread(folder.save)
                # `open` may have found it meanwhile.
                if self._jobs.get(key) is known:
                    self._jobs[key] = self._job(folder)
            await self.resume(key)
        return key

    async def resume(self, key: str) -> None:
        """Let a paused or failed download go on, when its turn comes."""
        job = self._known(key)
        if job.state in {"paused", "failed"}:
            job.state, job.problem, job.defect = "queued", None, None
            self._schedule()

    async def pause(self, key: str) -> None:
        """Stop a download and keep what was fetched; returns when its threads have ended."""
        job = self._known(key)
        if job.state == "queued":
            job.state = "paused"
        elif job.state == "running":
            job.stop()
            await asyncio.wait([self._tasks[key]])
        self._tell()

    async def cancel(self, key: str) -> None:
        """Stop a download and delete what was fetched. A finished one only leaves the list."""
        async with self._arranging:
            job = self._known(key)
            while job.state in {"queued", "running"}:
                await self.pause(key)
            del self._jobs[key]  # first, so that nobody resumes it
            self._tell()
            if job.state == "finished":
                return
            try:
                await asyncio.to_thread(job.folder.remove)
            except StoreError:
                self._jobs[key] = job
                self._tell()
                raise

    async def move(self, key: str, position: int) -> None:
        """Give a download another place in the queue, 0 is the first. Running ones run on."""
        async with self._arranging:
            job = self._known(key)
            others = [one for one in self._in_order() if one is not job]
            others.insert(max(0, position), job)
            for order, one in enumerate(others):
                if one.folder.order != float(order):
                    one.folder.order = float(order)
                    if one.state != "finished":
                        await asyncio.to_thread(one.folder.save)
        self._schedule()

    def limit_speed(self, bytes_per_second: int | None) -> None:
        """Limit all downloads together, at once; None lifts the limit. Raises `UsageError`."""
        if bytes_per_second is not None and bytes_per_second < 1024:
            raise UsageError("A speed limit is at least 1 kB a second. Pause the download instead.")
        self._limit.change(bytes_per_second)

    def snapshot(self) -> tuple[DownloadProgress, ...]:
        """All downloads in the queue's order, with the numbers of this moment."""
        return tuple(job.progress() for job in self._in_order())

    async def snapshots(self) -> AsyncGenerator[tuple[DownloadProgress, ...], None]:
        """Snapshots without end: ten a second while something runs, else at each change."""
        while True:
            # Taken first: a change while the listener has its turn is not missed.
            changed = self._changed
            yield self.snapshot()
            if self._tasks:
                await self._tick()
            else:
                await changed.wait()

    async def close(self) -> None:
        """Pause everything. What runs is taken up again by `add` or `resume` in a later run."""
        for job in self._jobs.values():
            if job.state == "queued":
                job.state = "paused"
            job.stop()
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def result(self, key: str) -> DownloadFinished | None:
        """The model that a finished download brought; None for any other."""
        return self._jobs[key].finished if key in self._jobs else None

    def use_folder(self, models: Path) -> None:
        """Have downloads go to another folder from now on.

        Raises `UsageError` while one is unfinished: what was fetched of it lies in the old folder.
        """
        if any(job.state != "finished" for job in self._jobs.values()):
            raise UsageError(
                "A download is not finished. Let it finish, or cancel it, before the models "
                "folder is moved."
            )
        self._jobs.clear()
        self._models = models
        self._tell()

    # --- inside -----------------------------------------------------------------------------

    def _job(self, folder: DownloadFolder) -> DownloadJob:
        return DownloadJob(folder, self._network, self._token, self._limit, self._options)

    def _known(self, key: str) -> DownloadJob:
        if key not in self._jobs:
            raise UsageError(
                "There is no download {key}. It may have been cancelled.", key=repr(key)
            )
        return self._jobs[key]

    def _in_order(self) -> list[DownloadJob]:
        return sorted(self._jobs.values(), key=lambda job: job.folder.order)

    def _schedule(self) -> None:
        """Start queued downloads while there is room."""
        for job in self._in_order():
            if len(self._tasks) >= self._most_parallel:
                break
            if job.state == "queued":
                job.state = "running"
                job.make_ready()
                self._tasks[job.id] = asyncio.create_task(self._run(job), name=f"get {job.id}")
        self._tell()

    async def _run(self, job: DownloadJob) -> None:
        reserved = sum(
            one.missing_bytes
            for one in self._jobs.values()
            if one.state == "running" and one != job
        )
        try:
            await job.run(reserved)
            job.state = "finished"
        except AppError as error:
            job.state, job.problem = "failed", error
        except (StoppedError, asyncio.CancelledError):
            job.state = "paused"
        except BaseException as error:
            job.state, job.defect = "failed", error
            raise
        finally:
            del self._tasks[job.id]
            self._schedule()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _tick(self) -> None:
        """Until the state of a download changes, at most for an interval."""
        try:
            await asyncio.wait_for(self._changed.wait(), INTERVAL_SECONDS)
        except TimeoutError:
            return
