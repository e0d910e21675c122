"""Makes MLX replies: one by itself with its next step under way, several in one batch.

A prompt is evaluated in chunks between the steps of the replies in the making. A reply that is
alone runs in mlx-lm's own loop, which computes a step ahead, or in its loop with a draft model
where that is faster; when another one joins it, both go on in mlx-lm's batch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from app.domain.engine import FinishReason, GenerationEvent
from app.domain.errors import AppError
from app.domain.words import sentence
from backends.llama_cpp.prefix import common_prefix
from backends.mlx import library
from backends.mlx.drafting import Drafting
from backends.mlx.kept_chats import KeptChats
from backends.mlx.library import Mlx
from backends.mlx.model import runtime_error
from backends.mlx.prompt_cache import PromptCache
from backends.mlx.reply import Reply
from backends.protocol import ForgetChats, KeepStates

Emit = Callable[[int, GenerationEvent | AppError], None]
# As mlx-lm's own default has it for its server.
_DRAFT_TOKENS = 3
# What a round of guesses adds to the caches, with some room.
_AHEAD = 2 * _DRAFT_TOKENS
_NO_LIMIT = 2**31


class _Running:
    """A reply and the caches that hold its tokens, that of the draft model among them."""

    def __init__(self, request_id: int, reply: Reply, caches: tuple[PromptCache, ...]) -> None:
        self.id = request_id
        self.reply = reply
        self.caches = caches
        # In mlx-lm's loop, or in its batch under this number.
        self.steps: Generator[Any] | None = None
        self.uid: int | None = None
        self.drafting = Drafting() if len(caches) > 1 else None
        # Whether the loop is that with the draft model.
        self.is_guessing = False

    @property
    def cache(self) -> PromptCache:
        """That of the model itself."""
        return self.caches[0]

    @property
    def is_read(self) -> bool:
        """Whether all but the last token are evaluated, which the next step takes."""
        if self.steps is not None or self.uid is not None:
            return True
        return all(len(each.tokens) >= len(self.reply.tokens) - 1 for each in self.caches)


class Scheduler:
    """All requests of one model. `slots` are the caches that can be in use at once."""

    def __init__(
        self,
        mlx: Mlx,
        networks: tuple[Any, ...],
        slots: list[tuple[PromptCache, ...]],
        kept: KeptChats,
        emit: Emit,
    ) -> None:
        """`networks`: the model's, and that of a draft model; a slot has a cache for each."""
        self._mlx = mlx
        self._networks = networks
        self._free = slots
        self._kept = kept
        self._emit = emit
        self._waiting: deque[tuple[int, Reply]] = deque()
        self._running: list[_Running] = []
        # Held while the lists change, because a cancel comes from another thread.
        self._lock = threading.Lock()
        self._batch: Any = None

    @property
    def is_busy(self) -> bool:
        """Whether `step` has anything to do."""
        return bool(self._running or self._waiting)

    def submit(self, request_id: int, reply: Reply) -> None:
        """Put a request behind the others."""
        with self._lock:
            self._waiting.append((request_id, reply))

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; from any thread."""
        with self._lock:
            replies = [*self._waiting, *((each.id, each.reply) for each in self._running)]
        for known, reply in replies:
            if known == request_id:
                reply.cancelled.set()

    def step(self) -> None:
        """One chunk of a prompt, and one token of every reply that is being written."""
        for cancelled in [each for each in self._running if each.reply.cancelled.is_set()]:
            self._end(cancelled, "cancelled")
        self._admit()
        reading = next((each for each in self._running if not each.is_read), None)
        if reading is not None:
            self._guarded([reading], lambda: self._read(reading))
        writing = [each for each in self._running if each.is_read]
        if len(writing) == 1 and self._batch is None:
            self._guarded(writing, lambda: self._write_alone(writing[0]))
        elif writing:
            self._guarded(writing, lambda: self._write_together(writing))

    def close(self) -> None:
        """Let all caches go."""
        for running in self._running:
            self._leave_loop(running)
        self._batch = None
        self._kept.save_all(cache for cache, *_ in self._free)
        for slot in (*self._free, *(each.caches for each in self._running)):
            for cache in slot:
                cache.caches.clear()

    def _admit(self) -> None:
        while self._waiting and self._free:
            with self._lock:
                request_id, reply = self._waiting.popleft()
                slot = max(self._free, key=lambda each: _shared(each[0], reply))
                self._free.remove(slot)
                running = _Running(request_id, reply, slot)
                self._running.append(running)
            self._take_chat(slot[0], reply)
            cached, *_ = [cache.reuse(reply.tokens) for cache in slot]
            reply.begin(cached)

    def _take_chat(self, cache: PromptCache, reply: Reply) -> None:
        """Keep the chat that a cache holds, and bring back that of a reply."""
        if cache.conversation_id != reply.conversation_id:
            self._kept.save(cache)
        self._kept.bring_back(cache, reply.tokens)
        cache.conversation_id = reply.conversation_id

    def change_kept(self, change: KeepStates | ForgetChats) -> None:
        """Keep chats elsewhere or not at all, or drop some."""
        if isinstance(change, KeepStates):
            self._kept.keep_in(change.folder, change.limit_bytes)
            return
        for cache, *_ in (*self._free, *(each.caches for each in self._running)):
            if cache.conversation_id in change.conversation_ids:
                cache.conversation_id = None
                if not any(cache is each.cache for each in self._running):
                    cache.clear()

    def _read(self, running: _Running) -> None:
        """Evaluate a chunk of a prompt."""
        reply = running.reply
        for cache in running.caches:
            due = reply.tokens[len(cache.tokens) : -1]
            if due:
                cache.evaluate(due)
        if not reply.has_begun:  # later it is a change of loops
            reply.progress(len(running.cache.tokens))

    def _write_alone(self, running: _Running) -> None:
        """One more token in mlx-lm's loop, whose next step is under way already."""
        reply = running.reply
        if running.steps is None:
            running.steps = self._loop(running)
        token, _, *guessed = next(running.steps)
        if running.drafting is not None:
            self._measure(running, running.drafting, guessed)
        reason = reply.take(token)
        if reason is not None:
            self._end(running, reason)
        elif running.drafting is not None and running.drafting.begins_round:
            self._choose_loop(running, running.drafting)

    def _measure(self, running: _Running, drafting: Drafting, guessed: list[bool]) -> None:
        """Learn of a token; `guessed` is empty in the loop without the draft model."""
        if not guessed:
            drafting.step()
            return
        reply, (is_right,) = running.reply, guessed
        if drafting.begins_round:
            left = _DRAFT_TOKENS if reply.left is None else reply.left
            reply.count_draft(min(_DRAFT_TOKENS, left), 0)
        reply.count_draft(0, int(is_right))
        drafting.guess(is_right=is_right)

    def _choose_loop(self, running: _Running, drafting: Drafting) -> None:
        """Go over to guesses, or leave them, if that is faster by now."""
        tokens = running.reply.tokens
        is_due = drafting.is_due and all(each.can_guess(_AHEAD) for each in running.caches)
        if is_due == running.is_guessing:
            return
        draft = running.caches[-1]
        unread = tokens[len(draft.tokens) : -1]
        if is_due and len(unread) > _AHEAD:  # what came without it, in chunks between plain steps
            if draft.evaluate(unread) < _AHEAD:
                drafting.stop()
            drafting.pause()
            return
        self._leave_loop(running)
        running.cache.shorten(len(tokens) - 1)
        running.is_guessing = is_due

    def _loop(self, running: _Running) -> Generator[Any]:
        sampler, tokens = running.reply.sampler, running.reply.tokens
        last = self._mlx.core.array(tokens[-1:])
        options = {"sampler": sampler.choose, "logits_processors": sampler.processors(tokens)}
        if running.drafting is not None:
            running.drafting.pause()
        if not running.is_guessing:
            return self._mlx.generate.generate_step(
                last, self._networks[0], max_tokens=-1, prompt_cache=running.cache.caches, **options
            )
        left = running.reply.left
        return self._mlx.generate.speculative_generate_step(
            last,
            *self._networks,
            num_draft_tokens=_DRAFT_TOKENS,
            max_tokens=_NO_LIMIT if left is None else left,
            prompt_cache=[one for cache in running.caches for one in cache.caches],
            **options,
        )

    def _write_together(self, writing: list[_Running]) -> None:
        """One more token of each in mlx-lm's batch; those that are new to it join."""
        if self._batch is None:
            self._batch = self._mlx.generate.BatchGenerator(self._networks[0])
            library.wire(self._mlx, 0)  # it has just wired all that the device recommends
        for running in writing:
            if running.uid is None:
                self._join(running)
        _, answers = self._batch.next()
        members = {running.uid: running for running in writing}
        for answer in answers:
            running = members[answer.uid]
            reason = running.reply.take(answer.token)
            if reason is not None:
                self._end(running, reason)

    def _join(self, running: _Running) -> None:
        """Move a reply into the batch; its last token is the next input."""
        self._leave_loop(running)
        reply, cache = running.reply, running.cache
        cache.shorten(len(reply.tokens) - 1)
        (running.uid,) = self._batch.insert(
            [reply.tokens[-1:]],
            max_tokens=[_NO_LIMIT],
            caches=[cache.caches],
            all_tokens=[list(cache.tokens)],
            samplers=[reply.sampler.choose],
            logits_processors=[reply.sampler.whole_processors],
        )
        cache.caches = []

    def _leave_loop(self, running: _Running) -> None:
        """End mlx-lm's loop; its caches then say how many tokens they hold."""
        if running.steps is None:
            return
        running.steps.close()
        running.steps = None
        for cache in running.caches:
            cache.settle(running.reply.tokens)

    def _end(self, running: _Running, reason: FinishReason) -> None:
        self._leave_loop(running)
        if running.uid is not None:
            found = self._batch.remove([running.uid], return_prompt_caches=True)
            caches, tokens = found[running.uid]
            running.cache.restore(caches, tokens)
        self._release(running)
        running.reply.finish(reason)

    def _release(self, running: _Running) -> None:
        with self._lock:
            self._running.remove(running)
            # The cache that was used last is looked at first, and the oldest is overwritten.
            self._free.insert(0, running.caches)
        if self._batch is not None and all(each.uid is None for each in self._running):
            self._batch = None

    def _guarded(self, concerned: list[_Running], work: Callable[[], None]) -> None:
        """Do some work; a failure of MLX ends the replies that it is about, and forgets."""
        try:
            work()
        except (RuntimeError, ValueError) as error:
            failure = runtime_error(error, sentence("making the reply"))
            for running in [each for each in concerned if each in self._running]:
                running.steps = running.uid = None
                for cache in running.caches:
                    cache.clear()
                self._release(running)
                self._emit(running.id, failure)


def _shared(cache: PromptCache, reply: Reply) -> int:
    return common_prefix(cache.tokens, reply.tokens, len(reply.tokens) - 1)
