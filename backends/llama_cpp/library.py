"""llama.cpp's C interface: loaded without the high-level package, with its log listened to.

`import llama_cpp` pulls in numpy, jinja2 and the high-level classes: 70 ms and 23 MB that a worker
does not need. Only the module of C declarations is loaded here.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import types
from collections import deque
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from app.domain.errors import EngineMissingError

PACKAGE = "llama_cpp"
_LEVEL_DEBUG, _LEVEL_WARN, _LEVEL_ERROR, _LEVEL_CONTINUED = 1, 3, 4, 5
_KEPT_COMPLAINTS = 40
_BUFFER = " buffer size = "
# llama.cpp keeps the address of its one log callback for as long as the process lives, and calls it
# even while a context is freed whose log nobody reads any more: none of them is ever collected.
_callbacks: list[Any] = []


def load() -> Any:
    """The module `llama_cpp.llama_cpp`. Raises `EngineMissingError` with the loader's words."""
    if PACKAGE not in sys.modules:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.submodule_search_locations is None:
            raise EngineMissingError(
                "The llama.cpp engine is not installed. In a checkout `uv sync` builds it (it "
                "needs a C++ compiler); elsewhere run `pip install quantbench[llama-cpp]`."
            )
        package = types.ModuleType(PACKAGE)
        package.__spec__ = spec  # whoever looks for the package finds it still
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules[PACKAGE] = package
    try:
        return import_module(f"{PACKAGE}.llama_cpp")
    except (OSError, RuntimeError, ImportError, AttributeError) as error:
        raise EngineMissingError(
            "The llama.cpp engine is installed and its library does not load: {error}",
            error=str(error),
        ) from error


def version() -> str:
    """The installed version of llama-cpp-python."""
    # Not by importlib.metadata, which takes 4 MB of every worker for this.
    folder = Path(import_module(PACKAGE).__path__[0]).parent
    names = (found.name for found in folder.glob("llama_cpp_python-*.dist-info"))
    return next((name.split("-")[1].removesuffix(".dist") for name in names), "unknown")


def listen(api: Any, hear: Callable[[int, bytes, object], None]) -> None:
    """Let `hear` have llama.cpp's log from now on: level, text, and nothing of use."""
    callback = api.llama_log_callback(hear)
    _callbacks.append(callback)
    api.llama_log_set(callback, ctypes.c_void_p(0))


class EngineLog:
    """Passes llama.cpp's log on to standard error and keeps its latest complaints."""

    def __init__(self, api: Any) -> None:
        self._complaints: deque[str] = deque(maxlen=_KEPT_COMPLAINTS)
        self._buffers: list[str] = []
        self._level = 0
        listen(api, self._hear)

    def _hear(self, level: int, text: bytes, _user_data: object) -> None:
        self._level = self._level if level == _LEVEL_CONTINUED else level
        if self._level == _LEVEL_DEBUG:  # a thousand lines for each context
            return
        line = text.decode("utf-8", "replace")
        sys.stderr.write(line)
        if _BUFFER in line:
            self._buffers.append(line)
        if self._level in (_LEVEL_WARN, _LEVEL_ERROR) and line.strip():
            self._complaints.append(line.strip())

    def take_buffers(self) -> list[str]:
        """The lines on buffers since the last call."""
        lines, self._buffers = self._buffers, []
        return lines

    def take_complaints(self) -> list[str]:
        """The warnings and errors since the last call, oldest first."""
        sys.stderr.flush()
        complaints = list(self._complaints)
        self._complaints.clear()
        return complaints
