"""How many threads evaluate."""

from __future__ import annotations

import os


def default_threads() -> int:
    """One thread for each core that this process may use; a second one on a core slows decode."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return max(1, min(cores, allowed or cores))
