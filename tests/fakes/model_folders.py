"""Model folders as other programs lay them out, with tiny real models in them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from app.domain.model import LocalModel
from app.services.library import Library
from tests.fakes.gguf_files import GgufFile, tiny_llama

TINY = tiny_llama().whole()


async def listed(library: Library) -> dict[str, LocalModel]:
    """What a library has besides the starter model, by its names."""
    return {model.name: model for model in await library.models() if model.source != "starter"}


def put(path: Path, data: bytes = TINY) -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def put_in_hub_cache(hub: Path, repository: str, name: str, data: bytes = TINY) -> Path:
    """As huggingface_hub keeps it: a blob, and a link to it in the snapshot."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    blob = put(folder / "blobs" / ("0" * 24 + f"{len(name):08x}" + "0" * 32), data)
    link = folder / "snapshots" / "a1b2c3" / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(Path(*[".."] * (2 + name.count("/"))) / "blobs" / blob.name)
    put(folder / "refs" / "main", b"a1b2c3")
    return link


def put_in_ollama(models: Path, name: str, digest: str = "ab" * 32, data: bytes = TINY) -> Path:
    """As Ollama keeps it: `name` is HOST/OWNER/MODEL/TAG."""
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": f"sha256:{'cd' * 32}"},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"},
    ]
    put(models / "manifests" / name, json.dumps({"schemaVersion": 2, "layers": layers}).encode())
    return put(models / "blobs" / f"sha256-{digest}", data)


def put_mlx(folder: Path, **config: Any) -> Path:
    """An MLX folder; `config` changes its config.json."""
    usual = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "max_position_embeddings": 2048,
        "quantization": {"group_size": 64, "bits": 4},
    }
    put(folder / "config.json", json.dumps(usual | config).encode())
    put(folder / "model.safetensors", b"\x02\0\0\0\0\0\0\0{}")
    return folder


def safetensors_of(tensors: dict[str, tuple[str, list[int]]]) -> bytes:
    """A file of weights with these types and shapes, all zeros."""
    widths = {"U32": 4, "F32": 4, "F16": 2, "BF16": 2, "U8": 1}
    table: dict[str, Any] = {}
    end = 0
    for name, (kind, shape) in tensors.items():
        begin, end = end, end + math.prod(shape) * widths[kind]
        table[name] = {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}
    header = json.dumps(table).encode()
    return len(header).to_bytes(8, "little") + header + bytes(end)


def split_parts(count: int) -> list[bytes]:
    """One tiny model in several files, its tensors dealt out in turn."""
    whole = tiny_llama()
    parts: list[bytes] = []
    for number in range(count):
        part = GgufFile(entries=list(whole.entries) if number == 0 else [])
        part.add("split.no", "u16", number)
        part.add("split.count", "u16", count)
        part.tensors = whole.tensors[number::count]
        parts.append(part.whole())
    return parts
