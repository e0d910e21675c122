"""The memory use of the current process, as the system counts it, and what is left."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path


def peak_rss_bytes() -> int | None:
    """The peak resident memory of this process in bytes; None where nobody tells it."""
    if sys.platform == "linux":
        return _linux_peak()
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage if sys.platform == "darwin" else usage * 1024


def forget_peak() -> None:
    """Count the peak anew from now on; only Linux can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def free_bytes() -> int:
    """The memory that programs can have without others being written to disk."""
    import psutil

    return psutil.virtual_memory().available


def _linux_peak() -> int | None:
    """`VmHWM`; not `ru_maxrss`, which a process inherits from the one that started it."""
    lines = Path("/proc/self/status").read_bytes().splitlines()
    peak = next((line for line in lines if line.startswith(b"VmHWM:")), None)
    return None if peak is None else int(peak.split()[1]) * 1024
