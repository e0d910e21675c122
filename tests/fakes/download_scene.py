"""A hub, a models folder and a queue, as tests of downloads need them; and a child to be killed.

python -m tests.fakes.download_scene ENDPOINT MODELS PLAN.json    fetches until done
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from app.domain.hub import DownloadPlan, HubFile, group_files
from app.domain.transfer import DownloadFinished, DownloadProgress
from app.services.access_token import AccessToken
from app.services.downloads import Downloads
from app.services.network import Network
from app.services.transfer_control import TransferOptions
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault
from tests.fakes.hub_repos import COMMIT

REPOSITORY = "tester/small-GGUF"
NAME = "small-Q4_0.gguf"
SIZE = 4_000_000
# Waits that no server asked for are short, and a second connection is tried at once.
OPTIONS = TransferOptions(segment_bytes=2**20, watch_seconds=0.1, look_seconds=0.05, patience=0.01)
ONE_CONNECTION = TransferOptions(most_connections=1, patience=0.01)


def random_bytes(count: int, seed: int = 0) -> bytes:
    """The same bytes at every call."""
    return random.Random(seed).randbytes(count)


CONTENT = random_bytes(SIZE)


def states(snapshot: Iterable[DownloadProgress]) -> list[str]:
    """The states of all downloads, in the queue's order."""
    return [one.state for one in snapshot]


async def until(
    downloads: Downloads, wanted: Callable[[tuple[DownloadProgress, ...]], bool]
) -> tuple[DownloadProgress, ...]:
    """The first snapshot that is as wanted."""
    async for snapshot in downloads.snapshots():
        if wanted(snapshot):
            return snapshot
    raise AssertionError("snapshots never end")


class Scene:
    """One user: a hub to ask, a folder of models, a token."""

    def __init__(self, fake: FakeHub, folder: Path) -> None:
        self.fake = fake
        self.models = folder / "models"
        self.network = Network(endpoint=fake.endpoint, offline=False)
        self.token = AccessToken(folder / "secrets", self.network.endpoint_host)
        self.seen: list[DownloadProgress] = []
        self._news = asyncio.Event()
        self._queues: list[Downloads] = []

    def queue(self, options: TransferOptions = ONE_CONNECTION, parallel: int = 2) -> Downloads:
        """A queue as a new start of the program makes it."""
        downloads = Downloads(self.models, self.network, self.token, options, parallel)
        self._queues.append(downloads)
        return downloads

    async def close(self) -> None:
        """End all queues."""
        for downloads in self._queues:
            await downloads.close()

    def add(self, content: bytes | Path, name: str = NAME, repository: str = REPOSITORY) -> None:
        """Put a model of one file on the hub."""
        self.fake.add(repository, {name: content})

    def plan(self, repository: str = REPOSITORY, *, is_mlx: bool = False) -> DownloadPlan:
        """All files of the first row of a repository."""
        files = [
            HubFile(
                path=file.name,
                size_bytes=file.size,
                sha256=file.sha256 if file.is_large else None,
                git_sha1=None if file.is_large else file.git_sha1,
            )
            for file in self.fake.repos[repository].files.values()
        ]
        row = group_files(repository, files, is_mlx=is_mlx)[0]
        return DownloadPlan(
            repository=repository,
            revision=COMMIT,
            name=row.name,
            format=row.format,
            quantization=row.quantization,
            files=row.files + row.companions,
        )

    def slow(self, bytes_per_second: int = SIZE) -> None:
        """Have the hub send no faster than that."""
        self.fake.faults.append(Fault("throttle", value=bytes_per_second))

    def strike(self, *faults: Fault) -> None:
        """Have the hub misbehave, each time as if it were the first."""
        self.fake.faults.extend(Fault(**vars(fault)) for fault in faults)
        if any(fault.kind == "stall" for fault in faults):
            self.network.stall_seconds = 0.4  # where it is about silence, it is not waited for long

    async def fetch(
        self, plan: DownloadPlan, options: TransferOptions = ONE_CONNECTION
    ) -> DownloadFinished:
        """Download to the end; what was seen on the way is in `seen`."""
        async for event in self.queue(options).start(plan):
            if isinstance(event, DownloadFinished):
                return event
            self.seen.append(event)
            self._news.set()
        raise AssertionError("it ended without a result")

    async def came(self, count: int) -> None:
        """Wait until so many bytes of what is fetched have come."""
        while not self.seen or self.seen[-1].received_bytes < count:
            self._news.clear()
            await self._news.wait()

    def final(self, name: str = NAME, repository: str = REPOSITORY) -> Path:
        """Where a file goes."""
        return self.models / repository / name

    def contents(self) -> Mapping[str, bytes]:
        """Every file under the models folder that is under its final name."""
        return {
            path.relative_to(self.models).as_posix(): path.read_bytes()
            for path in self.models.rglob("*")
            if path.is_file() and ".downloads" not in path.parts
        }

    def partial(self) -> list[str]:
        """Names of what lies in the folder of unfinished downloads."""
        return sorted(p.name for p in (self.models / ".downloads").rglob("*") if p.is_file())


async def _child(endpoint: str, models: Path, plan: DownloadPlan) -> None:
    network = Network(endpoint=endpoint, offline=False)
    token = AccessToken(models / "none", network.endpoint_host)
    async for event in Downloads(models, network, token, OPTIONS).start(plan):
        if isinstance(event, DownloadFinished):
            sys.stdout.write(msgspec.json.encode(event).decode())


if __name__ == "__main__":
    _plan = msgspec.json.decode(Path(sys.argv[3]).read_bytes(), type=DownloadPlan)
    asyncio.run(_child(sys.argv[1], Path(sys.argv[2]), _plan))
