"""Functions of llama.cpp's libraries that their Python bindings do not declare."""

from __future__ import annotations

import ctypes
from typing import Any

# The tensors of a mixture's experts, as llama.cpp's own option for them names them.
_EXPERTS = rb"\.ffn_(up|down|gate|gate_up)_(ch|)exps"
# Features that decide which weights the CPU repacks: ggml's function, the name in weights.py.
_FEATURES = (
    ("ggml_cpu_has_avx2", "avx2"),
    ("ggml_cpu_has_avx512", "avx512"),
    ("ggml_cpu_has_dotprod", "dotprod"),
)


def function(bindings: Any, name: str, result: Any, *arguments: Any) -> Any:
    """The C function of this name with its types declared, from the library of a module of
    bindings and those that it uses. Raises AttributeError for a build without it.
    """
    # By the bindings' own decorator, whose library is in use already: opened by its path, ggml
    # comes a second time with its own state. What is decorated only lends its name.
    return bindings.ctypes_function(name, arguments, result)(function)


def cpu_features(api: Any) -> tuple[str, ...]:
    """Which of the features that decide on repacking this build and processor have."""
    return tuple(feature for name, feature in _FEATURES if _has(api, name))


def _has(api: Any, name: str) -> bool:
    try:
        return bool(function(api, name, ctypes.c_int)())
    except AttributeError:  # the build knows no such processor
        return False


def device(api: Any, name: str) -> int | None:
    """The device of this name; None if there is none."""
    by_name = function(api, "ggml_backend_dev_by_name", ctypes.c_void_p, ctypes.c_char_p)
    return by_name(name.encode())


class _BufferOverride(ctypes.Structure):
    """`llama_model_tensor_buft_override`."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buft", ctypes.c_void_p))


def experts_on_cpu(api: Any) -> Any:
    """What `tensor_buft_overrides` points to for experts in the CPU's memory."""
    cpu = function(api, "ggml_backend_cpu_buffer_type", ctypes.c_void_p)
    overrides = (_BufferOverride * 2)()
    overrides[0] = _BufferOverride(_EXPERTS, cpu())
    return overrides
