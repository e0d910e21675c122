"""A helper process that is asked over its pipes: started, and ended without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from backends.process import worker_environment


async def start_helper(
    module: str, folder: Path, arguments: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Run a module in a process of its own, in `folder`, with pipes. Raises OSError.

    A caller that is cancelled meanwhile leaves no process behind.
    """
    starting = asyncio.ensure_future(asyncio.to_thread(_start, module, folder, arguments))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:  # it starts all the same
        await end_helper(await starting)
        raise


def _start(module: str, folder: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=worker_environment(),
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def exchange(process: subprocess.Popen[bytes], question: bytes) -> bytes:
    """The line that a helper answers a line with; empty if it died or was ended. Blocks."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(question)
        process.stdin.flush()
        return process.stdout.readline()
    except (OSError, ValueError):
        return b""


async def end_helper(process: subprocess.Popen[bytes]) -> None:
    """Kill a helper, whatever it does, and close its pipes."""
    with contextlib.suppress(OSError):
        process.kill()
    await asyncio.shield(asyncio.to_thread(_reap, process))


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
