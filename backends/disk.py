"""Room on a disk: of a module that most workers never need."""

from __future__ import annotations

import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """What may still be written to the disk of a folder. Raises `OSError`."""
    return shutil.disk_usage(folder).free
