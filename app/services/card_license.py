"""The licence that a README beside a model names, as folders from the hub have it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from app.domain.model_card import license_of
from app.services.regular_files import open_regular, read_start

_START_BYTES: Final = 65536


def card_license(folder: Path) -> str | None:
    """The licence of the model in `folder`; None where no README tells."""
    try:
        descriptor = open_regular(folder / "README.md")
    except OSError:
        return None
    try:
        return license_of(read_start(descriptor, _START_BYTES).decode("utf-8", "replace"))
    except OSError:
        return None
    finally:
        os.close(descriptor)
