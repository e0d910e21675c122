"""What a batch takes by the number of its tokens, as it is measured while replies are made.

A graphics card evaluates ten tokens in the time of one; a processor may take six times as long. How
far to guess ahead follows from that.
"""

from __future__ import annotations

# What is believed of a token more before anything is measured.
_FIRST_STEP = 0.45
_NEW = 0.2
# With each plain step a bad measurement is forgotten a little, so that guessing is tried again.
_FORGOTTEN = 0.01


class BatchCost:
    """The time of a batch of one token, and of each token more: a line is near enough."""

    def __init__(self) -> None:
        # Seconds of a batch of one token; 0 until one was measured.
        self.token_seconds = 0.0
        # The time of each token more, in units of the first one's.
        self.step_units = _FIRST_STEP

    def learn(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens, none of them a prompt's, took so long."""
        if tokens == 1 or not self.token_seconds:
            weight = _NEW if self.token_seconds else 1.0
            self.token_seconds += weight * (seconds / self.units(tokens) - self.token_seconds)
            self.step_units += _FORGOTTEN * (_FIRST_STEP - self.step_units)
            return
        # A pause of the whole machine is no property of the batch.
        units = min(seconds / self.token_seconds, 2 * self.units(tokens))
        self.step_units += _NEW * (max(0.0, units - 1) / (tokens - 1) - self.step_units)

    def units(self, tokens: int) -> float:
        """The time of a batch of so many tokens, in units of a batch of one."""
        return 1 + self.step_units * (tokens - 1)
