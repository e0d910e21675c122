"""The figures of a scored text, out of its tokens' log-probabilities and divergences.

As llama-perplexity computes them: standard errors from the mean of the squares, the percentiles by
linear interpolation, the ratio's error with the covariance of both models.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.domain.scoring import Divergence, Estimate, Spread
from backends.llama_cpp.logit_rows import Compared


class ScoreSums:
    """Collects the rows of all chunks."""

    def __init__(self) -> None:
        self._batches: list[Compared] = []

    def add(self, batch: Compared) -> None:
        """Take the rows of a batch in."""
        self._batches.append(batch)

    @property
    def count(self) -> int:
        """Scored tokens."""
        return sum(len(batch.nll) for batch in self._batches)

    def logprobs(self) -> list[float]:
        """Of each scored token, in their order."""
        return [-float(value) for batch in self._batches for value in batch.nll]

    def perplexity(self) -> Estimate:
        """e to the mean negative log-likelihood."""
        return _exponential(_mean(self._all("nll")))

    def divergence(self, likeliest: int | None) -> Divergence:
        """Against the reference that all batches were compared with."""
        ours, theirs = self._all("nll"), self._all("reference_nll")
        divergence = self._all("divergence")
        mean_ours, mean_theirs = _mean(ours), _mean(theirs)
        covariance = _covariance(ours, theirs)
        variance = mean_ours.error**2 + mean_theirs.error**2 - 2 * covariance
        change = np.exp(-ours) - np.exp(-theirs)
        square = _mean(change**2)
        rms = math.sqrt(square.value)
        same = float(self._all("same_top").mean())
        return Divergence(
            reference_perplexity=_exponential(mean_theirs),
            log_ratio=Estimate(mean_ours.value - mean_theirs.value, math.sqrt(max(0.0, variance))),
            mean=_mean(divergence),
            spread=_spread(divergence),
            same_top=Estimate(same, math.sqrt(same * (1 - same) / max(1, len(ours) - 1))),
            probability_change=_mean(change),
            probability_change_rms=Estimate(rms, 0.5 / rms * square.error if rms else 0.0),
            likeliest=likeliest,
        )

    def _all(self, name: str) -> Any:
        return np.concatenate([getattr(batch, name) for batch in self._batches])


def _mean(values: Any) -> Estimate:
    """The mean and its standard error; too few values have none."""
    count = len(values)
    mean = float(values.mean())
    variance = float((values**2).mean()) - mean * mean
    return Estimate(mean, math.sqrt(variance / (count - 1)) if variance > 0 and count > 10 else 0.0)


def _exponential(mean: Estimate) -> Estimate:
    value = math.exp(min(mean.value, 700.0))
    return Estimate(value, value * mean.error)


def _covariance(left: Any, right: Any) -> float:
    count = len(left)
    if count < 10:
        return 0.0
    return float((left * right).mean() - left.mean() * right.mean()) / (count - 1)


def _spread(values: Any) -> Spread:
    minimum, *others, maximum = np.percentile(
        values, (0, 1, 5, 10, 50, 90, 95, 99, 99.9, 100), method="linear"
    ).tolist()
    names = [name for name in Spread.__struct_fields__ if name.startswith(("percent", "median"))]
    return Spread(minimum=minimum, maximum=maximum, **dict(zip(names, others, strict=True)))
