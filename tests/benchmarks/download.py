"""A download of 1 GB against `curl -o` from the same loopback server: speed, memory, stalls.

    uv run python -m tests.benchmarks.download [--mb 1000] [--rounds 5] [--folder /dev/shm]

Both take the same file from one server process, in turn. `curl` neither verifies nor syncs, so
`curl + sha256sum` is reported beside it. The ratio of medians is what counts: at least 0.9.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.domain.hub import plan_download
from app.domain.transfer import DownloadFinished
from app.services.access_token import AccessToken
from app.services.downloads import Downloads
from app.services.hub import Hub
from app.services.network import Network
from tests.fakes.hub import FakeHub

REPOSITORY = "tester/large-GGUF"
MODULE = "tests.benchmarks.download"
_TICK_SECONDS = 0.005


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


def curl(endpoint: str, target: Path, *, hashed: bool) -> float:
    """Seconds that `curl -o` takes, with `sha256sum` after it if asked."""
    begun = time.perf_counter()
    url = f"{endpoint}/{REPOSITORY}/resolve/main/large-Q8_0.gguf"
    subprocess.run(["curl", "-sSL", "-o", str(target), url], check=True)
    if hashed:
        subprocess.run(["sha256sum", str(target)], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    target.unlink()
    return seconds


def client(endpoint: str, folder: Path) -> dict[str, float]:
    """Our download in a fresh process."""
    arguments = [sys.executable, "-m", MODULE, "--fetch", endpoint, "--folder", str(folder)]
    environment = {**os.environ, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "0"}
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, env=environment)
    shutil.rmtree(folder / "models")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(folder: Path, size_mb: int, rounds: int) -> None:
    """Take turns, and print medians, spread and ratios."""
    source = folder / "large-Q8_0.gguf"
    with source.open("wb") as file:
        for _ in range(size_mb):
            file.write(os.urandom(1_000_000))
    arguments = [sys.executable, "-m", MODULE, "--serve", str(source)]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        endpoint = json.loads(server.stdout.readline())["endpoint"]
        plain, hashed, ours = [], [], []
        for _ in range(rounds):
            plain.append(curl(endpoint, folder / "curl.out", hashed=False))
            ours.append(client(endpoint, folder))
            hashed.append(curl(endpoint, folder / "curl.out", hashed=True))
        server.communicate("")
    seconds = [one["seconds"] for one in ours]
    for name, values in (("curl -o", plain), ("curl, sha256sum", hashed), ("quantbench", seconds)):
        rates = sorted(size_mb / value for value in values)
        print(
            f"{name:16} {statistics.median(rates):7.0f} MB/s  ({rates[0]:.0f} to {rates[-1]:.0f})"
        )
    print(f"ratio to curl            {statistics.median(plain) / statistics.median(seconds):.2f}")
    print(f"ratio to curl, sha256sum {statistics.median(hashed) / statistics.median(seconds):.2f}")
    for key in ("grown_mib", "peak_mib", "stall_ms"):
        print(f"{key:24} {max(one[key] for one in ours):.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--serve", type=Path)
    parser.add_argument("--fetch")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
    elif options.fetch:
        print(json.dumps(asyncio.run(fetch(options.fetch, options.folder))))
    else:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            compare(Path(name), options.mb, options.rounds)


if __name__ == "__main__":
    main()
