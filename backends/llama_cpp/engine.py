"""The llama.cpp engine as the worker uses it: load a model, stream replies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from app.domain.engine import (
    Capabilities,
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    LoadPlan,
    LoadProgress,
    PromptProgress,
    SessionInfo,
    TextDelta,
    Timings,
)
from app.domain.errors import PromptTooLongError
from app.domain.units import count_text
from backends.llama_cpp import library
from backends.llama_cpp.chat_template import CHATML, ChatTemplate
from backends.llama_cpp.model import CHUNK_TOKENS, AbortedError, Context, Model
from backends.llama_cpp.sampling import Sampler
from backends.llama_cpp.text import ReplyText
from backends.process_memory import peak_rss_bytes

# More than one prompt token: the matrix product of a batch is what dies in a bad build.
_CHECK_PROMPT = 8
_CHECK_REPLY = 3
# The peak is read from the system, which costs more than a token may.
_PEAK_EVERY = 16


def load_model(plan: LoadPlan, on_progress: Callable[[LoadProgress], None]) -> LlamaCppModel:
    """Load the model of `plan`. Raises `EngineMissingError`, `ModelError`, `MemoryShortError`."""
    started = time.monotonic()
    on_progress(LoadProgress("starting", 0.0))
    api = library.load()
    log = library.EngineLog(api)
    api.llama_backend_init()
    model = Model(api, log, plan, lambda part: on_progress(LoadProgress("reading", part)))
    context = Context(api, log, model, plan.options)
    if plan.options.self_check:
        on_progress(LoadProgress("checking", 0.0))
        _check(context)
    return LlamaCppModel(api, log, model, context, _info(plan, model, context, started))


def _check(context: Context) -> None:
    """Decode a few tokens for real; a build that does not suit this machine dies here."""
    context.evaluate([0] * _CHECK_PROMPT)
    for _ in range(_CHECK_REPLY):
        context.evaluate([0])
    context.reuse([-1])


def _info(plan: LoadPlan, model: Model, context: Context, started: float) -> SessionInfo:
    options = plan.options
    layers = model.layer_count + 1  # the output head counts as a layer
    offloaded = 0 if options.device is None else min(layers, options.gpu_layers or layers)
    return SessionInfo(
        model_name=plan.name,
        architecture=model.text_of("general.architecture"),
        engine_name="llama.cpp",
        engine_version=library.version(),
        device=options.device or "CPU",
        context_tokens=context.capacity,
        trained_context_tokens=model.trained_context_tokens,
        gpu_layers=offloaded,
        layer_count=layers,
        load_ms=(time.monotonic() - started) * 1000,
        options=options,
        capabilities=Capabilities(grammar=True),
        notice=None
        if model.chat_template()
        else f"{plan.name} has no chat template of its own, so the ChatML format is assumed.",
    )


class LlamaCppModel:
    """One loaded model with one context, which serves one reply at a time."""

    def __init__(
        self,
        api: Any,
        log: library.EngineLog,
        model: Model,
        context: Context,
        info: SessionInfo,
    ) -> None:
        self._api = api
        self._log = log
        self._model = model
        self._context = context
        self._template: ChatTemplate | None = None
        self.info = info

    def generate(
        self, request: GenerationRequest, cancelled: threading.Event
    ) -> Iterator[GenerationEvent]:
        """Stream one reply. Raises `RequestError`."""
        clock = _ReplyClock(self.info.context_tokens)
        prompt = self._model.tokenize(self._chat_template().render(request.messages))
        self._refuse_too_long(len(prompt))
        sampler = Sampler(self._api, self._model.vocabulary, request)
        try:
            clock.begin(len(prompt), self._context.reuse(prompt))
            yield from _Reply(self._model, self._context, sampler, clock, cancelled).stream(
                prompt, request
            )
        finally:
            sampler.close()

    def interrupt(self) -> None:
        """Make a running evaluation return soon."""
        self._context.interrupt()

    def close(self) -> None:
        """Free all memory."""
        self._context.close()
        self._model.close()

    def _chat_template(self) -> ChatTemplate:
        """Compiled at the first request: loading a model must not need jinja2."""
        if self._template is None:
            bos, eos = self._model.boundary_texts()
            self._template = ChatTemplate(self._model.chat_template() or CHATML, bos, eos)
        return self._template

    def _refuse_too_long(self, prompt_tokens: int) -> None:
        capacity, trained = self.info.context_tokens, self.info.trained_context_tokens
        if prompt_tokens < capacity:
            return
        way_out = (
            f" or load the model with a larger context (it was trained for {count_text(trained)})"
            if trained > capacity
            else ""
        )
        raise PromptTooLongError(
            f"The prompt has {count_text(prompt_tokens)} tokens and the context holds "
            f"{count_text(capacity)}. Shorten the message, start a new chat{way_out}."
        )


class _Reply:
    """The making of one reply."""

    def __init__(
        self,
        model: Model,
        context: Context,
        sampler: Sampler,
        clock: _ReplyClock,
        cancelled: threading.Event,
    ) -> None:
        self._model = model
        self._context = context
        self._sampler = sampler
        self._clock = clock
        self._cancelled = cancelled

    def stream(self, prompt: list[int], request: GenerationRequest) -> Iterator[GenerationEvent]:
        """All events of the reply, ending with `Finished`."""
        for at in range(len(self._context.tokens), len(prompt), CHUNK_TOKENS):
            if not self._evaluate(prompt[at : at + CHUNK_TOKENS]):
                yield self._finished("cancelled")
                return
            self._clock.evaluated(len(self._context.tokens))
            yield PromptProgress(self._clock.timings())
        yield from self._decode(ReplyText(request.stop), request.max_tokens)

    def _decode(self, text: ReplyText, max_tokens: int | None) -> Iterator[GenerationEvent]:
        context, model, clock = self._context, self._model, self._clock
        while True:
            token = self._sampler.sample(context.handle)
            if model.ends_reply(token):
                reason: FinishReason = "stop"
                break
            delta = text.feed(model.piece(token))
            clock.decoded()
            yield TextDelta(delta, clock.timings())
            if text.stopped:
                reason = "stop"
                break
            if clock.completion_tokens == max_tokens or len(context.tokens) == context.capacity:
                reason = "length"
                break
            if not self._evaluate([token]):
                reason = "cancelled"
                break
        rest = text.finish()
        if rest:
            yield TextDelta(rest, clock.timings())
        yield self._finished(reason)

    def _evaluate(self, tokens: list[int]) -> bool:
        """Evaluate a chunk; False when the reply was cancelled."""
        if self._cancelled.is_set():
            return False
        try:
            self._context.evaluate(tokens)
        except AbortedError:
            return False
        return True

    def _finished(self, reason: FinishReason) -> Finished:
        self._clock.read_peak()
        return Finished(reason, self._clock.timings(), self._sampler.seed)


class _ReplyClock:
    """Counts and times one reply."""

    def __init__(self, context_tokens: int) -> None:
        self._context_tokens = context_tokens
        self._started = self._first = self._last = time.monotonic()
        self._prefill_seconds = 0.0
        self._prompt_tokens = self._cached_tokens = self._evaluated_tokens = 0
        self._peak_rss: int | None = None
        self.completion_tokens = 0

    def begin(self, prompt_tokens: int, cached_tokens: int) -> None:
        """The prompt is known and its evaluation starts."""
        self._prompt_tokens, self._cached_tokens = prompt_tokens, cached_tokens
        self._prefill_started = time.monotonic()

    def evaluated(self, tokens_in_context: int) -> None:
        """The prompt is evaluated up to here."""
        self._evaluated_tokens = tokens_in_context - self._cached_tokens
        self._prefill_seconds = time.monotonic() - self._prefill_started

    def decoded(self) -> None:
        """One more token of the reply."""
        self._last = time.monotonic()
        if self.completion_tokens == 0:
            self._first = self._last
        if self.completion_tokens % _PEAK_EVERY == 0:
            self.read_peak()
        self.completion_tokens += 1

    def read_peak(self) -> None:
        """Ask the system for the highest memory that this process has had."""
        self._peak_rss = peak_rss_bytes()

    def timings(self) -> Timings:
        """The meters as they stand."""
        count, between = self.completion_tokens, self._last - self._first
        return Timings(
            elapsed_ms=(time.monotonic() - self._started) * 1000,
            prompt_tokens=self._prompt_tokens,
            cached_tokens=self._cached_tokens,
            evaluated_tokens=self._evaluated_tokens,
            completion_tokens=count,
            ttft_ms=(self._first - self._started) * 1000 if count else None,
            prefill_tps=_rate(self._evaluated_tokens, self._prefill_seconds),
            decode_tps=_rate(count - 1, between),
            context_used_tokens=self._cached_tokens + self._evaluated_tokens + count,
            context_tokens=self._context_tokens,
            peak_rss_bytes=self._peak_rss,
        )


def _rate(count: int, seconds: float) -> float | None:
    return count / seconds if count > 0 and seconds > 0 else None
