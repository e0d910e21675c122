"""What the process of a worker is before it works: its streams, its limits, and how it ends."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from typing import BinaryIO


def end_with_any_thread() -> None:
    """End the process when one of its threads fails, such as for want of memory.

    Without the one that reads or the one that makes prompts, it would beat on and never answer. Its
    last words, from which the cause is read, go to standard error.
    """
    threading.excepthook = _end


def _end(arguments: threading.ExceptHookArgs) -> None:
    try:
        threading.__excepthook__(arguments)
    finally:
        os._exit(1)


def claim_standard_streams() -> tuple[BinaryIO, int]:
    """Keep stdin and stdout for the protocol; libraries get nothing and standard error."""
    commands = os.fdopen(os.dup(0), "rb")
    reports = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return commands, reports


def harden() -> None:
    """No core files with chats in them, and no way to gain rights by running a program."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        pr_set_no_new_privs = 38
        ctypes.CDLL(None).prctl(pr_set_no_new_privs, 1, 0, 0, 0)


def give_memory_back() -> None:
    """Let glibc return to the system what a load needed for a moment: by itself it begins to keep
    ever larger blocks, between which the heap cannot shrink any more. 1.5 MB of each worker.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):  # musl has none
            mmap_threshold, arena_max = -3, -8
            library.mallopt(mmap_threshold, 128 * 1024)
            library.mallopt(arena_max, 1)
