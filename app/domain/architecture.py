"""A model's hyperparameters: what each layer keeps of the past, and how wide its parts are."""

from __future__ import annotations

import msgspec

from app.domain import architecture_table as table

MAX_LAYERS = 512
MAX_EXPERTS = 1024


class Layer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One layer. Keys and values are counted for one cell of the cache, over all its heads.

    `key_values` and `value_values` are 0 where the layer keeps none; `state_values` are the
    F32 values that it keeps for a sequence, however long that is.
    """

    heads: int
    kv_heads: int
    key_values: int
    value_values: int
    slides: bool
    state_values: int
    feed_forward: int
    expert_feed_forward: int
    has_experts: bool


class Architecture(msgspec.Struct, frozen=True, kw_only=True):
    """The hyperparameters of a model. `layers` is empty while `is_known` is false.

    `layer_count` counts blocks as `gpu_layers` does (the output head comes on top);
    `draft_layers` are the last of them, which predict further tokens and are not loaded.
    """

    name: str
    is_known: bool
    # llama.cpp can run it, whether or not the formula knows it.
    is_supported: bool
    trained_context_tokens: int
    layer_count: int
    draft_layers: int
    embedding_values: int
    vocabulary_tokens: int
    head_values: int
    value_head_values: int
    experts: int
    experts_used: int
    shared_feed_forward: int
    window_tokens: int
    # Widest row of values over all layers: what a cache without flash attention pads to.
    widest_values: int
    # Latent attention keeps one row that serves as keys and values.
    is_latent: bool
    # Values of the latent row beside its rotated part, and of that part.
    latent_values: int
    rotated_values: int
    # Each feed-forward part has a gate beside it; or both in one tensor.
    is_gated: bool
    has_fused_gate: bool
    # Queries, keys and values come from one tensor.
    has_fused_projection: bool
    # A norm before each part; without the second, both parts read the first one's result.
    has_attention_norm: bool
    has_feed_forward_norm: bool
    # Widths of a recurrent layer: what it mixes, its state, and what its convolution reads.
    inner_values: int
    scan_values: int
    convolved_values: int
    # Values that each layer adds from embeddings of its own.
    layer_input_values: int
    layers: tuple[Layer, ...]

    @property
    def is_mixture(self) -> bool:
        """Whether its feed-forward parts are experts of which a few are used."""
        return self.experts > 0

    @property
    def has_cache(self) -> bool:
        """Whether it keeps anything of the past."""
        return self.name not in table.WITHOUT_CACHE


def layer_kinds(layers: tuple[Layer, ...]) -> list[Layer]:
    """The layers that differ, each four times at most, in their order."""
    seen: dict[tuple[object, ...], int] = {}
    kinds: list[Layer] = []
    for layer in layers:
        kind = (
            layer.heads, layer.key_values, layer.slides, bool(layer.state_values),
            layer.feed_forward, layer.has_experts,
        )  # fmt: skip
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= 4:
            kinds.append(layer)
    return kinds
