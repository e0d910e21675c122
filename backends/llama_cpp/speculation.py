"""Guessing ahead for all replies of one context, as far as it pays.

A draft is evaluated in one batch with the token before it; as many of its tokens as the sampler
chooses anyway are won. The text is that of plain decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from backends.draft_pace import DraftPace
from backends.llama_cpp.batch_cost import BatchCost
from backends.llama_cpp.context import Context
from backends.llama_cpp.draft import DraftModel, Guess, Wanted
from backends.llama_cpp.lookup import Lookup
from backends.llama_cpp.odds import Odds
from backends.llama_cpp.reply import Reply

# Where guesses cannot pay by what was measured, so much of it is doubted at each step.
_DOUBT = 0.99
# Classes of a draft model's own chances, and how often it is right before anything is known: a
# large model at no temperature takes the likeliest token also where both are unsure.
_CLASSES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)
_FIRST = (0.35, 0.5, 0.6, 0.75, 0.88, 0.97)


class Speculation:
    """Belongs to the decode thread, but for `interrupt`."""

    def __init__(self, context: Context, draft_model: DraftModel | None, *, lookup: bool) -> None:
        self._context = context
        self._draft_model = draft_model
        self._has_lookup = lookup and context.draft_tokens > 0
        self.is_on = self._has_lookup or draft_model is not None
        self._cost = BatchCost()
        self._lookups: dict[Reply, Lookup] = {}
        self._guesses: dict[Reply, Guess] = {}
        # What is known of the draft model goes from each reply to the next.
        self._odds = Odds(_CLASSES, _FIRST)
        self._pace = DraftPace()
        self._steps = 0
        # What the latest guess took for each reply, in units of a plain step.
        self._draft_units = 0.0

    def drafts(self, replies: Sequence[Reply]) -> dict[Reply, list[int]]:
        """What may follow for those of the replies where a guess is worth it, all of which decode.

        Together they are no longer than the context's `draft_tokens`.
        """
        if not self.is_on:
            return {}
        self._steps += 1
        left, drafts = self._context.draft_tokens, dict[Reply, list[int]]()
        for reply in replies if self._has_lookup else ():
            lookup = self._lookups.setdefault(reply, Lookup(self._cost))
            room = min(left, reply.room(self._context.capacity))
            draft = lookup.draft(reply.tokens, room, len(replies) - 1)
            if draft:
                drafts[reply], left = draft, left - len(draft)
        others = [reply for reply in replies if reply not in drafts]
        certain = len(replies) + sum(map(len, drafts.values()))
        if self._draft_model is not None and others and self._cost.is_known(certain):
            drafts |= self._modelled(self._draft_model, others, left // len(others), certain)
        return drafts

    def _modelled(
        self, model: DraftModel, replies: Sequence[Reply], most: int, certain: int
    ) -> dict[Reply, list[int]]:
        """What the draft model guesses, as far as it is worth being verified."""
        guess_units = model.guess_seconds / self._cost.token_seconds
        if self._pace.pauses(self._steps):
            return {}
        if not self._could_pay(guess_units, most, certain):
            model.guess_seconds *= _DOUBT
            return {}
        price = min(0.99, self._cost.step_units + guess_units)
        wanted: dict[Reply, Wanted] = {}
        for reply in replies:
            room = min(most, reply.room(self._context.capacity))
            if room > 0 and reply.slot is not None:
                wanted[reply] = Wanted(reply.slot.index, reply.tokens, room, price, self._odds)
        started = monotonic()
        guesses = model.guess(list(wanted.values())) if wanted else []
        seconds = (monotonic() - started) / max(1, len(wanted))
        self._draft_units = seconds / self._cost.token_seconds
        self._guesses = dict(zip(wanted, guesses, strict=True))
        drafts: dict[Reply, list[int]] = {}
        for reply, guess in self._guesses.items():
            chances = map(self._odds.of, guess.chances)
            length = self._cost.best_length(chances, certain, self._draft_units)
            if length:
                drafts[reply] = guess.tokens[:length]
        return drafts

    def _could_pay(self, guess_units: float, most: int, certain: int) -> bool:
        """Whether guesses would be worth what they take if all of them were right."""
        spent = self._cost.units(certain + most) + guess_units * most
        return (certain + most) * self._cost.units(certain) > certain * spent

    def verified(self, reply: Reply, drafted: int, accepted: int) -> None:
        """So many tokens of the reply's draft were right, and one token came behind them."""
        guess = self._guesses.pop(reply, None)
        if guess is None:
            return
        for chance in guess.chances[:accepted]:
            self._odds.learn(chance, is_right=True)
        if accepted < len(guess.tokens):
            is_right = reply.tokens[-1] == guess.tokens[accepted]
            self._odds.learn(guess.chances[accepted], is_right=is_right)
        if not guess.has_read:
            units = self._cost.units(drafted + 1) + self._draft_units
            self._pace.learn(accepted, units, self._steps)

    def learn(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens, none of them a prompt's, took so long."""
        self._cost.learn(tokens, seconds)

    def end(self, reply: Reply) -> None:
        """The reply is over."""
        self._lookups.pop(reply, None)
        self._guesses.pop(reply, None)

    def interrupt(self) -> None:
        """Make an evaluation that is running return; from any thread."""
        if self._draft_model is not None:
            self._draft_model.interrupt()

    def clear_interrupt(self) -> None:
        """Evaluations go on again."""
        if self._draft_model is not None:
            self._draft_model.clear_interrupt()

    def close(self) -> None:
        """Free the draft model."""
        if self._draft_model is not None:
            self._draft_model.close()
