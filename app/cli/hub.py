"""`quantbench search` and `quantbench files`: what the hub has, before anything is downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing

from app.bootstrap import Services
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.errors import AppError, NetworkError
from app.domain.estimates import RowAnswer, RowEstimate
from app.domain.hub import ModelCard, ModelFile, RepositoryFiles, SearchQuery, bits_per_weight
from app.domain.recommendation import Recommendation, advise
from app.domain.units import (
    bits_text,
    compact_text,
    file_text,
    memory_text,
    parameters_text,
    rate_text,
)

_FITS = {"fits": "fits", "tight": "just fits", "partial": "partly", "too_big": "too big"}


async def search(
    services: Services, terminal: Terminal, query: SearchQuery, *, as_json: bool
) -> int:
    """List repositories that match. Raises `AppError`."""
    cards = await services.hub.search(query)
    if as_json:
        terminal.answer_json({"models": [_card_entry(card) for card in cards]})
        return 0
    if not cards:
        terminal.note(f"No GGUF or MLX model matches '{query.text}'. Try fewer or shorter words.")
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
    """List the quantizations of a repository, and which of them to take. Raises `AppError`."""
    found = await services.hub.files(repository.removeprefix("hf:"))
    answers = await foretold(services, terminal, found, context_tokens)
    advice = advise(found.rows, answers, found.parameter_count)
    if as_json:
        rows = [_file_entry(found, row, answers.get(row.name)) for row in found.rows]
        terminal.answer_json(
            {"repo": found.repository, "files": rows, "recommended": _advice_entry(advice)}
        )
        return 0
    _show_rows(terminal, found, answers)
    if advice is not None:
        named = advice.row.quantization or advice.row.name
        terminal.note(f"Recommended: {named}. {advice.reason}")
        terminal.note(f"Download it: `quantbench pull {found.repository}:{named}`")
    return 0


async def foretold(
    services: Services, terminal: Terminal, found: RepositoryFiles, context_tokens: int | None
) -> dict[str, RowAnswer]:
    """What is known of each row; where headers cannot be read, the list is of use all the same."""
    answers: dict[str, RowAnswer] = {}
    try:
        async with aclosing(services.estimates.rows(found, context_tokens)) as arriving:
            async for name, answer in arriving:
                answers[name] = answer
    except NetworkError as error:
        terminal.note(f"Memory is not told: {error}")
    return answers


def _show_rows(
    terminal: Terminal, found: RepositoryFiles, answers: Mapping[str, RowAnswer]
) -> None:
    table = plain_table("FILE", "QUANTIZATION", "SIZE", "BITS", "MEMORY", "FIT", "TOKENS/S")
    for row in found.rows:
        bits = bits_per_weight(row, found.parameter_count)
        table.add_row(
            cell(row.name),
            cell(row.quantization or "unknown"),
            cell(file_text(row.size_bytes)),
            cell("unknown" if bits is None else bits_text(bits)),
            *(cell(text) for text in _estimate_texts(answers.get(row.name))),
        )
    terminal.answer_table(table)
    for row in found.rows:
        answer = answers.get(row.name)
        if row.problem is not None:
            terminal.note(f"{row.name}: {row.problem}")
        elif isinstance(answer, AppError):
            terminal.note(f"{row.name}: {answer}")


def _estimate_texts(answer: RowAnswer | None) -> tuple[str, str, str]:
    if not isinstance(answer, RowEstimate):
        return "unknown", "unknown", ""
    rate = "" if answer.decode_tps is None else rate_text(answer.decode_tps)
    return memory_text(answer.needed_bytes), _FITS[answer.fit], rate


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


def _name(row: ModelFile) -> str:
    """What scripts know a row by: the path of a file, or the name of an MLX folder."""
    return row.name if row.format == "mlx" else row.weight_files[0].path


def _advice_entry(advice: Recommendation | None) -> dict[str, object] | None:
    if advice is None:
        return None
    row = advice.row
    return {"name": _name(row), "quantization": row.quantization, "reason": advice.reason}


def _file_entry(
    found: RepositoryFiles, row: ModelFile, answer: RowAnswer | None
) -> dict[str, object]:
    (first, *more) = row.weight_files
    estimate = answer if isinstance(answer, RowEstimate) else None
    return {
        "name": _name(row),
        "quantization": row.quantization,
        "size_bytes": row.size_bytes,
        # Of a model of several files no single hash tells.
        "sha256": None if more or row.format == "mlx" else first.sha256,
        "bits_per_weight": bits_per_weight(row, found.parameter_count),
        "total_bytes": None if estimate is None else estimate.total_bytes,
        "fit": None if estimate is None else estimate.fit,
        "predicted_decode_tps": None if estimate is None else estimate.decode_tps,
    }
