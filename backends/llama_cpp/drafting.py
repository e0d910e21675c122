"""Guesses of a draft model for all replies of one context: tried first, and only while they pay.

A try costs one batch of the draft model: it reads the latest tokens of a reply, which came without
it, and what it would have guessed for each of them tells how often it is right. Only if that is
often enough are guesses verified by the large model, and they stop when they lost a little time.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

import msgspec

from backends.draft_pace import DraftPace
from backends.llama_cpp.batch_cost import LEAST_GAIN, BatchCost
from backends.llama_cpp.draft import DraftModel, Guess, Wanted, is_late
from backends.llama_cpp.odds import Odds
from backends.llama_cpp.reply import Reply

# Tokens of a reply that a try looks at.
_TRIED_TOKENS = 16
# A reply is thought to go on for so many tokens, when more of its text must be read for guesses.
_EXPECTED_TOKENS = 256
# Where guesses cannot pay by what was measured, so much of it is doubted at each step.
_DOUBT = 0.99
# Classes of a draft model's own chances, and how often it is right before anything is known: a
# large model at no temperature takes the likeliest token also where both are unsure.
_CLASSES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)
_FIRST = (0.35, 0.5, 0.6, 0.75, 0.88, 0.97)
_FIRST_OF_ALL = 0.8


class _Round(msgspec.Struct):
    """Guesses that took so many units of a plain step to make; `drafted` of them are verified in a
    batch that has `certain` tokens without them.
    """

    guesses: dict[Reply, Guess]
    units: float
    certain: int
    drafted: int
    accepted: int = 0


class Drafting:
    """What is known of the draft model goes from each reply to the next."""

    def __init__(self, model: DraftModel, cost: BatchCost) -> None:
        self._model = model
        self._cost = cost
        self._odds = Odds(_CLASSES, _FIRST)
        self._odds_of_all = Odds((0.0,), (_FIRST_OF_ALL,))
        self._pace = DraftPace()
        # Whether a try since the last rest promised anything.
        self._is_promising = False
        self._round: _Round | None = None

    def drafts(self, rooms: Mapping[Reply, int], most: int, certain: int) -> dict[Reply, list[int]]:
        """Guesses as far as they are worth being verified, at most `most` for each of the replies,
        which have so much room, in a batch that has `certain` tokens without them.
        """
        self._settle()
        if self._pace.rests:
            self._pace.step()
            self._is_promising = False
        elif self._is_promising:
            return self._guess(rooms, most, certain)
        elif reply := next((each for each in rooms if each.made_tokens >= _TRIED_TOKENS), None):
            self._try(reply, most, certain)
        return {}

    def verified(self, reply: Reply, accepted: int) -> None:
        """So many tokens of the reply's draft were right, and one token came behind them."""
        guess = self._round.guesses.pop(reply, None) if self._round is not None else None
        if self._round is None or guess is None:
            return
        self._round.accepted += accepted
        for chance in guess.chances[:accepted]:
            self._learn(chance, is_right=True)
        if accepted < len(guess.tokens):
            is_right = reply.tokens[-1] == guess.tokens[accepted]
            self._learn(guess.chances[accepted], is_right=is_right)

    def _try(self, reply: Reply, most: int, certain: int) -> None:
        """See what the draft model would have guessed, and whether that promises anything."""
        assert reply.slot is not None
        if self._gain(1.0, most, certain) < LEAST_GAIN:
            self._model.guess_seconds *= _DOUBT
            return
        started = monotonic()
        judged = self._model.judge(reply.slot.index, reply.tokens, _TRIED_TOKENS)
        self._pace.read((monotonic() - started) / self._cost.token_seconds)
        self._odds_of_all = Odds((0.0,), (_FIRST_OF_ALL,))  # the text may be another one by now
        for chance, is_right in judged:
            self._learn(chance, is_right=is_right)
        gain = self._gain(self._chance, most, certain)
        self._is_promising = bool(judged) and gain >= LEAST_GAIN
        if not self._is_promising:
            self._pace.stop()

    def _guess(self, rooms: Mapping[Reply, int], most: int, certain: int) -> dict[Reply, list[int]]:
        """Guess for those of the replies whose text is worth being read."""
        wanted = self._wanted(rooms, most, certain)
        if not wanted:
            self._pace.stop()
            return {}
        started = monotonic()
        guesses = dict(zip(wanted, self._model.guess(list(wanted.values())), strict=True))
        if any(guess.has_read for guess in guesses.values()):
            self._pace.read((monotonic() - started) / self._cost.token_seconds)
            units = 0.0
        else:  # by what guesses usually take: a pause of the whole machine says nothing of them
            units = self._guess_units * max(len(guess.tokens) for guess in guesses.values())
        drafts: dict[Reply, list[int]] = {}
        for reply, guess in guesses.items():
            chances = map(self._odds.of, guess.chances)
            length = self._cost.best_length(chances, certain, units)
            if length:
                drafts[reply] = guess.tokens[:length]
        self._round = _Round(guesses, units, certain, sum(map(len, drafts.values())))
        return drafts

    def _wanted(self, rooms: Mapping[Reply, int], most: int, certain: int) -> dict[Reply, Wanted]:
        saved = _EXPECTED_TOKENS * (1 - 1 / self._gain(self._chance, most, certain))
        price = min(0.99, self._cost.step_units + self._guess_units)
        wanted: dict[Reply, Wanted] = {}
        for reply, room in rooms.items():
            assert reply.slot is not None
            each = Wanted(reply.slot.index, reply.tokens, min(most, room), price, self._odds)
            unread = self._model.unread(each.sequence, each.tokens)
            if not is_late(unread) or self._read_units * unread <= saved:
                wanted[reply] = each
        return wanted

    def _settle(self) -> None:
        """The latest round is over: what it took more than a plain step, and what it brought."""
        latest, self._round = self._round, None
        if latest is None or latest.guesses:  # interrupted, before all were verified
            return
        plain = self._cost.units(latest.certain)
        units = latest.units + self._cost.units(latest.certain + latest.drafted) - plain
        won = latest.accepted * plain / latest.certain
        if won < units:
            self._cost.doubt()
        self._pace.learn(won, units)

    def _learn(self, chance: float, *, is_right: bool) -> None:
        self._odds.learn(chance, is_right=is_right)
        self._odds_of_all.learn(chance, is_right=is_right)

    def _gain(self, chance: float, most: int, certain: int) -> float:
        return self._cost.gain(chance, certain, most, self._guess_units)

    @property
    def _chance(self) -> float:
        """That any guess is right."""
        return self._odds_of_all.of(0.0)

    @property
    def _read_units(self) -> float:
        return self._model.read_seconds / self._cost.token_seconds

    @property
    def _guess_units(self) -> float:
        if not self._model.guess_seconds:
            return self._model.size_share
        return self._model.guess_seconds / self._cost.token_seconds
