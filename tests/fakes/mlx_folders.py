"""Folders that look like MLX models: a sound one of a few bytes, and ways to spoil it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONFIG = {"model_type": "llama", "max_position_embeddings": 128, "quantization": {"bits": 4}}
TENSORS: dict[str, Any] = {
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "U8", "shape": [4], "data_offsets": [24, 28]},
}


def safetensors(table: dict[str, Any] | None = None, data: bytes = b"\0" * 28) -> bytes:
    """The bytes of a safetensors file."""
    header = json.dumps({"__metadata__": {"format": "mlx"}, **(table or TENSORS)}).encode()
    return len(header).to_bytes(8, "little") + header + data


def write_mlx_folder(folder: Path, config: dict[str, Any] | None = None) -> Path:
    """A folder that passes all checks."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config or CONFIG))
    (folder / "tokenizer.json").write_text("{}")
    settings = {
        "chat_template": "{{ messages }}",
        "bos_token": "<s>",
        "eos_token": {"content": "</s>"},
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "model.safetensors").write_bytes(safetensors())
    return folder
