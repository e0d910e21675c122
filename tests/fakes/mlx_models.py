"""An MLX model made of the starter model: dequantized, saved as Hugging Face does, converted.

Run as `python -m tests.fakes.mlx_models GGUF FOLDER BITS LAYERS` (0: all), prints the path.

Layer names and the order of rotary dimensions follow llama.cpp's convert_hf_to_gguf.py, backwards.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from gguf.constants import GGMLQuantizationType
from gguf.quants import dequantize
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from app.domain.gguf import Header, NeedMore, Tensor, read_header
from backends.mlx.convert import convert

_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_OUTER_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
}
_CONTROL_TOKEN = 3
# Part of the names in the cache: raise it when something here changes.
_VERSION = 1


def make_mlx_model(
    gguf: Path, folder: Path, bits: int | None = None, layers: int | None = None
) -> Path:
    """An MLX model below `folder`; made unless it is there.

    `bits` None: float32, the fastest on a CPU. With fewer `layers` than it has, it answers
    nonsense, many times as fast.
    """
    name = f"starter-{_VERSION}-{layers or 'all'}-layers-{bits or 'f32'}"
    target = folder / name
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, made = Path(scratch, "source"), Path(scratch, "made")
        source.mkdir()
        make_hf_folder(gguf, source, layers)
        convert(source, made, bits, dtype="float32")
        try:
            made.rename(target)
        except OSError:  # tests that run beside these made the same one
            if not target.exists():
                raise
    return target


def make_hf_folder(gguf: Path, folder: Path, layers: int | None = None) -> None:
    """The model as a Hugging Face folder with weights in float32."""
    data = np.memmap(gguf, mode="r")
    header = _header(data)
    config = _config(header)
    if layers is not None:
        config["num_hidden_layers"] = layers
    (folder / "config.json").write_text(json.dumps(config))
    _write_tokenizer(header, folder)
    left_out = {f"blk.{n}." for n in range(config["num_hidden_layers"], 1000)}
    weights = {
        _hf_name(tensor.name): _values(data, header, tensor, config)
        for tensor in header.tensors
        if not tensor.name.startswith(tuple(left_out))
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _header(data: np.ndarray[Any, Any]) -> Header:
    size = 2**20
    while True:
        header = read_header(bytes(data[:size]), len(data))
        if not isinstance(header, NeedMore):
            return header
        size = header.byte_count


def _config(header: Header) -> dict[str, Any]:
    def integer(key: str) -> int:
        value = header.integer(f"llama.{key}")
        assert value is not None
        return value

    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": integer("embedding_length"),
        "num_hidden_layers": integer("block_count"),
        "intermediate_size": integer("feed_forward_length"),
        "num_attention_heads": integer("attention.head_count"),
        "num_key_value_heads": integer("attention.head_count_kv"),
        "max_position_embeddings": integer("context_length"),
        "rms_norm_eps": header.number("llama.attention.layer_norm_rms_epsilon"),
        "rope_theta": header.number("llama.rope.freq_base"),
        "vocab_size": len(header.array("tokenizer.ggml.tokens") or ()),
        "bos_token_id": header.integer("tokenizer.ggml.bos_token_id"),
        "eos_token_id": header.integer("tokenizer.ggml.eos_token_id"),
        "tie_word_embeddings": not any(one.name == "output.weight" for one in header.tensors),
        "torch_dtype": "float32",
    }


def _hf_name(name: str) -> str:
    found = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", name)
    if found is None:
        return _OUTER_NAMES[name]
    return f"model.layers.{found[1]}.{_NAMES[found[2]]}.weight"


def _values(
    data: np.ndarray[Any, Any], header: Header, tensor: Tensor, config: dict[str, Any]
) -> np.ndarray[Any, Any]:
    start = header.data_offset + tensor.offset
    rows = tensor.shape[::-1]
    raw = np.asarray(data[start : start + tensor.byte_size])
    kind = GGMLQuantizationType[tensor.type.name.upper()]
    values = dequantize(raw.reshape(*rows[:-1], -1), kind).reshape(rows)
    heads = {
        "attn_q": config["num_attention_heads"],
        "attn_k": config["num_key_value_heads"],
    }.get(tensor.name.split(".")[-2])
    if heads is not None:  # llama.cpp interleaves the halves that rotate together
        shape = (heads, rows[0] // heads // 2, 2, rows[1])
        values = values.reshape(shape).swapaxes(1, 2).reshape(rows)
    return np.ascontiguousarray(values, dtype=np.float32)


def _write_tokenizer(header: Header, folder: Path) -> None:
    """`tokenizer.json` and its configuration: byte-level BPE with digits apart (SmolLM2)."""
    arrays = {
        key: header.array(f"tokenizer.ggml.{key}") for key in ("tokens", "merges", "token_type")
    }
    assert all(array is not None for array in arrays.values())
    tokens = list(arrays["tokens"].texts())
    merges = [tuple(text.split(" ")) for text in arrays["merges"].texts()]
    kinds = arrays["token_type"].integers("token_type")
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in control])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[header.integer("tokenizer.ggml.bos_token_id") or 0],
        "eos_token": tokens[header.integer("tokenizer.ggml.eos_token_id") or 0],
        "chat_template": header.chat_template,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


if __name__ == "__main__":
    bits, layers = (int(text) or None for text in sys.argv[3:])
    made = make_mlx_model(Path(sys.argv[1]), Path(sys.argv[2]), bits, layers)
    sys.stdout.write(f"{made}\n")
