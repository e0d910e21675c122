"""A forecast in words, the same in the terminal and in the window."""

from __future__ import annotations

from typing import Final

from app.domain.fit import Fit
from app.domain.forecast import Forecast
from app.domain.memory import MemoryEstimate, Tier
from app.domain.units import memory_text

FIT_TITLES: Final[dict[Fit, str]] = {
    "fits": "Fits",
    "tight": "Just fits",
    "partial": "Fits partly on the GPU",
    "too_big": "Too big",
}
TIER_TITLES: Final[dict[Tier, str]] = {
    "formula": "Formula",
    "dry_run": "Dry run",
    "calibrated": "Calibrated dry run",
}
_TIERS: Final[dict[Tier, str]] = {
    "formula": "computed from the header of the file",
    "dry_run": "laid out by the engine itself",
    "calibrated": "laid out by the engine itself, corrected by loads on this machine",
}


def tier_text(estimate: MemoryEstimate) -> str:
    """Where the numbers come from, and how far they may be off."""
    band = ""
    if estimate.error_bound is not None:
        band = f", within {memory_text(estimate.error_bound * estimate.total_bytes)}"
    return f"{TIER_TITLES[estimate.tier]}: {_TIERS[estimate.tier]}{band}."


def fit_sentence(forecast: Forecast) -> str:
    """The verdict with its numbers; if it is not a plain yes, with the change that helps."""
    placed = forecast.placement
    title = FIT_TITLES[placed.fit]
    if placed.fit == "fits":
        needs = "; ".join(
            f"{fit.name} {memory_text(fit.needed_bytes)} of {memory_text(fit.available_bytes)} free"
            for fit in placed.fits
            if fit.needed_bytes
        )
        return f"{title}: {needs}."
    return placed.advice or f"{title}."
