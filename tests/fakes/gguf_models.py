"""Headers of real models, without their weights: hyperparameters as published, tensors in full.

The hyperparameters are those of the models' config files on Hugging Face. The tensor tables in
`gguf_models.json` were asked of llama.cpp, which names each tensor that it misses and the shape
that it expects (`python -m tests.benchmarks.make_models`).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.fakes.gguf_files import GgufFile

TABLES = Path(__file__).with_suffix(".json")
LAYERED = "blk.{}."

# Optional tensors that the real files have and llama.cpp does not insist on.
UNTIED = "output.weight"
# Three of four layers of Qwen3-Next attend linearly.
LINEAR = [layer for layer in range(48) if (layer + 1) % 4]
QKV_BIAS = ("blk.{}.attn_q.bias", "blk.{}.attn_k.bias", "blk.{}.attn_v.bias")


def _attention(
    context: int,
    embedding: int,
    layers: int,
    feed_forward: int,
    heads: int,
    kv_heads: int | list[int],
) -> dict[str, Any]:
    return {
        "context_length": context,
        "embedding_length": embedding,
        "block_count": layers,
        "feed_forward_length": feed_forward,
        "attention.head_count": heads,
        "attention.head_count_kv": kv_heads,
        "attention.layer_norm_rms_epsilon": 1e-6,
    }


MODELS: dict[str, dict[str, Any]] = {
    "llama-3.1-8B": {
        "arch": "llama", "vocab": 128256, "optional": [UNTIED],
        "keys": {**_attention(131072, 4096, 32, 14336, 32, 8), "rope.dimension_count": 128},
    },
    "llama-2-7B": {
        "arch": "llama", "vocab": 32000, "optional": [UNTIED],
        "keys": {**_attention(4096, 4096, 32, 11008, 32, 32), "rope.dimension_count": 128},
    },
    "smollm2-135M": {
        "arch": "llama", "vocab": 49152,
        "keys": {**_attention(8192, 576, 30, 1536, 9, 3), "rope.dimension_count": 64},
    },
    "mixtral-8x7B": {
        "arch": "llama", "vocab": 32000, "optional": [UNTIED, "blk.{}.ffn_gate_exps.weight"],
        "keys": {**_attention(32768, 4096, 32, 14336, 32, 8), "rope.dimension_count": 128,
                 "expert_count": 8, "expert_used_count": 2},
    },
    "qwen2.5-7B": {
        "arch": "qwen2", "vocab": 152064, "optional": [UNTIED, *QKV_BIAS],
        "keys": _attention(131072, 3584, 28, 18944, 28, 4),
    },
    "qwen3-0.6B": {
        "arch": "qwen3", "vocab": 151936,
        "keys": {**_attention(40960, 1024, 28, 3072, 16, 8), "attention.key_length": 128,
                 "attention.value_length": 128},
    },
    "qwen3-30B-A3B": {
        "arch": "qwen3moe", "vocab": 151936, "optional": [UNTIED],
        "keys": {**_attention(40960, 2048, 48, 6144, 32, 4), "attention.key_length": 128,
                 "attention.value_length": 128, "expert_count": 128, "expert_used_count": 8,
                 "expert_feed_forward_length": 768},
    },
    "gemma-2-9B": {
        "arch": "gemma2", "vocab": 256000,
        "keys": {**_attention(8192, 3584, 42, 14336, 16, 8), "attention.key_length": 256,
                 "attention.value_length": 256, "attention.sliding_window": 4096},
    },
    "gemma-3-270M": {
        "arch": "gemma3", "vocab": 262144,
        "keys": {**_attention(32768, 640, 18, 2048, 4, 1), "attention.key_length": 256,
                 "attention.value_length": 256, "attention.sliding_window": 512},
    },
    "gemma-3-12B": {
        "arch": "gemma3", "vocab": 262208,
        "keys": {**_attention(131072, 3840, 48, 15360, 16, 8), "attention.key_length": 256,
                 "attention.value_length": 256, "attention.sliding_window": 1024},
    },
    "gemma-3n-E4B": {
        "arch": "gemma3n", "vocab": 262400,
        "keys": {**_attention(32768, 2048, 35, 16384, 8, 2), "attention.key_length": 256,
                 "attention.value_length": 256, "attention.sliding_window": 512,
                 "embedding_length_per_layer_input": 256},
    },
    "phi-3-mini": {
        "arch": "phi3", "vocab": 32064, "optional": [UNTIED, "blk.{}.attn_qkv.weight"],
        "keys": {**_attention(4096, 3072, 32, 8192, 32, 32), "rope.dimension_count": 96,
                 "rope.scaling.original_context_length": 4096},
    },
    "gpt-oss-20B": {
        "arch": "gpt-oss", "vocab": 201088, "optional": [UNTIED],
        "keys": {**_attention(131072, 2880, 24, 2880, 64, 8), "attention.key_length": 64,
                 "attention.value_length": 64, "attention.sliding_window": 128,
                 "expert_count": 32, "expert_used_count": 4, "expert_feed_forward_length": 2880},
    },
    "deepseek-v2-lite": {
        "arch": "deepseek2", "vocab": 102400, "optional": [UNTIED],
        "keys": {**_attention(163840, 2048, 27, 10944, 16, 1), "attention.key_length": 576,
                 "attention.value_length": 512, "attention.key_length_mla": 192,
                 "attention.value_length_mla": 128, "attention.kv_lora_rank": 512,
                 "rope.dimension_count": 64, "leading_dense_block_count": 1, "expert_count": 64,
                 "expert_used_count": 6, "expert_feed_forward_length": 1408,
                 "expert_shared_count": 2, "expert_weights_scale": 1.0},
    },
    "olmo-2-7B": {
        "arch": "olmo2", "vocab": 100352, "optional": [UNTIED],
        "keys": _attention(4096, 4096, 32, 11008, 32, 32),
    },
    "mistral-7B": {
        "arch": "llama", "vocab": 32768, "optional": [UNTIED],
        "keys": {**_attention(32768, 4096, 32, 14336, 32, 8), "rope.dimension_count": 128},
    },
    "command-r7B": {
        "arch": "cohere2", "vocab": 256000,
        "keys": {**_attention(8192, 4096, 32, 14336, 32, 8), "attention.layer_norm_epsilon": 1e-5,
                 "attention.sliding_window": 4096, "logit_scale": 0.25,
                 "rope.dimension_count": 128},
    },
    "glm-4-9B": {
        "arch": "glm4", "vocab": 151552, "optional": [UNTIED],
        "keys": {**_attention(32768, 4096, 40, 13696, 32, 2), "attention.key_length": 128,
                 "attention.value_length": 128, "rope.dimension_count": 64},
    },
    "starcoder2-3B": {
        "arch": "starcoder2", "vocab": 49152,
        "keys": {**_attention(16384, 3072, 30, 12288, 24, 2), "attention.layer_norm_epsilon": 1e-5},
    },
    "llama-4-scout": {
        "arch": "llama4", "vocab": 202048, "optional": [UNTIED],
        "keys": {**_attention(10485760, 5120, 48, 16384, 40, 8), "attention.key_length": 128,
                 "attention.value_length": 128, "rope.dimension_count": 128, "expert_count": 16,
                 "expert_used_count": 1, "expert_feed_forward_length": 8192,
                 "interleave_moe_layer_step": 1},
    },
    "mamba-2.8B": {
        "arch": "mamba", "vocab": 50280,
        "keys": {"context_length": 1048576, "embedding_length": 2560, "block_count": 64,
                 "feed_forward_length": 0, "attention.head_count": 0,
                 "attention.layer_norm_rms_epsilon": 1e-5, "ssm.conv_kernel": 4,
                 "ssm.inner_size": 5120, "ssm.state_size": 16, "ssm.time_step_rank": 160},
    },
    "mamba-codestral-7B": {
        "arch": "mamba2", "vocab": 32768, "optional": [UNTIED],
        "keys": {"context_length": 1048576, "embedding_length": 4096, "block_count": 64,
                 "feed_forward_length": 0, "attention.head_count": 0,
                 "attention.layer_norm_rms_epsilon": 1e-5, "ssm.conv_kernel": 4,
                 "ssm.inner_size": 8192, "ssm.state_size": 128, "ssm.time_step_rank": 128,
                 "ssm.group_count": 8},
    },
    "falcon-h1-1.5B": {
        "arch": "falcon-h1", "vocab": 65537,
        "optional": [UNTIED, "blk.{}.ssm_conv1d.bias", "blk.{}.ssm_norm.weight"],
        "keys": {**_attention(131072, 2048, 24, 4096, 8, 2), "attention.key_length": 128,
                 "attention.value_length": 128, "ssm.conv_kernel": 4, "ssm.inner_size": 3072,
                 "ssm.state_size": 256, "ssm.time_step_rank": 48, "ssm.group_count": 1},
    },
    "granite-4-h-tiny": {
        "arch": "granitehybrid", "vocab": 100352,
        "optional": ["blk.{}.ffn_gate_exps.weight",
                     ("blk.{}.ssm_conv1d.bias", [n for n in range(40) if n % 10 != 5])],
        "keys": {**_attention(131072, 1536, 40, 512, 12,
                              [4 if layer in (5, 15, 25, 35) else 0 for layer in range(40)]),
                 "ssm.conv_kernel": 4, "ssm.inner_size": 3072, "ssm.state_size": 128,
                 "ssm.time_step_rank": 48, "ssm.group_count": 1, "expert_count": 64,
                 "expert_used_count": 6, "expert_shared_feed_forward_length": 1024},
    },
    "qwen3-next-80B": {
        "arch": "qwen3next", "vocab": 151936,
        "optional": [UNTIED, ("blk.{}.attn_qkv.weight", LINEAR),
                     ("blk.{}.attn_gate.weight", LINEAR)],
        "keys": {**_attention(262144, 2048, 48, 5120, 16, 2), "attention.key_length": 256,
                 "attention.value_length": 256, "rope.dimension_count": 64, "expert_count": 512,
                 "expert_used_count": 10, "expert_feed_forward_length": 512,
                 "expert_shared_feed_forward_length": 512, "ssm.conv_kernel": 4,
                 "ssm.inner_size": 4096, "ssm.state_size": 128, "ssm.time_step_rank": 32,
                 "ssm.group_count": 16},
    },
    "lfm2-1.2B": {
        "arch": "lfm2", "vocab": 65536,
        "keys": {**_attention(128000, 2048, 16, 8192, 32,
                              [8 if layer in (2, 5, 8, 10, 12, 14) else 0 for layer in range(16)]),
                 "shortconv.l_cache": 3},
    },
    "rwkv-7-1.5B": {
        "arch": "rwkv7", "vocab": 65536, "optional": [UNTIED],
        "keys": {"context_length": 1048576, "embedding_length": 2048, "block_count": 24,
                 "feed_forward_length": 8192, "attention.head_count": 0,
                 "attention.layer_norm_epsilon": 1e-5, "wkv.head_size": 64,
                 "attention.decay_lora_rank": 96, "attention.iclr_lora_rank": 96,
                 "attention.value_residual_mix_lora_rank": 64, "attention.gate_lora_rank": 256},
    },
    "glm-4.5-air": {
        "arch": "glm4moe", "vocab": 151552,
        "optional": [UNTIED, *QKV_BIAS, "blk.0.attn_norm.weight", "blk.46.nextn.eh_proj.weight"],
        "keys": {**_attention(131072, 4096, 47, 10944, 96, 8), "attention.key_length": 128,
                 "attention.value_length": 128, "rope.dimension_count": 64, "expert_count": 128,
                 "expert_used_count": 8, "expert_feed_forward_length": 1408,
                 "expert_shared_count": 1, "leading_dense_block_count": 1,
                 "nextn_predict_layers": 1, "expert_weights_scale": 1.0,
                 "expert_weights_norm": True, "expert_gating_func": 2},
    },
    "minicpm3-4B": {
        "arch": "minicpm3", "vocab": 73448,
        "keys": {**_attention(32768, 2560, 62, 6400, 40, 40), "attention.key_length": 96,
                 "attention.value_length": 64, "attention.q_lora_rank": 768,
                 "attention.kv_lora_rank": 256, "rope.dimension_count": 32},
    },
    "stablelm-2-1.6B": {
        "arch": "stablelm", "vocab": 100352, "optional": [UNTIED],
        "keys": {**_attention(4096, 2048, 24, 5632, 32, 32), "attention.layer_norm_epsilon": 1e-5,
                 "rope.dimension_count": 16, "use_parallel_residual": False},
    },
    "gemma-4-like": {
        "arch": "gemma4", "vocab": 262144,
        "keys": {**_attention(131072, 2560, 42, 10240, 8, 2), "attention.key_length": 512,
                 "attention.value_length": 512, "attention.key_length_swa": 256,
                 "attention.value_length_swa": 256, "attention.sliding_window": 512,
                 "attention.sliding_window_pattern": [(layer + 1) % 6 != 0 for layer in range(42)],
                 "attention.shared_kv_layers": 18, "embedding_length_per_layer_input": 256,
                 "rope.dimension_count": 512, "rope.dimension_count_swa": 256},
    },
}  # fmt: skip


def write_keys(file: GgufFile, model: dict[str, Any]) -> None:
    """Put the metadata of a model into a file, without a vocabulary."""
    arch = model["arch"]
    file.add("general.architecture", "str", arch)
    file.add("tokenizer.ggml.model", "str", "none")
    file.add(f"{arch}.vocab_size", "u32", model["vocab"])
    for key, value in model["keys"].items():
        name = f"{arch}.{key}"
        if isinstance(value, list):
            file.add_array(name, "bool" if isinstance(value[0], bool) else "i32", value)
        elif isinstance(value, bool):
            file.add(name, "bool", value)
        elif isinstance(value, float):
            file.add(name, "f32", value)
        else:
            file.add(name, "u32", value)


@cache
def _tables() -> dict[str, list[list[Any]]]:
    return json.loads(TABLES.read_text())


def header_only(name: str, kind: str = "F16") -> GgufFile:
    """A model's header; matrices are of type `kind`, vectors F32. The data would be a hole."""
    model = MODELS[name]
    file = GgufFile()
    write_keys(file, model)
    for tensor, shape, layers in _tables()[name]:
        wide = kind if sum(length > 1 for length in shape) > 1 else "F32"
        if "conv1d" in tensor or "ssm_a" in tensor or shape[0] % 256:
            wide = "F32" if sum(length > 1 for length in shape) < 2 or "conv1d" in tensor else "F16"
        for layer in layers if layers is not None else [None]:
            file.add_tensor(tensor if layer is None else tensor.format(layer), shape, wide)
    return file
