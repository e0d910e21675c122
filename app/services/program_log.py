"""The program's own log: defects go there whole, and to the user as one sentence."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import TextIO, cast

from app.domain.words import said

_LONGEST_BYTES = 1_000_000
_log = logging.getLogger("quantbench")


def tell(sentence: str) -> None:
    """Write a sentence to standard error, if there is one: a program of pythonw's has none."""
    stream = cast("TextIO | None", sys.stderr)
    if stream is not None:
        stream.write(sentence.encode("utf-8", "replace").decode("utf-8") + "\n")


def keep_log(folder: Path) -> Path:
    """Send what the program and its libraries log to one file; the file's path.

    A defect that nothing catches is written there with its traceback, and standard error gets one
    sentence that names the file. The file is made when there is something to write.
    """
    path = folder / "quantbench.log"
    if path.is_file() and path.stat().st_size > _LONGEST_BYTES:
        path.replace(path.with_suffix(".old.log"))
    handler = logging.FileHandler(path, encoding="utf-8", errors="replace", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)

    def report(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        _log.error("a defect", exc_info=(kind, error, traceback))
        words = said(
            "Quantbench met a defect of its own ({kind}). What happened is written in {path}; "
            "please report it with that file."
        )
        tell(words.format(kind=kind.__name__, path=path))

    sys.excepthook = report
    return path
