"""How often guesses are right, by what is known of them before: seen while replies are made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

# What is believed at first counts as so many guesses, and each new one makes the old ones fade.
_WEIGHT = 6.0
_KEPT = 0.98


class Odds:
    """Chances of guesses by a figure that tells of it: a match's length, a model's own chance."""

    def __init__(self, least: Sequence[float], first: Sequence[float]) -> None:
        """Guesses are of one class from each figure of `least` on; `first` is what is believed of
        each class before anything is known.
        """
        self._least = least
        self._right = [_WEIGHT * chance for chance in first]
        self._asked = [_WEIGHT] * len(first)

    def of(self, figure: float) -> float:
        """The chance that a guess of this figure is right."""
        group = self._group(figure)
        return self._right[group] / self._asked[group]

    def learn(self, figure: float, *, is_right: bool) -> None:
        """A guess of this figure was right or wrong."""
        group = self._group(figure)
        self._asked[group] = _KEPT * self._asked[group] + 1
        self._right[group] = _KEPT * self._right[group] + is_right

    def _group(self, figure: float) -> int:
        return max(0, bisect_right(self._least, figure) - 1)
