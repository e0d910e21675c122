"""Load options as llama.cpp's own structures, and those refused that would end the process."""

from __future__ import annotations

import ctypes
import math
from typing import Any

from app.domain.errors import EngineError, UsageError
from app.domain.load_options import LoadOptions
from app.domain.quant import TENSOR_TYPES
from app.domain.words import option_name
from backends.llama_cpp import ggml

_FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}
EXACT_TYPES = ("f32", "f16", "bf16")
# The bindings do not name all of ggml's types.
_TYPE_NUMBERS = {kind.name: number for number, kind in TENSOR_TYPES.items()}
# llama.cpp's own limit (LLAMA_MAX_SEQ).
_MOST_SEQUENCES = 256
# Name, least and greatest value; None is the program's choice.
BOUNDS: tuple[tuple[str, int, int], ...] = (
    ("context_tokens", 1, 2**31 - 1),
    ("parallel", 1, _MOST_SEQUENCES),
    ("micro_batch_tokens", 1, 2**16),
    ("threads", 1, 512),
    ("prompt_threads", 1, 512),
)


def refuse_impossible(options: LoadOptions) -> None:
    """Raise `UsageError` for options that no engine could follow."""
    for name, least, greatest in BOUNDS:
        value = getattr(options, name)
        if value is not None and not least <= value <= greatest:
            raise UsageError(
                "The load option {name} is {value}; it must be between {least} and {greatest}.",
                name=option_name(name),
                value=value,
                least=least,
                greatest=greatest,
            )
    if value_type(options) not in EXACT_TYPES and options.flash_attention == "off":
        raise UsageError(
            "The KV type {value_type} needs flash attention: switch it on, or keep f16.",
            value_type=value_type(options),
        )
    rope = options.rope
    for number in (rope.frequency_base, rope.scale, *options.tensor_split):
        if number is not None and not (math.isfinite(number) and number >= 0):
            raise UsageError(
                "{number} is no sensible RoPE option or share of a device.", number=number
            )
    if len(options.tensor_split) > 1 + len(options.more_devices):
        raise UsageError("There are more shares of the model than devices to put them on.")


def refuse_cut_paths(*paths: bytes | None) -> None:
    """Raise `UsageError` for a path that llama.cpp would read up to its NUL, as another one."""
    for path in paths:
        if path is not None and b"\0" in path:
            raise UsageError("There is no file whose name has a NUL character in it.")


def value_type(options: LoadOptions) -> str:
    """The type of the values in the KV cache."""
    return options.value_kv_type or options.kv_type


class ModelParameters:
    """`llama_model_params`, and the memory that they point to: it must live while they are used."""

    def __init__(self, api: Any, options: LoadOptions) -> None:
        """Raises `UsageError`, and `EngineError` for a device that is gone."""
        refuse_impossible(options)
        self._devices = _device_list(api, options)
        self._split = (ctypes.c_float * api.LLAMA_MAX_DEVICES)(*options.tensor_split)
        self._overrides = ggml.experts_on_cpu(api)
        self.values = api.llama_model_default_params()
        self.values.n_gpu_layers = _gpu_layers(options)
        self.values.devices = ctypes.cast(self._devices, ctypes.c_void_p)
        self.values.use_extra_bufts = options.extra_buffer_types
        self.values.load_mode = _load_mode(api, options)
        self.values.split_mode = getattr(api, f"LLAMA_SPLIT_MODE_{options.split_mode.upper()}")
        if options.tensor_split:
            self.values.tensor_split = self._split
        if options.experts_on_cpu:
            self.values.tensor_buft_overrides = ctypes.cast(self._overrides, ctypes.c_void_p)


def set_context_options(api: Any, parameters: Any, options: LoadOptions) -> None:
    """Put what the user chooses into `llama_context_params`."""
    parameters.n_ubatch = options.micro_batch_tokens
    parameters.flash_attn_type = _FLASH_ATTENTION[options.flash_attention]
    parameters.type_k = _TYPE_NUMBERS[options.kv_type.upper()]
    parameters.type_v = _TYPE_NUMBERS[value_type(options).upper()]
    rope = options.rope
    if rope.scaling is not None:
        parameters.rope_scaling_type = getattr(
            api, f"LLAMA_ROPE_SCALING_TYPE_{rope.scaling.upper()}"
        )
    parameters.rope_freq_base = rope.frequency_base or 0.0
    parameters.rope_freq_scale = rope.scale or 0.0
    parameters.yarn_orig_ctx = rope.trained_context_tokens or 0


def _gpu_layers(options: LoadOptions) -> int:
    if options.device is None:
        return 0
    return -1 if options.gpu_layers is None else options.gpu_layers


def _load_mode(api: Any, options: LoadOptions) -> int:
    if options.memory_map:
        return api.LLAMA_LOAD_MODE_MMAP_MLOCK if options.memory_lock else api.LLAMA_LOAD_MODE_MMAP
    return api.LLAMA_LOAD_MODE_MLOCK if options.memory_lock else api.LLAMA_LOAD_MODE_NONE


def _device_list(api: Any, options: LoadOptions) -> Any:
    """A NULL-terminated list of devices to offload to; empty keeps everything on the CPU."""
    names = [] if options.device is None else [options.device, *options.more_devices]
    devices = (ctypes.c_void_p * (len(names) + 1))()
    for place, name in enumerate(names):
        devices[place] = ggml.device(api, name)
        if devices[place] is None:
            raise EngineError(
                "The device {name} is gone. Run `quantbench doctor` to see which devices there "
                "are.",
                name=name,
            )
    return devices
