"""The formula for whichever engine runs a model."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.hardware import Device
from app.domain.memory import MemoryEstimate, Overheads, estimate_memory
from app.domain.memory_options import MemoryOptions
from app.domain.mlx_memory import estimate_mlx
from app.domain.model_memory import ModelMemory


def estimate_load(
    model: ModelMemory,
    options: MemoryOptions,
    host: Device,
    gpus: Sequence[Device] = (),
    overheads: Overheads | None = None,
) -> MemoryEstimate | None:
    """The formula's estimate, or None for an architecture that it does not know.

    `host` is where an MLX model runs. Raises `UsageError` for options that make no sense.
    """
    if model.mlx is not None:
        return estimate_mlx(model, options, host, overheads)
    return estimate_memory(model, options, host, gpus, overheads)
