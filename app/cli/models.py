"""`quantbench models`: the models on this computer."""

from __future__ import annotations

import os

from app.bootstrap import Services
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.model import LocalModel
from app.domain.units import count_text, file_text


async def models(services: Services, terminal: Terminal, *, as_json: bool) -> int:
    """List the models of all folders that are looked at."""
    found = await services.library.models()
    if as_json:
        terminal.answer_json({"models": [_entry(model) for model in found]})
        return 0
    if not found:
        terminal.note(
            f"There is no model yet. Put a .gguf file into {services.paths.models}, "
            "or name one: `quantbench chat FILE.gguf`."
        )
        return 0
    table = plain_table("NAME", "QUANTIZATION", "SIZE", "CONTEXT", "SOURCE")
    for model in found:
        table.add_row(
            cell(model.name),
            cell(model.quantization or "unknown"),
            cell(file_text(model.size_bytes)),
            cell(count_text(model.context_tokens) if model.context_tokens else "unknown"),
            cell(model.source),
        )
    terminal.answer_table(table)
    for model in found:
        if model.problem is not None:
            terminal.note(f"{model.name}: {model.problem}")
    return 0


def _entry(model: LocalModel) -> dict[str, object]:
    return {
        "name": model.name,
        "path": os.fsdecode(model.path),
        "format": model.format,
        "architecture": model.architecture,
        "quantization": model.quantization,
        "size_bytes": model.size_bytes,
        "context_tokens": model.context_tokens,
        "source": model.source,
    }
