"""What PySide6's type stubs say wrong about Qt, put right in one place."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def with_fields(struct: T, **fields: object) -> T:
    """Set fields of one of Qt's structs, which the stubs declare read-only."""
    for name, value in fields.items():
        setattr(struct, name, value)
    return struct


def or_none(value: T) -> T | None:
    """What Qt answers with null where there is none, which the stubs do not know."""
    return value
