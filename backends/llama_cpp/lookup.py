"""Prompt lookup: guesses the next tokens of a reply from an earlier place in the same text.

The idea is Apoorv Saxena's "prompt lookup decoding": where the last tokens stood before, what
followed them there is likely to follow again. It pays in edits, quotations, code and summaries.
"""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST, _SHORTEST = 4, 2
# Steps that are timed before drafts and plain steps are compared, and steps without drafts after
# drafts lost the comparison. The pause doubles each time.
_TRIAL_STEPS = 6
_FIRST_PAUSE, _LONGEST_PAUSE = 64, 1024


class Lookup:
    """Drafts for one reply, as long as they pay."""

    def __init__(self, most: int) -> None:
        """`most`: the longest draft."""
        self._most = most
        self._length = most // 2
        # Where the tokens after an n-gram begin, at its latest place but the very last.
        self._places: dict[tuple[int, ...], int] = {}
        self._indexed = 0
        self._plain_seconds = 0.0
        self._draft_seconds = 0.0
        self._draft_steps = 0
        self._gained = 0
        self._pause, self._next_pause = 0, _FIRST_PAUSE

    def draft(self, tokens: Sequence[int], room: int) -> list[int]:
        """At most `room` tokens that may follow `tokens`; none is a good answer."""
        self._index(tokens)
        if self._pause:
            self._pause -= 1
            return []
        if self._plain_seconds == 0.0:  # first learn what a plain step takes
            return []
        for size in range(_LONGEST, _SHORTEST - 1, -1):
            place = self._places.get(tuple(tokens[-size:]))
            if place is not None:
                return list(tokens[place : place + min(self._length, room)])
        return []

    def learn(self, drafted: int, accepted: int, seconds: float) -> None:
        """How a step went: what it was given, how much of it was right, and what it took."""
        if not drafted:
            weight = 0.2 if self._plain_seconds else 1.0
            self._plain_seconds += weight * (seconds - self._plain_seconds)
            return
        if accepted == drafted:
            self._length = min(self._most, self._length + 2)
        elif 2 * accepted < drafted:
            self._length = max(2, self._length - 1)
        self._draft_steps += 1
        self._draft_seconds += seconds
        self._gained += 1 + accepted
        if self._draft_steps >= _TRIAL_STEPS:
            self._judge()

    def _judge(self) -> None:
        """A plain step makes one token in its time; the drafts must do better than that."""
        if self._gained * self._plain_seconds < self._draft_seconds:
            self._pause = self._next_pause
            self._next_pause = min(2 * self._next_pause, _LONGEST_PAUSE)
        else:
            self._next_pause = _FIRST_PAUSE
        self._draft_steps = self._gained = 0
        self._draft_seconds = 0.0

    def _index(self, tokens: Sequence[int]) -> None:
        """Note the n-grams that end before the last token."""
        for end in range(max(self._indexed, _SHORTEST), len(tokens)):
            for size in range(_SHORTEST, min(_LONGEST, end) + 1):
                self._places[tuple(tokens[end - size : end])] = end
        self._indexed = len(tokens)
