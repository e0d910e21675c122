"""How a model is to be loaded: options, the plan of one load, and its progress."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.domain.words import Sentence

KvType = Literal["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"]
SplitMode = Literal["none", "layer", "row"]
RopeScaling = Literal["none", "linear", "yarn", "longrope"]
FlashAttention = Literal["auto", "on", "off"]
LoadStage = Literal["starting", "reading", "checking"]
DEFAULT_CONTEXT_TOKENS = 8192
# So many guessed tokens are verified at once, those of all replies together; batches have room for
# them in any case.
MOST_DRAFT_TOKENS = 16
# One more look at the cancel flag and one more progress event for each chunk of a prompt.
CHUNK_TOKENS = 256


class Rope(msgspec.Struct, frozen=True, kw_only=True):
    """How positions are stretched to a context longer than the trained one; None: as the model
    says. `scale` is the frequency scale: 0.25 stretches fourfold.
    """

    scaling: RopeScaling | None = None
    frequency_base: float | None = None
    scale: float | None = None
    trained_context_tokens: int | None = None


class Adapter(msgspec.Struct, frozen=True):
    """A LoRA adapter, a GGUF file, and how strongly it is applied."""

    path: bytes
    scale: float = 1.0


class LoadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is to be loaded; `None` leaves the choice to the program."""

    context_tokens: int | None = None
    kv_type: KvType = "f16"
    # The type of the values in the KV cache, if another one than that of the keys.
    value_kv_type: KvType | None = None
    flash_attention: FlashAttention = "auto"
    # When the context is full, forget its oldest tokens and go on (MLX); else the reply ends.
    rotate_when_full: bool = False
    gpu_layers: int | None = None
    micro_batch_tokens: int = 512
    threads: int | None = None
    # Threads for prompts; None: as many as for replies.
    prompt_threads: int | None = None
    memory_map: bool = True
    memory_lock: bool = False
    rope: Rope = Rope()
    adapters: tuple[Adapter, ...] = ()
    # Replies that can be in the making at once; None: as many as cost next to no memory.
    parallel: int | None = None
    # Guess the next tokens from the text so far and verify them at once, while that pays.
    speculation: Literal["off", "lookup"] = "off"
    # The file of a smaller model of the same vocabulary, as the file system gives it, that guesses
    # ahead as well, while that pays.
    draft_model: bytes | None = None
    # Repacked weights, AMX tiles and the like: faster, and the first suspect when a build crashes.
    extra_buffer_types: bool = True
    # The ggml device that the selection chose ("CUDA0", "Metal"); None keeps to the CPU.
    device: str | None = None
    # More devices, and how the layers are parted among all of them (shares of the whole).
    more_devices: tuple[str, ...] = ()
    split_mode: SplitMode = "layer"
    tensor_split: tuple[float, ...] = ()
    # The experts of a mixture stay in the computer's memory: they are large and used by turns.
    experts_on_cpu: bool = False
    # Decode a few tokens before the session is offered, to learn whether this build survives it.
    self_check: bool = False

    @property
    def guesses_ahead(self) -> bool:
        """Whether rows of logits are needed for guesses."""
        return self.speculation != "off" or self.draft_model is not None


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


def draft_options(options: LoadOptions, sequences: int) -> LoadOptions:
    """How the engine loads the draft model of a load, for as many sequences as the large one has.

    It has rows of logits for all tokens that a try of it looks at.
    """
    return msgspec.structs.replace(
        options,
        parallel=sequences,
        gpu_layers=None if options.device else 0,
        rope=Rope(),
        adapters=(),
        speculation="lookup",
        draft_model=None,
    )


class LoadPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One model and how to load it. `path` is as the file system gives it (`os.fsencode`)."""

    name: str
    path: bytes
    options: LoadOptions = LoadOptions()
    # Where evaluated conversations may be kept on disk, to go on with them after a restart without
    # evaluating them again; None keeps none. As the file system gives it.
    state_folder: bytes | None = None
    state_limit_bytes: int = 4 * 2**30
    # A sentence to tell once with the session, such as what a self-check had to switch off.
    notice: Sentence | None = None


class LoadProgress(msgspec.Struct, frozen=True, tag=True):
    """How far a load has come; `fraction` is of the stage, 0 to 1."""

    stage: LoadStage
    fraction: float
