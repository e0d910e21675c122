"""How a helper process that reads what came from outside begins, and how it answers."""

from __future__ import annotations

import os
import sys


def begin_bounded(memory_bytes: int) -> int:
    """Bound this process, and return the descriptor for its answers, which nobody else writes to.

    What libraries print goes to standard error. A reply that is being made comes first.
    """
    answers = os.dup(1)
    os.dup2(2, 1)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        os.nice(5)
    return answers


def answer(answers: int, data: bytes) -> None:
    """Write the whole of `data`."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(answers, rest) :]
