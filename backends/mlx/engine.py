"""The MLX engine as the worker uses it: load a model, stream replies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from app.domain.engine import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReasoningDelta,
    SessionInfo,
    TextDelta,
    Timings,
    ToolCall,
)
from app.domain.errors import EngineError, PromptTooLongError
from app.domain.load_options import (
    DEFAULT_CONTEXT_TOKENS,
    LoadOptions,
    LoadPlan,
    LoadProgress,
)
from app.domain.units import count_text
from backends.llama_cpp.reply_channels import ChannelParts
from backends.llama_cpp.reply_parts import MarkedParts, Part
from backends.llama_cpp.text import ReplyText
from backends.mlx import library, prompt_cache
from backends.mlx.folder import read_folder
from backends.mlx.library import Mlx
from backends.mlx.model import Model, Prompt, runtime_error
from backends.mlx.prompt_cache import PromptCache
from backends.mlx.sampling import Sampler
from backends.reply_clock import ReplyClock

_CHECK_PROMPT = 8
_CHECK_REPLY = 3


def load_model(plan: LoadPlan, on_progress: Callable[[LoadProgress], None]) -> MlxModel:
    """Load the model of `plan`. Raises `EngineMissingError`, `ModelError`, `MemoryShortError`."""
    started = time.monotonic()
    on_progress(LoadProgress("starting", 0.0))
    _refuse_both(plan.options)
    folder = read_folder(plan.path)
    mlx = library.load()
    limit = library.bound_memory(mlx)
    model = Model(mlx, folder)
    cost = prompt_cache.measure(mlx, model.network, plan.options)
    asked = plan.options.context_tokens
    wanted = asked or folder.trained_context_tokens or DEFAULT_CONTEXT_TOKENS
    possible = prompt_cache.capacity(cost, wanted, folder.weights_bytes, limit)
    if asked is not None:
        prompt_cache.refuse_capped(cost, asked, possible)
    model.read_weights(lambda part: on_progress(LoadProgress("reading", part)))
    window = possible if plan.options.rotate_when_full else None
    cache = PromptCache(mlx, model.network, cost, window)
    if plan.options.self_check:
        on_progress(LoadProgress("checking", 0.0))
        _check(cache)
    info = _info(plan, model, library.device(mlx), possible, started)
    return MlxModel(mlx, model, cache, info)


def _refuse_both(options: LoadOptions) -> None:
    if options.rotate_when_full and options.kv_type != "f16":
        raise EngineError(
            f"MLX cannot store a context that forgets its oldest tokens as {options.kv_type}. "
            "Load the model with KV type f16, or without that option."
        )


def _check(cache: PromptCache) -> None:
    """Evaluate a few tokens for real; a build that does not suit this machine dies here."""
    cache.evaluate([0] * _CHECK_PROMPT)
    for _ in range(_CHECK_REPLY):
        cache.evaluate([0])
    cache.clear()


def _info(
    plan: LoadPlan, model: Model, device: str, context_tokens: int, started: float
) -> SessionInfo:
    folder = model.folder
    layers = model.layer_count + 1  # the output head counts as a layer
    return SessionInfo(
        model_name=plan.name,
        architecture=folder.architecture,
        engine_name="MLX",
        engine_version=library.version(),
        device=device,
        context_tokens=context_tokens,
        trained_context_tokens=folder.trained_context_tokens,
        gpu_layers=0 if device == "CPU" else layers,
        layer_count=layers,
        load_ms=(time.monotonic() - started) * 1000,
        options=plan.options,
        notice=plan.notice or _notice(plan, model, context_tokens),
    )


def _notice(plan: LoadPlan, model: Model, context_tokens: int) -> str | None:
    if not model.has_template:
        return f"{plan.name} has no chat template of its own, so the ChatML format is assumed."
    trained = model.folder.trained_context_tokens
    if plan.options.context_tokens is None and context_tokens < trained:
        return (
            f"The context is {count_text(context_tokens)} tokens instead of {count_text(trained)}, "
            "because there is no memory for more."
        )
    return None


class MlxModel:
    """One loaded model with one prompt cache, which serves one reply at a time."""

    def __init__(self, mlx: Mlx, model: Model, cache: PromptCache, info: SessionInfo) -> None:
        self._mlx = mlx
        self._model = model
        self._cache = cache
        self.info = info

    def generate(
        self, request: GenerationRequest, cancelled: threading.Event
    ) -> Iterator[GenerationEvent]:
        """Stream one reply. Raises `RequestError`, `MemoryShortError`, `EngineError`."""
        clock = ReplyClock(self.info.context_tokens)
        prompt = self._model.prompt(request)
        self._refuse_too_long(len(prompt.tokens))
        model = self._model
        sampler = Sampler(self._mlx, request, prompt.tokens, model.vocabulary_size, model.ends)
        reply = _Reply(self._mlx, self._model, self._cache, clock, cancelled)
        try:
            yield from reply.stream(prompt, request, sampler)
        except (RuntimeError, ValueError) as error:
            self._cache.clear()
            raise runtime_error(error, "making the reply") from error

    def interrupt(self) -> None:
        """Nothing to do: a step or a chunk of a prompt is short, and looks at the flag after."""

    def close(self) -> None:
        """Free all memory."""
        self._cache.caches.clear()
        self._model.close()
        self._mlx.core.clear_cache()

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
        mlx: Mlx,
        model: Model,
        cache: PromptCache,
        clock: ReplyClock,
        cancelled: threading.Event,
    ) -> None:
        self._mlx = mlx
        self._model = model
        self._cache = cache
        self._clock = clock
        self._cancelled = cancelled

    def stream(
        self, made: Prompt, request: GenerationRequest, sampler: Sampler
    ) -> Iterator[GenerationEvent]:
        """All events of the reply, ending with `Finished`."""
        clock, cache, prompt = self._clock, self._cache, made.tokens
        clock.begin(len(prompt), cache.reuse(prompt))
        yield PromptProgress(clock.timings())
        # The last token is left to the first step of the reply, which needs its logits.
        while len(cache.tokens) < len(prompt) - 1 and not self._cancelled.is_set():
            cache.evaluate(prompt[len(cache.tokens) : -1])
            clock.evaluated(len(cache.tokens))
            yield PromptProgress(self._timings())
        text = _Text(made, request, drops_first_space=self._model.drops_first_space)
        reason: FinishReason = "cancelled"
        if not self._cancelled.is_set():
            room = None if cache.rotates else self._clock.context_tokens - len(prompt)
            limit = min((n for n in (request.max_tokens, room) if n is not None), default=-1)
            reason = yield from self._decode(prompt, limit, text, sampler)
        rest, calls = text.finish()
        yield from self._deltas(rest)
        clock.read_peak()
        yield Finished(reason, self._timings(), sampler.seed, calls)

    def _decode(
        self, prompt: list[int], limit: int, text: _Text, sampler: Sampler
    ) -> Generator[GenerationEvent, None, FinishReason]:
        """Tokens until the reply ends; the reason why it did. `limit` -1: no limit."""
        steps = self._mlx.generate.generate_step(
            self._mlx.core.array(prompt[-1:]),
            self._model.network,
            max_tokens=limit,
            sampler=sampler.choose,
            logits_processors=sampler.processors,
            prompt_cache=self._cache.caches,
        )
        self._cache.tokens.append(prompt[-1])
        with closing(steps):
            for token, _ in steps:
                # The step after this token is under way already: the cache has taken it in.
                self._cache.tokens.append(token)
                if self._clock.completion_tokens == 0:
                    self._clock.evaluated(len(prompt))
                if self._model.ends_reply(token):
                    return "stop"
                parts = text.feed(self._model.piece(token))
                self._clock.decoded()
                yield from self._deltas(parts)
                if text.stopped:
                    return "stop"
                if self._cancelled.is_set():
                    return "cancelled"
        return "length"

    def _deltas(self, parts: list[Part]) -> Iterator[GenerationEvent]:
        for part in parts:
            kind = TextDelta if part.kind == "text" else ReasoningDelta
            yield kind(part.text, self._timings())

    def _timings(self) -> Timings:
        self._clock.peak_device_bytes = self._mlx.core.get_peak_memory()
        return self._clock.timings()


class _Text:
    """The text of one reply: its characters whole, cut at a stop string, reasoning apart."""

    def __init__(
        self, prompt: Prompt, request: GenerationRequest, *, drops_first_space: bool
    ) -> None:
        self._text = ReplyText(request.stop)
        self._drops_space = drops_first_space
        self._parts: ChannelParts | MarkedParts = (
            ChannelParts()
            if prompt.form.has_channels
            else MarkedParts(prompt.form, prompt.ending, has_tools=bool(request.tools))
        )

    @property
    def stopped(self) -> bool:
        """Whether a stop string was reached."""
        return self._text.stopped

    def feed(self, piece: bytes) -> list[Part]:
        """The parts of one token, of which there is at least one."""
        if self._drops_space:
            piece, self._drops_space = piece.removeprefix(b" "), False
        return self._parts.feed(self._text.feed(piece)) or [Part(self._parts.kind, "")]

    def finish(self) -> tuple[list[Part], tuple[ToolCall, ...]]:
        """What is left at the end, and the calls that the reply asks for."""
        parts = self._parts.feed(self._text.finish())
        rest, calls = self._parts.finish()
        return [*parts, *rest], calls
