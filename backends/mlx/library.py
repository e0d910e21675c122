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
            "`pip install 'quantbench[mlx]'`; elsewhere choose a GGUF file of the same model."
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
            "The MLX engine is installed and its library does not load: {error}", error=str(error)
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

    It is what the device recommends as its working set: a Mac whose GPU is given more panics
    instead of failing (mlx-lm issue 883).
    """
    recommended = _recommended_bytes(mlx)
    if recommended is None:
        import psutil

        recommended = int(psutil.virtual_memory().available * (1 - _SPARED_FRACTION))
    mlx.core.set_memory_limit(recommended)
    return recommended


def wire(mlx: Mlx, size: int) -> None:
    """Keep so many bytes resident, of what the device recommends; other devices have no such limit.

    Nothing is, where several replies may be in the making: resident buffers that come and go with
    them have ended in kernel panics whatever the limit was, and not without them (mlx issue 3186).
    """
    recommended = _recommended_bytes(mlx)
    if recommended is not None:
        with contextlib.suppress(ValueError, RuntimeError):  # macOS before 15 has no such limit
            mlx.core.set_wired_limit(min(size, recommended))


def _recommended_bytes(mlx: Mlx) -> int | None:
    size = mlx.core.device_info().get("max_recommended_working_set_size")
    return None if size is None else int(size)
