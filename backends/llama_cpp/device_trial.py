"""Run as a child process: opens one device of llama.cpp, as a load would, and says how it went.

Arguments: ggml's name of the device, and folders of a build to import from first. A driver that
crashes takes this process with it, and what it said stays in the log.
"""

from __future__ import annotations

import ctypes
import sys
from functools import partial

import msgspec

from app.domain.errors import AppError, EngineMissingError
from app.domain.words import Sentence, sentence
from backends.helper_main import report
from backends.llama_cpp import ggml, library
from backends.llama_cpp.probe import registry


class TrialReport(msgspec.Struct, frozen=True):
    """Whether the device opened; `reason` is the library's own sentence if not."""

    opened: bool
    reason: Sentence = Sentence("")


def try_device(name: str) -> TrialReport:
    """Open and close the device."""
    try:
        api = library.load()
        registry(api)
    except (EngineMissingError, AttributeError) as error:
        return TrialReport(
            opened=False,
            reason=error.sentence if isinstance(error, AppError) else Sentence(str(error)),
        )
    log = library.EngineLog(api)
    pointer = ctypes.c_void_p
    init = ggml.function(api, "ggml_backend_dev_init", pointer, pointer, ctypes.c_char_p)
    free = ggml.function(api, "ggml_backend_free", None, pointer)
    device = ggml.device(api, name)
    if device is None:
        return TrialReport(
            opened=False, reason=sentence("llama.cpp has no device {name}.", name=name)
        )
    backend = init(device, None)
    if backend is None:
        told = log.take_complaints()
        reason = Sentence(told[-1]) if told else sentence("No reason was given.")
        return TrialReport(opened=False, reason=reason)
    free(backend)
    return TrialReport(opened=True)


def main() -> None:
    """Entry point of the process."""
    name, *folders = sys.argv[1:]
    sys.path[:0] = folders
    report(partial(try_device, name))


if __name__ == "__main__":
    main()
