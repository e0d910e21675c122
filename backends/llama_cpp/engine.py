"""The llama.cpp engine as the worker uses it: load a model, stream replies."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.domain.engine import Capabilities, GenerationEvent, GenerationRequest, SessionInfo
from app.domain.errors import AppError, ModelUnsupportedError, RequestError
from app.domain.load_options import Adapter, LoadOptions, LoadPlan, LoadProgress
from app.domain.scoring import ScoreRequest
from app.domain.words import marked
from backends.llama_cpp import library
from backends.llama_cpp.adapters import Adapters
from backends.llama_cpp.context import Context
from backends.llama_cpp.draft import DraftModel
from backends.llama_cpp.dry_run_log import read_loaded
from backends.llama_cpp.embedder import Embedder
from backends.llama_cpp.measurement import Measurement
from backends.llama_cpp.model import Model
from backends.llama_cpp.prompt_reader import PromptReader
from backends.llama_cpp.prompts import Prompts
from backends.llama_cpp.reply import Reply
from backends.llama_cpp.reply_format import without_template
from backends.llama_cpp.sampling import Sampler
from backends.llama_cpp.scheduler import Scheduler
from backends.llama_cpp.scorings import Scorings
from backends.llama_cpp.speculation import Speculation
from backends.llama_cpp.state_cache import StateCache, fingerprint
from backends.llama_cpp.tuner import Tuner
from backends.protocol import (
    AdaptersSet,
    Answer,
    CountContext,
    Counted,
    CountTokens,
    Embedded,
    ForgetChats,
    KeepStates,
    Question,
    ReadPrompt,
    Score,
    SetAdapters,
    StatesChanged,
    Tune,
)
from backends.reply_content import Prepared
from backends.template_renderer import TemplateRenderer

if TYPE_CHECKING:
    from backends.llama_cpp.scoring import Scoring

# More than one prompt token: the matrix product of a batch is what dies in a bad build.
_CHECK_PROMPT = 8
_CHECK_REPLY = 3

# Of the progress of a load, when a draft model comes after the model.
_SHARE_OF_LARGE = 0.85
_NO_MEASUREMENT = marked(
    "While a reply is in the making or a text is scored, nothing can be measured. Stop it first."
)
_NO_CHANGE = marked(
    "While a reply is in the making or a text is scored, the LoRA adapters cannot change. Stop it "
    "first."
)

Emit = Callable[[int, GenerationEvent | Answer | AppError], None]


def load_model(
    plan: LoadPlan, on_progress: Callable[[LoadProgress], None], emit: Emit
) -> LlamaCppModel:
    """Load the model of `plan`; `emit` gets the events of its requests.

    Raises `EngineMissingError`, `ModelError`, `MemoryShortError`.
    """
    renderer = TemplateRenderer()
    renderer.start()  # it is ready when the model is
    try:
        return _load(plan, on_progress, emit, renderer)
    except AppError:
        renderer.close()
        raise


def _load(
    plan: LoadPlan,
    on_progress: Callable[[LoadProgress], None],
    emit: Emit,
    renderer: TemplateRenderer,
) -> LlamaCppModel:
    started = time.monotonic()
    on_progress(LoadProgress("starting", 0.0))
    api = library.load()
    log = library.EngineLog(api)
    api.llama_backend_init()
    large = 1.0 if plan.options.draft_model is None else _SHARE_OF_LARGE
    model = Model(api, log, plan, lambda part: on_progress(LoadProgress("reading", large * part)))
    if api.llama_model_has_encoder(model.handle) and api.llama_model_has_decoder(model.handle):
        raise ModelUnsupportedError(
            "{name} reads with an encoder and replies with a decoder (as T5 does), which is not "
            "supported. Choose a model for chats.",
            name=plan.name,
        )
    context = Context(api, log, model, plan.options)
    speculation = _speculation(
        log, model, context, plan.options,
        lambda part: on_progress(LoadProgress("reading", large + (1 - large) * part)),
    )  # fmt: skip
    if plan.options.self_check and context.can_reply:
        on_progress(LoadProgress("checking", 0.0))
        _check(context)
    info = msgspec.structs.replace(
        _info(plan, model, context, started), buffers=read_loaded(log.take_buffers())
    )
    scheduler = Scheduler(context, emit, _states(plan, info), speculation)
    measurement = Measurement(context, lambda: Tuner(log, model, plan.options), emit)
    prompts = Prompts(model, renderer, context.capacity)
    work = (prompts, scheduler, measurement, Scorings(emit))
    return LlamaCppModel(log, plan, (model, context), info, work)


def _speculation(
    log: library.EngineLog, model: Model, context: Context, options: LoadOptions,
    on_fraction: Callable[[float], None],
) -> Speculation:  # fmt: skip
    """What guesses ahead. Raises what loading a draft model raises."""
    draft_model = None
    if options.draft_model is not None and context.draft_tokens:
        draft_model = DraftModel.load(log, model, context, options, on_fraction)
    return Speculation(context, draft_model, lookup=options.speculation == "lookup")


def _states(plan: LoadPlan, info: SessionInfo) -> StateCache:
    states = StateCache(fingerprint(plan, info.engine_version))
    states.keep_in(plan.state_folder, plan.state_limit_bytes)
    return states


def _check(context: Context) -> None:
    """Decode a few tokens for real; a build that does not suit this machine dies here."""
    position = 0
    for count in (_CHECK_PROMPT, *(1,) * _CHECK_REPLY):
        context.begin()
        context.add(0, [0] * count, position, rows=1)
        context.evaluate()
        position += count
    context.forget(0, 0)


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
        capabilities=Capabilities(
            grammar=True,
            logprobs=True,
            lora=True,
            embeddings=True,
            kept_states=True,
            parallel=context.sequences,
        ),
        notice=None if model.chat_template() else without_template(plan.name),
    )


class LlamaCppModel:
    """One loaded model with one context, in which several replies are made at once."""

    def __init__(
        self,
        log: library.EngineLog,
        plan: LoadPlan,
        native: tuple[Model, Context],
        info: SessionInfo,
        work: tuple[Prompts, Scheduler, Measurement, Scorings],
    ) -> None:
        self._log = log
        self._plan = plan
        self._model, self._context = native
        self._prompts, self._scheduler, self._measurement, self._scorings = work
        self._adapters = Adapters(self._model, log)
        if info.options.adapters:
            self._adapters.apply(self._context, info.options.adapters)
        self._embedder: Embedder | None = None
        self.info = info

    @property
    def is_busy(self) -> bool:
        """Whether `step` has anything to do."""
        work = (self._scheduler.is_busy, self._measurement.is_running, self._scorings.is_busy)
        return any(work)

    def prepare(self, request: GenerationRequest) -> Prepared:
        """Make the prompt of a request, in another thread than `step`. Raises `RequestError`."""
        self._refuse_mute()
        return self._prompts.prepare(request)

    def submit(self, request_id: int, prepared: Prepared) -> None:
        """Take up a request. Raises `RequestError`."""
        self._measurement.end()
        request, prompt = prepared.request, prepared.prompt
        capacity, grammar = self.info.context_tokens, prompt.binding.grammar
        sampler = Sampler(self._model, self._log, request.sampling, capacity, grammar)
        sampler.remember(prompt.tokens)
        reply = Reply(self._model, request, prompt, sampler, prepared.clock)
        try:
            self._scheduler.submit(request_id, reply)
        except AppError:
            reply.close()
            raise

    def count_tokens(self, request: GenerationRequest) -> int:
        """The tokens of the prompt that `request` makes. Raises `RequestError`."""
        return len(self._prompts.prompt(request).tokens)

    def answer(self, question: Question) -> Answer | None:
        """Count tokens, in the thread of `prepare`; or make vectors, apply adapters or begin to
        measure (None: the answer goes to `emit`), in that of `step`.

        Raises `RequestError`, `EngineError`.
        """
        if isinstance(question, CountTokens | CountContext):
            return self._count(question)
        self._measurement.end()
        if isinstance(question, ReadPrompt | Score | Tune):
            self._refuse_mute()
        if isinstance(question, ReadPrompt):
            reader = PromptReader(self._model, self._log, self.info.options, self._adapters)
            return reader.read(question, self._prompts.prompt(question.request).tokens)
        if isinstance(question, SetAdapters | KeepStates | ForgetChats):
            return self._change(question)
        if isinstance(question, Score):
            request = question.request
            self._scorings.submit(question.request_id, lambda: self._begin_scoring(request))
            return None
        if isinstance(question, Tune):
            self._refuse_busy(_NO_MEASUREMENT)
            self._measurement.begin(question.request_id)
            return None
        if self._embedder is None:
            self._embedder = Embedder(self._model, self._log, self._context.threads)
        self._adapters.apply_same(self._embedder.handle)
        return Embedded(question.request_id, self._embedder.embed(question.texts))

    def _count(self, question: CountTokens | CountContext) -> Answer:
        if isinstance(question, CountContext):
            return self._prompts.counter.answer(question)
        return Counted(question.request_id, self.count_tokens(question.request))

    def _change(self, question: SetAdapters | KeepStates | ForgetChats) -> Answer:
        if isinstance(question, SetAdapters):
            self._set_adapters(question.adapters)
            return AdaptersSet(question.request_id)
        self._scheduler.change_states(question)
        return StatesChanged(question.request_id)

    def _set_adapters(self, adapters: Sequence[Adapter]) -> None:
        """What was evaluated holds for the adapters it was evaluated with: it is forgotten."""
        self._refuse_busy(_NO_CHANGE)
        self._adapters.apply(self._context, adapters)
        options = msgspec.structs.replace(self._plan.options, adapters=tuple(adapters))
        plan = msgspec.structs.replace(self._plan, options=options)
        self._scheduler.forget(fingerprint(plan, self.info.engine_version))

    def _begin_scoring(self, request: ScoreRequest) -> Scoring:
        from backends.llama_cpp.scoring import Scoring

        scoring = Scoring(self._model, self._log, self.info.options, request)
        self._adapters.apply_same(scoring.context.handle)
        return scoring

    def _refuse_mute(self) -> None:
        if not self._context.can_reply:
            raise RequestError(
                "{name} makes vectors of texts (embeddings) and no replies. Load a model for chats "
                "to get some.",
                name=self.info.model_name,
            )

    def _refuse_busy(self, refusal: str) -> None:
        if self.is_busy:
            raise RequestError(refusal)

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; from any thread."""
        self._measurement.cancel(request_id)
        self._scorings.cancel(request_id)
        self._scheduler.cancel(request_id)

    def step(self) -> None:
        """Move all requests on by one evaluation, or a measurement."""
        if self._measurement.is_running:
            self._measurement.step()
            return
        if self._scheduler.is_busy:
            self._scheduler.step()
        if self._scorings.is_busy:
            self._scorings.step()

    def close(self) -> None:
        """Free all memory."""
        self._prompts.close()
        self._measurement.end()
        self._scorings.close()
        self._scheduler.close()
        if self._embedder is not None:
            self._embedder.close()
        self._context.close()
        self._model.close()
