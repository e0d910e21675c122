"""Tiny models with random weights, for what the starter model is not: recurrent, windowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter, PoolingType

WIDTH, LAYERS, STATE, KERNEL = 64, 2, 8, 4
INNER, RANK = 2 * WIDTH, 4
# The tokens before a prefix, before a suffix, and before what goes between the two.
INFILL_TOKENS = (259, 260, 261)


def _vocabulary(writer: GGUFWriter) -> int:
    """Control tokens and the 256 bytes, as SentencePiece models have them."""
    marks = ["<PRE>", "<SUF>", "<MID>"]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *marks]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types([2, 3, 3, *([6] * 256), 3, 3, 3])
    for place, name in enumerate(("pre", "suf", "mid")):
        writer.add_uint32(f"tokenizer.ggml.fim_{name}_token_id", INFILL_TOKENS[place])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    return len(tokens)


def write_mamba(path: Path) -> Path:
    """A recurrent model."""
    random = np.random.default_rng(5)
    writer = GGUFWriter(path, "mamba")
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(LAYERS)
    writer.add_ssm_conv_kernel(KERNEL)
    writer.add_ssm_inner_size(INNER)
    writer.add_ssm_state_size(STATE)
    writer.add_ssm_time_step_rank(RANK)
    writer.add_layer_norm_rms_eps(1e-5)
    size = _vocabulary(writer)

    def add(name: str, *shape: int, scale: float = 0.3) -> None:
        writer.add_tensor(name, random.normal(0, scale, shape).astype(np.float32))

    add("token_embd.weight", size, WIDTH, scale=1.0)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", np.ones(WIDTH, np.float32))
        add(f"{block}.ssm_in.weight", 2 * INNER, WIDTH)
        add(f"{block}.ssm_conv1d.weight", INNER, KERNEL)
        add(f"{block}.ssm_conv1d.bias", INNER)
        add(f"{block}.ssm_x.weight", RANK + 2 * STATE, INNER)
        add(f"{block}.ssm_dt.weight", INNER, RANK)
        add(f"{block}.ssm_dt.bias", INNER)
        decay = -np.tile(np.arange(1, STATE + 1, dtype=np.float32), (INNER, 1))
        writer.add_tensor(f"{block}.ssm_a", decay)
        writer.add_tensor(f"{block}.ssm_d", np.ones(INNER, np.float32))
        add(f"{block}.ssm_out.weight", WIDTH, INNER)
    _finish(writer)
    return path


def write_windowed(path: Path, template: str | None = None) -> Path:
    """A model whose layers see the last 64 tokens only, every second one all (Gemma 2)."""
    random = np.random.default_rng(6)
    heads, head = 2, 32
    writer = GGUFWriter(path, "gemma2")
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_block_count(LAYERS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_sliding_window(64)
    if template is not None:
        writer.add_chat_template(template)
    size = _vocabulary(writer)

    def add(name: str, *shape: int, scale: float = 0.2) -> None:
        writer.add_tensor(name, random.normal(0, scale, shape).astype(np.float32))

    add("token_embd.weight", size, WIDTH, scale=1.0)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        for norm in ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"):
            writer.add_tensor(f"{block}.{norm}.weight", np.ones(WIDTH, np.float32))
        for name in ("attn_q", "attn_k", "attn_v"):
            add(f"{block}.{name}.weight", heads * head, WIDTH)
        add(f"{block}.attn_output.weight", WIDTH, heads * head)
        add(f"{block}.ffn_gate.weight", INNER, WIDTH)
        add(f"{block}.ffn_up.weight", INNER, WIDTH)
        add(f"{block}.ffn_down.weight", WIDTH, INNER)
    _finish(writer)
    return path


def write_bert(path: Path) -> Path:
    """A model that makes vectors of texts, each between its first and its last token."""
    random = np.random.default_rng(9)
    writer = GGUFWriter(path, "bert")
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(2)
    writer.add_block_count(LAYERS)
    writer.add_layer_norm_eps(1e-5)
    writer.add_causal_attention(False)
    writer.add_pooling_type(PoolingType.MEAN)
    writer.add_token_type_count(2)
    writer.add_add_eos_token(True)
    size = _vocabulary(writer)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.3, shape).astype(np.float32))

    def add_norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(WIDTH, np.float32))

    add("token_embd.weight", size, WIDTH)
    add("position_embd.weight", 512, WIDTH)
    add("token_types.weight", 2, WIDTH)
    add_norm("token_embd_norm")
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"{block}.{name}.weight", WIDTH, WIDTH)
            add(f"{block}.{name}.bias", WIDTH)
        add_norm(f"{block}.attn_output_norm")
        add_norm(f"{block}.layer_output_norm")
        add(f"{block}.ffn_up.weight", INNER, WIDTH)
        add(f"{block}.ffn_up.bias", INNER)
        add(f"{block}.ffn_down.weight", WIDTH, INNER)
        add(f"{block}.ffn_down.bias", WIDTH)
    _finish(writer)
    return path


def write_llama(path: Path, *, kind: type = np.float16, width: int = 256, layers: int = 2) -> Path:
    """A transformer whose rows divide into blocks of every type (unless `width` says else)."""
    random = np.random.default_rng(7)
    heads, kv_heads, inner = 4, 2, 2 * width
    head = width // heads
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_block_count(layers)
    writer.add_rope_dimension_count(head)
    writer.add_layer_norm_rms_eps(1e-5)
    size = _vocabulary(writer)

    def add(name: str, *shape: int, scale: float = 0.1) -> None:
        writer.add_tensor(name, random.normal(0, scale, shape).astype(kind))

    add("token_embd.weight", size, width, scale=1.0)
    add("output.weight", size, width)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for layer in range(layers):
        block = f"blk.{layer}"
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{block}.{norm}.weight", np.ones(width, np.float32))
        add(f"{block}.attn_q.weight", width, width)
        for name in ("attn_k", "attn_v"):
            add(f"{block}.{name}.weight", kv_heads * head, width)
        add(f"{block}.attn_output.weight", width, width)
        add(f"{block}.ffn_gate.weight", inner, width)
        add(f"{block}.ffn_up.weight", inner, width)
        add(f"{block}.ffn_down.weight", width, inner)
    _finish(writer)
    return path


def _finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
