"""One download while it runs: its files side by side, their numbers as one, and its end."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from app.domain.errors import AppError, GatedError
from app.domain.hub import HubFile
from app.domain.transfer import DownloadFinished, DownloadProgress, DownloadState, RateMeter
from app.domain.words import marked, sentence
from app.services.access_token import AccessToken
from app.services.download_folder import DownloadFolder, disk_full_error
from app.services.files import shown, store_error
from app.services.network import Network
from app.services.transfer_control import SpeedLimit, Stop, StoppedError, TransferOptions

if TYPE_CHECKING:
    from app.services.file_transfer import FileTransfer
    from app.services.http_client import HttpClient

_PARALLEL_FILES: Final = 3


class DownloadJob:
    """One download of the queue. Its numbers may be read at any time from the event loop."""

    def __init__(
        self,
        folder: DownloadFolder,
        network: Network,
        token: AccessToken,
        limit: SpeedLimit,
        options: TransferOptions,
    ) -> None:
        self.folder = folder
        self.state: DownloadState = "paused"
        self.problem: AppError | None = None
        # What no code foresaw, for whoever waits for this download.
        self.defect: BaseException | None = None
        self.finished: DownloadFinished | None = None
        self._network = network
        self._token = token
        self._limit = limit
        self._options = options
        self._stop = Stop()
        self._transfers: list[FileTransfer] = []
        # Files that were under their final names before, by their checksum.
        self._present_bytes = 0
        self._stored_bytes = 0
        self._meter = RateMeter()
        self._clock: Callable[[], float] = time.monotonic

    @property
    def id(self) -> str:
        """The download's name in the queue."""
        return self.folder.id

    @property
    def missing_bytes(self) -> int:
        """What is still to be written."""
        return self.folder.plan.size_bytes - self._received_bytes

    def look(self) -> None:
        """Learn from the journals what is there. Blocks; raises `StoreError`."""
        try:
            self._stored_bytes = self.folder.received_bytes()
        except OSError as error:
            raise store_error(
                error, sentence("read {path}", path=shown(self.folder.path))
            ) from error

    def make_ready(self) -> None:
        """What was stopped may run again; a `stop` from now on holds for the next `run`."""
        self._stop = Stop()

    def stop(self) -> None:
        """Tell the threads to stop; `run` then ends with `StoppedError`."""
        self._stop.set()

    async def run(self, reserved_bytes: int) -> DownloadFinished:
        """Fetch, verify and publish. `reserved_bytes` of the disk are promised to others.

        Raises `AppError`, or `StoppedError` after `stop`. Cancelling stops it first.
        """
        self._transfers, self._present_bytes = [], 0
        self._meter = RateMeter()
        begun = self._clock()
        self._stop.check()
        await asyncio.to_thread(self._prepare, reserved_bytes)
        try:
            client = await asyncio.to_thread(self._network.client, marked("download"))
            try:
                token = await self._token.value()
                self._network.require_online(self._network.endpoint_host)
                await self._fetch(client, token)
            finally:
                client.close()
            self._stop.check()
            return await asyncio.shield(asyncio.to_thread(self._publish, begun))
        except GatedError:
            self.folder.release()
            if self._received_bytes == 0:  # so that no later start offers to go on with it
                await asyncio.to_thread(self.folder.remove)
            raise
        finally:
            self.folder.release()

    def progress(self) -> DownloadProgress:
        """The numbers of this moment."""
        plan, received = self.folder.plan, self._received_bytes
        state, notice = self.state, None
        rate, eta, quiet = 0.0, None, 0.0
        if state == "running":
            self._meter.add(self._clock(), received)
            rate, eta = self._meter.bytes_per_second, self._meter.eta_seconds(self.missing_bytes)
            quiet = self._meter.quiet_seconds
            notice = next((one.notice for one in self._transfers if one.notice), None)
            if any(one.is_waiting for one in self._transfers):
                state, eta = "waiting", None
            elif received == plan.size_bytes:
                state = "verifying"
        return DownloadProgress(
            download_id=self.id,
            plan=plan,
            state=state,
            received_bytes=received,
            total_bytes=plan.size_bytes,
            resumed_from_bytes=self._resumed_bytes,
            transferred_bytes=sum(one.transferred_bytes for one in self._transfers),
            rate_bytes_per_second=rate,
            eta_seconds=eta,
            quiet_seconds=int(quiet),
            connections=sum(one.connections for one in self._transfers),
            notice=notice.said() if notice else None,
            problem=self.problem.said() if self.problem else None,
        )

    # --- inside -----------------------------------------------------------------------------

    @property
    def _received_bytes(self) -> int:
        if self.finished is not None:
            return self.folder.plan.size_bytes
        running = self._present_bytes + sum(one.received_bytes for one in self._transfers)
        # Until the threads have read their journals, what was known before holds.
        return running if any(t.has_begun for t in self._transfers) else self._stored_bytes

    @property
    def _resumed_bytes(self) -> int:
        return self._present_bytes + sum(one.resumed_from_bytes for one in self._transfers)

    def _prepare(self, reserved_bytes: int) -> None:
        self.folder.save()
        self.folder.acquire()
        try:
            self.look()
            free = shutil.disk_usage(self.folder.path).free - reserved_bytes
            short = self.folder.plan.size_bytes - self._stored_bytes - free
            if short > 0 and not self._is_complete():
                raise disk_full_error(self.folder.plan.name, self.folder.path, short)
        except OSError as error:
            self.folder.release()
            raise store_error(
                error, sentence("write in {path}", path=shown(self.folder.path))
            ) from error
        except AppError:
            self.folder.release()
            raise

    def _is_complete(self) -> bool:
        """Whether all files seem to be there already, so that no room is needed."""
        finals = [(self.folder.final(file), file.size_bytes) for file in self.folder.plan.files]
        return all(path.is_file() and path.stat().st_size == size for path, size in finals)

    async def _fetch(self, client: HttpClient, token: str | None) -> None:
        """All files, some at a time; the first that fails stops the others."""
        loop = asyncio.get_running_loop()
        count = min(_PARALLEL_FILES, len(self.folder.plan.files))
        files = ThreadPoolExecutor(count, thread_name_prefix="download-file")
        # Besides its connections each file has a thread that syncs what they wrote.
        lanes = ThreadPoolExecutor(
            count * (self._options.most_connections + 1), thread_name_prefix="download-lane"
        )

        def fetch(index: int) -> None:
            self._fetch_file(index, client, token, lanes)

        # The small files of an MLX folder come first: what is wrong shows early.
        order = sorted(
            range(len(self.folder.plan.files)),
            key=lambda index: self.folder.plan.files[index].size_bytes,
        )
        futures = [loop.run_in_executor(files, fetch, index) for index in order]
        try:
            await asyncio.wait(futures, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            if any(not future.done() or future.exception() for future in futures):
                self._stop.set()
            # Also when cancelled: files and connections are in use until the threads have ended.
            await _until_done(futures)
            files.shutdown()
            lanes.shutdown()
        errors = [error for future in futures if (error := future.exception())]
        for error in sorted(errors, key=lambda one: isinstance(one, StoppedError)):
            raise error

    def _fetch_file(
        self, index: int, client: HttpClient, token: str | None, lanes: ThreadPoolExecutor
    ) -> None:
        """One file, in a thread of its own."""
        from app.services.file_transfer import FileTransfer
        from app.services.range_request import HubFileSource

        self._stop.check()
        plan, file = self.folder.plan, self.folder.plan.files[index]
        if self._is_published(file):
            return
        address = (plan.repository, plan.revision)
        source = HubFileSource(client, self._network, address, file, token)
        part = self.folder.part(index)
        transfer = FileTransfer(source, file, part, self._stop, self._limit, self._options)
        self._transfers.append(transfer)
        transfer.run(lanes)

    def _is_published(self, file: HubFile) -> bool:
        try:
            if not self.folder.is_there(file, self._stop):
                return False
        except OSError as error:
            raise store_error(
                error, sentence("read {path}", path=shown(self.folder.final(file)))
            ) from error
        self._present_bytes += file.size_bytes
        return True

    def _publish(self, begun: float) -> DownloadFinished:
        paths = self.folder.publish()
        plan, index = self.folder.plan, self.folder.opened_index
        opened = paths[index].parent if plan.format == "mlx" else paths[index]
        self.finished = DownloadFinished(
            download_id=self.id,
            repository=plan.repository,
            name=plan.name,
            format=plan.format,
            quantization=plan.quantization,
            path=bytes(opened),
            files=tuple(bytes(path) for path in paths),
            size_bytes=plan.size_bytes,
            sha256=plan.files[index].sha256 if plan.format == "gguf" else None,
            resumed_from_bytes=self._resumed_bytes,
            transferred_bytes=sum(one.transferred_bytes for one in self._transfers),
            seconds=self._clock() - begun,
        )
        self.folder.release()
        self.folder.remove()
        return self.finished


async def _until_done(futures: list[asyncio.Future[None]]) -> None:
    """Wait for threads that were told to stop, through any number of cancellations."""
    is_cancelled = False
    while any(not future.done() for future in futures):
        try:
            await asyncio.wait(futures)
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        raise asyncio.CancelledError
