"""Continuous batching: every step evaluates one batch for all replies in the making.

A batch holds one token of each reply that decodes, and a chunk of the prompts that are still to be
evaluated, so that a long prompt slows the others and does not stop them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

import msgspec

from app.domain.engine import FinishReason, GenerationEvent, ServerLoad
from app.domain.errors import AppError, EngineError, QueueFullError
from backends.llama_cpp.context import AbortedError, CacheFullError, Context
from backends.llama_cpp.reply import Reply
from backends.llama_cpp.slots import Slots
from backends.llama_cpp.speculation import Speculation
from backends.llama_cpp.state_cache import StateCache
from backends.protocol import ForgetChats, KeepStates

QUEUE_LIMIT = 64
Emit = Callable[[int, GenerationEvent | AppError], None]


class _Share(msgspec.Struct):
    """What one reply has in a batch: `count` of its due tokens, and a draft of what may follow.

    The last due token is at `row`, the draft behind it.
    """

    request_id: int
    reply: Reply
    count: int
    row: int
    is_last: bool
    draft: list[int]


class Scheduler:
    """Replies of one context. All but `cancel` belongs to the decode thread."""

    def __init__(
        self,
        context: Context,
        emit: Emit,
        states: StateCache,
        speculation: Speculation | None = None,
    ) -> None:
        """`emit` gets the events of each request; its end is a `Finished` or an error."""
        self._context = context
        self._speculation = speculation or Speculation(context, None, lookup=False)
        self._emit = emit
        self._states = states
        self._slots = Slots(context, states)
        self._waiting: deque[tuple[int, Reply]] = deque()
        self._running: dict[int, Reply] = {}
        self._cancelled: set[int] = set()
        self._cancel_lock = threading.Lock()
        # Replies that gave up their slot wait until another one ends.
        self._paused: set[int] = set()

    @property
    def is_busy(self) -> bool:
        return bool(self._running or self._waiting)

    def submit(self, request_id: int, reply: Reply) -> None:
        """Put a reply in the queue. Raises `QueueFullError`; `EngineError` for an id in use."""
        if request_id in self._running or any(each == request_id for each, _ in self._waiting):
            raise EngineError(
                "The request {request_id} is in the making already.", request_id=request_id
            )
        if len(self._waiting) >= QUEUE_LIMIT:
            raise QueueFullError(
                "{count} requests wait for this model already, which is as many as may. Try again "
                "when some of them are done.",
                count=len(self._waiting),
            )
        self._waiting.append((request_id, reply))
        if len(self._waiting) > 1 or not self._slots.has_idle:
            self._tell_waiting()

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; from any thread. Ids of requests that have ended do no harm."""
        with self._cancel_lock:
            self._cancelled.add(request_id)
        # An interrupted recurrent state is lost: with others in the batch, the step is completed.
        if not self._context.is_recurrent or len(self._running) <= 1:
            self._context.interrupt()
            self._speculation.interrupt()

    def step(self) -> None:
        """Evaluate one batch and choose the tokens after it."""
        # First this: a cancel that comes from here on interrupts the evaluation.
        self._context.clear_interrupt()
        self._speculation.clear_interrupt()
        self._end_cancelled()
        self._admit()
        shares = self._fill()
        if not shares:
            return
        started = monotonic()
        try:
            self._context.evaluate()
        except AbortedError:
            self._take_back(shares)
        except CacheFullError:
            self._make_room()
        except EngineError as error:
            self._take_back(shares)
            for share in shares:
                self._end(share.request_id, error)
        else:
            self._learn(shares, monotonic() - started)
            for share in shares:
                self._move_on(share)

    def change_states(self, change: KeepStates | ForgetChats) -> None:
        """Keep evaluated chats elsewhere, or none of some of them."""
        if isinstance(change, KeepStates):
            self._states.keep_in(change.folder, change.limit_bytes)
        else:
            self._slots.forget_chats(change.conversation_ids)

    def forget(self, fingerprint: str) -> None:
        """What was evaluated so far is not valid any more, on disk neither; what is kept from here
        on depends on what `fingerprint` stands for.
        """
        self._slots.forget(fingerprint)

    def close(self) -> None:
        """Free what the replies hold."""
        for reply in [*self._running.values(), *(reply for _, reply in self._waiting)]:
            reply.close()
        self._slots.keep_all()
        self._speculation.close()

    # The beginning and the end of a reply.

    def _admit(self) -> None:
        """First come, first served; one that finds too little room waits for the others."""
        admitted = False
        while self._waiting and self._slots.has_idle:
            request_id, reply = self._waiting[0]
            if self._running and (request_id in self._paused or not self._has_room(reply)):
                break
            self._waiting.popleft()
            self._paused.discard(request_id)
            reply.place(self._slots.claim(reply.tokens, reply.conversation_id))
            self._running[request_id] = reply
            admitted = True
        if admitted and self._waiting:
            self._tell_waiting()

    def _has_room(self, reply: Reply) -> bool:
        """A guess, because replies grow. When it proves wrong, one of them is paused."""
        used = len(reply.tokens) - self._slots.reusable(reply.tokens)
        for each in self._running.values():
            used += len(each.tokens) - (each.slot.shared if each.slot else 0)
        return used < self._context.capacity

    def _tell_waiting(self) -> None:
        """Every request that waits hears how many are before it."""
        for ahead, (request_id, reply) in enumerate(self._waiting):
            load = ServerLoad(running_requests=len(self._running), waiting_requests=ahead)
            self._emit(request_id, reply.wait(load))

    def _end_cancelled(self) -> None:
        with self._cancel_lock:
            cancelled, self._cancelled = self._cancelled, set()
        if not cancelled:
            return
        for request_id in cancelled & self._running.keys():
            self._end(request_id, "cancelled")
        for request_id, reply in [each for each in self._waiting if each[0] in cancelled]:
            self._waiting.remove((request_id, reply))
            self._finish(request_id, reply, "cancelled")

    def _end(self, request_id: int, reason: FinishReason | AppError) -> None:
        reply = self._running.pop(request_id)
        assert reply.slot is not None
        self._slots.release(reply.slot)
        self._paused.clear()
        self._finish(request_id, reply, reason)

    def _finish(self, request_id: int, reply: Reply, reason: FinishReason | AppError) -> None:
        self._speculation.end(reply)
        if isinstance(reason, AppError):
            self._emit(request_id, reason)
        else:
            reply.finish(reason, lambda event: self._emit(request_id, event))
        reply.close()

    # One step.

    def _fill(self) -> list[_Share]:
        """Put the batch together: all decoding replies, and a fair part of each prompt."""
        self._context.begin()
        decoding = [each for each in self._running.items() if each[1].due == 1]
        prompts = [each for each in self._running.items() if each[1].due > 1]
        # A chunk of a prompt takes as long as many tokens: nothing is won by guessing beside it.
        drafts = {} if prompts else self._speculation.drafts([reply for _, reply in decoding])
        shares = [
            self._share(request_id, reply, 1, drafts.get(reply)) for request_id, reply in decoding
        ]
        if not prompts:
            return shares
        budget, left = self._context.chunk_tokens, len(prompts)
        for request_id, reply in sorted(prompts, key=lambda each: each[1].due):
            count = min(reply.due, budget // left)
            shares.append(self._share(request_id, reply, count))
            budget, left = budget - count, left - 1
        return shares

    def _share(
        self, request_id: int, reply: Reply, count: int, drafted: list[int] | None = None
    ) -> _Share:
        assert reply.slot is not None
        done, is_last, draft = len(reply.slot.tokens), count == reply.due, drafted or []
        tokens = [*reply.tokens[done : done + count], *draft]
        end = self._context.add(reply.slot.index, tokens, done, is_last + len(draft))
        return _Share(request_id, reply, count, end - len(draft), is_last, draft)

    def _learn(self, shares: list[_Share], seconds: float) -> None:
        """What guesses cost is seen where the batch has no prompt."""
        if self._speculation.is_on and all(share.count == 1 for share in shares):
            tokens = len(shares) + sum(len(share.draft) for share in shares)
            self._speculation.learn(tokens, seconds)

    def _move_on(self, share: _Share) -> None:
        reply, request_id = share.reply, share.request_id
        was_prompt = not reply.has_begun
        reply.advance(share.count)
        if was_prompt:
            self._emit(request_id, reply.progress())
        if not share.is_last:
            return
        assert reply.slot is not None
        if was_prompt:
            self._slots.mark(reply.slot)
        try:
            reason = self._choose(share)
        except AppError as error:
            self._end(request_id, error)
            return
        if reason is not None:
            self._end(request_id, reason)

    def _choose(self, share: _Share) -> FinishReason | None:
        """Choose the next token; and one more for each token of the draft that was right."""
        reply, capacity = share.reply, self._context.capacity

        def emit(event: GenerationEvent) -> None:
            self._emit(share.request_id, event)

        reason = reply.choose(self._context.handle, share.row, capacity, emit)
        accepted = 0
        for guess in share.draft:
            if reason is not None or reply.tokens[-1] != guess:
                break
            accepted += 1
            reply.advance(1)
            reason = reply.choose(self._context.handle, share.row + accepted, capacity, emit)
        if share.draft and reply.slot is not None:
            self._slots.drop_behind(reply.slot)
        if share.count == 1:
            reply.count_draft(len(share.draft), accepted)
            self._speculation.verified(reply, accepted)
        return reason

    def _take_back(self, shares: list[_Share]) -> None:
        for share in shares:
            assert share.reply.slot is not None
            self._slots.restore(share.reply.slot)

    def _make_room(self) -> None:
        """Drop the oldest conversation that nobody works on, else let the youngest reply wait."""
        if self._slots.drop_oldest_idle():
            return
        request_id, reply = next(reversed(self._running.items()))
        if len(self._running) == 1:
            self._end(request_id, "length" if reply.has_begun else _cache_too_small(reply))
            return
        del self._running[request_id]
        assert reply.slot is not None
        self._slots.trim(reply.slot, 0)
        self._slots.release(reply.slot)
        reply.slot = None
        self._paused.add(request_id)
        self._waiting.appendleft((request_id, reply))


def _cache_too_small(reply: Reply) -> EngineError:
    return EngineError(
        "The KV cache has no room for the prompt of {count} tokens. Load the model with a larger "
        "context.",
        count=len(reply.tokens),
    )
