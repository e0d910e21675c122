"""An MLX model as far as memory depends on it: read from config.json and the headers of its files.

The widths of keys and values stand in the tensor table, whatever the configuration leaves to a
class's defaults; which layers slide, in the configuration. A kind of model that is not listed here
is unknown to the formula: mlx-lm itself lays it out.
Source: mlx_lm/models/*.py and mlx_lm/utils.py of mlx-lm 0.32.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec

from app.domain.architecture import MAX_EXPERTS, MAX_LAYERS, Architecture, Layer
from app.domain.errors import ModelFileError, ModelUnsupportedError
from app.domain.mlx_weights import parameter_count
from app.domain.model_memory import MlxTraits, ModelMemory
from app.domain.safetensors import SafeTensor, SafetensorsHeader
from app.domain.weights import Part, WeightTable


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Keys and values of the whole past in every layer (mlx-lm's KVCache).
_PLAIN: Final = _names(
    "llama mistral xverse qwen2 qwen3 qwen3_moe mixtral phi3 starcoder2 gemma2 olmo2 smollm3"
)
# Of n layers all but the last one keep a window (RotatingKVCache); or the file lists them.
_PERIODS: Final = {"gemma3": 6, "gemma3_text": 6, "cohere2": 4}
_LISTED: Final = frozenset({"gpt_oss"})
# One latent row that serves as keys and values.
_LATENT: Final = frozenset({"deepseek_v3", "kimi_k2"})
KNOWN: Final = _PLAIN | _PERIODS.keys() | _LISTED | _LATENT

# Parts that mlx-lm leaves out of a language model.
_LEFT_OUT: Final = re.compile(
    r"vision|visual|audio|multi_modal_projector|mm_projector|image_newline|rotary_emb\.inv_freq"
)
_LAYER: Final = re.compile(r"(?:^|\.)(?:layers|h|blocks)\.(\d+)\.(.+)")
_EXPERTS: Final = re.compile(r"\.(?:switch_mlp|experts)\.")
_INPUT: Final = ("embed_tokens", "wte", "embedding")
_ELEMENT_BYTES: Final = {"F32": 4, "F16": 2, "BF16": 2}


class _Config:
    """The entries of config.json; those of the language part go before the others."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        inner = config.get("text_config")
        self._outer = config
        self._inner = cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}

    def get(self, key: str) -> object:
        return self._inner.get(key, self._outer.get(key))

    def whole(self, *keys: str) -> int:
        """The first of these entries that is a whole number from 0 on; 0 if none is."""
        for key in keys:
            value = self.get(key)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40:
                return value
        return 0

    def text(self, key: str) -> str:
        value = self._outer.get(key)
        return value if isinstance(value, str) else ""

    def table(self, key: str) -> dict[str, Any]:
        value = self.get(key)
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def read_mlx_model(
    config: Mapping[str, Any], tables: Sequence[SafetensorsHeader], file_bytes: int
) -> ModelMemory:
    """What config.json and the headers of all files of weights say.

    Raises `ModelFileError` for a configuration that contradicts itself, `ModelUnsupportedError` for
    one that asks for code to be run.
    """
    _refuse_code(config)
    read = _Config(config)
    name = read.text("model_type")
    count = read.whole("num_hidden_layers", "n_layers", "n_layer", "num_layers")
    if not name or not 0 < count <= MAX_LAYERS:
        raise ModelFileError(
            "The model's config.json does not say what kind of model it is and how many layers it "
            "has (1 to {max_layers} are possible). Download it again.",
            max_layers=MAX_LAYERS,
        )
    tensors = _loaded_tensors(read, tables)
    return ModelMemory(
        architecture=_architecture(read, name, count, tensors),
        weights=_weight_table(tensors, count),
        vocabulary_entries=read.whole("vocab_size"),
        quantization=_quantization(read, tensors),
        parameter_count=parameter_count(tensors, config),
        file_bytes=file_bytes,
        mlx=MlxTraits(element_bytes=_element_bytes(read, tensors), has_sinks=name == "gpt_oss"),
    )


def _refuse_code(config: Mapping[str, Any]) -> None:
    asked = next((key for key in ("model_file", "auto_map") if config.get(key)), None)
    if asked is not None:
        raise ModelUnsupportedError(
            "The model's config.json asks for code to be run ({asked}). Models that run their own "
            "code are not loaded; choose a version of it without code.",
            asked=asked,
        )


def _loaded_tensors(config: _Config, tables: Sequence[SafetensorsHeader]) -> dict[str, SafeTensor]:
    """The tensors of all files that mlx-lm keeps: the language model's."""
    found: dict[str, SafeTensor] = {}
    tied = config.get("tie_word_embeddings") is True
    for table in tables:
        for name, tensor in table.tensors.items():
            if _LEFT_OUT.search(name) or (tied and "lm_head." in name):
                continue
            found[name] = tensor
    if not found:
        raise ModelFileError("The files of this model hold no weights of a language model.")
    return found


def _architecture(
    config: _Config, name: str, count: int, tensors: Mapping[str, SafeTensor]
) -> Architecture:
    layers = _layers(config, name, count, tensors) if name in KNOWN else ()
    heads = config.whole("num_attention_heads", "n_heads")
    embedding = config.whole("hidden_size", "n_embd", "d_model")
    head = config.whole("head_dim") or (embedding // heads if heads else 0)
    experts = config.whole("num_local_experts", "num_experts", "n_routed_experts")
    return Architecture(
        name=name,
        is_known=bool(layers),
        is_supported=True,
        trained_context_tokens=config.whole(
            "max_position_embeddings", "n_positions", "max_seq_len", "seq_length"
        ),
        layer_count=count,
        draft_layers=0,
        embedding_values=embedding,
        vocabulary_tokens=_vocabulary(config, tensors),
        head_values=head,
        value_head_values=head,
        experts=min(experts, MAX_EXPERTS),
        experts_used=config.whole("num_experts_per_tok", "experts_per_token"),
        shared_feed_forward=0,
        window_tokens=config.whole("sliding_window") if any(one.slides for one in layers) else 0,
        widest_values=max((layer.value_values for layer in layers), default=0),
        is_latent=name in _LATENT,
        latent_values=0,
        rotated_values=0,
        is_gated=True,
        has_fused_gate=False,
        has_fused_projection=False,
        has_attention_norm=True,
        has_feed_forward_norm=True,
        inner_values=0,
        scan_values=0,
        convolved_values=0,
        layer_input_values=0,
        layers=layers,
    )


def _vocabulary(config: _Config, tensors: Mapping[str, SafeTensor]) -> int:
    rows = (t.shape[0] for n, t in tensors.items() if _is_input(n) and len(t.shape) == 2)
    return next(rows, config.whole("vocab_size"))


def _layers(
    config: _Config, name: str, count: int, tensors: Mapping[str, SafeTensor]
) -> tuple[Layer, ...]:
    """Every layer; empty where the width of one cannot be told."""
    slides = _sliding(config, name, count)
    widths = _widths(config, name, count, tensors)
    if slides is None or widths is None or (any(slides) and not config.whole("sliding_window")):
        return ()
    heads = config.whole("num_attention_heads")
    kv_heads = 1 if name in _LATENT else config.whole("num_key_value_heads") or heads
    mixture = config.whole("num_local_experts", "num_experts", "n_routed_experts") > 0
    return tuple(
        Layer(
            heads=heads,
            kv_heads=kv_heads,
            key_values=keys,
            value_values=values,
            slides=slides[layer],
            state_values=0,
            feed_forward=config.whole("intermediate_size"),
            expert_feed_forward=config.whole("moe_intermediate_size", "intermediate_size"),
            has_experts=mixture,
        )
        for layer, (keys, values) in enumerate(widths)
    )


def _sliding(config: _Config, name: str, count: int) -> tuple[bool, ...] | None:
    """Which layers keep a window only; None where that is not said."""
    kinds = config.get("layer_types")
    if isinstance(kinds, list) and name not in _PERIODS:
        listed = cast("list[object]", kinds)
        if len(listed) < count:
            return None
        known = name in _LISTED or name in ("llama", "mistral")
        return tuple(known and kind == "sliding_attention" for kind in listed[:count])
    if name in _PERIODS:
        period = config.whole("sliding_window_pattern") or _PERIODS[name]
        return tuple(layer % period != period - 1 for layer in range(count))
    if name == "gpt_oss":
        return tuple(layer % 2 == 0 for layer in range(count))
    return (False,) * count


def _widths(
    config: _Config, name: str, count: int, tensors: Mapping[str, SafeTensor]
) -> list[tuple[int, int]] | None:
    """Values of keys and of values that one cell of each layer takes."""
    if name in _LATENT:
        latent, rotated = config.whole("kv_lora_rank"), config.whole("qk_rope_head_dim")
        return [(latent, rotated)] * count if latent and rotated else None
    rows: dict[tuple[int, str], int] = {}
    for tensor_name, tensor in tensors.items():
        place = _LAYER.search(tensor_name)
        if place is None or not tensor.shape:
            continue
        for part in ("k_proj", "v_proj"):
            if place[2] == f"self_attn.{part}.weight":
                rows[int(place[1]), part] = tensor.shape[0]
    if rows:
        told = [(rows.get((n, "k_proj"), 0), rows.get((n, "v_proj"), 0)) for n in range(count)]
        return told if all(keys and values for keys, values in told) else None
    heads = config.whole("num_attention_heads")
    kv_heads = config.whole("num_key_value_heads") or heads
    head = config.whole("head_dim") or (config.whole("hidden_size") // heads if heads else 0)
    return [(kv_heads * head, kv_heads * head)] * count if head else None


def _is_input(name: str) -> bool:
    return name.endswith(".weight") and any(f"{part}." in name for part in _INPUT)


def _weight_table(tensors: Mapping[str, SafeTensor], count: int) -> WeightTable:
    layers, experts = [0] * count, [0] * count
    inputs = head = 0
    has_head = False
    for name, tensor in tensors.items():
        size = tensor.byte_size
        place = _LAYER.search(name)
        if place is not None and int(place[1]) < count:
            layers[int(place[1])] += size
            experts[int(place[1])] += size if _EXPERTS.search(name) else 0
        elif any(f"{part}." in name for part in _INPUT):
            inputs += size
        else:
            head += size
            has_head = has_head or "lm_head." in name
    return WeightTable(
        input=Part(inputs),
        layers=tuple(Part(*sizes) for sizes in zip(layers, experts, strict=True)),
        head=Part(head),
        # The head reads the embeddings again; MLX does not copy them.
        tied_bytes=0 if has_head else inputs,
        tied_repacks=False,
        draft_bytes=0,
    )


def _quantization(config: _Config, tensors: Mapping[str, SafeTensor]) -> str:
    settings = config.table("quantization") or config.table("quantization_config")
    bits = settings.get("bits")
    if isinstance(bits, int):
        mode = settings.get("mode")
        return f"{bits}-bit" if mode in (None, "affine") else f"{bits}-bit {mode}"
    kinds = [tensor.dtype for tensor in tensors.values() if len(tensor.shape) > 1]
    return max(set(kinds), key=kinds.count) if kinds else ""


def _element_bytes(config: _Config, tensors: Mapping[str, SafeTensor]) -> int:
    """Bytes of a number while the model computes: that of its scales and norms."""
    kinds = [tensor.dtype for tensor in tensors.values() if tensor.dtype in _ELEMENT_BYTES]
    if not kinds:
        return 4 if "32" in str(config.get("torch_dtype") or config.get("dtype")) else 2
    return _ELEMENT_BYTES[max(set(kinds), key=kinds.count)]


def config_from(data: bytes) -> dict[str, Any]:
    """The object of a config.json. Raises `ModelFileError`."""
    try:
        found = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            "The model's config.json ({count} bytes) is not valid JSON: {error}. Download it "
            "again.",
            count=len(data),
            error=str(error),
        ) from error
    if not isinstance(found, dict):
        raise ModelFileError("The model's config.json is not a JSON object. Download it again.")
    return cast("dict[str, Any]", found)
