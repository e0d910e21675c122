"""Processes of others, of which nobody here hears when they end."""

from __future__ import annotations

import time

import psutil


def end_soon(*processes: psutil.Process, seconds: float = 60) -> bool:
    """Whether all of these end within that time.

    One that nobody has asked for its exit status yet has ended: in a container without an init
    process nobody ever does.
    """
    deadline, left = time.monotonic() + seconds, list(processes)
    while left and time.monotonic() < deadline:
        _, alive = psutil.wait_procs(left, timeout=0.05)
        left = [each for each in alive if not _is_zombie(each)]
    return not left


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
