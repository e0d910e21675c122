"""One MLX reply in the making: its tokens, its sampler, its text, and when it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.domain.engine import (
    Finished,
    FinishReason,
    GenerationEvent,
    PromptProgress,
    ReasoningDelta,
    TextDelta,
    Timings,
)
from backends.llama_cpp.reply_parts import Part
from backends.mlx.library import Mlx
from backends.mlx.model import Model
from backends.mlx.sampling import Sampler
from backends.reply_content import Prepared, ReplyContent

Emit = Callable[[GenerationEvent], None]


class Reply:
    """What the scheduler moves forward; `tokens` is the prompt and what was chosen after it."""

    def __init__(
        self, mlx: Mlx, model: Model, prepared: Prepared, limit: int | None, emit: Emit
    ) -> None:
        """`limit`: the most tokens of the reply. Raises `RequestError` and `SchemaError`."""
        request, prompt = prepared.request, prepared.prompt
        self._mlx = mlx
        self._model = model
        self._limit = limit
        self._emit = emit
        self._clock = prepared.clock
        self._content = ReplyContent(prompt, request)
        self._drops_space = model.drops_first_space
        self._prompt_tokens = len(prompt.tokens)
        self.sampler = Sampler(mlx, request, model.vocabulary_size, model.ends)
        self.tokens = list(prompt.tokens)
        self.conversation_id = request.conversation_id
        # Set from the thread that reads commands.
        self.cancelled = threading.Event()

    @property
    def left(self) -> int | None:
        """The tokens that may follow; None for no limit."""
        return None if self._limit is None else self._limit - self._clock.completion_tokens

    @property
    def has_begun(self) -> bool:
        """Whether its first token has come."""
        return len(self.tokens) > self._prompt_tokens

    def begin(self, cached_tokens: int) -> None:
        """Its prompt is evaluated from here on."""
        self.sampler.start()
        self._clock.begin(self._prompt_tokens, cached_tokens)
        self._emit(PromptProgress(self._clock.timings()))

    def progress(self, evaluated_tokens: int) -> None:
        """So many tokens of the prompt are evaluated."""
        self._clock.evaluated(evaluated_tokens)
        self._emit(PromptProgress(self._timings()))

    def count_draft(self, drafted: int, accepted: int) -> None:
        """So many tokens were guessed, and so many of them were right."""
        self._clock.draft_tokens += drafted
        self._clock.accepted_tokens += accepted

    def take(self, token: int) -> FinishReason | None:
        """The next token; a reason when the reply ends with it."""
        self.tokens.append(token)
        if self._clock.completion_tokens == 0:
            self._clock.evaluated(self._prompt_tokens)
        if self._model.ends_reply(token):
            return "stop"
        piece = self._model.piece(token)
        if self._drops_space:
            piece, self._drops_space = piece.removeprefix(b" "), False
        parts = self._content.feed(piece)
        self._clock.decoded()
        self._tell(parts)
        if self._content.stopped:
            return "stop"
        if self.left == 0:
            return "length"
        return "cancelled" if self.cancelled.is_set() else None

    def finish(self, reason: FinishReason) -> None:
        """Tell what is left, and the end."""
        rest, calls = self._content.finish(reason)
        self._tell(rest)
        self._clock.read_peak()
        self._emit(Finished(reason, self._timings(), self.sampler.seed, calls))

    def _tell(self, parts: list[Part]) -> None:
        for part in parts:
            kind = TextDelta if part.kind == "text" else ReasoningDelta
            self._emit(kind(part.text, self._timings()))

    def _timings(self) -> Timings:
        self._clock.peak_device_bytes = self._mlx.core.get_peak_memory()
        return self._clock.timings()
