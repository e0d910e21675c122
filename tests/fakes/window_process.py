"""The whole program in a process of its own, from its entry point, while a coroutine uses it.

    python -m tests.fakes.window_process MODULE FUNCTION [ARGUMENT...]

The coroutine gets the window, a way to wait, and the arguments; the window is closed when it
returns. What it returns is printed as JSON; what it raises is the end of the program.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from app.__main__ import main
from app.ui import shell
from app.ui.main_window import MainWindow

_WAIT_SECONDS, _LOOK_SECONDS = 60.0, 0.005


async def until(condition: Callable[[], object]) -> None:
    """Give the event loop turns until the condition holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _WAIT_SECONDS
    while not condition():
        assert loop.time() < deadline, "The condition did not come true."
        await asyncio.sleep(_LOOK_SECONDS)


def drive(module: str, function: str, *arguments: str) -> int:
    """Run the program until the coroutine has ended and all is closed; the exit status."""
    live, work = shell.live, getattr(import_module(module), function)

    async def use(window: MainWindow) -> None:
        try:
            await until(lambda: window.stack.count() > 0)
            sys.stdout.write(json.dumps(await work(window, until, *arguments)) + "\n")
        finally:
            window.close()

    async def lived(services: Any, application: Any, files: list[str], window: MainWindow) -> None:
        using = asyncio.create_task(use(window))
        await live(services, application, files, window)
        await using

    shell.live = lived
    return main([])


if __name__ == "__main__":
    sys.exit(drive(*sys.argv[1:]))
