"""Measures how fast this machine reads memory and computes: once, in about two seconds, cached."""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.domain.speed import KindSpeed, Throughput
from app.services.files import replace_file
from backends.devices import engine_speed

# Far more than any cache holds, for each thread.
_BLOCK_BYTES = 48 * 2**20
_ROUNDS = 6


class _Known(msgspec.Struct, frozen=True):
    threads: int
    bytes_per_second: float
    # What the engine measured; empty where it does not run.
    kinds: Mapping[str, KindSpeed]
    layer_seconds: float | None


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
    return await asyncio.to_thread(measure_host, path, threads)


def measure_host(path: Path, threads: int) -> Throughput:
    """As `host_throughput`; blocks."""
    known = _read(path)
    if known is None or known.threads != threads:
        known = _measure(threads)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, msgspec.json.encode(known))
    return Throughput(
        bandwidth_bytes_per_second=known.bytes_per_second,
        kinds=known.kinds,
        layer_seconds=known.layer_seconds,
    )


def _measure(threads: int) -> _Known:
    bandwidth = measure_bandwidth(threads)
    report = engine_speed()
    if report is None:
        return _Known(threads, bandwidth, {}, None)
    return _Known(threads, bandwidth, report.kinds, report.layer_seconds)


def _read(path: Path) -> _Known | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Known)
    except (OSError, msgspec.DecodeError):
        return None
