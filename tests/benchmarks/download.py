"""A download of 1 GB against `curl -o` from the same loopback server: speed, memory, stalls.

    uv run python -m tests.benchmarks.download [--mb 1000] [--rounds 5] [--folder /dev/shm]

Ours hashes what it writes and syncs it; `curl` does neither. So each is also run without, and
`curl` with `sync` and `sha256sum` after it. One round is one run of each, in another order every
time, each begun when the disk has nothing left to write and as much memory as the file takes has
just been in use (a virtual machine gets memory anew from its host, which takes longer than the
transfer). A ratio is of two runs of one round. Where the disk is slower than loopback, the runs
with a sync measure the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from app.domain.hub import HubFile, plan_download
from app.domain.transfer import DownloadFinished
from app.services import file_transfer
from app.services.access_token import AccessToken
from app.services.download_folder import expected_digest
from app.services.downloads import Downloads
from app.services.hub import Hub
from app.services.network import Network
from tests.fakes.hub import FakeHub

REPOSITORY = "tester/large-GGUF"
MODULE = "tests.benchmarks.download"
_TICK_SECONDS = 0.005
CURL: Final = {
    "curl -o": (),
    "curl, sync": ("sync",),
    "curl, sync, sha256sum": ("sync", "sha256sum"),
}
OURS: Final = {"quantbench": (), "unsynced": ("sync",), "unsynced, unverified": ("sync", "sha256")}
# What is held against what: each ratio is at least 0.9 where the processor keeps up.
PAIRS: Final = (
    ("unsynced, unverified", "curl -o"),
    ("unsynced", "curl -o"),
    ("quantbench", "curl, sync"),
    ("quantbench", "curl, sync, sha256sum"),
    ("quantbench", "curl -o"),
)


class _Unread:
    """A digest that is right whatever was fetched: what a transfer costs that is not verified."""

    def __init__(self, file: HubFile) -> None:
        self._digest = expected_digest(file)

    def update(self, data: memoryview, /) -> None:
        """Look at nothing."""

    def hexdigest(self) -> str:
        return self._digest


def leave_out(parts: list[str]) -> None:
    """Have this process do without syncing, or without hashing."""
    if "sync" in parts:
        os.fsync = lambda _: None
    if "sha256" in parts:
        file_transfer.new_digest = _Unread


def serve(file: Path) -> None:
    """The server process: prints its address, runs until its input closes."""
    with FakeHub() as hub:
        hub.add(REPOSITORY, {"large-Q8_0.gguf": file})
        print(json.dumps({"endpoint": hub.endpoint}), flush=True)
        sys.stdin.read()


async def fetch(endpoint: str, folder: Path) -> dict[str, float]:
    """One download in a process of its own."""
    network = Network(endpoint=endpoint, offline=False)
    token = AccessToken(folder / "token", network.endpoint_host)
    hub = Hub(network, token)
    found = await hub.files(REPOSITORY)
    await hub.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gaps: list[float] = []
    ticker = asyncio.create_task(tick(gaps))
    downloads = Downloads(folder / "models", network, token)
    begun = time.perf_counter()
    async for event in downloads.start(plan_download(found, found.rows[0])):
        if isinstance(event, DownloadFinished):
            assert event.transferred_bytes == event.size_bytes
    seconds = time.perf_counter() - begun
    ticker.cancel()
    await downloads.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "grown_mib": (peak - before) / 1024,
        "peak_mib": peak / 1024,
        "stall_ms": max(gaps, default=0.0) * 1000,
    }


async def tick(gaps: list[float]) -> None:
    """How late the event loop comes to something that it should do every 5 ms."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        now = time.perf_counter()
        gaps.append(now - last - _TICK_SECONDS)
        last = now


def curl(endpoint: str, target: Path, after: tuple[str, ...]) -> float:
    """Seconds that `curl -o` takes, with the commands after it on the file that it wrote."""
    begun = time.perf_counter()
    url = f"{endpoint}/{REPOSITORY}/resolve/main/large-Q8_0.gguf"
    subprocess.run(["curl", "-sSL", "-o", str(target), url], check=True)
    for command in after:
        subprocess.run([command, str(target)], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    target.unlink()
    return seconds


def client(endpoint: str, folder: Path, without: tuple[str, ...]) -> dict[str, float]:
    """Our download in a fresh process."""
    arguments = [sys.executable, "-m", MODULE, "--fetch", endpoint, "--folder", str(folder)]
    environment = {**os.environ, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "0"}
    done = subprocess.run(
        [*arguments, "--without", *without], check=True, stdout=subprocess.PIPE, env=environment
    )
    shutil.rmtree(folder / "models")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def settle(folder: Path, size_mb: int) -> None:
    """Nothing left to write, and memory for a file at hand."""
    os.sync()
    path, block = folder / "warm", bytes(1_000_000)
    with path.open("wb") as file:
        for _ in range(size_mb):
            file.write(block)
    path.unlink()


def compare(folder: Path, size_mb: int, rounds: int) -> None:
    """Take turns, and print medians, spread and ratios."""
    source = folder / "large-Q8_0.gguf"
    with source.open("wb") as file:
        for _ in range(size_mb):
            file.write(os.urandom(1_000_000))
    arguments = [sys.executable, "-m", MODULE, "--serve", str(source)]
    seconds: dict[str, list[float]] = {name: [] for name in (*CURL, *OURS)}
    figures: list[dict[str, float]] = []
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        endpoint = json.loads(server.stdout.readline())["endpoint"]
        for _ in range(rounds):
            for name in random.sample(list(seconds), len(seconds)):
                settle(folder, size_mb)
                if name in CURL:
                    seconds[name].append(curl(endpoint, folder / "curl.out", CURL[name]))
                else:
                    figures.append(client(endpoint, folder, OURS[name]))
                    seconds[name].append(figures[-1]["seconds"])
        server.communicate("")
    report(size_mb, seconds, figures)


def report(size_mb: int, seconds: dict[str, list[float]], figures: list[dict[str, float]]) -> None:
    for name, values in seconds.items():
        rates = [size_mb / value for value in values]
        print(f"{name:22} {statistics.median(rates):6.0f} MB/s  {span(rates, 0)}")
    for ours, theirs in PAIRS:
        ratios = [b / a for a, b in zip(seconds[ours], seconds[theirs], strict=True)]
        print(f"{ours} to {theirs}: {statistics.median(ratios):.2f}  {span(ratios, 2)}")
    for key in ("grown_mib", "peak_mib", "stall_ms"):
        print(f"{key:24} {max(one[key] for one in figures):.1f}")


def span(values: list[float], digits: int) -> str:
    """The least and the most."""
    return f"({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--serve", type=Path)
    parser.add_argument("--fetch")
    parser.add_argument("--without", nargs="*", default=[])
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
    elif options.fetch:
        leave_out(options.without)
        print(json.dumps(asyncio.run(fetch(options.fetch, options.folder))))
    else:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            compare(Path(name), options.mb, options.rounds)


if __name__ == "__main__":
    main()
