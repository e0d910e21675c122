"""Refuses headers that llama.cpp would answer by ending the process, before it sees the file.

llama.cpp reports most faults of a file as an error and meets the others with an assertion, which
aborts the process, or a division by zero. Each check here stands for one of those, read in the
source of the version that is used (llama-model.cpp, llama-vocab.cpp, ggml.c) or found by mutating
headers.
"""

from __future__ import annotations

import math
from typing import Final

from app.domain import architecture_table as table
from app.domain.architecture import MAX_EXPERTS, MAX_LAYERS, Architecture
from app.domain.architecture_reader import NAMELESS, read_architecture
from app.domain.errors import ModelFileError, ModelUnsupportedError
from app.domain.gguf import Header, Tensor
from app.domain.gguf_bytes import damaged
from app.domain.gguf_known import KnownTexts
from app.domain.gguf_values import FLOAT32, INT32, ArrayView
from app.domain.quant import FLOAT_TYPES
from app.domain.words import marked

ROPE_SCALINGS: Final = frozenset({"none", "linear", "yarn", "longrope"})
# Types that no operation on weights takes: sums of activations, and numbers that count.
_NOT_WEIGHTS: Final = frozenset({"Q8_1", "Q8_K", "F64", "I8", "I16", "I64"})
_COMPANIONS: Final = {
    "adapter": marked("The file is a LoRA adapter, not a model by itself."),
    "mmproj": marked("The file is the vision part of a model, not a model by itself."),
}
_COMPANION: Final = marked("The file is a companion file ({kind}), not a model by itself.")
_LARGEST: Final = 2**31 - 1
_BYTE_TOKENS: Final = tuple(b"<0x%02X>" % value for value in range(256))


def check_loadable(header: Header, known: KnownTexts | None = None) -> None:
    """Raise where loading would end the engine's process.

    With the `known` texts that the header was read with, a vocabulary is checked once.
    `ModelUnsupportedError`: a sound file that is no model that can be loaded by itself.
    `ModelFileError`: a damaged or hostile file.
    """
    name = _architecture(header)
    if header.split_index > 0:
        raise ModelFileError(
            "The file is part {part} of {parts}; open the first part.",
            part=header.split_index + 1,
            parts=header.split_count,
        )
    _check_counts(header, name)
    _check_experts(header, name)
    _check_attention(header, name)
    _check_numbers(header, name)
    _check_states(header, name)
    _check_cache(header, read_architecture(header))
    for tensor in header.tensors:
        _check_tensor(tensor)
    _check_vocabulary(header, known or KnownTexts())


def _architecture(header: Header) -> str:
    kind = header.text("general.type")
    if kind in ("adapter", "imatrix", "mmproj", "dataset"):
        raise ModelUnsupportedError(_COMPANIONS.get(kind, _COMPANION), kind=kind)
    name = header.architecture
    if not name:
        raise ModelFileError(NAMELESS)
    if name in table.COMPANIONS:
        raise ModelUnsupportedError(_COMPANIONS["mmproj"])
    if name not in table.SUPPORTED:
        raise ModelUnsupportedError(
            "The architecture '{name}' is unknown to the installed llama.cpp. A newer version of "
            "the engine may read it.",
            name=name,
        )
    return name


def _within(header: Header, key: str, least: int, most: int, *, required: bool = False) -> None:
    values = header.integers(key)
    if values is None:
        if required:
            raise ModelFileError(
                "The file is not a whole model: it lacks the entry '{key}'. Choose another file "
                "of the model.",
                key=key,
            )
        return
    for value in values:
        if not least <= value <= most:
            raise damaged(
                "its entry '{key}' is {value}; {least} to {most} are possible.",
                key=key,
                value=value,
                least=least,
                most=most,
            )


def _check_counts(header: Header, name: str) -> None:
    _within(header, f"{name}.block_count", 1, MAX_LAYERS, required=True)
    _within(header, f"{name}.context_length", 1, _LARGEST, required=True)
    _within(header, f"{name}.embedding_length", 1, 2**20, required=True)
    _within(header, f"{name}.feed_forward_length", 0, _LARGEST)
    _within(header, f"{name}.vocab_size", 0, 2**24)
    layers = header.integer(f"{name}.block_count") or 0
    _within(header, f"{name}.nextn_predict_layers", 0, layers - 1)
    _within(header, f"{name}.leading_dense_block_count", 0, layers)
    _within(header, f"{name}.attention.shared_kv_layers", 0, max(layers - 2, 0))
    _within(header, f"{name}.attention.sliding_window", 0, _LARGEST // 512)


def _check_experts(header: Header, name: str) -> None:
    experts = header.integer(f"{name}.expert_count") or 0
    used = max(header.integers(f"{name}.expert_used_count") or (0,), default=0)
    if name in ("hunyuan_vl", "hunyuan-dense") and experts <= 1:
        return
    if not 0 <= experts <= MAX_EXPERTS or not (0 < used <= experts or used == experts == 0):
        raise damaged(
            "it would use {used} of {experts} experts.",
            used=used,
            experts=experts,
        )
    groups = header.integer(f"{name}.expert_group_count") or 0
    chosen = header.integer(f"{name}.expert_group_used_count") or 0
    if groups and (groups < 0 or groups >= experts):
        raise damaged(
            "it has {groups} groups of experts for {experts} experts.",
            groups=groups,
            experts=experts,
        )
    if groups > 1 and (experts % groups or not 0 < chosen < groups):
        raise damaged(
            "it would use {chosen} of {groups} groups of {experts} experts.",
            chosen=chosen,
            groups=groups,
            experts=experts,
        )


def _check_attention(header: Header, name: str) -> None:
    embedding = header.integer(f"{name}.embedding_length") or 0
    heads = header.integers(f"{name}.attention.head_count") or ()
    kv_heads = header.integers(f"{name}.attention.head_count_kv") or ()
    for key in ("head_count", "head_count_kv"):
        _within(header, f"{name}.attention.{key}", 0, 2**16)
    for key in ("key_length", "value_length", "key_length_swa", "value_length_swa"):
        _within(header, f"{name}.attention.{key}", 1, 2**16)
    if heads and heads[0]:
        width = header.integer(f"{name}.attention.key_length") or embedding // heads[0]
        if not width:
            raise damaged(
                "it has {heads} attention heads for {values} values.",
                heads=heads[0],
                values=embedding,
            )
        _check_rotation(header, name, width)
    _check_shared_heads(heads, kv_heads)


def _check_rotation(header: Header, name: str, width: int) -> None:
    for key in ("dimension_count", "dimension_count_swa"):
        rotated = header.integer(f"{name}.rope.{key}")
        most = width if name in table.PLAIN else 2**16
        if rotated is not None and (rotated % 2 or not 0 <= rotated <= most):
            raise damaged("it would rotate {count} values of each head.", count=rotated)


def _check_shared_heads(heads: tuple[int, ...], kv_heads: tuple[int, ...]) -> None:
    pairs = zip(heads if len(heads) > 1 else heads * len(kv_heads), kv_heads, strict=False)
    for head, kv_head in pairs:
        if kv_head and head % kv_head:
            raise damaged(
                "its {heads} attention heads cannot share {kv_heads} key-value heads.",
                heads=head,
                kv_heads=kv_head,
            )


def _check_numbers(header: Header, name: str) -> None:
    for key in (
        "layer_norm_rms_epsilon",
        "layer_norm_epsilon",
        "group_norm_epsilon",
    ):
        value = header.number(f"{name}.attention.{key}")
        if value is not None and not 0 <= value < 1:
            raise _impossible(f"{name}.attention.{key}", value)
    for key in ("rope.freq_base", "rope.freq_base_swa", "rope.scaling.factor"):
        value = header.number(f"{name}.{key}")
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise _impossible(f"{name}.{key}", value)
    scaling = header.text(f"{name}.rope.scaling.type")
    if scaling is not None and scaling not in ROPE_SCALINGS:
        raise damaged("its kind of rope scaling, '{scaling}', does not exist.", scaling=scaling)


def _impossible(key: str, value: float) -> ModelFileError:
    return damaged("its entry '{key}' is {value:g}.", key=key, value=value)


def _check_states(header: Header, name: str) -> None:
    for key in ("conv_kernel", "inner_size", "state_size", "time_step_rank", "group_count"):
        _within(header, f"{name}.ssm.{key}", 1, 2**24)
    for key in ("wkv.head_size", "kda.head_dim", "full_attention_interval", "token_shift_count"):
        _within(header, f"{name}.{key}", 1, 2**20)
    head = header.integer(f"{name}.wkv.head_size")
    embedding = header.integer(f"{name}.embedding_length") or 0
    if head and (embedding % head or head > embedding):
        raise damaged(
            "its {values} values do not divide by {divisor}.",
            values=embedding,
            divisor=head,
        )
    if name in ("rwkv6", "rwkv7"):
        _within(header, f"{name}.token_shift_count", 2, 2)
    heads = header.integer(f"{name}.ssm.time_step_rank")
    inner = header.integer(f"{name}.ssm.inner_size")
    if heads and inner and name not in ("mamba", "jamba") and inner % heads:
        raise damaged(
            "its {values} state values do not divide by {divisor}.",
            values=inner,
            divisor=heads,
        )


def _check_cache(header: Header, architecture: Architecture) -> None:
    """What is written to the cache must be as wide as its rows."""
    if not architecture.is_known:
        return
    lengths = [f"{architecture.name}.attention.{part}_length_mla" for part in ("key", "value")]
    if sum(key in header.metadata for key in lengths) == 1:
        raise damaged("it tells only one of the widths of its latent attention.")
    if architecture.is_latent:
        _check_latent(header, architecture)
        return
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    for index, layer in enumerate(architecture.layers):
        for part, width in (("k", layer.key_values), ("v", layer.value_values)):
            shape = shapes.get(f"blk.{index}.attn_{part}.weight")
            if width and shape is not None and (len(shape) != 2 or shape[1] != width):
                raise damaged(
                    "its layer {index} does not fill a cache of {width}.",
                    index=index,
                    width=width,
                )


def _check_latent(header: Header, architecture: Architecture) -> None:
    rotated, latent = architecture.rotated_values, architecture.latent_values
    row = header.integer(f"{architecture.name}.attention.key_length")
    heads = max(layer.kv_heads for layer in architecture.layers)
    if architecture.name in table.PLAIN and heads != 1:
        raise damaged("its latent attention would have {heads} key-value heads.", heads=heads)
    if latent + rotated != row or architecture.head_values <= rotated:
        raise damaged(
            "its attention would join {latent} and {rotated} values to rows of {row}.",
            latent=latent,
            rotated=rotated,
            row=row or 0,
        )


def _check_tensor(tensor: Tensor) -> None:
    name = tensor.type.name
    if name in _NOT_WEIGHTS:
        raise damaged(
            "its tensor '{tensor}' has the type {kind}, which weights never have.",
            tensor=tensor.name,
            kind=name,
        )
    if sum(length > 1 for length in tensor.shape) <= 1 and name not in FLOAT_TYPES | {"I32"}:
        raise damaged(
            "its tensor '{tensor}' has one row and is quantized to {kind}.",
            tensor=tensor.name,
            kind=name,
        )
    if name == "I32" and not tensor.name.endswith(("ffn_gate_tid2eid.weight", "d2t", "t2d")):
        raise damaged(
            "its tensor '{tensor}' holds whole numbers instead of weights.", tensor=tensor.name
        )


def _check_vocabulary(header: Header, known: KnownTexts) -> None:
    if header.text("tokenizer.ggml.model") in (None, "none", "no_vocab"):
        return
    tokens = header.array("tokenizer.ggml.tokens")
    if tokens is None or not tokens.is_text or not len(tokens):
        raise ModelFileError(
            "The file is not a whole model: it has no vocabulary. Choose another file of the model."
        )
    _check_parallel(header, "tokenizer.ggml.scores", len(tokens), (FLOAT32, INT32))
    _check_parallel(header, "tokenizer.ggml.token_type", len(tokens), (INT32,))
    merges = header.array("tokenizer.ggml.merges")
    if merges is not None and not merges.is_text:
        raise damaged("the merges of its vocabulary are not texts.")
    has_bytes = header.text("tokenizer.ggml.model") == "llama"
    digest = tokens.digest
    if digest is None or not known.is_sound(digest, has_bytes=has_bytes):
        _check_tokens(tokens, has_bytes=has_bytes)
        if digest is not None:
            known.note_sound(digest, has_bytes=has_bytes)


def _check_tokens(tokens: ArrayView, *, has_bytes: bool) -> None:
    distinct: set[bytes] = set()
    empty = 0
    for texts in tokens.raw_texts():
        named = texts
        # llama.cpp takes them as C strings, and gives each empty one a name of its own.
        if b"\0" in b"".join(texts):
            named = [raw.partition(b"\0")[0] for raw in texts]
        empty += named.count(b"")
        distinct.update(named)
    distinct.discard(b"")
    if len(distinct) < len(tokens) - empty:
        raise damaged("a token occurs twice in its vocabulary.")
    missing = [
        raw for value, raw in enumerate(_BYTE_TOKENS) if not distinct & {raw, bytes([value])}
    ]
    if has_bytes and 0 < len(missing) < len(_BYTE_TOKENS):
        raise damaged("its vocabulary lacks tokens for some of the 256 bytes.")


def _check_parallel(header: Header, key: str, count: int, types: tuple[int, ...]) -> None:
    values = header.array(key)
    if values is None:
        return
    if values.type not in types or len(values) < count:
        raise damaged(
            "its entry '{key}' has {values} values that do not fit its {tokens} tokens.",
            key=key,
            values=len(values),
            tokens=count,
        )
