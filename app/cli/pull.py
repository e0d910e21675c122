"""`quantbench pull`: a model from the hub into the models folder, resumed and verified."""

from __future__ import annotations

import asyncio
import os
import shlex
from contextlib import aclosing

from app.bootstrap import Services
from app.cli.hub import foretold
from app.cli.terminal import Terminal
from app.domain.errors import DownloadError
from app.domain.hub import DownloadPlan, plan_download
from app.domain.recommendation import advise, find_row, split_reference
from app.domain.transfer import DownloadFinished
from app.domain.units import file_text
from app.services.files import shown


async def pull(services: Services, terminal: Terminal, reference: str, *, as_json: bool) -> int:
    """Download REPO, REPO:QUANT or REPO/FILE. Interrupted, it keeps what came and says so.

    Raises `AppError`; a later call takes up what is there.
    """
    try:
        plan = await _plan(services, terminal, reference)
        finished = await _fetch(services, terminal, plan)
    except asyncio.CancelledError:
        terminal.failure(
            "Paused; what was fetched is kept. The same command takes it up again: "
            f"`quantbench pull {reference}`."
        )
        return 1
    path = os.fsdecode(finished.path)
    if as_json:
        terminal.answer_json(
            {
                "path": path,
                "size_bytes": finished.size_bytes,
                "sha256": finished.sha256,
                "resumed_from_bytes": finished.resumed_from_bytes,
                "transferred_bytes": finished.transferred_bytes,
                "seconds": finished.seconds,
            }
        )
        return 0
    terminal.answer_line(shown(path))
    got = f"{file_text(finished.size_bytes)}, verified."
    problem = (await services.library.find(path)).problem
    if problem is None:
        terminal.note(f"{got} Chat with it: `quantbench chat {shlex.quote(shown(path))}`")
    else:
        terminal.note(f"{got} It is what the hub holds, but it cannot be loaded. {problem}")
    return 0


async def _plan(services: Services, terminal: Terminal, reference: str) -> DownloadPlan:
    repository, quantization, file = split_reference(reference)
    found = await services.hub.files(repository)
    if quantization or file:
        row = find_row(found.rows, quantization, file)
    elif len(found.rows) == 1:
        row = found.rows[0]
    else:
        answers = await foretold(services, terminal, found, None)
        advice = advise(found.rows, answers, found.parameter_count)
        if advice is None:
            raise DownloadError(
                f"{found.repository} holds no model that is whole. `quantbench files "
                f"{found.repository}` tells why."
            )
        row = advice.row
        terminal.note(f"Taking {row.quantization or row.name}. {advice.reason}")
    if row.problem is not None:
        raise DownloadError(f"{row.name}: {row.problem}")
    return plan_download(found, row)


async def _fetch(services: Services, terminal: Terminal, plan: DownloadPlan) -> DownloadFinished:
    noticed: str | None = None
    with terminal.transfer_progress(plan.name, plan.size_bytes) as show:
        async with aclosing(services.downloads.start(plan)) as events:
            async for event in events:
                if isinstance(event, DownloadFinished):
                    return event
                show(event)
                if event.notice not in (None, noticed):
                    noticed = event.notice
                    terminal.note(str(noticed))
    raise DownloadError(f"The download of {plan.name} was paused elsewhere. Start it again.")
