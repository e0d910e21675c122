"""The MLX engine as the worker uses it: load a model, stream replies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.domain.engine import Capabilities, GenerationEvent, GenerationRequest, SessionInfo
from app.domain.errors import EngineError, ModelUnsupportedError
from app.domain.load_options import (
    DEFAULT_CONTEXT_TOKENS,
    LoadOptions,
    LoadPlan,
    LoadProgress,
)
from app.domain.mlx_options import check_mlx_options
from app.domain.words import Sentence, sentence
from backends.llama_cpp.reply_format import without_template
from backends.llama_cpp.state_cache import StateCache, fingerprint
from backends.mlx import library, prompt_cache
from backends.mlx.folder import MlxFolder, read_folder
from backends.mlx.kept_chats import KeptChats
from backends.mlx.library import Mlx
from backends.mlx.model import Model
from backends.mlx.prompt_cache import CacheCost, PromptCache
from backends.mlx.reply import Reply
from backends.mlx.scheduler import Emit, Scheduler
from backends.protocol import (
    Answer,
    CountContext,
    Counted,
    CountTokens,
    ForgetChats,
    KeepStates,
    Question,
    StatesChanged,
)
from backends.reply_clock import ReplyClock
from backends.reply_content import Prepared, refuse_too_long

_CHECK_PROMPT = 8
_CHECK_REPLY = 3
# Of the progress of a load, when a draft model comes after the model.
_SHARE_OF_LARGE = 0.9
OnProgress = Callable[[LoadProgress], None]


def load_model(plan: LoadPlan, on_progress: OnProgress, emit: Emit) -> MlxModel:
    """Load the model of `plan`; `emit` gets the events of its requests.

    Raises `EngineMissingError`, `ModelError`, `MemoryShortError`, `EngineError`.
    """
    started = time.monotonic()
    on_progress(LoadProgress("starting", 0.0))
    check_mlx_options(plan.options)
    folder = read_folder(plan.path)
    draft_folder = _draft_folder(plan.options)
    mlx = library.load()
    limit = library.bound_memory(mlx)
    model = Model(mlx, folder)
    models = (model,) if draft_folder is None else (model, _draft(mlx, draft_folder, model))
    costs = [prompt_cache.measure(mlx, each.network, plan.options) for each in models]
    possible, parallel = _capacity(models, costs, plan.options, limit)
    library.wire(mlx, _whole_bytes(models, costs, possible) if parallel == 1 else 0)
    _read_weights(models, on_progress)
    window = possible if plan.options.rotate_when_full else None
    slots = [
        tuple(
            PromptCache(mlx, each.network, cost, window)
            for each, cost in zip(models, costs, strict=True)
        )
        for _ in range(parallel)
    ]
    if plan.options.self_check:
        on_progress(LoadProgress("checking", 0.0))
        _check(slots[0][0])
    info = _info(plan, model, library.device(mlx), (possible, parallel), started)
    networks: tuple[Any, ...] = tuple(each.network for each in models)
    kept = KeptChats(mlx, _states(plan, info))
    return MlxModel(mlx, models, Scheduler(mlx, networks, slots, kept, emit), info, emit)


def _states(plan: LoadPlan, info: SessionInfo) -> StateCache:
    states = StateCache(fingerprint(plan, f"MLX {info.engine_version}"))
    states.keep_in(plan.state_folder, plan.state_limit_bytes)
    return states


def _draft_folder(options: LoadOptions) -> MlxFolder | None:
    if options.draft_model is None:
        return None
    if not Path(os.fsdecode(options.draft_model)).is_dir():
        name = Path(os.fsdecode(options.draft_model)).name
        raise ModelUnsupportedError(
            "{name} cannot be the draft model of an MLX model: it is no folder with an MLX model.",
            name=name,
        )
    return read_folder(options.draft_model)


def _draft(mlx: Mlx, folder: MlxFolder, model: Model) -> Model:
    """The draft model, which must have the same vocabulary."""
    draft = Model(mlx, folder)
    if draft.vocabulary_size != model.vocabulary_size or draft.ends != model.ends:
        draft.close()
        raise ModelUnsupportedError(
            "{name} cannot be the draft model: its vocabulary has {ours} tokens, and the model's "
            "{theirs}. Choose a smaller model of the same family.",
            name=folder.path.name,
            ours=draft.vocabulary_size,
            theirs=model.vocabulary_size,
        )
    return draft


def _capacity(
    models: tuple[Model, ...], costs: list[CacheCost], options: LoadOptions, limit_bytes: int
) -> tuple[int, int]:
    """The tokens of a context, and the replies at once, that memory allows."""
    whole = prompt_cache.together(costs)
    asked = options.context_tokens
    wanted = asked or models[0].folder.trained_context_tokens or DEFAULT_CONTEXT_TOKENS
    weights_bytes = _weights_bytes(models)
    possible = prompt_cache.capacity(whole, wanted, weights_bytes, limit_bytes)
    if asked is not None:
        prompt_cache.refuse_capped(whole, asked, possible)
    room = limit_bytes - weights_bytes - prompt_cache.COMPUTE_BYTES
    return possible, prompt_cache.parallel_replies(whole, options, possible, room)


def _weights_bytes(models: tuple[Model, ...]) -> int:
    return sum(each.folder.weights_bytes for each in models)


def _whole_bytes(models: tuple[Model, ...], costs: list[CacheCost], context_tokens: int) -> int:
    """What one reply with a full context takes."""
    cache_bytes = prompt_cache.together(costs).bytes_at(context_tokens)
    return _weights_bytes(models) + cache_bytes + prompt_cache.COMPUTE_BYTES


def _read_weights(models: tuple[Model, ...], on_progress: OnProgress) -> None:
    large = 1.0 if len(models) == 1 else _SHARE_OF_LARGE
    models[0].read_weights(lambda part: on_progress(LoadProgress("reading", large * part)))
    for draft in models[1:]:
        draft.read_weights(
            lambda part: on_progress(LoadProgress("reading", large + (1 - large) * part))
        )


def _check(cache: PromptCache) -> None:
    """Evaluate a few tokens for real; a build that does not suit this machine dies here."""
    cache.evaluate([0] * _CHECK_PROMPT)
    for _ in range(_CHECK_REPLY):
        cache.evaluate([0])
    cache.clear()


def _info(
    plan: LoadPlan, model: Model, device: str, capacity: tuple[int, int], started: float
) -> SessionInfo:
    folder, (context_tokens, parallel) = model.folder, capacity
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
        capabilities=Capabilities(parallel=parallel, kept_states=True),
        notice=_notice(plan, model, context_tokens),
    )


def _notice(plan: LoadPlan, model: Model, context_tokens: int) -> Sentence | None:
    if not model.has_template:
        return without_template(plan.name)
    trained = model.folder.trained_context_tokens
    if plan.options.context_tokens is None and context_tokens < trained:
        return sentence(
            "The context is {tokens} tokens instead of {trained}, because there is no memory for "
            "more.",
            tokens=context_tokens,
            trained=trained,
        )
    return None


class MlxModel:
    """One loaded model, of which several replies may be in the making."""

    def __init__(
        self,
        mlx: Mlx,
        models: tuple[Model, ...],
        scheduler: Scheduler,
        info: SessionInfo,
        emit: Emit,
    ) -> None:
        """`models`: the model, and its draft model if it has one."""
        self._mlx = mlx
        self._models = models
        self._model = models[0]
        self._scheduler = scheduler
        self._emit = emit
        self.info = info

    @property
    def is_busy(self) -> bool:
        """Whether `step` has anything to do."""
        return self._scheduler.is_busy

    def prepare(self, request: GenerationRequest) -> Prepared:
        """The request with its prompt. Raises `RequestError`."""
        clock = ReplyClock(self.info.context_tokens)
        prompt = self._model.prompt(request)
        trained = self.info.trained_context_tokens
        refuse_too_long(len(prompt.tokens), self.info.context_tokens, trained)
        return Prepared(request, prompt, clock)

    def submit(self, request_id: int, prepared: Prepared) -> None:
        """Take up a request. Raises `RequestError`, `SchemaError`."""

        def tell(event: GenerationEvent) -> None:
            self._emit(request_id, event)

        rotates = self.info.options.rotate_when_full
        room = None if rotates else self.info.context_tokens - len(prepared.prompt.tokens)
        limits = [one for one in (prepared.request.max_tokens, room) if one is not None]
        reply = Reply(self._mlx, self._model, prepared, min(limits, default=None), tell)
        self._scheduler.submit(request_id, reply)

    def answer(self, question: Question) -> Answer:
        """Count the tokens of a prompt, or change which chats are kept. Raises `AppError`."""
        if isinstance(question, CountTokens):
            prompt = self._model.prompt(question.request)
            return Counted(question.request_id, len(prompt.tokens))
        if isinstance(question, CountContext):
            return self._model.counter.answer(question)
        if isinstance(question, KeepStates | ForgetChats):
            self._scheduler.change_kept(question)
            return StatesChanged(question.request_id)
        raise EngineError(
            "The MLX engine cannot do this ({question}).", question=type(question).__name__
        )

    def cancel(self, request_id: int) -> None:
        """Stop a request soon; from any thread."""
        self._scheduler.cancel(request_id)

    def step(self) -> None:
        """Move all requests on."""
        self._scheduler.step()

    def close(self) -> None:
        """Free all memory."""
        self._scheduler.close()
        for model in self._models:
            model.close()
        self._mlx.core.clear_cache()
