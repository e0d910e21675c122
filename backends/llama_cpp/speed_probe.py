"""Run as a child process: measures how fast this build of llama.cpp computes on this processor.

For a few kinds of weights a model of two layers, whose weights are a hole in a file, reads a short
prompt and then single tokens: what is multiplied makes no difference to the time. It is so small
that it stays in the caches, so that arithmetic is measured and not memory. The answer is one line
of JSON; the arguments are folders of a build to import from first.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from app.domain.quant import TENSOR_TYPES, TYPES_BY_NAME
from app.domain.speed import MEASURED_KINDS, KindSpeed
from backends.helper_main import report
from backends.llama_cpp import library
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.threads import default_threads

_VOCABULARY = 256
_PROMPT, _REPLY, _ROUNDS = 128, 6, 2
# Of as many times the speed of one thread, what several reach at least on a quiet machine.
_SCALING = 0.7
_UINT32, _FLOAT32, _STRING = 4, 6, 8
_NUMBERS = {kind.name: number for number, kind in TENSOR_TYPES.items()}


class _Shape(msgspec.Struct, frozen=True):
    """A model's layers and their widths; heads have 64 values."""

    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int


# Wide layers, whose time is arithmetic; many narrow ones, whose time is starting operations.
_WIDE, _NARROW = _Shape(2, 1024, 2048, 16, 4), _Shape(32, 64, 64, 1, 1)


class SpeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the child measured: by the kind of the weights, and what starting a layer takes."""

    threads: int
    kinds: dict[str, KindSpeed]
    layer_seconds: float


def measure() -> SpeedReport:
    """Measure every kind. Raises `EngineMissingError`."""
    api = library.load()
    log = EngineLog(api)
    api.llama_backend_init()
    threads = default_threads()
    found: dict[str, KindSpeed] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in MEASURED_KINDS:
            path = Path(folder) / f"{kind}.gguf"
            attention, feed_forward = write_model(path, kind, _WIDE)
            # The last layer's feed-forward part is run for the last token of a prompt alone.
            multiplied = _WIDE.layers * attention + (_WIDE.layers - 1) * feed_forward
            size = _bytes((_WIDE.layers * (attention + feed_forward),), kind)
            times = _best_times(api, path, threads)
            if times is not None:
                found[kind] = KindSpeed(
                    operations_per_second=2 * multiplied * _PROMPT / times[0],
                    bytes_per_second=size / times[1],
                )
        path = Path(folder) / "narrow.gguf"
        write_model(path, "F16", _NARROW)
        times = _times(api, path, 1)
    log.take_complaints()
    layer_seconds = times[1] / _NARROW.layers if times is not None else 0.0
    return SpeedReport(threads=threads, kinds=found, layer_seconds=layer_seconds)


def _best_times(api: Any, path: Path, threads: int) -> tuple[float, float] | None:
    """With all threads; or what one of them promises, where a busy neighbour held the others up."""
    alone = _times(api, path, 1)
    if alone is None or threads == 1:
        return alone
    together = _times(api, path, threads) or alone
    shared = (time_ / (threads * _SCALING) for time_ in alone)
    prompt, reply = (min(pair) for pair in zip(together, shared, strict=True))
    return prompt, reply


def _times(api: Any, path: Path, threads: int) -> tuple[float, float] | None:
    """Seconds for the prompt and for a single token; None for a kind that is not there."""
    options = api.llama_model_default_params()
    devices = (ctypes.c_void_p * 1)()
    options.devices = ctypes.cast(devices, ctypes.c_void_p)
    options.n_gpu_layers = 0
    model = api.llama_model_load_from_file(os.fsencode(path), options)
    if not model:
        return None
    parts = api.llama_context_default_params()
    parts.n_ctx, parts.n_batch, parts.n_ubatch = 2 * _PROMPT, _PROMPT, _PROMPT
    parts.n_outputs_max = 1
    parts.n_threads = parts.n_threads_batch = threads
    context = api.llama_init_from_model(model, parts)
    prompts, replies = [], []
    if context:
        prompts = [_seconds(api, context, _PROMPT) for _ in range(_ROUNDS)]
        replies = [_seconds(api, context, 1) for _ in range(_REPLY)]
        api.llama_free(context)
    api.llama_model_free(model)
    return (min(prompts), min(replies)) if prompts else None


def _seconds(api: Any, context: Any, count: int) -> float:
    """The time of one evaluation of `count` tokens from an empty cache."""
    data_too = True
    api.llama_memory_clear(api.llama_get_memory(context), data_too)
    tokens = (ctypes.c_int32 * count)(*[1] * count)
    started = time.perf_counter()
    api.llama_decode(context, api.llama_batch_get_one(tokens, count))
    return time.perf_counter() - started


def write_model(path: Path, kind: str, shape: _Shape) -> tuple[int, int]:
    """Write a model; the parameters of a layer's attention and of its feed-forward part."""
    width, kv, wide = shape.width, 64 * shape.kv_heads, shape.feed_forward
    matrices = {
        "attn_q": (width, width),
        "attn_k": (width, kv),
        "attn_v": (width, kv),
        "attn_output": (width, width),
        "ffn_gate": (width, wide),
        "ffn_up": (width, wide),
        "ffn_down": (wide, width),
    }
    tensors: list[tuple[str, tuple[int, ...], str]] = [
        (f"blk.{layer}.{name}.weight", lengths, kind if len(lengths) > 1 else "F32")
        for layer in range(shape.layers)
        for name, lengths in (matrices | {"attn_norm": (width,), "ffn_norm": (width,)}).items()
    ]
    tensors += [("output_norm.weight", (width,), "F32")]
    tensors += [(f"{n}.weight", (width, _VOCABULARY), "F16") for n in ("token_embd", "output")]
    _write(path, _entries(shape), tensors)
    return 2 * width * (width + kv), 3 * width * wide


def _entries(shape: _Shape) -> list[bytes]:
    numbers = {
        "context_length": 4 * _PROMPT,
        "embedding_length": shape.width,
        "block_count": shape.layers,
        "feed_forward_length": shape.feed_forward,
        "attention.head_count": shape.heads,
        "attention.head_count_kv": shape.kv_heads,
        "rope.dimension_count": 64,
        "vocab_size": _VOCABULARY,
    }
    epsilon = _text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", _FLOAT32, 1e-6)
    return [
        _text_entry("general.architecture", "llama"),
        _text_entry("tokenizer.ggml.model", "no_vocab"),
        *(_text(f"llama.{k}") + struct.pack("<II", _UINT32, v) for k, v in numbers.items()),
        epsilon,
    ]


def _write(
    path: Path, entries: list[bytes], tensors: list[tuple[str, tuple[int, ...], str]]
) -> None:
    """The header, and a hole in place of the weights."""
    table: list[bytes] = []
    end = 0
    for name, lengths, kind in tensors:
        sides = struct.pack(f"<I{len(lengths)}Q", len(lengths), *lengths)
        table.append(_text(name) + sides + struct.pack("<IQ", _NUMBERS[kind], end))
        end += -(-_bytes(lengths, kind) // 32) * 32
    raw = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries))
    raw += b"".join(entries) + b"".join(table)
    with path.open("wb") as output:
        output.write(raw)
        output.truncate(-(-len(raw) // 32) * 32 + end)


def _bytes(shape: tuple[int, ...], kind: str) -> int:
    values, type_ = 1, TYPES_BY_NAME[kind]
    for length in shape:
        values *= length
    return values // type_.block_values * type_.block_bytes


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def _text_entry(key: str, value: str) -> bytes:
    return _text(key) + struct.pack("<I", _STRING) + _text(value)


def main() -> None:
    """Entry point of the process."""
    sys.path[:0] = sys.argv[1:]
    report(measure)


if __name__ == "__main__":
    main()
