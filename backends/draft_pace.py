"""Whether a draft model pays for one reply: what it won against what it took, in plain steps."""

from __future__ import annotations

# Rounds until what was won is compared with what it took, then how many tokens of pause there are
# if that was more, and what is forgotten at each round.
_TRIAL_ROUNDS = 8
_PAUSE_TOKENS = 256
_KEPT = 0.9


class DraftPace:
    """Pauses ever longer while the model would be faster alone."""

    def __init__(self) -> None:
        self._rounds = 0
        # The first guess comes after the whole text was read, once: no price of guessing on.
        self._has_read = False
        self._won = self._spent = 0.0
        self._pauses = 0
        self._resume = 0

    def pauses(self, tokens: int) -> bool:
        """Whether the draft model has been switched off for a reply of so many tokens so far."""
        return tokens < self._resume

    def learn(self, accepted: int, units: float, tokens: int) -> None:
        """A round of so many units of a plain step brought one token and the accepted ones."""
        if not self._has_read:
            self._has_read = True
            return
        self._won = _KEPT * self._won + 1 + accepted
        self._spent = _KEPT * self._spent + units
        self._rounds += 1
        if self._rounds >= _TRIAL_ROUNDS and self._won < self._spent:
            self._pauses += 1
            self._resume = tokens + _PAUSE_TOKENS * 4 ** (self._pauses - 1)
            self._rounds, self._won, self._spent, self._has_read = 0, 0.0, 0.0, False
