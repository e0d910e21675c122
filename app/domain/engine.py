"""Engines and their sessions: what is loaded, what is asked, and what streams back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Literal, Protocol

import msgspec

KvType = Literal["f16", "q8_0", "q4_0"]
FlashAttention = Literal["auto", "on", "off"]
Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "cancelled", "error"]
LoadStage = Literal["starting", "reading", "checking"]
Clock = Literal["engine", "client"]

DEFAULT_CONTEXT_TOKENS = 8192
# One more look at the cancel flag and one more progress event for each chunk of a prompt.
CHUNK_TOKENS = 256


class LoadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is to be loaded; `None` leaves the choice to the program."""

    context_tokens: int | None = None
    kv_type: KvType = "f16"
    flash_attention: FlashAttention = "auto"
    # When the context is full, forget its oldest tokens and go on (MLX); else the reply ends.
    rotate_when_full: bool = False
    gpu_layers: int | None = None
    micro_batch_tokens: int = 512
    threads: int | None = None
    # Replies that can be in the making at once; None: as many as cost next to no memory.
    parallel: int | None = None
    # Repacked weights, AMX tiles and the like: faster, and the first suspect when a build crashes.
    extra_buffer_types: bool = True
    # The ggml device that the selection chose ("CUDA0", "Metal"); None keeps to the CPU.
    device: str | None = None
    # Decode a few tokens before the session is offered, to learn whether this build survives it.
    self_check: bool = False


def parallel_sequences(options: LoadOptions, *, window_tokens: int, is_recurrent: bool) -> int:
    """The sequences that a context is made for.

    They share one pool of KV cells, so more of them cost nothing; but each has its own cells for
    a sliding window and its own recurrent state.
    """
    if options.parallel is not None:
        return options.parallel
    return 2 if window_tokens > 0 or is_recurrent else 4


def chunk_tokens(options: LoadOptions) -> int:
    """Prompt tokens of one evaluation: a device wants its micro-batches full."""
    return CHUNK_TOKENS if options.device is None else max(CHUNK_TOKENS, options.micro_batch_tokens)


class LoadPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One model and how to load it. `path` is as the file system gives it (`os.fsencode`)."""

    name: str
    path: bytes
    options: LoadOptions = LoadOptions()
    # A sentence to tell once with the session, such as what a self-check had to switch off.
    notice: str | None = None


class LoadProgress(msgspec.Struct, frozen=True, tag=True):
    """How far a load has come; `fraction` is of the stage, 0 to 1."""

    stage: LoadStage
    fraction: float


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a session can do, so that pages grey out what is not there."""

    vision: bool = False
    grammar: bool = False
    logprobs: bool = False
    lora: bool = False
    embeddings: bool = False
    parallel: int = 1


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is loaded: facts that do not change while the session lives.

    A count of 0 (context, layers) is one that the engine does not tell, as remote ones may.
    """

    model_name: str
    architecture: str
    engine_name: str
    engine_version: str
    device: str
    context_tokens: int
    trained_context_tokens: int
    gpu_layers: int
    layer_count: int
    load_ms: float
    options: LoadOptions
    capabilities: Capabilities = Capabilities()
    # Sentences that the user is told once, when the model is there.
    notice: str | None = None


class ChatMessage(msgspec.Struct, frozen=True):
    """One message as the model's chat template takes it."""

    role: Role
    content: str


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How the next token is chosen; the neutral value of each switches it off."""

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int | None = None


class GenerationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A chat to be continued by one reply. `max_tokens` None: until the context is full."""

    messages: tuple[ChatMessage, ...]
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    # A JSON schema, as JSON text, that the reply must follow.
    json_schema: str | None = None


class ServerLoad(msgspec.Struct, frozen=True, kw_only=True):
    """How busy a server that others use too is, as it says itself."""

    running_requests: int
    waiting_requests: int
    kv_used_fraction: float | None = None


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """Meter readings of one generation, by the monotonic clock of the engine or, for a server,
    of this side of the connection (`clock`).

    `elapsed_ms` counts from the moment the engine took the request up. Rates are None until
    there is something to divide: `prefill_tps` counts evaluated (not reused) prompt tokens,
    `decode_tps` the tokens after the first one over the time since the first one.
    Counts of the prompt and of the context are 0 until, and unless, a server tells them.
    """

    elapsed_ms: float
    prompt_tokens: int
    cached_tokens: int
    evaluated_tokens: int
    completion_tokens: int
    ttft_ms: float | None = None
    prefill_tps: float | None = None
    decode_tps: float | None = None
    context_used_tokens: int
    context_tokens: int
    peak_rss_bytes: int | None = None
    # The highest use of the memory that the engine manages itself (MLX).
    peak_device_bytes: int | None = None
    clock: Clock = "engine"
    server_load: ServerLoad | None = None


class PromptProgress(msgspec.Struct, frozen=True, tag=True):
    """A part of the prompt has been evaluated."""

    timings: Timings


class TextDelta(msgspec.Struct, frozen=True, tag=True):
    """One token was decoded; `text` may be empty while a character is still incomplete."""

    text: str
    timings: Timings


class ReasoningDelta(msgspec.Struct, frozen=True, tag=True):
    """Like `TextDelta`, of what the model thinks before its reply and is no part of it."""

    text: str
    timings: Timings


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The reply is complete; always the last event, and always sent unless an error is raised."""

    reason: FinishReason
    timings: Timings
    # The seed that was used, so that the reply can be made again.
    seed: int | None = None


GenerationEvent = PromptProgress | ReasoningDelta | TextDelta | Finished


class EngineSession(Protocol):
    """One loaded model."""

    @property
    def info(self) -> SessionInfo: ...

    @property
    def process_id(self) -> int | None:
        """The process that holds the model, for the memory meter; None when it is remote."""
        ...

    def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        """Stream one reply. Closing the iterator cancels it. Raises `AppError`."""
        ...

    async def close(self) -> None:
        """Release the model and all its memory. Never raises; may be called twice."""
        ...


class Engine(Protocol):
    """Something that loads models."""

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> EngineSession:
        """Load a model. Cancelling the task cancels the load. Raises `AppError`."""
        ...
