"""Which quantization of a repository to take, why, and which one a user's words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from app.domain.errors import ModelFileError, RepositoryError
from app.domain.estimates import RowAnswer, RowEstimate
from app.domain.fit import Fit
from app.domain.hub import ModelFile
from app.domain.words import said

# Around four bits a weight, where quality has hardly begun to fall; the usual choice first.
_USUAL: Final = (
    *("Q4_K_M", "UD-Q4_K_XL", "MXFP4_MOE", "MXFP4", "4-bit", "Q4_K_L", "Q4_K_S", "IQ4_NL"),
    *("IQ4_XS", "Q4_0", "Q4_1", "Q5_K_M", "Q5_K_S", "Q8_0", "8-bit"),
)
# Small models lose more by coarse weights, and cost little in fine ones.
_SMALL_PARAMETERS: Final = 2_000_000_000
_FINE: Final = ("Q8_0", "8-bit", "Q6_K", "Q6_K_L", "Q5_K_M", "6-bit")


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """One row and the reason for it, as a sentence."""

    row: ModelFile
    reason: str


def advise(
    rows: Sequence[ModelFile],
    answers: Mapping[str, RowAnswer],
    parameter_count: int | None = None,
) -> Recommendation | None:
    """The row to take after what was foretold; one that turned out to be no model is not taken."""
    sound = [row for row in rows if not isinstance(answers.get(row.name), ModelFileError)]
    fits: dict[str, Fit] = {
        name: one.fit for name, one in answers.items() if isinstance(one, RowEstimate)
    }
    return recommend(sound, fits, parameter_count)


def recommend(
    rows: Sequence[ModelFile],
    fits: Mapping[str, Fit],
    parameter_count: int | None = None,
) -> Recommendation | None:
    """The row to take; None when none can be fetched. `fits` holds what is known, by row name."""
    usable = [row for row in rows if row.problem is None]
    if not usable:
        return None
    if any(row.name in fits for row in usable):
        return _by_fit(usable, fits, parameter_count)
    row = _preferred(usable, parameter_count)
    return Recommendation(row=row, reason=_usual_reason(row))


def _by_fit(
    rows: list[ModelFile], fits: Mapping[str, Fit], parameter_count: int | None
) -> Recommendation:
    """The usual choice where it fits, else the most exact one that does."""
    roomy = [row for row in rows if fits.get(row.name) == "fits"]
    if roomy:
        row = _preferred(roomy, parameter_count)
        if row.quantization in _USUAL or row.quantization in _FINE:
            reason = " ".join(
                (said("It fits this machine with room to spare."), _usual_reason(row))
            )
            return Recommendation(row=row, reason=reason)
        reason = said("The most exact one that fits this machine with room to spare.")
        return Recommendation(row=max(roomy, key=lambda one: one.size_bytes), reason=reason)
    sentences: tuple[tuple[Fit, str], ...] = (
        ("tight", said("The largest one that just fits: close other programs before you load it.")),
        (
            "partial",
            said("None fits the graphics card whole: this one runs fastest, partly on the CPU."),
        ),
    )
    for fit, reason in sentences:
        fitting = [row for row in rows if fits.get(row.name) == fit]
        if fitting:
            pick = max if fit == "tight" else min
            return Recommendation(row=pick(fitting, key=lambda one: one.size_bytes), reason=reason)
    smallest = min(rows, key=lambda one: one.size_bytes)
    reason = said("The smallest one. None fits the memory of this machine at this context.")
    return Recommendation(row=smallest, reason=reason)


def _preferred(rows: Sequence[ModelFile], parameter_count: int | None) -> ModelFile:
    is_small = parameter_count is not None and parameter_count < _SMALL_PARAMETERS
    order = (*_FINE, *_USUAL) if is_small else _USUAL

    def rank(row: ModelFile) -> tuple[int, int]:
        name = row.quantization or ""
        return (order.index(name) if name in order else len(order)), row.size_bytes

    return min(rows, key=rank)


def _usual_reason(row: ModelFile) -> str:
    name = row.quantization
    if name in _FINE:
        return said(
            "A small model keeps its quality best in fine weights, and is quick all the same."
        )
    if name in _USUAL:
        return said("Around four bits a weight is the usual balance of size and quality.")
    return said("The smallest one that the repository offers.")


def split_reference(text: str) -> tuple[str, str | None, str | None]:
    """`REPO`, `REPO:QUANT` or `REPO/FILE` as (repository, quantization, file)."""
    text = text.removeprefix("hf:")
    before, colon, quantization = text.partition(":")
    if colon:
        return before, quantization, None
    parts = text.split("/", 2)
    if len(parts) == 3:
        return "/".join(parts[:2]), None, parts[2]
    return text, None, None


def find_row(rows: Sequence[ModelFile], quantization: str | None, file: str | None) -> ModelFile:
    """The row of a quantization or a file's path. Raises `RepositoryError` naming what there is."""
    wanted = (quantization or file or "").casefold()

    def matches(row: ModelFile) -> bool:
        if file is not None:
            paths = {one.path.casefold() for one in row.files}
            return wanted in paths or row.name.casefold() == wanted
        return wanted in {(row.quantization or "").casefold(), row.name.casefold()}

    found = [row for row in rows if matches(row)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(row.name for row in found)
        raise RepositoryError(
            "{wanted} could be {names}. Name the file: REPO/FILE.", wanted=wanted, names=names
        )
    names = ", ".join(dict.fromkeys(row.quantization or row.name for row in rows))
    raise RepositoryError(
        "The repository holds no {wanted}. It holds {names}: name one of these.",
        wanted=str(quantization or file),
        names=names,
    )
