"""Engines and their sessions: what is loaded, what is asked, and what streams back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from app.domain.chances import PromptToken, TokenLogprob
from app.domain.context_plan import ContextCount
from app.domain.load_options import Adapter, LoadOptions, LoadPlan, LoadProgress
from app.domain.scoring import Score, ScoreProgress, ScoreRequest
from app.domain.tuning import Tuning
from app.domain.words import Sentence

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "cancelled", "error"]
Clock = Literal["engine", "client"]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a session can do, so that pages grey out what is not there."""

    vision: bool = False
    grammar: bool = False
    logprobs: bool = False
    lora: bool = False
    embeddings: bool = False
    # Whether evaluated chats can be kept on disk.
    kept_states: bool = False
    parallel: int = 1


class LoadedBuffers(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine says that it allocated on the device of this name."""

    device: str
    weights_bytes: int = 0
    kv_bytes: int = 0
    compute_bytes: int = 0


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
    notice: Sentence | None = None
    # What was allocated, where the engine tells it.
    buffers: tuple[LoadedBuffers, ...] = ()


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that the model asks for; `arguments` is JSON text of an object."""

    name: str
    arguments: str
    id: str = ""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may call; `parameters` is a JSON schema as JSON text."""

    name: str
    description: str = ""
    parameters: str = "{}"


class ChatMessage(msgspec.Struct, frozen=True):
    """One message as the model's chat template takes it."""

    role: Role | Literal["tool"]
    content: str
    # Of the assistant: the calls that it asked for. Of a tool: the call that it answers.
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""


class TokenBias(msgspec.Struct, frozen=True):
    """Added to the logit of one token; -inf forbids it."""

    token_id: int
    bias: float


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How the next token is chosen; the neutral value of each switches it off.

    Names and meanings are those of llama.cpp's samplers. They are applied in the order of
    `Finished.samplers`: biases, top-k, penalties, DRY, top-n-sigma, typical, top-p, min-p, XTC,
    temperature. At temperature 0 the likeliest token after biases and penalties is taken.
    """

    temperature: float = 0.7
    # The temperature moves by up to this much with the entropy of the candidates.
    dynamic_temperature_range: float = 0.0
    dynamic_temperature_exponent: float = 1.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    typical_p: float = 1.0
    top_n_sigma: float = -1.0
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    # Penalties look back over so many tokens, the prompt's among them; -1: over all.
    penalty_last_tokens: int = 64
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_last_tokens: int = -1
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    # 1 or 2 take the place of all samplers between the penalties and the temperature.
    mirostat: Literal[0, 1, 2] = 0
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    logit_bias: tuple[TokenBias, ...] = ()
    seed: int | None = None


class GenerationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A chat to be continued by one reply. `max_tokens` None: until the context is full."""

    messages: tuple[ChatMessage, ...] = ()
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    # A JSON schema, as JSON text, that the reply must follow; or a grammar in GBNF. Either binds
    # the reply only, not the reasoning before it.
    json_schema: str | None = None
    grammar: str | None = None
    tools: tuple[Tool, ...] = ()
    # "auto": the model decides; "required": it must call, one or several; else the name of the tool
    # that it must call, once. As in the OpenAI interface.
    tool_choice: str = "auto"
    # The last message is the beginning of the reply, which goes on from there.
    continue_reply: bool = False
    # Variables of the model's chat template, such as `enable_thinking`.
    template_options: dict[str, bool | int | float | str] = {}
    # Text to go on from, instead of `messages` and the template; with `suffix`, to be filled in
    # between the two.
    prompt: str | None = None
    suffix: str | None = None
    # Report the log-probability of each token and of so many alternatives to it.
    logprobs: int | None = None
    # The stored chat that this is a turn of: what is evaluated of it may be kept on disk as long
    # as the chat is there. None keeps nothing.
    conversation_id: int | None = None


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
    # Of the tokens that were guessed ahead, how many were right.
    draft_tokens: int = 0
    accepted_tokens: int = 0
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
    logprob: TokenLogprob | None = None


class ReasoningDelta(msgspec.Struct, frozen=True, tag=True):
    """Like `TextDelta`, of what the model thinks before its reply and is no part of it."""

    text: str
    timings: Timings
    logprob: TokenLogprob | None = None


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The reply is complete; always the last event, and always sent unless an error is raised."""

    reason: FinishReason
    timings: Timings
    # The seed that was used, so that the reply can be made again.
    seed: int | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    # The samplers of this reply in the order in which they were applied.
    samplers: tuple[str, ...] = ()


GenerationEvent = PromptProgress | ReasoningDelta | TextDelta | Finished


class Embedding(msgspec.Struct, frozen=True):
    """A text as a vector of length 1, and the tokens that it has."""

    vector: tuple[float, ...]
    tokens: int


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


@runtime_checkable
class CountingSession(EngineSession, Protocol):
    """A session that counts chats as its model reads them."""

    async def count_context(
        self,
        earlier: tuple[ChatMessage, ...],
        last: ChatMessage,
        *,
        continue_reply: bool = False,
        is_sent: bool = False,
    ) -> ContextCount:
        """The tokens of a chat, message by message. Raises `AppError`.

        What is counted again with another `last` costs little while `earlier` is the same object.
        Unless it `is_sent`, nothing of the chat leaves this computer for it.
        """
        ...


@runtime_checkable
class LocalModelSession(CountingSession, Protocol):
    """A model on this computer, of which more can be asked than replies."""

    async def count_tokens(self, request: GenerationRequest) -> int:
        """The exact tokens of the prompt that `request` makes. Raises `AppError`."""
        ...

    async def read_prompt(
        self, request: GenerationRequest, reply: str, *, measured: bool
    ) -> tuple[PromptToken, ...]:
        """The prompt that `request` makes and a reply to it, token by token.

        `measured` evaluates all of it again, for the probabilities. Raises `AppError`.
        """
        ...

    async def set_adapters(self, adapters: Sequence[Adapter]) -> None:
        """Apply these LoRA adapters from now on, and no others. Raises `AppError`."""
        ...

    @property
    def is_idle(self) -> bool:
        """Whether no reply is in the making."""
        ...

    async def tune(self, on_progress: Callable[[float], None]) -> Tuning | None:
        """Measure what suits this model on this machine, about ten seconds, told as fractions.

        Anything else that is asked ends it without a result. Raises `AppError`.
        """
        ...

    async def score(
        self, request: ScoreRequest, on_progress: Callable[[ScoreProgress], None]
    ) -> Score:
        """How well the model foretells a text, beside the replies. Raises `AppError`."""
        ...

    async def embed(self, texts: Sequence[str]) -> tuple[Embedding, ...]:
        """A vector for each text, by the model's own pooling. Raises `AppError`."""
        ...

    async def keep_states(self, folder: bytes | None, limit_bytes: int) -> None:
        """Keep evaluated chats in this folder from now on, or nowhere. Raises `AppError`."""
        ...

    async def forget_chats(self, conversation_ids: Sequence[int]) -> None:
        """Drop what was evaluated of these chats, and keep nothing of them. Raises `AppError`."""
        ...


class Engine(Protocol):
    """Something that loads models."""

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> EngineSession:
        """Load a model. Cancelling the task cancels the load. Raises `AppError`."""
        ...
