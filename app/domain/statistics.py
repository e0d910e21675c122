"""Statistics of measured samples."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentiles(samples: Sequence[float], fractions: Sequence[float]) -> tuple[float, ...]:
    """The exact percentiles of all samples at `fractions` (0 to 1), in the samples' unit.

    Between two samples it interpolates linearly: type 7 of Hyndman and Fan (1996), "Sample
    Quantiles in Statistical Packages", the default of R and numpy. Raises ValueError when there
    are no samples or a fraction is outside 0 to 1.
    """
    if not samples:
        raise ValueError("percentiles of no samples")
    ordered = sorted(samples)
    return tuple(_percentile(ordered, fraction) for fraction in fractions)


def _percentile(ordered: Sequence[float], fraction: float) -> float:
    if not 0 <= fraction <= 1:
        raise ValueError(f"a fraction is from 0 to 1, not {fraction}")
    position = (len(ordered) - 1) * fraction
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
