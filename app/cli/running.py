"""Runs the work of a command with the services, and releases them after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.bootstrap import Services, build_services
from app.cli.terminal import Terminal
from app.services.paths import Paths
from app.services.program_log import keep_log


def with_services(work: Callable[[Services, Terminal], Awaitable[int]], *, quiet: bool) -> int:
    """Make the services, do the work in an event loop, and release everything after it."""
    paths = Paths.default()
    paths.create()
    keep_log(paths.logs)
    services, terminal = build_services(paths), Terminal(quiet=quiet)
    if services.settings.notice is not None:
        terminal.note(services.settings.notice)

    async def session() -> int:
        try:
            return await work(services, terminal)
        finally:
            await services.downloads.close()
            await services.hub.close()
            await services.remote_header.close()
            await services.host.close()
            await services.forecasts.close()

    return asyncio.run(session())
