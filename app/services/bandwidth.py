"""Measures how fast this machine's memory is read: a short copy with all cores, cached."""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from pathlib import Path

import msgspec

from app.domain.speed import Throughput
from app.services.files import replace_file

# Far more than any cache holds, for each thread.
_BLOCK_BYTES = 48 * 2**20
_ROUNDS = 6


class _Known(msgspec.Struct, frozen=True):
    threads: int
    bytes_per_second: float


def measure_bandwidth(threads: int) -> float:
    """Bytes a second that `threads` threads move: the best of a few rounds, about half a second.

    A copy reads and writes, so that it moves twice its size. ctypes releases the GIL.
    """
    best = 0.0
    blocks = [
        (ctypes.create_string_buffer(_BLOCK_BYTES), ctypes.create_string_buffer(_BLOCK_BYTES))
        for _ in range(threads)
    ]
    for _ in range(_ROUNDS):
        workers = [
            threading.Thread(target=ctypes.memmove, args=(target, source, _BLOCK_BYTES))
            for source, target in blocks
        ]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seconds = time.perf_counter() - start
        best = max(best, 2 * _BLOCK_BYTES * threads / seconds)
    return best


async def host_throughput(path: Path, threads: int) -> Throughput:
    """The CPU's throughput, measured at first use and kept in `path`."""
    return await asyncio.to_thread(_host_throughput, path, threads)


def _host_throughput(path: Path, threads: int) -> Throughput:
    known = _read(path)
    if known is None or known.threads != threads:
        known = _Known(threads, measure_bandwidth(threads))
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, msgspec.json.encode(known))
    return Throughput(bandwidth_bytes_per_second=known.bytes_per_second)


def _read(path: Path) -> _Known | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Known)
    except (OSError, msgspec.DecodeError):
        return None
