"""What the user set or the program remembers between two starts."""

from __future__ import annotations

from typing import Literal

import msgspec

Theme = Literal["system", "dark", "light"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings with their defaults. Paths hold odd bytes as `os.fsdecode` gives them."""

    theme: Theme = "system"
    # Files outside the models folder that the user opened, oldest first.
    opened_files: tuple[str, ...] = ()
    # The name or path of the model that was loaded last.
    last_model: str | None = None
    # Which configuration survived the self-check, by the build of the engine.
    safe_configurations: dict[str, str] = {}
    # More folders in which models are looked for.
    model_folders: tuple[str, ...] = ()
