"""What is prepared for the screen in a process of its own: code in colours, and formulas."""

from __future__ import annotations

from typing import Literal

import msgspec

# A longer formula is shown as it is written.
LONGEST_FORMULA = 2_000

# What a piece of code is; the window has a colour for each.
Ink = Literal[
    "plain", "comment", "keyword", "string", "number", "function", "type", "builtin", "tag",
    "deleted", "inserted",
]  # fmt: skip


class Listing(msgspec.Struct, frozen=True, tag=True):
    """Code in a language as a reply names it. The first `known` characters only lead up to what
    is asked for: a piece of a long listing begins in the middle of it.
    """

    text: str
    language: str
    known: int = 0


class Formula(msgspec.Struct, frozen=True, tag=True):
    """LaTeX mathematics; `display` is the larger style of formulas that stand alone."""

    source: str
    display: bool


class InkRun(msgspec.Struct, frozen=True, array_like=True):
    """So many characters of one ink."""

    characters: int
    ink: Ink


class Inked(msgspec.Struct, frozen=True, tag=True):
    """The inks of a listing after its `known` characters; together as long as the rest."""

    runs: tuple[InkRun, ...]


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """A formula as an SVG picture; lengths count in sizes of the letters around it (em)."""

    svg: str
    width: float
    ascent: float
    descent: float


class Unset(msgspec.Struct, frozen=True, tag=True):
    """It cannot be prepared, and is shown as it is written."""


Setting = Listing | Formula
Set = Inked | Drawn | Unset
