"""`quantbench search` and `quantbench files`: what the hub has, before anything is downloaded."""

from __future__ import annotations

import asyncio

from app.bootstrap import Services
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.errors import NetworkError
from app.domain.estimates import RowEstimate
from app.domain.fit import Fit
from app.domain.hub import ModelCard, ModelFile, RepositoryFiles, SearchQuery
from app.domain.model import ModelFormat
from app.domain.recommendation import recommend
from app.domain.units import compact_text, file_text, memory_text, parameters_text

DEFAULT_CONTEXT_TOKENS = 8192
_FITS = {"fits": "fits", "tight": "just fits", "partial": "partly", "too_big": "too big"}


async def search(
    services: Services,
    terminal: Terminal,
    query: str,
    options: tuple[ModelFormat | None, int],
    *,
    as_json: bool,
) -> int:
    """List repositories that match, the most downloaded first. `options`: format and limit."""
    asked = SearchQuery(text=query, format=options[0], limit=options[1], sort="downloads")
    cards = await services.hub.search(asked)
    if as_json:
        terminal.answer_json({"models": [_card_entry(card) for card in cards]})
        return 0
    if not cards:
        terminal.note(f"No GGUF or MLX model matches '{query}'. Try fewer or shorter words.")
        return 0
    table = plain_table("REPOSITORY", "PARAMETERS", "FORMAT", "LICENCE", "DOWNLOADS", "LIKES")
    for card in cards:
        table.add_row(
            cell(card.repository + (" (gated)" if card.gated else "")),
            cell(_parameters(card.parameter_count)),
            cell(", ".join(one.upper() for one in card.formats)),
            cell(card.license or "unknown"),
            cell(compact_text(card.downloads)),
            cell(compact_text(card.likes)),
        )
    terminal.answer_table(table)
    return 0


async def files(
    services: Services,
    terminal: Terminal,
    repository: str,
    context_tokens: int | None,
    *,
    as_json: bool,
) -> int:
    """List the quantizations of a repository, and which of them to take."""
    found = await services.hub.files(repository.removeprefix("hf:"))
    context = context_tokens or DEFAULT_CONTEXT_TOKENS
    estimates = await _estimates(services, terminal, found, context)
    if as_json:
        rows = [_file_entry(row, estimates.get(row.name)) for row in found.rows]
        terminal.answer_json({"repo": found.repository, "files": rows})
        return 0
    table = plain_table("FILE", "QUANTIZATION", "SIZE", "MEMORY", "FIT")
    for row in found.rows:
        estimate = estimates.get(row.name)
        table.add_row(
            cell(row.name),
            cell(row.quantization or "unknown"),
            cell(file_text(row.size_bytes)),
            cell(memory_text(estimate.total_bytes) if estimate else "unknown"),
            cell(_FITS[estimate.fit] if estimate else "unknown"),
        )
    terminal.answer_table(table)
    for row in found.rows:
        if row.problem is not None:
            terminal.note(f"{row.name}: {row.problem}")
    fits: dict[str, Fit] = {name: estimate.fit for name, estimate in estimates.items()}
    advice = recommend(found.rows, fits, found.parameter_count)
    if advice is not None:
        named = advice.row.quantization or advice.row.name
        terminal.note(f"Recommended: {named}. {advice.reason}")
        terminal.note(f"Download it: `quantbench pull {found.repository}:{named}`")
    return 0


async def _estimates(
    services: Services, terminal: Terminal, found: RepositoryFiles, context_tokens: int
) -> dict[str, RowEstimate]:
    """What is known of each row; where headers cannot be read, the list is of use all the same."""
    rows = [row for row in found.rows if row.problem is None]
    asked = [services.estimates.estimate(found, row, context_tokens) for row in rows]
    try:
        arrived = await asyncio.gather(*asked)
    except NetworkError as error:
        terminal.note(f"Memory is not told: {error}")
        return {}
    told = zip(rows, arrived, strict=True)
    return {row.name: estimate for row, estimate in told if estimate is not None}


def _parameters(count: int | None) -> str:
    return "unknown" if count is None else parameters_text(count)


def _card_entry(card: ModelCard) -> dict[str, object]:
    return {
        "repo": card.repository,
        "downloads": card.downloads,
        "likes": card.likes,
        "formats": list(card.formats),
        "parameter_count": card.parameter_count,
        "gated": card.gated,
    }


def _file_entry(row: ModelFile, estimate: RowEstimate | None) -> dict[str, object]:
    (first, *more) = row.weight_files
    return {
        "name": row.name if row.format == "mlx" else first.path,
        "quantization": row.quantization,
        "size_bytes": row.size_bytes,
        # Of a model of several files no single hash tells.
        "sha256": None if more or row.format == "mlx" else first.sha256,
        "total_bytes": None if estimate is None else estimate.total_bytes,
        "fit": None if estimate is None else estimate.fit,
    }
