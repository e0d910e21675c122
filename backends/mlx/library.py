"""The mlx-lm library: imported late, kept off the network, with its memory bounded."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
from typing import Any

import msgspec

from app.domain.errors import EngineMissingError

# Of what a machine without a limit of its own has free, left to everything else.
_SPARED_FRACTION = 0.1


class Mlx(msgspec.Struct, frozen=True):
    """The modules that the engine uses."""

    core: Any
    generate: Any
    cache: Any
    sampling: Any
    utils: Any
    tree_flatten: Any


def load() -> Mlx:
    """Import mlx-lm. Raises `EngineMissingError` with the loader's words."""
    if importlib.util.find_spec("mlx_lm") is None or importlib.util.find_spec("mlx") is None:
        raise EngineMissingError(
            "The MLX engine is not installed. On a Mac with Apple Silicon run "
            "`pip install quantbench[mlx]`; elsewhere choose a GGUF file of the same model."
        )
    # A model comes from its folder alone: nothing is asked of the hub.
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    try:
        # By path, because the name `mlx_lm.generate` is a function.
        names = ("core", "utils")
        core, trees = (importlib.import_module(f"mlx.{name}") for name in names)
        names = ("generate", "models.cache", "sample_utils", "utils")
        generate, cache, sampling, utils = (
            importlib.import_module(f"mlx_lm.{name}") for name in names
        )
    except (OSError, RuntimeError, ImportError, AttributeError) as error:
        raise EngineMissingError(
            f"The MLX engine is installed and its library does not load: {error}"
        ) from error
    return Mlx(core, generate, cache, sampling, utils, trees.tree_flatten)


def version() -> str:
    """The installed version of mlx-lm."""
    return importlib.metadata.version("mlx-lm")


def device(mlx: Mlx) -> str:
    """The device that MLX computes on: Metal, GPU (CUDA) or CPU."""
    core = mlx.core
    if core.default_device().type != core.DeviceType.gpu:
        return "CPU"
    return "Metal" if core.metal.is_available() else "GPU"


def bound_memory(mlx: Mlx) -> int:
    """Tell MLX how much memory it may use, and return that in bytes. Called before a load.

    A Mac panics when the GPU's working set grows past what the kernel can keep resident
    (mlx-lm issue 883), so the limit is the one that the device recommends.
    """
    core = mlx.core
    recommended = core.device_info().get("max_recommended_working_set_size")
    if recommended is None:
        import psutil

        limit = int(psutil.virtual_memory().available * (1 - _SPARED_FRACTION))
    else:
        limit = int(recommended)
        with contextlib.suppress(ValueError, RuntimeError):  # macOS before 15 has no such limit
            core.set_wired_limit(limit)
    core.set_memory_limit(limit)
    return limit
