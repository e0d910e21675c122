"""Run as a child process: loads llama.cpp and reports its devices as one line of JSON.

The line goes to what was standard output when the process began; everything that the library or
a driver prints goes to standard error.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from app.domain.errors import EngineMissingError
from app.domain.hardware import Device, DeviceKind
from backends.llama_cpp import library

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
    reason: str
    backends: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()


def probe() -> ProbeReport:
    """Load the library and look. A library that crashes takes this process with it."""
    try:
        api = library.load()
        ggml = registry(api)
    except (EngineMissingError, AttributeError) as error:
        return ProbeReport(usable=False, reason=str(error))
    backends, devices = ggml.backends(), ggml.devices()
    if not any(device.kind == "cpu" for device in devices):
        reason = (
            "The llama.cpp library loads, but it has no CPU backend for this processor. "
            "Rebuild it: `uv sync --reinstall-package llama-cpp-python`."
        )
        return ProbeReport(usable=False, reason=reason, backends=backends, devices=devices)
    names = ", ".join(backends)
    return ProbeReport(
        usable=True, reason=f"Loaded; built with {names}.", backends=backends, devices=devices
    )


def registry(api: Any) -> _Ggml:
    """ggml's registry with all backends of this build in it. Raises AttributeError."""
    ggml = _Ggml(api._lib)  # noqa: SLF001 - the only handle to the copy that is in use
    if not ggml.backends():
        ggml.load_backends(Path(api.__file__).parent / "lib")
    return ggml


class _Ggml:
    """ggml's device registry, which the Python bindings do not declare (ggml-backend.h)."""

    def __init__(self, lib: Any) -> None:
        pointer, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
        self._dev_count = _declared(lib.ggml_backend_dev_count, size)
        self._dev_get = _declared(lib.ggml_backend_dev_get, pointer, size)
        self._dev_name = _declared(lib.ggml_backend_dev_name, text, pointer)
        self._dev_description = _declared(lib.ggml_backend_dev_description, text, pointer)
        self._dev_type = _declared(lib.ggml_backend_dev_type, ctypes.c_int, pointer)
        self._dev_reg = _declared(lib.ggml_backend_dev_backend_reg, pointer, pointer)
        self._dev_memory = _declared(
            lib.ggml_backend_dev_memory, None, pointer, ctypes.POINTER(size), ctypes.POINTER(size)
        )
        self._reg_count = _declared(lib.ggml_backend_reg_count, size)
        self._reg_get = _declared(lib.ggml_backend_reg_get, pointer, size)
        self._reg_name = _declared(lib.ggml_backend_reg_name, text, pointer)
        self._load_all = _declared(lib.ggml_backend_load_all_from_path, None, text)

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


def _declared(function: Any, result: Any, *arguments: Any) -> Any:
    function.restype = result
    function.argtypes = list(arguments)
    return function


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace").strip()


def main() -> None:
    """Print the report to a private copy of standard output; arguments: folders of a build."""
    sys.path[:0] = sys.argv[1:]
    private = os.dup(1)
    os.dup2(2, 1)
    report = msgspec.json.encode(probe())
    with os.fdopen(private, "wb") as out:
        out.write(report + b"\n")
    sys.stderr.flush()
    # Drivers have crashed in their exit handlers; what was found is true all the same.
    os._exit(0)


if __name__ == "__main__":
    main()
