"""Run as a child process: opens one device of llama.cpp, as a load would, and says how it went.

Arguments: ggml's name of the device, and folders of a build to import from first. A driver that
crashes takes this process with it, and what it said stays in the log.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

import msgspec

from app.domain.errors import EngineMissingError
from backends.llama_cpp import library
from backends.llama_cpp.probe import registry


class TrialReport(msgspec.Struct, frozen=True):
    """Whether the device opened; `reason` is the library's own sentence if not."""

    opened: bool
    reason: str = ""


def try_device(name: str) -> TrialReport:
    """Open and close the device."""
    try:
        api = library.load()
        registry(api)
    except (EngineMissingError, AttributeError) as error:
        return TrialReport(opened=False, reason=str(error))
    log = library.EngineLog(api)
    ggml: Any = api._lib  # noqa: SLF001 - the only handle to the copy that is in use
    by_name, init, free = (
        ggml.ggml_backend_dev_by_name,
        ggml.ggml_backend_dev_init,
        ggml.ggml_backend_free,
    )
    by_name.restype, by_name.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    init.restype, init.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]
    free.restype, free.argtypes = None, [ctypes.c_void_p]
    device = by_name(name.encode())
    if device is None:
        return TrialReport(opened=False, reason=f"llama.cpp has no device {name}.")
    backend = init(device, None)
    if backend is None:
        said = log.take_complaints()
        return TrialReport(opened=False, reason=said[-1] if said else "No reason was given.")
    free(backend)
    return TrialReport(opened=True)


def main() -> None:
    """Print the report to a private copy of standard output."""
    name, *folders = sys.argv[1:]
    sys.path[:0] = folders
    private = os.dup(1)
    os.dup2(2, 1)
    report = msgspec.json.encode(try_device(name))
    with os.fdopen(private, "wb") as out:
        out.write(report + b"\n")
    sys.stderr.flush()
    # Drivers have crashed in their exit handlers; what was found is true all the same.
    os._exit(0)


if __name__ == "__main__":
    main()
