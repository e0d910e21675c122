"""What models and evaluated chats take on the disk, and what removing a model would do."""

from __future__ import annotations

import msgspec

from app.domain.model import LocalModel


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to the trash with a model. Paths are as the file system gives them."""

    model: LocalModel
    paths: tuple[bytes, ...]
    # Free again once the trash is emptied; less than the size where other names share the bytes.
    frees_bytes: int
    # Who else uses these files, each as a sentence.
    warnings: tuple[str, ...] = ()


class DiskUse(msgspec.Struct, frozen=True, kw_only=True):
    """The disk of the models folder. `models_bytes` counts each file on it once."""

    models_bytes: int
    free_bytes: int
    total_bytes: int


class StateUsage(msgspec.Struct, frozen=True):
    """The evaluated chats that are kept on disk."""

    count: int
    size_bytes: int
