"""MLX folders of real models without their weights: configurations as published, headers in full.

Run as `python -m tests.fakes.mlx_shapes FOLDER`: mlx-lm's own classes say which tensors there are.
The hyperparameters are those of the models' config files on Hugging Face; layers are fewer where
each is like another, and experts too, so that the headers stay short.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def _config(
    kind: str, hidden: int, layers: int, feed_forward: int, heads: tuple[int, int], vocabulary: int
) -> dict[str, Any]:
    return {
        "model_type": kind,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "intermediate_size": feed_forward,
        "num_attention_heads": heads[0],
        "num_key_value_heads": heads[1],
        "vocab_size": vocabulary,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "max_position_embeddings": 32768,
        "tie_word_embeddings": False,
    }


CONFIGS: dict[str, dict[str, Any]] = {
    "llama-3.1-8B": _config("llama", 4096, 32, 14336, (32, 8), 128256),
    "llama-2-7B": _config("llama", 4096, 32, 11008, (32, 32), 32000),
    "mistral-7B": _config("mistral", 4096, 32, 14336, (32, 8), 32768),
    "qwen2.5-7B": _config("qwen2", 3584, 28, 18944, (28, 4), 152064),
    "qwen3-0.6B": {
        **_config("qwen3", 1024, 28, 3072, (16, 8), 151936),
        "head_dim": 128, "tie_word_embeddings": True,
    },
    "qwen3-30B-A3B": {
        **_config("qwen3_moe", 2048, 48, 6144, (32, 4), 151936),
        "head_dim": 128, "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1,
        "mlp_only_layers": [], "moe_intermediate_size": 768, "norm_topk_prob": True,
    },
    "mixtral-8x7B": {
        **_config("mixtral", 4096, 32, 14336, (32, 8), 32000),
        "num_local_experts": 8, "num_experts_per_tok": 2,
    },
    "phi-3-mini": _config("phi3", 3072, 32, 8192, (32, 32), 32064),
    "gemma-2-9B": {
        **_config("gemma2", 3584, 42, 14336, (16, 8), 256000),
        "head_dim": 256, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
        "query_pre_attn_scalar": 256.0,
    },
    "gemma-3-12B": {
        "model_type": "gemma3",
        "vocab_size": 262208,
        "text_config": {
            **_config("gemma3_text", 3840, 48, 15360, (16, 8), 262208),
            "head_dim": 256, "sliding_window": 1024,
        },
    },
    "gpt-oss-20B": {
        **_config("gpt_oss", 2880, 24, 2880, (64, 8), 201088),
        "head_dim": 64, "num_local_experts": 32, "num_experts_per_tok": 4, "sliding_window": 128,
    },
    "starcoder2-3B": {**_config("starcoder2", 3072, 30, 12288, (24, 2), 49152),
                      "norm_epsilon": 1e-5, "tie_word_embeddings": True},
    "olmo-2-7B": {**_config("olmo2", 4096, 32, 11008, (32, 32), 100352), "head_dim": 128},
    "command-r7b": {**_config("cohere2", 4096, 32, 14336, (32, 8), 256000), "head_dim": 128,
                    "sliding_window": 4096, "sliding_window_pattern": 4, "layer_norm_eps": 1e-5,
                    "logit_scale": 0.25},
    "deepseek-v3-4-layers": {
        **_config("deepseek_v3", 7168, 4, 18432, (128, 128), 129280),
        "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128,
        "v_head_dim": 128, "n_routed_experts": 16, "n_shared_experts": 1,
        "num_experts_per_tok": 8, "moe_intermediate_size": 2048, "first_k_dense_replace": 3,
        "routed_scaling_factor": 2.5, "n_group": 8, "topk_group": 4,
    },
    "smollm3-3B": {**_config("smollm3", 2048, 36, 11008, (16, 4), 128256),
                   "tie_word_embeddings": True},
}  # fmt: skip
# mlx-lm knows them, the formula does not.
UNKNOWN: dict[str, dict[str, Any]] = {
    "mamba-1.4B": {
        "model_type": "mamba", "vocab_size": 50280, "hidden_size": 2048,
        "intermediate_size": 4096, "state_size": 16, "num_hidden_layers": 48, "conv_kernel": 4,
        "use_bias": False, "use_conv_bias": True, "time_step_rank": 128,
    },
}  # fmt: skip
BITS = 4


def write(name: str, config: dict[str, Any], folder: Path) -> None:
    """One folder: the configuration, and the table of the weights with a hole behind it."""
    nn, trees = import_module("mlx.nn"), import_module("mlx.utils")
    get_classes = import_module("mlx_lm.utils")._get_classes
    config = {**config, "quantization": {"group_size": 64, "bits": BITS}}
    model_class, arguments = get_classes(config)
    model = model_class(arguments.from_dict(config))
    nn.quantize(model, 64, BITS)
    kinds = {"mlx.core.uint32": "U32", "mlx.core.float32": "BF16"}
    table: dict[str, Any] = {"__metadata__": {"format": "mlx"}}
    end = 0
    for tensor_name, tensor in trees.tree_flatten(model.parameters()):
        kind = kinds[str(tensor.dtype)]
        size = tensor.size * (4 if kind == "U32" else 2)
        offsets = [end, end + size]
        table[tensor_name] = {"dtype": kind, "shape": tensor.shape, "data_offsets": offsets}
        end += size
    folder = folder / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text("{}")
    text = json.dumps(table).encode()
    with (folder / "model.safetensors").open("wb") as output:
        output.write(len(text).to_bytes(8, "little") + text)
        output.truncate(8 + len(text) + end)


if __name__ == "__main__":
    for name, config in {**CONFIGS, **UNKNOWN}.items():
        write(name, config, Path(sys.argv[1]))
