"""What a batch takes by the number of its tokens, as it is measured while replies are made.

A graphics card evaluates ten tokens in the time of one; a processor may take twice that time for
two of them, and four times for ten. How far to guess ahead, and where not to, follows from that.
"""

from __future__ import annotations

from collections.abc import Iterable

# What is believed before anything is measured; hopeful, because a guess is what measures it.
_FIRST_JUMP, _FIRST_STEP = 0.4, 0.2
_NEW = 0.2
# How much likelier an error is in the slope than in the jump: the variances' ratio.
_SLOPE_DOUBT = 0.1
# With each plain step a bad measurement is forgotten a little, so that guessing is tried again.
_FORGOTTEN = 0.002
# Measurements until there is something to compare with, and drafts until that is measured again.
_LEAST_MEASURED = 3
_MOST_DRAFTS = 32
# It may be measured earlier, after so many drafts; and its weight against what was known then.
_LEAST_DRAFTS = 4
_RENEWED = 0.75
# A draft must promise so much more than a plain step.
LEAST_GAIN = 1.08


class BatchCost:
    """The time of a batch of one token, of having more than one, and of each of these.

    Small batches take other paths through llama.cpp than single tokens, so that the second token
    costs more than the third: one line through all sizes would favour drafts that are too short.
    """

    def __init__(self) -> None:
        # Seconds of a batch of one token; 0 until one was measured.
        self.token_seconds = 0.0
        # In units of these seconds: what any batch of several takes more, and each token more.
        self.jump_units, self.step_units = _FIRST_JUMP, _FIRST_STEP
        self._measured = 0
        self._since_plain = 0

    def is_known(self, tokens: int) -> bool:
        """Whether a draft behind so many tokens can be judged; if not, the step is plain."""
        is_old = tokens == 1 and self._since_plain >= _MOST_DRAFTS
        return self._measured >= _LEAST_MEASURED and not is_old

    def learn(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens, none of them a prompt's, took so long."""
        self._measured += 1
        is_old = self._since_plain >= _MOST_DRAFTS
        self._since_plain = 0 if tokens == 1 else self._since_plain + 1
        if tokens == 1 and is_old:
            self._renew(seconds)
            return
        if tokens == 1 or not self.token_seconds:
            self._learn_plain(seconds / self.units(tokens))
            return
        # A pause of the whole machine is no property of the batch.
        expected, more = self.units(tokens), tokens - 1
        error = min(seconds / self.token_seconds, 2 * expected) - expected
        # Normalized least mean squares: both are mended by their share of what the error may be.
        share = _NEW * error / (1 + _SLOPE_DOUBT * more * more)
        self.jump_units = max(0.0, self.jump_units + share)
        self.step_units = max(0.0, self.step_units + _SLOPE_DOUBT * more * share)

    def doubt(self) -> None:
        """Batches seem to take too long: the whole machine may be slower than it was when a plain
        step was measured, so that one should come soon.
        """
        if self._since_plain >= _LEAST_DRAFTS:
            self._since_plain = _MOST_DRAFTS

    def units(self, tokens: int) -> float:
        """The time of a batch of so many tokens, in units of a batch of one."""
        return 1.0 if tokens == 1 else 1 + self.jump_units + self.step_units * (tokens - 1)

    def best_length(self, chances: Iterable[float], certain: int, spent: float = 0.0) -> int:
        """How many guesses bring the most tokens a second, each right by its chance if all before
        it were, behind tokens that are `certain`; 0 if a plain step does.

        `spent`: what the guesses took already, in units.
        """
        best, rate = 0, LEAST_GAIN * certain / (spent + self.units(certain))
        whole, expected = 1.0, float(certain)
        for length, chance in enumerate(chances, 1):
            whole *= chance
            expected += whole
            if expected > rate * (spent + self.units(certain + length)):
                best, rate = length, expected / (spent + self.units(certain + length))
        return best

    def gain(self, chance: float, certain: int, most: int, each: float) -> float:
        """How many times as fast as plain steps are drafts of the best length up to `most`, whose
        guesses take `each` units to make and are right by `chance` if all before them were.
        """
        plain = self.units(certain) / certain
        best, whole, expected = 1.0, 1.0, float(certain)
        for length in range(1, most + 1):
            whole *= chance
            expected += whole
            best = max(best, expected * plain / (self.units(certain + length) + each * length))
        return best

    def _renew(self, seconds: float) -> None:
        """The first plain step after many drafts: what these took is known, in another unit."""
        before = self.token_seconds
        error = min(seconds, 2 * before) - before
        self.token_seconds += _RENEWED * error
        ratio = before / self.token_seconds
        self.jump_units = max(0.0, (1 + self.jump_units) * ratio - 1)
        self.step_units *= ratio

    def _learn_plain(self, seconds: float) -> None:
        if self._measured <= _LEAST_MEASURED:  # the first ones wait for memory
            self.token_seconds = min(seconds, self.token_seconds or seconds)
        else:
            error = min(seconds, 2 * self.token_seconds) - self.token_seconds
            self.token_seconds += _NEW * error
        self.jump_units += _FORGOTTEN * (_FIRST_JUMP - self.jump_units)
        self.step_units += _FORGOTTEN * (_FIRST_STEP - self.step_units)
