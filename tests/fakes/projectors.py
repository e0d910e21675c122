"""Headers of real projectors for pictures, without their weights: hyperparameters as published."""

from __future__ import annotations

from typing import Any

from tests.fakes.gguf_files import GgufFile

# Sizes: image, patch, embedding, feed-forward, layers, heads, output; then what else there is.
PROJECTORS: dict[str, dict[str, Any]] = {
    "gemma-3": {
        "kind": "gemma3", "sizes": (896, 14, 1152, 4304, 27, 16, 2560), "position": 64 * 64,
        "vectors": {"v.patch_embd.bias": 1152, "mm.soft_emb_norm.weight": 1152},
        "matrices": {"mm.input_projection.weight": (2560, 1152)},
    },
    "smolvlm": {
        "kind": "idefics3", "sizes": (512, 16, 768, 3072, 12, 12, 576), "position": 32 * 32,
        "keys": {"projector.scale_factor": 4}, "vectors": {"v.patch_embd.bias": 768},
        "matrices": {"mm.model.fc.weight": (768 * 16, 576)},
    },
    "llava-1.5": {
        "kind": "mlp", "sizes": (336, 14, 1024, 4096, 23, 16, 4096), "position": 24 * 24 + 1,
        "vectors": {"v.class_embd": 1024, "v.pre_ln.weight": 1024, "v.pre_ln.bias": 1024},
        "layers": {"mm.0": (1024, 4096), "mm.2": (4096, 4096)},
    },
    "qwen2-vl": {
        "kind": "qwen2vl_merger", "sizes": (560, 14, 1280, 5120, 32, 16, 3584), "frames": 2,
        "layers": {"mm.0": (5120, 5120), "mm.2": (5120, 3584)},
    },
    "qwen2.5-vl": {
        "kind": "qwen2.5vl_merger", "sizes": (560, 14, 1280, 3420, 32, 16, 3584), "frames": 2,
        "gated": True, "keys": {"n_wa_pattern": 8},
        "layers": {"mm.0": (5120, 5120), "mm.2": (5120, 3584)},
    },
    "qwen3-vl": {
        "kind": "qwen3vl_merger", "sizes": (768, 16, 1152, 4304, 27, 16, 4096), "frames": 2,
        "fused": True, "position": 48 * 48, "vectors": {"v.patch_embd.bias": 1152},
        "layers": {"mm.0": (4608, 4608), "mm.2": (4608, 4096)},
    },
    "pixtral": {
        "kind": "pixtral", "sizes": (1024, 16, 1024, 4096, 24, 16, 5120), "gated": True,
        "vectors": {"v.pre_ln.weight": 1024, "v.token_embd.img_break": 5120},
        "matrices": {"mm.1.weight": (1024, 5120), "mm.2.weight": (5120, 5120)},
    },
    "internvl-3": {
        "kind": "internvl", "sizes": (448, 14, 1024, 4096, 24, 16, 2048),
        "position": 32 * 32 + 1, "keys": {"projector.scale_factor": 2},
        "vectors": {"v.patch_embd.bias": 1024, "v.class_embd": 1024,
                    "mm.model.mlp.0.weight": 4096, "mm.model.mlp.0.bias": 4096},
        "layers": {"mm.model.mlp.1": (4096, 2048), "mm.model.mlp.3": (2048, 2048)},
    },
}  # fmt: skip
_SIZES = ("image_size", "patch_size", "embedding_length", "feed_forward_length", "block_count",
          "attention.head_count", "projection_dim")  # fmt: skip


def projector(name: str) -> GgufFile:
    """A projector's header; matrices are F16, vectors F32. The data would be a hole."""
    model = PROJECTORS[name]
    file = GgufFile()
    file.add("general.architecture", "str", "clip")
    file.add("clip.has_vision_encoder", "bool", value=True)
    file.add("clip.projector_type", "str", model["kind"])
    numbers = dict(zip(_SIZES, model["sizes"], strict=True)) | model.get("keys", {})
    for key, value in numbers.items():
        file.add(f"clip.vision.{key}", "u32", value)
    file.add("clip.vision.attention.layer_norm_epsilon", "f32", 1e-6)
    file.add("clip.use_silu" if model.get("gated") else "clip.use_gelu", "bool", value=True)
    for key in ("image_mean", "image_std"):
        file.add_array(f"clip.vision.{key}", "f32", [0.5] * 3)
    _stack(file, model)
    for tensor, length in model.get("vectors", {}).items():
        file.add_tensor(tensor, (length,))
    for tensor, shape in model.get("matrices", {}).items():
        file.add_tensor(tensor, shape, "F16")
    for tensor, (before, after) in model.get("layers", {}).items():
        _linear(file, tensor, before, after)
    return file


def _stack(file: GgufFile, model: dict[str, Any]) -> None:
    """The vision transformer: patches, positions, layers."""
    _, patch, row, inner, layers, _, _ = model["sizes"]
    for frame in range(model.get("frames", 1)):
        suffix = f".{frame}" if frame else ""
        file.add_tensor(f"v.patch_embd.weight{suffix}", (patch, patch, 3, row), "F16")
    if "position" in model:
        file.add_tensor("v.position_embd.weight", (row, model["position"]))
    widths = {"attn_out": row, "ffn_up": inner}
    widths |= (
        {"attn_qkv": 3 * row}
        if model.get("fused")
        else dict.fromkeys(("attn_q", "attn_k", "attn_v"), row)
    )
    widths |= {"ffn_gate": inner} if model.get("gated") else {}
    for layer in range(layers):
        for part, width in widths.items():
            _linear(file, f"v.blk.{layer}.{part}", row, width)
        _linear(file, f"v.blk.{layer}.ffn_down", inner, row)
        for part in ("ln1", "ln2"):
            _norm(file, f"v.blk.{layer}.{part}", row)
    _norm(file, "v.post_ln", row)


def _norm(file: GgufFile, name: str, row: int) -> None:
    file.add_tensor(f"{name}.weight", (row,))
    file.add_tensor(f"{name}.bias", (row,))


def _linear(file: GgufFile, name: str, before: int, after: int) -> None:
    file.add_tensor(f"{name}.weight", (before, after), "F16")
    file.add_tensor(f"{name}.bias", (after,))
