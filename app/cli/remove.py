"""`quantbench remove`: a model to the trash, and what that frees."""

from __future__ import annotations

import os

from app.bootstrap import Services
from app.cli.terminal import Terminal
from app.domain.units import file_text


async def remove(services: Services, terminal: Terminal, reference: str, *, as_json: bool) -> int:
    """Move a model's files to the trash. Raises `AppError`."""
    model = await services.library.find(reference)
    removal = await services.model_files.removal(model)
    await services.model_files.remove(removal)
    if as_json:
        terminal.answer_json(
            {
                "name": model.name,
                "path": os.fsdecode(model.path),
                "frees_bytes": removal.frees_bytes,
            }
        )
        return 0
    for warning in removal.warnings:
        terminal.note(warning)
    terminal.answer_line(
        f"{model.name} is in the trash. Emptying it frees {file_text(removal.frees_bytes)}."
    )
    return 0
