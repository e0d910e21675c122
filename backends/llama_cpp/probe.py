"""Run as a child process: loads llama.cpp and reports its devices as one line of JSON.

The arguments are folders of a build to import from first.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from app.domain.errors import AppError, EngineMissingError
from app.domain.hardware import Device, DeviceKind
from app.domain.words import Sentence, sentence
from backends.helper_main import report
from backends.llama_cpp import ggml, library

ENGINE_NAME = "llama.cpp"

# enum ggml_backend_dev_type of ggml-backend.h.
_CPU, _GPU, _INTEGRATED_GPU = 0, 1, 2
# Names that ggml's backends register under.
_KINDS: dict[str, DeviceKind] = {
    "CUDA": "cuda",
    "ROCm": "rocm",
    "MTL": "metal",
    "Metal": "metal",
    "Vulkan": "vulkan",
}


class ProbeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the child found. `backends` are those that the library was built with."""

    usable: bool
    reason: Sentence
    backends: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    cpu_features: tuple[str, ...] = ()


def probe() -> ProbeReport:
    """Load the library and look. A library that crashes takes this process with it."""
    try:
        api = library.load()
        found = registry(api)
    except (EngineMissingError, AttributeError) as error:
        reason = error.sentence if isinstance(error, AppError) else Sentence(str(error))
        return ProbeReport(usable=False, reason=reason)
    backends, devices = found.backends(), found.devices()
    if not any(device.kind == "cpu" for device in devices):
        reason = sentence(
            "The llama.cpp library loads, but it has no CPU backend for this processor. "
            "Rebuild it: `uv sync --reinstall-package llama-cpp-python`."
        )
        return ProbeReport(usable=False, reason=reason, backends=backends, devices=devices)
    names = ", ".join(backends)
    return ProbeReport(
        usable=True,
        reason=sentence("Loaded; built with {names}.", names=names),
        backends=backends,
        devices=devices,
        cpu_features=ggml.cpu_features(api),
    )


def registry(api: Any) -> _Registry:
    """ggml's registry with all backends of this build in it. Raises AttributeError."""
    found = _Registry(api)
    if not found.backends():
        found.load_backends(Path(api.__file__).parent / "lib")
    return found


class _Registry:
    """ggml's device registry (ggml-backend.h)."""

    def __init__(self, api: Any) -> None:
        pointer, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
        to_size = ctypes.POINTER(size)
        declared = partial(ggml.function, api)
        self._dev_count = declared("ggml_backend_dev_count", size)
        self._dev_get = declared("ggml_backend_dev_get", pointer, size)
        self._dev_name = declared("ggml_backend_dev_name", text, pointer)
        self._dev_description = declared("ggml_backend_dev_description", text, pointer)
        self._dev_type = declared("ggml_backend_dev_type", ctypes.c_int, pointer)
        self._dev_reg = declared("ggml_backend_dev_backend_reg", pointer, pointer)
        self._dev_memory = declared("ggml_backend_dev_memory", None, pointer, to_size, to_size)
        self._reg_count = declared("ggml_backend_reg_count", size)
        self._reg_get = declared("ggml_backend_reg_get", pointer, size)
        self._reg_name = declared("ggml_backend_reg_name", text, pointer)
        self._load_all = declared("ggml_backend_load_all_from_path", None, text)

    def load_backends(self, folder: Path) -> None:
        """A build whose backends are libraries of their own (GGML_BACKEND_DL) has none yet."""
        self._load_all(os.fsencode(folder))

    def backends(self) -> tuple[str, ...]:
        names = (self._reg_name(self._reg_get(index)) for index in range(self._reg_count()))
        return tuple(_text(name) for name in names)

    def devices(self) -> tuple[Device, ...]:
        handles = [self._dev_get(index) for index in range(self._dev_count())]
        found = (self._device(handle) for handle in handles)
        return tuple(device for device in found if device is not None)

    def _device(self, handle: Any) -> Device | None:
        kind = self._kind(handle)
        if kind is None:
            return None
        free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
        self._dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
        return Device(
            name=_text(self._dev_name(handle)),
            kind=kind,
            description=_text(self._dev_description(handle)),
            total_bytes=total.value or None,
            free_bytes=free.value if total.value else None,
            is_integrated=self._dev_type(handle) == _INTEGRATED_GPU,
        )

    def _kind(self, handle: Any) -> DeviceKind | None:
        """None for what only helps the CPU (BLAS and the like) and is no place for a model."""
        kind = self._dev_type(handle)
        if kind == _CPU:
            return "cpu"
        if kind in (_GPU, _INTEGRATED_GPU):
            return _KINDS.get(_text(self._reg_name(self._dev_reg(handle))), "other_gpu")
        return None


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace").strip()


def main() -> None:
    """Entry point of the process."""
    sys.path[:0] = sys.argv[1:]
    report(probe)


if __name__ == "__main__":
    main()
