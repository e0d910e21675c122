"""Shared libraries made for a test with the C compiler that building the engine needs anyway."""

from __future__ import annotations

import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent


def build(folder: Path, name: str, source: str | Path) -> Path:
    """Compile a file, or a text, to the shared library `folder`/`name`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = source if isinstance(source, Path) else folder / f"{name}.c"
    if isinstance(source, str):
        path.write_text(source)
    target = folder / name
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(target), str(path)], check=True)
    return target
