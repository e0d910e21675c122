"""Slots: the sequences of a context, what each has evaluated, and which one suits a prompt best."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from backends.llama_cpp.context import MOST_CHECKPOINT_BYTES, Context
from backends.llama_cpp.prefix import common_prefix
from backends.llama_cpp.state_cache import LEAST_TOKENS, StateCache

_KEPT_CHECKPOINTS = 3
# A program that ends is not kept waiting longer for states that are written to disk.
_SAVING_SECONDS = 2.0


class Slot:
    """One sequence of the context. `tokens` are evaluated and in the KV cache."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.tokens: list[int] = []
        # How many of them, from the first on, lie in the cells of another slot too.
        self.shared = 0
        # Token counts at which it can be taken up again, where tokens cannot be taken back.
        self.checkpoints: dict[int, Any] = {}
        self.is_busy = False
        # The stored chat that it is of; without one nothing is kept on disk.
        self.conversation_id: int | None = None
        # The larger, the later it was used.
        self.used = 0


class Slots:
    """All slots of one context."""

    def __init__(self, context: Context, states: StateCache) -> None:
        """`states`: where conversations that lose their slot are kept."""
        self._context = context
        self._states = states
        self._slots = [Slot(index) for index in range(context.sequences)]
        self._uses = 0
        self._forgotten: set[int] = set()

    @property
    def has_idle(self) -> bool:
        return any(not slot.is_busy for slot in self._slots)

    def reusable(self, prompt: Sequence[int]) -> int:
        """How many tokens of the prompt any slot could give it."""
        return max(self._usable(slot, prompt) for slot in self._slots)

    def claim(self, prompt: Sequence[int], conversation_id: int | None = None) -> Slot:
        """Take the idle slot that leaves least to evaluate; it keeps or is given what it can.

        At least one token of the prompt stays to be evaluated, because its logits are needed.
        A slot whose conversation would lose more than it gives lends its beginning to another.
        """
        idle = [slot for slot in self._slots if not slot.is_busy]
        donor = max(self._slots, key=lambda slot: (self._usable(slot, prompt), not slot.is_busy))
        usable = self._usable(donor, prompt)
        slot = min(idle, key=lambda slot: (bool(slot.tokens), slot.used))
        if not donor.is_busy and (2 * usable >= len(donor.tokens) or len(idle) == 1):
            slot = donor
        if slot is donor and 2 * usable < len(slot.tokens):
            self._keep(slot)
        if not self._restored(slot, prompt, usable):
            self._prepare(slot, donor, usable)
        slot.is_busy = True
        slot.conversation_id = None if conversation_id in self._forgotten else conversation_id
        self._touch(slot)
        return slot

    def release(self, slot: Slot) -> None:
        """The reply is over; its tokens stay for the next turn."""
        slot.is_busy = False
        self._touch(slot)

    def trim(self, slot: Slot, keep: int) -> None:
        """Forget all but the first `keep` tokens; all, where a part cannot be forgotten."""
        if keep < len(slot.tokens):
            checkpoint = slot.checkpoints.get(keep)
            if checkpoint and self._context.rewind(slot.index, checkpoint, keep):
                del slot.tokens[keep:]
            else:
                del slot.tokens[self._context.forget(slot.index, keep) :]
            self._drop_checkpoints(slot)

    def mark(self, slot: Slot) -> None:
        """A prompt is evaluated: make it possible to come back to here."""
        if self._context.can_go_back:
            return
        checkpoint = self._context.checkpoint(slot.index)
        if checkpoint is not None:
            slot.checkpoints[len(slot.tokens)] = checkpoint
            most = min(_KEPT_CHECKPOINTS, MOST_CHECKPOINT_BYTES // len(checkpoint))
            while len(slot.checkpoints) > most:
                del slot.checkpoints[min(slot.checkpoints)]

    def restore(self, slot: Slot) -> None:
        """After a failed evaluation: take back whatever it left behind `slot.tokens`."""
        if self._context.is_recurrent:
            self._rewind_to_last(slot)
            return
        del slot.tokens[self._context.forget(slot.index, len(slot.tokens)) :]
        self._drop_checkpoints(slot)

    def drop_behind(self, slot: Slot) -> None:
        """Take the rest of a draft back, which was evaluated and is wrong."""
        del slot.tokens[self._context.forget(slot.index, len(slot.tokens)) :]

    def drop_oldest_idle(self) -> bool:
        """Make room in the cache; False when no idle slot has anything."""
        idle = [slot for slot in self._slots if not slot.is_busy and slot.tokens]
        if not idle:
            return False
        oldest = min(idle, key=lambda slot: slot.used)
        self._keep(oldest)
        self.trim(oldest, 0)
        return True

    def forget_chats(self, conversation_ids: Sequence[int]) -> None:
        """Empty the slots of these chats; a reply that is being made goes on and is not kept."""
        self._forgotten.update(conversation_ids)
        for slot in self._slots:
            if slot.conversation_id in self._forgotten:
                slot.conversation_id = None
                if not slot.is_busy:
                    self.trim(slot, 0)

    def forget(self, fingerprint: str) -> None:
        """Empty all slots: what a state depends on has changed, to what this stands for."""
        self._states.change_to(fingerprint)
        self._context.clear()
        for slot in self._slots:
            slot.tokens.clear()
            slot.checkpoints.clear()
            slot.shared = 0

    def keep_all(self) -> None:
        """Before the end: write what conversations there are to disk, the latest first."""
        started = monotonic()
        for slot in sorted(self._slots, key=lambda slot: -slot.used):
            if monotonic() - started < _SAVING_SECONDS:
                self._keep(slot)

    def _prepare(self, slot: Slot, donor: Slot, usable: int) -> None:
        if slot is donor:
            self.trim(slot, usable)
            return
        self._keep(slot)
        self.trim(slot, 0)
        if usable:
            self._context.share(donor.index, slot.index, usable)
            slot.tokens = donor.tokens[:usable]
            slot.shared = usable

    def _restored(self, slot: Slot, prompt: Sequence[int], usable: int) -> bool:
        """Whether the disk had more of the prompt than the slots, and the slot has it now."""
        least = usable + LEAST_TOKENS
        if len(prompt) <= least:
            return False
        state = self._states.find(prompt, least, whole=not self._context.can_go_back)
        if state is None or len(state.tokens) > self._context.capacity:
            return False
        self._keep(slot)
        self.trim(slot, 0)
        while not self._states.use(state, lambda path: self._context.load(slot.index, path)):
            # The file is damaged, or the cells of idle slots are in its way.
            if not (self._states.has(state) and self.drop_oldest_idle()):
                return False
        slot.tokens = list(state.tokens)
        self.trim(slot, common_prefix(slot.tokens, prompt, len(prompt) - 1))
        return True

    def _keep(self, slot: Slot) -> None:
        if slot.conversation_id is not None and len(slot.tokens) >= LEAST_TOKENS:
            self._states.save(
                slot.conversation_id,
                list(slot.tokens),
                self._context.state_bytes(slot.index),
                lambda path: self._context.save(slot.index, slot.tokens, path),
            )

    def _rewind_to_last(self, slot: Slot) -> None:
        for count in sorted(slot.checkpoints, reverse=True):
            if self._context.rewind(slot.index, slot.checkpoints[count], count):
                del slot.tokens[count:]
                return
        self._context.forget(slot.index, 0)
        slot.tokens.clear()
        self._drop_checkpoints(slot)

    def _drop_checkpoints(self, slot: Slot) -> None:
        """Those behind the tokens that are left."""
        slot.shared = min(slot.shared, len(slot.tokens))
        for count in [count for count in slot.checkpoints if count > len(slot.tokens)]:
            del slot.checkpoints[count]

    def _touch(self, slot: Slot) -> None:
        self._uses += 1
        slot.used = self._uses

    def _usable(self, slot: Slot, prompt: Sequence[int]) -> int:
        """The tokens of the prompt that the slot has and can give without losing others."""
        common = common_prefix(slot.tokens, prompt, len(prompt) - 1)
        if common == len(slot.tokens):
            return common
        if not self._context.is_recurrent and self._context.has_window(slot.index, common):
            return common
        if slot.is_busy:
            return 0
        return max((count for count in slot.checkpoints if count <= common), default=0)
