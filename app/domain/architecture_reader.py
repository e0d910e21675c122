"""Reads a model's hyperparameters out of its header."""

from __future__ import annotations

from typing import Final

import msgspec

from app.domain import architecture_table as table
from app.domain.architecture import MAX_LAYERS, Architecture, Layer
from app.domain.errors import ModelFileError
from app.domain.gguf import Header
from app.domain.gguf_bytes import damaged
from app.domain.words import marked

_FEED_FORWARD_NORMS = frozenset(
    {"ffn_norm.weight", "ffn_norm", "post_attention_norm.weight", "attn_norm_2.weight"}
)


NAMELESS: Final = marked(
    "The file is not a model: it does not name its architecture. Choose another file of the model."
)


class _Keys:
    """Reads the entries `<architecture>.<key>` of a header."""

    def __init__(self, header: Header, name: str) -> None:
        self.header = header
        self.name = name

    def required(self, key: str) -> int:
        value = self.header.integer(f"{self.name}.{key}")
        if value is None:
            raise ModelFileError(
                "The file is not a whole model: it lacks the entry '{name}.{key}'. Choose another "
                "file of the model.",
                name=self.name,
                key=key,
            )
        return value

    def get(self, key: str, default: int = 0) -> int:
        value = self.header.integer(f"{self.name}.{key}")
        return default if value is None else value

    def per_layer(self, key: str, count: int) -> tuple[int, ...] | None:
        full = f"{self.name}.{key}"
        values = self.header.integers(full)
        if values is None:
            return None
        if len(values) == 1 and isinstance(self.header.metadata[full], int):
            return values * count
        if len(values) != count:
            raise damaged(
                "its entry '{key}' has {values} values for {layers} layers.",
                key=full,
                values=len(values),
                layers=count,
            )
        return values


def read_architecture(header: Header) -> Architecture:
    """The hyperparameters in a header. Raises `ModelFileError` where the file contradicts itself.

    An architecture that this program does not know gives `is_known` false and no layers: what it
    takes must be asked of the engine, not guessed.
    """
    name = header.architecture
    if not name:
        raise ModelFileError(NAMELESS)
    keys = _Keys(header, name)
    if name not in table.KNOWN:
        return _unknown(keys)
    count = keys.required("block_count")
    if not 0 < count <= MAX_LAYERS:
        raise damaged(
            "it announces {count} layers; 1 to {most} are possible.",
            count=count,
            most=MAX_LAYERS,
        )
    drafts = keys.get("nextn_predict_layers")
    if drafts >= count > 0 and drafts:
        raise damaged(
            "{drafts} of its {count} layers would be draft layers.",
            drafts=drafts,
            count=count,
        )
    return _known(keys, count, drafts)


def _unknown(keys: _Keys) -> Architecture:
    return Architecture(
        name=keys.name,
        is_known=False,
        is_supported=keys.name in table.SUPPORTED,
        trained_context_tokens=keys.get("context_length"),
        layer_count=keys.get("block_count"),
        draft_layers=keys.get("nextn_predict_layers"),
        embedding_values=keys.get("embedding_length"),
        vocabulary_tokens=_vocabulary(keys),
        head_values=0,
        value_head_values=0,
        experts=keys.get("expert_count"),
        experts_used=0,
        shared_feed_forward=0,
        window_tokens=0,
        widest_values=0,
        is_latent=False,
        latent_values=0,
        rotated_values=0,
        is_gated=False,
        has_fused_gate=False,
        has_fused_projection=False,
        has_attention_norm=True,
        has_feed_forward_norm=True,
        inner_values=0,
        scan_values=0,
        convolved_values=0,
        layer_input_values=0,
        layers=(),
    )


def _vocabulary(keys: _Keys) -> int:
    tokens = keys.header.metadata.get("tokenizer.ggml.tokens")
    if tokens is not None and not isinstance(tokens, int | float | str):
        return tokens.count
    return keys.get("vocab_size")


class _Traits(msgspec.Struct, frozen=True):
    """What the tensor table tells of the layers' parts."""

    expert_layers: frozenset[int]
    is_gated: bool
    has_fused_gate: bool
    has_fused_projection: bool
    has_attention_norm: bool
    has_feed_forward_norm: bool


def _traits(header: Header, feed_forward: int) -> _Traits:
    experts: set[int] = set()
    names: set[str] = set()
    fused_gate = False
    for tensor in header.tensors:
        parts = tensor.name.split(".", 2)
        if len(parts) != 3 or parts[0] != "blk":
            continue
        names.add(parts[2])
        if "_exps." in parts[2] and parts[1].isdecimal():
            experts.add(int(parts[1]))
        if parts[2] == "ffn_up.weight" and len(tensor.shape) > 1:
            fused_gate = fused_gate or tensor.shape[1] == 2 * feed_forward
    gates = {"ffn_gate.weight", "ffn_gate_exps.weight", "ffn_gate_up_exps.weight"}
    return _Traits(
        frozenset(experts),
        bool(gates & names),
        fused_gate,
        "attn_qkv.weight" in names,
        "attn_norm.weight" in names,
        bool(names & _FEED_FORWARD_NORMS),
    )


class _Attention(msgspec.Struct, frozen=True):
    """The widths of attention heads, of full and of sliding layers."""

    key: int
    value: int
    sliding_key: int
    sliding_value: int


def _attention(keys: _Keys, embedding: int, heads: tuple[int, ...]) -> _Attention:
    if not heads[0]:
        return _Attention(0, 0, 0, 0)
    key = keys.get("attention.key_length", embedding // heads[0])
    value = keys.get("attention.value_length", embedding // heads[0])
    if keys.name == "kimi-k3":
        value = keys.get("attention.kv_lora_rank", value)
    return _Attention(
        key,
        value,
        keys.get("attention.key_length_swa", key),
        keys.get("attention.value_length_swa", value),
    )


def _state_values(keys: _Keys, embedding: int, heads: tuple[int, ...], width: int) -> int:
    """Values of a recurrent layer: its convolution and its state (`n_embd_r` + `n_embd_s`)."""
    if keys.name in table.RWKV:
        head = keys.required("wkv.head_size")
        return (keys.get("token_shift_count", 2) + head) * embedding
    cached = keys.get("shortconv.l_cache")
    if cached:
        return embedding * (cached - 1) + keys.get("ssm.state_size") * keys.get("ssm.inner_size")
    convolution = keys.get("ssm.conv_kernel")
    linear_head = keys.get("kda.head_dim")
    if linear_head:
        inner = heads[0] * linear_head
        return 3 * (convolution - 1 if convolution else 3) * inner + linear_head * inner
    if keys.name == "minimax-01":
        return width * width * heads[0]
    inner, state = keys.get("ssm.inner_size"), keys.get("ssm.state_size")
    groups = keys.get("ssm.group_count") if keys.name not in ("mamba", "jamba") else 0
    return max(convolution - 1, 0) * (inner + 2 * groups * state) + state * inner


class _Rows(msgspec.Struct, frozen=True):
    """The layers, and what they have in common."""

    layers: tuple[Layer, ...]
    widths: _Attention
    window_tokens: int
    # Of values, over all layers.
    widest: int


def _rows(keys: _Keys, count: int, drafts: int, tensors: _Traits, *, is_latent: bool) -> _Rows:
    name, main = keys.name, count - drafts
    zeros = (0,) * count
    heads = keys.per_layer("attention.head_count", count) or zeros
    kv_heads = keys.per_layer("attention.head_count_kv", count) or heads
    feed_forward = keys.per_layer("feed_forward_length", count) or zeros
    expert_width = keys.per_layer("expert_feed_forward_length", count) or zeros
    embedding = keys.required("embedding_length")
    widths = _attention(keys, embedding, heads)
    recurrent = table.recurrent_layers(keys.header, name, main, kv_heads, feed_forward)
    window, slides = _sliding(keys, count, main, recurrent)
    attends = _attending(keys, main, recurrent, feed_forward)
    state = _state_values(keys, embedding, heads, widths.key) if any(recurrent) else 0

    def layer(index: int) -> Layer:
        key = widths.sliding_key if slides[index] else widths.key
        value = widths.sliding_value if slides[index] else widths.value
        kept = kv_heads[index] if attends[index] else 0
        return Layer(
            heads=heads[index],
            kv_heads=kv_heads[index],
            key_values=kept * key,
            value_values=0 if is_latent else kept * value,
            slides=slides[index],
            state_values=state if recurrent[index] and index < main else 0,
            feed_forward=feed_forward[index],
            expert_feed_forward=expert_width[index],
            has_experts=index in tensors.expert_layers,
        )

    rows = [
        kv * (widths.sliding_value if slide else widths.value)
        for kv, slide in zip(kv_heads, slides, strict=True)
    ]
    return _Rows(tuple(map(layer, range(count))), widths, window, max(rows, default=0))


def _sliding(
    keys: _Keys, count: int, main: int, recurrent: tuple[bool, ...]
) -> tuple[int, tuple[bool, ...]]:
    """The window in tokens, and which layers see no further than that."""
    if keys.name == "lfm2" and keys.get("attention.sliding_window"):
        return keys.get("attention.sliding_window"), tuple(not holds for holds in recurrent)
    return table.sliding_layers(keys.header, keys.name, count, main)


def _known(keys: _Keys, count: int, drafts: int) -> Architecture:
    key, value = keys.get("attention.key_length_mla"), keys.get("attention.value_length_mla")
    is_latent = bool(key and value)
    zeros = (0,) * count
    tensors = _traits(keys.header, max(keys.per_layer("feed_forward_length", count) or zeros))
    rows = _rows(keys, count, drafts, tensors, is_latent=is_latent)
    inner, state = keys.get("ssm.inner_size"), keys.get("ssm.state_size")
    expert_width = max(layer.expert_feed_forward for layer in rows.layers)
    return Architecture(
        name=keys.name,
        is_known=True,
        is_supported=True,
        trained_context_tokens=keys.required("context_length"),
        layer_count=count,
        draft_layers=drafts,
        embedding_values=keys.required("embedding_length"),
        vocabulary_tokens=_vocabulary(keys),
        head_values=key if is_latent else rows.widths.key,
        value_head_values=value if is_latent else rows.widths.value,
        experts=keys.get("expert_count"),
        experts_used=max(keys.per_layer("expert_used_count", count) or zeros),
        shared_feed_forward=_shared_width(keys, expert_width),
        window_tokens=rows.window_tokens,
        widest_values=0 if is_latent else rows.widest,
        is_latent=is_latent,
        latent_values=keys.get("attention.kv_lora_rank"),
        rotated_values=keys.get("rope.dimension_count"),
        is_gated=tensors.is_gated,
        has_fused_gate=tensors.has_fused_gate,
        has_fused_projection=tensors.has_fused_projection,
        has_attention_norm=tensors.has_attention_norm,
        has_feed_forward_norm=tensors.has_feed_forward_norm,
        inner_values=inner,
        scan_values=inner * state,
        convolved_values=inner + 2 * keys.get("ssm.group_count") * state,
        layer_input_values=keys.get("embedding_length_per_layer_input"),
        layers=rows.layers,
    )


def _shared_width(keys: _Keys, expert_width: int) -> int:
    width = keys.get("expert_shared_feed_forward_length")
    return width or keys.get("expert_shared_count") * expert_width


def _attending(
    keys: _Keys, main: int, recurrent: tuple[bool, ...], feed_forward: tuple[int, ...]
) -> tuple[bool, ...]:
    """Which layers have rows of keys and values of their own in the cache."""
    name, count = keys.name, len(recurrent)
    if name in table.WITHOUT_CACHE or name in table.RECURRENT:
        return (False,) * count
    if name in table.RECURRENT_AND_ATTENDING:
        return (True,) * count
    with_cache = main
    if name == "gemma3n":
        with_cache = min(main, 20)
    elif name == "gemma4":
        with_cache = min(main, count - keys.get("attention.shared_kv_layers"))
    return tuple(
        layer < with_cache
        and not recurrent[layer]
        and not (name in table.NEMOTRON_H and feed_forward[layer] != 0)
        for layer in range(count)
    )
