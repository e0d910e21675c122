"""Run as a child process: loads MLX, computes once on its device, and tells how it went in a line.

A driver that crashes takes this process with it.
"""

from __future__ import annotations

import msgspec

from app.domain.errors import EngineMissingError
from app.domain.words import Sentence, sentence
from backends.helper_main import report
from backends.mlx import library


class MlxReport(msgspec.Struct, frozen=True, kw_only=True):
    """Whether MLX computes here, on what, or else the loader's own sentence."""

    usable: bool
    reason: Sentence


def probe() -> MlxReport:
    """Load the library and let its device add two numbers."""
    try:
        mlx = library.load()
        total = mlx.core.array([1.0, 2.0]).sum()
        mlx.core.eval(total)
    except EngineMissingError as error:
        return MlxReport(usable=False, reason=error.sentence)
    except (RuntimeError, ValueError) as error:
        words = " ".join(str(error).split())
        reason = sentence("MLX loads and does not compute: {words}", words=words)
        return MlxReport(usable=False, reason=reason)
    if total.item() != 3.0:
        reason = sentence("MLX adds 1 and 2 to {total}.", total=float(total.item()))
        return MlxReport(usable=False, reason=reason)
    reason = sentence("It loads and computes on {device}.", device=library.device(mlx))
    return MlxReport(usable=True, reason=reason)


if __name__ == "__main__":
    report(probe)
