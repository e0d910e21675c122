"""Prompt lookup: guesses the next tokens of a reply from an earlier place in the same text.

The idea is Apoorv Saxena's "prompt lookup decoding": where the last tokens stood before, what
followed them there is likely to follow again. It pays in edits, quotations, code and summaries.
Guesses are checked against every token that comes, also where none is handed out: so it is known
what they are worth before any time is spent on them, and free text costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from backends.llama_cpp.batch_cost import BatchCost
from backends.llama_cpp.odds import Odds

# A place is looked for by its last so many tokens.
_LONGEST, _SHORTEST = 4, 2
_LONGEST_MATCH = 32
# The longer the match so far, the likelier its next token: classes of matches by their least
# length, and how often their guess is right before anything is known of this text.
_CLASSES = (2, 3, 4, 6, 9, 14, 20)
_FIRST = (0.25, 0.35, 0.5, 0.65, 0.8, 0.88, 0.93)


class Lookup:
    """Drafts for one reply, as long as they pay."""

    def __init__(self, cost: BatchCost) -> None:
        self._cost = cost
        # Where the tokens after an n-gram begin, at its latest place but the very last.
        self._places: dict[tuple[int, ...], int] = {}
        self._seen = 0
        # Where the next token is expected to be repeated from, and the tokens that match before it.
        self._place = 0
        self._match = 0
        self._odds = Odds(_CLASSES, _FIRST)

    def draft(self, tokens: Sequence[int], room: int, beside: int = 0) -> list[int]:
        """At most `room` tokens that may follow `tokens`; none is a good answer.

        `beside`: how many tokens the batch has anyway, but for the last of `tokens`.
        """
        self._follow(tokens)
        certain = 1 + beside
        if not self._match or not self._cost.is_known(certain):
            return []
        most = min(room, len(tokens) - self._place)
        chances = (self._odds.of(self._match + ahead) for ahead in range(most))
        length = self._cost.best_length(chances, certain)
        return list(tokens[self._place : self._place + length])

    def _follow(self, tokens: Sequence[int]) -> None:
        """Take the new tokens in: what they say of the guesses, and their n-grams."""
        first = self._seen == 0
        for end in range(max(self._seen, 1), len(tokens)):
            if self._match and not first:
                self._check(is_right=tokens[self._place] == tokens[end])
            for size in range(_SHORTEST, min(_LONGEST, end) + 1):
                self._places[tuple(tokens[end - size : end])] = end
        self._seen = len(tokens)
        if self._match < _LONGEST:
            self._find(tokens)

    def _check(self, *, is_right: bool) -> None:
        self._odds.learn(self._match, is_right=is_right)
        self._place += 1
        self._match = min(self._match + 1, _LONGEST_MATCH) if is_right else 0

    def _find(self, tokens: Sequence[int]) -> None:
        self._match = 0
        for size in range(_LONGEST, _SHORTEST - 1, -1):
            place = self._places.get(tuple(tokens[-size:]))
            if place is not None:
                self._place, self._match = place, _match_length(tokens, place)
                return


def _match_length(tokens: Sequence[int], place: int) -> int:
    """How many tokens before `place` are those at the end."""
    longest = min(_LONGEST_MATCH, place)
    for length in range(longest):
        if tokens[place - 1 - length] != tokens[-1 - length]:
            return length
    return longest
