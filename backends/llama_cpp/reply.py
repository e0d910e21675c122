"""One reply in the making: its tokens, its sampler, its text, and when it ends."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.chances import TokenChance, TokenLogprob
from app.domain.engine import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReasoningDelta,
    ServerLoad,
    TextDelta,
)
from backends.llama_cpp.model import Model
from backends.llama_cpp.reply_parts import Part
from backends.llama_cpp.sampling import Sampler
from backends.llama_cpp.slots import Slot
from backends.reply_clock import ReplyClock
from backends.reply_content import Prompt, ReplyContent

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
        prompt: Prompt,
        sampler: Sampler,
        clock: ReplyClock,
    ) -> None:
        self._model = model
        self._max_tokens = request.max_tokens
        self._prompt_tokens = len(prompt.tokens)
        self._sampler = sampler
        self._clock = clock
        self._content = ReplyContent(prompt, request)
        self._logprobs = None if request.logprobs is None else Logprobs(model, request.logprobs)
        self.conversation_id = request.conversation_id
        self.tokens = prompt.tokens
        self.slot: Slot | None = None

    @property
    def due(self) -> int:
        """How many tokens must be evaluated before the next one can be chosen."""
        return len(self.tokens) - (len(self.slot.tokens) if self.slot else 0)

    @property
    def has_begun(self) -> bool:
        """Whether a token was chosen already."""
        return len(self.tokens) > self._prompt_tokens

    @property
    def made_tokens(self) -> int:
        """How many tokens were chosen so far."""
        return len(self.tokens) - self._prompt_tokens

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

    def room(self, capacity: int) -> int:
        """How many tokens may be guessed behind the one that is due."""
        room = capacity - len(self.tokens)
        if self._max_tokens is not None:
            room = min(room, self._max_tokens - self._clock.completion_tokens - 1)
        return max(0, room)

    def count_draft(self, drafted: int, accepted: int) -> None:
        """So many tokens were guessed, and so many of them were right."""
        self._clock.draft_tokens += drafted
        self._clock.accepted_tokens += accepted

    def choose(self, context: object, row: int, capacity: int, emit: Emit) -> FinishReason | None:
        """Choose the next token by the logits at `row`; a reason when the reply ends with it."""
        if self._max_tokens is not None and self._clock.completion_tokens >= self._max_tokens:
            return "length"
        if self._sampler.has_grammar and self._content.is_bound:
            token = self._sampler.sample_bound(context, row, self._is_free)
        else:
            token = self._sampler.sample(context, row)
        if self._model.ends_reply(token):
            return "stop"
        logprob = self._logprobs.of(context, row, token) if self._logprobs else None
        parts = self._content.feed(self._model.piece(token))
        self._clock.decoded()
        self._tell(parts, logprob, emit)
        self.tokens.append(token)
        if self._content.stopped:
            return "stop"
        if self._clock.completion_tokens == self._max_tokens or len(self.tokens) > capacity:
            return "length"
        return None

    def finish(self, reason: FinishReason, emit: Emit) -> None:
        """Tell what is left, and the end."""
        rest, calls = self._content.finish(reason)
        self._clock.read_peak()
        self._tell(rest, None, emit)
        names = self._sampler.names()
        emit(Finished(reason, self._clock.timings(), self._sampler.seed, calls, names))

    def close(self) -> None:
        """Free the sampler."""
        self._sampler.close()

    def _tell(self, parts: list[Part], logprob: TokenLogprob | None, emit: Emit) -> None:
        """One event for each part; the token's probability goes with the first."""
        for part in parts:
            kind = TextDelta if part.kind == "text" else ReasoningDelta
            emit(kind(part.text, self._clock.timings(), logprob))
            logprob = None

    def _is_free(self, token: int, *, is_allowed: bool) -> bool:
        if self._model.ends_reply(token):
            return False
        piece = self._model.piece(token).decode("utf-8", "replace")
        return self._content.is_free(piece, is_allowed=is_allowed)


class Logprobs:
    """Log-probabilities of the tokens of one reply."""

    def __init__(self, model: Model, alternatives: int) -> None:
        self._model = model
        self._alternatives = alternatives

    def of(self, context: object, row: int, token: int) -> TokenLogprob:
        """The chance of `token` by the logits at `row`, and the likeliest in its place."""
        from backends.llama_cpp.candidates import likeliest, log_softmax, logits_of

        size = self._model.vocabulary_tokens
        logprobs = log_softmax(logits_of(self._model.api, context, row, size))
        chances = [
            TokenChance(each, self._model.text_piece(each), float(logprobs[each]))
            for each in (token, *likeliest(logprobs, self._alternatives))
        ]
        return TokenLogprob(chances[0], tuple(chances[1:]))
