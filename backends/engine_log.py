"""What a worker writes to standard error: the latest lines in memory, all in a rotating file."""

from __future__ import annotations

import logging
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

_KEPT_LINES = 400
_FILE_BYTES, _FILES = 2_000_000, 3
_LONGEST_LINE = 2000


class EngineLog:
    """The log of one worker; written from its reader thread, read from any other."""

    def __init__(self, path: Path | None) -> None:
        """`path` None keeps the log in memory only."""
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._handler = None if path is None else _file_handler(path)

    def add(self, line: bytes) -> None:
        """Take one line, with or without its line end."""
        text = line.decode("utf-8", "replace").rstrip()[:_LONGEST_LINE]
        self._lines.append(text)
        if self._handler is not None:
            self._handler.emit(logging.LogRecord("engine", logging.INFO, "", 0, text, None, None))

    def tail(self, count: int = 60) -> list[str]:
        """The latest lines, oldest first."""
        return list(self._lines)[-count:]

    def close(self) -> None:
        """Close the file; the lines in memory stay."""
        if self._handler is not None:
            self._handler.close()


def _file_handler(path: Path) -> RotatingFileHandler | None:
    """A log must never be the reason that a model does not load: without a file, go on without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=_FILE_BYTES, backupCount=_FILES - 1, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    return handler
