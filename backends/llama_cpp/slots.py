"""Slots: the sequences of a context, what each has evaluated, and which one suits a prompt best."""

from __future__ import annotations

from collections.abc import Sequence

from backends.llama_cpp.context import Context


class Slot:
    """One sequence of the context. `tokens` are evaluated and in the KV cache."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.tokens: list[int] = []
        # How many of them, from the first on, lie in the cells of another slot too.
        self.shared = 0
        self.is_busy = False
        # The larger, the later it was used.
        self.used = 0


class Slots:
    """All slots of one context."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._slots = [Slot(index) for index in range(context.sequences)]
        self._uses = 0

    @property
    def has_idle(self) -> bool:
        return any(not slot.is_busy for slot in self._slots)

    def reusable(self, prompt: Sequence[int]) -> int:
        """How many tokens of the prompt any slot could give it."""
        return max(self._usable(slot, prompt) for slot in self._slots)

    def claim(self, prompt: Sequence[int]) -> Slot:
        """Take the idle slot that leaves least to evaluate; it keeps or is given what it can.

        At least one token of the prompt stays to be evaluated, because its logits are needed.
        A slot whose conversation would lose more than it gives lends its beginning to another.
        """
        idle = [slot for slot in self._slots if not slot.is_busy]
        donor = max(self._slots, key=lambda slot: self._usable(slot, prompt))
        usable = self._usable(donor, prompt)
        slot = min(idle, key=lambda slot: (bool(slot.tokens), slot.used))
        if not donor.is_busy and (2 * usable >= len(donor.tokens) or len(idle) == 1):
            slot = donor
        if slot is donor:
            self.trim(slot, usable)
        else:
            self.trim(slot, 0)
            if usable:
                self._context.share(donor.index, slot.index, usable)
                slot.tokens = donor.tokens[:usable]
                slot.shared = usable
        slot.is_busy = True
        self._touch(slot)
        return slot

    def release(self, slot: Slot) -> None:
        """The reply is over; its tokens stay for the next turn."""
        slot.is_busy = False
        self._touch(slot)

    def trim(self, slot: Slot, keep: int) -> None:
        """Forget all but the first `keep` tokens, or all where a part cannot be forgotten."""
        if keep < len(slot.tokens):
            del slot.tokens[self._context.forget(slot.index, keep) :]
            slot.shared = min(slot.shared, len(slot.tokens))

    def restore(self, slot: Slot) -> None:
        """After a failed evaluation: take back whatever it left behind `slot.tokens`."""
        kept = 0 if self._context.is_recurrent else len(slot.tokens)
        del slot.tokens[self._context.forget(slot.index, kept) :]

    def drop_oldest_idle(self) -> bool:
        """Make room in the cache; False when no idle slot has anything."""
        idle = [slot for slot in self._slots if not slot.is_busy and slot.tokens]
        if not idle:
            return False
        self.trim(min(idle, key=lambda slot: slot.used), 0)
        return True

    def _touch(self, slot: Slot) -> None:
        self._uses += 1
        slot.used = self._uses

    def _usable(self, slot: Slot, prompt: Sequence[int]) -> int:
        """The tokens of the prompt that the slot has and can give without losing others."""
        common = common_prefix(slot.tokens, prompt, len(prompt) - 1)
        if common == len(slot.tokens):
            return common
        if self._context.is_recurrent or not self._context.has_window(slot.index, common):
            return 0
        return common


def common_prefix(left: Sequence[int], right: Sequence[int], limit: int) -> int:
    """The number of equal tokens at the beginning, up to `limit`, found by halving."""
    low, high = 0, max(0, min(len(left), len(right), limit))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
