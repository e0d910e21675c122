"""Whether a draft model pays, and how little of a reply may be lost to finding that out.

All is counted in plain steps of the large model: what guesses took more than plain steps, and the
tokens that they brought more.
"""

from __future__ import annotations

# What guesses may lose until they stop, however much they won before.
_MARGIN = 3.0
# What was lost is at most this share of the plain steps until the next try; it is half of it after
# each failure that follows another one, a few times over.
_LOSS = 0.01
_MOST_FAILURES = 5
_LEAST_REST = 64


class DraftPace:
    """One for a draft model and all of its replies: what does not pay rests ever longer."""

    def __init__(self) -> None:
        self._margin = _MARGIN
        # What was lost since the last rest; less than nothing where guesses won.
        self._lost = 0.0
        self._rest = 0.0
        self._failures = 0

    @property
    def rests(self) -> bool:
        """Whether the model goes on by plain steps alone."""
        return self._rest > 0

    def step(self) -> None:
        """A plain step was made."""
        self._rest = max(0.0, self._rest - 1)

    def read(self, units: float) -> None:
        """What had to be read before guesses: lost unless they win it back, and not their price."""
        self._lost += units

    def learn(self, accepted: float, units: float) -> None:
        """A round of guesses took so many units more than a plain step, and brought more tokens."""
        # One that took forever is a pause of the whole machine, and says little of guesses.
        won = max(accepted - units, -_MARGIN)
        self._lost -= won
        self._margin = min(_MARGIN, self._margin + won)
        if self._margin < 0:
            self.stop()

    def stop(self) -> None:
        """Guesses do not pay."""
        self._failures = min(self._failures + 1, _MOST_FAILURES) if self._lost > 0 else 0
        self._rest = max(_LEAST_REST, self._lost / _LOSS) * 2.0 ** max(0, self._failures - 1)
        self._margin, self._lost = _MARGIN, 0.0
