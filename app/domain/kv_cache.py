"""Bytes of the KV cache and of recurrent states, as llama.cpp allocates them.

Source: llama-context.cpp (cells), llama-kv-cache.cpp, llama-kv-cache-iswa.cpp and
llama-memory-recurrent.cpp of the llama.cpp inside llama-cpp-python 0.3.36.
"""

from __future__ import annotations

from app.domain.architecture import Architecture, Layer
from app.domain.errors import UsageError
from app.domain.memory_options import MemoryOptions
from app.domain.quant import TensorType, row_bytes, tensor_type

_CELLS = 256
_STATE_BYTES = 4


def _padded(cells: int) -> int:
    return -(-cells // _CELLS) * _CELLS


def sequence_cells(options: MemoryOptions) -> int:
    """Cells for one stream of the cache: for each sequence, or for all of them if unified."""
    cells = _padded(options.context_tokens)
    return cells if options.unified else _padded(cells // options.parallel)


def streams(options: MemoryOptions) -> int:
    """How many caches of their own the sequences have."""
    return 1 if options.unified else options.parallel


def total_cells(options: MemoryOptions) -> int:
    """The context that the engine really makes, over all sequences."""
    return sequence_cells(options) * streams(options)


def micro_batch(options: MemoryOptions) -> int:
    """Tokens of a micro-batch, which no context and no batch exceeds."""
    batch = min(options.context_tokens, options.batch_tokens)
    return min(batch, options.micro_batch_tokens)


def window_cells(architecture: Architecture, options: MemoryOptions) -> int:
    """Cells for one stream of a sliding-window layer."""
    cells = sequence_cells(options)
    if options.full_window:
        return cells
    sequences = options.parallel if options.unified else 1
    return _padded(min(cells, architecture.window_tokens * sequences + micro_batch(options)))


def layer_kv_bytes(architecture: Architecture, options: MemoryOptions) -> tuple[int, ...]:
    """Bytes that each layer keeps: keys and values, and the state of a recurrent layer.

    Raises `UsageError` for types that these heads cannot be stored in.
    """
    key, value = cache_types(architecture, options)
    full = sequence_cells(options) * streams(options)
    window = window_cells(architecture, options) * streams(options)
    return tuple(
        _rows(architecture, layer, key, value, options) * (window if layer.slides else full)
        + layer.state_values * _STATE_BYTES * options.parallel
        for layer in architecture.layers
    )


def _rows(
    architecture: Architecture,
    layer: Layer,
    key: TensorType,
    value: TensorType,
    options: MemoryOptions,
) -> int:
    """Bytes of one cell. Without flash attention values are stored transposed, all as wide."""
    values = layer.value_values
    if not options.flash_attention and layer.key_values and not architecture.is_latent:
        values = architecture.widest_values
    return row_bytes(key, layer.key_values) + row_bytes(value, values)


def cache_types(
    architecture: Architecture, options: MemoryOptions
) -> tuple[TensorType, TensorType]:
    """The types of keys and values. Raises `UsageError` where llama.cpp would refuse them."""
    key, value = tensor_type(options.key_type), tensor_type(options.value_type)
    if value.is_quantized and not options.flash_attention:
        raise UsageError(
            "Values of the type {value_type} need flash attention: switch it on, or keep the KV "
            "type f16.",
            value_type=options.value_type,
        )
    if architecture.is_latent and key != value:
        raise UsageError("This model keeps keys and values together: give both the same KV type.")
    for kind, width in ((key, architecture.head_values), (value, architecture.value_head_values)):
        if architecture.has_cache and not architecture.is_latent and width % kind.block_values:
            raise UsageError(
                "The attention heads of this model have {width} values, no multiple of "
                "{block_values}: the KV type {kind} does not fit. Keep f16.",
                width=width,
                block_values=kind.block_values,
                kind=kind.name.lower(),
            )
    return key, value
