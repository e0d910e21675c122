"""Makes an MLX model of a Hugging Face folder, or quantizes one, in a process of its own.

Run as `python -m backends.mlx.convert SOURCE TARGET [--bits N] [--group-size N] [--dtype T]`.
The exit status is 0, or 1 with the reason as the last line of standard error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

from app.domain.errors import AppError, EngineError, UsageError
from app.domain.os_causes import cause_of
from app.domain.words import sentence
from backends.mlx import library
from backends.mlx.folder import read_folder
from backends.mlx.model import runtime_error

BITS = (2, 3, 4, 5, 6, 8)


def convert(
    source: Path, target: Path, bits: int | None, group_size: int = 64, dtype: str | None = None
) -> None:
    """Write the model of `source` to `target`, with weights of `bits` bits; None keeps them whole.

    `target` comes into being when it is complete. `dtype`: float16, bfloat16 or float32, of what
    is not quantized. Raises `AppError`.
    """
    if bits is not None and bits not in BITS:
        raise UsageError(
            "MLX quantizes to {names} bits, not to {bits}.",
            names=", ".join(map(str, BITS)),
            bits=bits,
        )
    if target.exists():
        raise UsageError("{target} exists already. Choose another name.", target=str(target))
    read_folder(os.fsencode(source))
    library.load()
    partial = target.with_name(f".{target.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        # An absolute path: a relative one is taken for the name of a repository.
        import_module("mlx_lm.convert").convert(
            str(source.absolute()),
            str(partial.absolute()),
            quantize=bits is not None,
            q_bits=bits,
            q_group_size=group_size,
            dtype=dtype,
        )
        partial.rename(target)
    except OSError as error:
        raise EngineError(
            "{target} cannot be written: {cause}.", target=str(target), cause=cause_of(error)
        ) from error
    except (RuntimeError, ValueError, TypeError, LookupError) as error:
        raise runtime_error(error, sentence("converting {name}", name=source.name)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def main() -> None:
    """Entry point of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--bits", type=int)
    parser.add_argument("--group-size", type=int, default=64)
    parser.add_argument("--dtype", choices=("float16", "bfloat16", "float32"))
    chosen = parser.parse_args()
    try:
        convert(chosen.source, chosen.target, chosen.bits, chosen.group_size, chosen.dtype)
    except AppError as error:
        sys.exit(str(error))  # to standard error, with status 1


if __name__ == "__main__":
    main()
