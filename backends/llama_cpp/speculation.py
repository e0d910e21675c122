"""Guessing ahead for all replies of one context, as far as it pays.

A draft is evaluated in one batch with the token before it; as many of its tokens as the sampler
chooses anyway are won. The text is that of plain decoding.
"""

from __future__ import annotations

from collections.abc import Sequence

from backends.llama_cpp.batch_cost import BatchCost
from backends.llama_cpp.context import Context
from backends.llama_cpp.draft import DraftModel
from backends.llama_cpp.drafting import Drafting
from backends.llama_cpp.lookup import Lookup
from backends.llama_cpp.reply import Reply


class Speculation:
    """Belongs to the decode thread, but for `interrupt`."""

    def __init__(self, context: Context, draft_model: DraftModel | None, *, lookup: bool) -> None:
        self._context = context
        self._draft_model = draft_model
        self._has_lookup = lookup and context.draft_tokens > 0
        self.is_on = self._has_lookup or draft_model is not None
        self._cost = BatchCost()
        self._lookups: dict[Reply, Lookup] = {}
        self._drafting = Drafting(draft_model, self._cost) if draft_model is not None else None

    def drafts(self, replies: Sequence[Reply]) -> dict[Reply, list[int]]:
        """What may follow for those of the replies where a guess is worth it, all of which decode.

        Together they are no longer than the context's `draft_tokens`.
        """
        if not self.is_on:
            return {}
        left, drafts = self._context.draft_tokens, dict[Reply, list[int]]()
        rooms = {reply: reply.room(self._context.capacity) for reply in replies}
        for reply in replies if self._has_lookup else ():
            lookup = self._lookups.setdefault(reply, Lookup(self._cost))
            draft = lookup.draft(reply.tokens, min(left, rooms[reply]), len(replies) - 1)
            if draft:
                drafts[reply], left = draft, left - len(draft)
        others = {reply: room for reply, room in rooms.items() if room and reply not in drafts}
        certain = len(replies) + sum(map(len, drafts.values()))
        each = left // max(1, len(others))
        if self._drafting is not None and others and each and self._cost.is_known(certain):
            drafts |= self._drafting.drafts(others, each, certain)
        return drafts

    def verified(self, reply: Reply, accepted: int) -> None:
        """So many tokens of the reply's draft were right, and one token came behind them."""
        if self._drafting is not None:
            self._drafting.verified(reply, accepted)

    def learn(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens, none of them a prompt's, took so long."""
        self._cost.learn(tokens, seconds)

    def end(self, reply: Reply) -> None:
        """The reply is over."""
        self._lookups.pop(reply, None)

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
