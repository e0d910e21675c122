"""One reply in the making: its tokens, its sampler, its text, and when it ends."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.engine import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ServerLoad,
    TextDelta,
)
from backends.llama_cpp.model import Model
from backends.llama_cpp.sampling import Sampler
from backends.llama_cpp.slots import Slot
from backends.llama_cpp.text import ReplyText
from backends.reply_clock import ReplyClock

Emit = Callable[[GenerationEvent], None]


class Reply:
    """What the scheduler moves forward.

    `tokens` is the prompt and what was chosen after it; those that the slot has not evaluated yet
    are due. This holds however often an evaluation fails or the reply loses its slot.
    """

    def __init__(
        self,
        model: Model,
        request: GenerationRequest,
        prompt: list[int],
        sampler: Sampler,
        clock: ReplyClock,
    ) -> None:
        self._model = model
        self._max_tokens = request.max_tokens
        self._prompt_tokens = len(prompt)
        self._sampler = sampler
        self._clock = clock
        self._text = ReplyText(request.stop)
        self.tokens = prompt
        self.slot: Slot | None = None

    @property
    def due(self) -> int:
        """How many tokens must be evaluated before the next one can be chosen."""
        return len(self.tokens) - (len(self.slot.tokens) if self.slot else 0)

    @property
    def has_begun(self) -> bool:
        """Whether a token was chosen already."""
        return len(self.tokens) > self._prompt_tokens

    def place(self, slot: Slot) -> None:
        """Give it a slot that has some of its tokens already."""
        self.slot = slot
        self._clock.begin(self._prompt_tokens, len(slot.tokens))

    def wait(self, load: ServerLoad) -> PromptProgress:
        """What a request that waits for a slot is told."""
        return PromptProgress(self._clock.timings(load))

    def advance(self, count: int) -> None:
        """`count` of the due tokens are evaluated."""
        assert self.slot is not None
        done = len(self.slot.tokens)
        self.slot.tokens += self.tokens[done : done + count]

    def progress(self) -> PromptProgress:
        """What is told after each chunk of the prompt."""
        assert self.slot is not None
        self._clock.evaluated(len(self.slot.tokens))
        return PromptProgress(self._clock.timings())

    def choose(self, context: object, row: int, capacity: int, emit: Emit) -> FinishReason | None:
        """Choose the next token by the logits at `row`; a reason when the reply ends with it."""
        if self._max_tokens is not None and self._clock.completion_tokens >= self._max_tokens:
            return "length"
        token = self._sampler.sample(context, row)
        if self._model.ends_reply(token):
            return "stop"
        text = self._text.feed(self._model.piece(token))
        self._clock.decoded()
        emit(TextDelta(text, self._clock.timings()))
        self.tokens.append(token)
        if self._text.stopped:
            return "stop"
        if self._clock.completion_tokens == self._max_tokens or len(self.tokens) > capacity:
            return "length"
        return None

    def finish(self, reason: FinishReason, emit: Emit) -> None:
        """Tell what is left, and the end."""
        rest = self._text.finish()
        self._clock.read_peak()
        if rest:
            emit(TextDelta(rest, self._clock.timings()))
        emit(Finished(reason, self._clock.timings(), self._sampler.seed))

    def close(self) -> None:
        """Free the sampler."""
        self._sampler.close()
