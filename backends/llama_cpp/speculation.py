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
from backends.llama_cpp.reply import Reply

# What is remembered of a draft model's promises at each round.
_KEPT = 0.9
_DOUBT = 0.99
# The likeliest token is taken more often than the draft model's own chance says, by a large model
# that is as sure or that samples without much heat.
_MOST_TRUST = 2.0


class Pace:
    """How well a draft model guesses for one reply."""

    def __init__(self) -> None:
        # What it said of its guesses, and what came of them.
        self._promised = self._kept = 2.0
        self._worth = DraftPace()

    @property
    def trust(self) -> float:
        """What its own chances are to be multiplied by."""
        return min(_MOST_TRUST, self._kept / self._promised)

    def pauses(self, tokens: int) -> bool:
        """Whether it has been switched off for a reply of so many tokens so far."""
        return self._worth.pauses(tokens)

    def learn(self, guess: Guess, accepted: int, units: float, tokens: int) -> None:
        """A round of so many units of a plain step brought one token and the accepted ones."""
        heard = guess.chances[: accepted + 1]
        self._promised = _KEPT * self._promised + sum(heard)
        self._kept = _KEPT * self._kept + accepted
        self._worth.learn(accepted, units, tokens)


class Speculation:
    """Belongs to the decode thread, but for `interrupt`."""

    def __init__(self, context: Context, draft_model: DraftModel | None, *, lookup: bool) -> None:
        self._context = context
        self._draft_model = draft_model
        self._has_lookup = lookup and context.draft_tokens > 0
        self.is_on = self._has_lookup or draft_model is not None
        self._cost = BatchCost()
        self._lookups: dict[Reply, Lookup] = {}
        self._paces: dict[Reply, Pace] = {}
        self._guesses: dict[Reply, Guess] = {}
        # What the latest guess took, for each reply.
        self._draft_seconds = 0.0

    def drafts(self, replies: Sequence[Reply]) -> dict[Reply, list[int]]:
        """What may follow for those of the replies where a guess is worth it, all of which decode.

        Together they are no longer than the context's `draft_tokens`.
        """
        if not self.is_on:
            return {}
        left, drafts = self._context.draft_tokens, dict[Reply, list[int]]()
        for reply in replies if self._has_lookup else ():
            lookup = self._lookups.setdefault(reply, Lookup(self._cost))
            room = min(left, reply.room(self._context.capacity))
            draft = lookup.draft(reply.tokens, room, len(replies) - 1)
            if draft:
                drafts[reply], left = draft, left - len(draft)
        others = [reply for reply in replies if reply not in drafts]
        if self._draft_model is not None and self._cost.token_seconds and others and left:
            drafts |= self._modelled(self._draft_model, others, left // len(others))
        return drafts

    def _modelled(
        self, model: DraftModel, replies: Sequence[Reply], most: int
    ) -> dict[Reply, list[int]]:
        price = self._cost.step_units + model.guess_seconds / self._cost.token_seconds
        if price >= 1:  # a guess that is always right would not pay, if this is measured well
            model.guess_seconds *= _DOUBT
            return {}
        wanted: dict[Reply, Wanted] = {}
        for reply in replies:
            pace = self._paces.setdefault(reply, Pace())
            room = min(most, reply.room(self._context.capacity))
            if room > 0 and not pace.pauses(len(reply.tokens)) and reply.slot is not None:
                least = min(0.99, price / max(pace.trust, 1e-6))
                wanted[reply] = Wanted(reply.slot.index, reply.tokens, room, least)
        started = monotonic()
        guesses = model.guess(list(wanted.values())) if wanted else []
        self._draft_seconds = (monotonic() - started) / max(1, len(wanted))
        self._guesses = dict(zip(wanted, guesses, strict=True))
        return {reply: guess.tokens for reply, guess in self._guesses.items() if guess.tokens}

    def verified(self, reply: Reply, accepted: int) -> None:
        """So many tokens of the reply's draft were right."""
        guess = self._guesses.pop(reply, None)
        if guess is None or self._draft_model is None:
            return
        units = self._cost.units(len(guess.tokens) + 1)
        units += self._draft_seconds / self._cost.token_seconds
        self._paces[reply].learn(guess, accepted, units, len(reply.tokens))

    def learn(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens, none of them a prompt's, took so long."""
        self._cost.learn(tokens, seconds)

    def end(self, reply: Reply) -> None:
        """The reply is over."""
        for each in (self._lookups, self._paces, self._guesses):
            each.pop(reply, None)

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
