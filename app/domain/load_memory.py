"""Load options as the engine passes them on, for the estimate to be of what is really done."""

from __future__ import annotations

import msgspec

from app.domain.load_options import (
    DEFAULT_CONTEXT_TOKENS,
    MOST_DRAFT_TOKENS,
    LoadOptions,
    chunk_tokens,
    parallel_sequences,
)
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory


def options_of_load(options: LoadOptions, model: ModelMemory) -> MemoryOptions:
    """What loading with these options will take memory by.

    A context that is left open is the default one, as far as the model was trained for it.
    """
    architecture = model.architecture
    trained = architecture.trained_context_tokens or DEFAULT_CONTEXT_TOKENS
    if model.mlx is not None:  # one reply at a time, in chunks that find their own length
        options = msgspec.structs.replace(options, parallel=1, device=None)
    is_recurrent = any(layer.state_values for layer in architecture.layers)
    sequences = parallel_sequences(
        options, window_tokens=architecture.window_tokens, is_recurrent=is_recurrent
    )
    guesses = options.guesses_ahead and not is_recurrent
    everything = architecture.layer_count + 1
    layers = everything if options.gpu_layers is None else min(options.gpu_layers, everything)
    return MemoryOptions(
        context_tokens=options.context_tokens or min(DEFAULT_CONTEXT_TOKENS, trained),
        key_type=options.kv_type,
        value_type=options.value_kv_type or options.kv_type,
        # "auto" becomes "on" wherever the device can do it.
        flash_attention=options.flash_attention != "off",
        micro_batch_tokens=options.micro_batch_tokens,
        batch_tokens=chunk_tokens(options) + sequences + MOST_DRAFT_TOKENS,
        parallel=sequences,
        unified=True,
        outputs=sequences + (MOST_DRAFT_TOKENS if guesses else 0),
        gpu_layers=layers if options.device is not None else 0,
        tensor_split=options.tensor_split,
        experts_on_cpu=options.experts_on_cpu,
        mapped=options.memory_map,
    )
