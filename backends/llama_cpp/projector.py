"""The dry-run helper for projectors: lets llama.cpp lay one out without its weights.

Run as `python -m backends.llama_cpp.projector "" [FOLDER ...]`; lines as in `dry_run`. libmtmd says
what a projector takes on each device through a function of C++ alone: its name as compilers of the
Itanium ABI write it, and the tree of libstdc++'s `std::map`, in which it answers, are known here.
Where either is otherwise, the question is refused.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from importlib import import_module

from app.domain.words import sentence
from backends.helper_main import serve
from backends.llama_cpp import ggml, library
from backends.llama_cpp.dry_run_protocol import (
    Answer,
    DryRunFailed,
    MeasureProjector,
    ProjectorMeasured,
    projector_question_decoder,
)

# std::map<ggml_backend_dev_t, size_t> mtmd_get_memory_usage(const char *, mtmd_context_params)
_FUNCTION = "_Z21mtmd_get_memory_usagePKc19mtmd_context_params"
_UNKNOWN = sentence("This build of llama.cpp does not tell what a projector takes.")
_REFUSED = sentence(
    "llama.cpp does not load this projector: it is damaged, or of a kind that this build does not "
    "know."
)
# A std::map of libstdc++ holds its root and its size here, a node its children, key and value.
_ROOT, _COUNT, _LEFT, _RIGHT, _KEY, _VALUE = 16, 40, 16, 24, 32, 40


class _Map(ctypes.Structure):
    """A `std::map`: larger than a register pair, so that it is handed back through memory."""

    _fields_ = (("words", ctypes.c_uint64 * 8),)


class ProjectorRun:
    """Asks libmtmd."""

    def __init__(self) -> None:
        """Raises `EngineMissingError`."""
        self._api = library.load()
        self._api.llama_backend_init()

    def answer(self, question: MeasureProjector) -> Answer:
        """What the projector takes; what llama.cpp refuses becomes a sentence."""
        if not sys.platform.startswith("linux"):
            return DryRunFailed(_UNKNOWN)
        try:
            mtmd = import_module(f"{library.PACKAGE}.mtmd_cpp")
            usage = ggml.function(mtmd, _FUNCTION, _Map, ctypes.c_char_p, mtmd.mtmd_context_params)
        except (ImportError, AttributeError, OSError, RuntimeError):
            return DryRunFailed(_UNKNOWN)
        parameters = mtmd.mtmd_context_params_default()
        parameters.use_gpu = question.device is not None
        if question.device is not None:
            parameters.device = ggml.device(self._api, question.device)
        found = dict(self._entries(usage(question.path, parameters)))
        if not found:
            return DryRunFailed(_REFUSED)
        return ProjectorMeasured(found)

    def _entries(self, found: _Map) -> Iterator[tuple[str, int]]:
        """Devices and bytes, in the order of the tree."""
        name_of = ggml.function(
            self._api, "ggml_backend_dev_name", ctypes.c_char_p, ctypes.c_void_p
        )
        words = found.words
        nodes = [int(words[_ROOT // 8])] if words[_COUNT // 8] else []
        while nodes:
            node = nodes.pop()
            left, right, key, size = (_word(node + at) for at in (_LEFT, _RIGHT, _KEY, _VALUE))
            nodes += [child for child in (left, right) if child]
            yield name_of(key).decode("utf-8", "replace"), size


def _word(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def main() -> None:
    """Entry point of the process."""
    sys.path[:0] = sys.argv[2:]
    serve(lambda: ProjectorRun().answer, projector_question_decoder, DryRunFailed)


if __name__ == "__main__":
    main()
