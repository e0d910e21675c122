"""Sound files of models that cannot be loaded, which take no room on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import gguf


def write_unknown_architecture(path: Path) -> Path:
    """A GGUF of an architecture that nobody knows, `frobnicator`."""
    writer = gguf.GGUFWriter(path, "frobnicator")
    writer.add_block_count(2)
    writer.add_context_length(2048)
    writer.add_embedding_length(64)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_enormous(path: Path) -> Path:
    """A sound LLaMA header, and a hole of 2 TiB behind it."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(2048)
    writer.add_embedding_length(2**15)
    writer.add_feed_forward_length(2**17)
    writer.add_head_count(256)
    writer.add_head_count_kv(8)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(2**24)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"t{number}" for number in range(32)])
    for name in ("token_embd.weight", "output.weight"):
        shape, size = (2**24, 2**15), 2 * 2**39
        writer.add_tensor_info(name, shape, "float16", size, gguf.GGMLQuantizationType.F16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    os.truncate(path, path.stat().st_size + 2**41 + 64)
    return path
