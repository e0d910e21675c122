"""The process that colours code and draws formulas: a line of JSON in, a line of JSON out.

Run as `python -m app.services.typesetter`. What it reads was written by a model. A lexer or a
formula that takes for ever, or all memory, takes this process with it and nothing else.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import import_module
from typing import Any, BinaryIO

import msgspec

from app.domain.typesetting import (
    LONGEST_FORMULA,
    Drawn,
    Formula,
    Ink,
    Inked,
    InkRun,
    Listing,
    Set,
    Setting,
    Unset,
)
from app.services.bounded_process import answer, begin_bounded

_MEMORY_BYTES = 2**30
# Formulas are drawn at this size, in points, and measured in parts of it.
_EM = 16.0
# The widest and highest that a formula may be, in sizes of its letters.
_WIDEST, _HIGHEST = 200.0, 60.0
# Definitions can double at each step; what a reply says, it can say without them.
_DEFINES = re.compile(r"\\(?:re|provide)?(?:newcommand|def|gdef|edef|xdef|let|csname|loop|repeat)")

_VIEW_BOX = re.compile(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"')

# Token type of pygments, or of a parent of it -> ink.
_INKS: dict[str, Ink] = {
    "Comment": "comment",
    "Keyword": "keyword",
    "Operator.Word": "keyword",
    "Keyword.Constant": "number",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Name.Function": "function",
    "Name.Class": "type",
    "Name.Decorator": "type",
    "Name.Attribute": "type",
    "Name.Builtin": "builtin",
    "Name.Tag": "tag",
    "Generic.Deleted": "deleted",
    "Generic.Inserted": "inserted",
    "Generic.Heading": "function",
}


def set_one(setting: Setting) -> Set:
    """Prepare one thing; whatever a library cannot take is left as it is written."""
    if isinstance(setting, Listing):
        return _inked(setting)
    return _drawn(setting)


# Code


def _inked(listing: Listing) -> Set:
    from pygments import lex
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = find_lexer_class_by_name(listing.language)(stripnl=False, ensurenl=False)
    except ClassNotFound:
        return Unset()
    tokens = lex(listing.text, lexer)
    pieces: list[tuple[str, Ink]] = [
        (value, _ink(str(token)[len("Token.") :])) for token, value in tokens
    ]
    # A lexer may drop a byte order mark or change line ends; then the text is worth more.
    if "".join(value for value, _ in pieces) != listing.text:
        return Unset()
    return Inked(_runs(pieces, listing.known))


def _runs(pieces: list[tuple[str, Ink]], known: int) -> tuple[InkRun, ...]:
    runs: list[InkRun] = []
    for value, ink in pieces:
        characters = len(value) - min(known, len(value))
        known -= len(value) - characters
        if not characters:
            continue
        if runs and (runs[-1].ink == ink or not value.strip()):
            runs[-1] = InkRun(runs[-1].characters + characters, runs[-1].ink)
        else:
            runs.append(InkRun(characters, ink))
    return tuple(runs)


@cache
def _ink(token: str) -> Ink:
    parts = token.split(".")
    for length in range(len(parts), 0, -1):
        found = _INKS.get(".".join(parts[:length]))
        if found is not None:
            return found
    return "plain"


# Formulas


@cache
def _ziamath() -> Any:
    try:
        ziamath = import_module("ziamath")
    except ImportError:
        return None
    # Qt's reader of SVG 1.1 draws the symbols of version 2 in the wrong places.
    ziamath.config.svg2 = False
    return ziamath


@cache
def _not_understood() -> tuple[type[Exception], ...]:
    """What the libraries raise for a formula that they cannot take: more than a dozen types."""
    kinds = vars(import_module("latex2mathml.exceptions")).values()
    own = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception))
    return (
        *own, ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError,
        RuntimeError, SyntaxError, TypeError, ValueError,
    )  # fmt: skip


def _drawn(formula: Formula) -> Set:
    library = _ziamath()
    source = formula.source.strip()
    if library is None or not source or len(source) > LONGEST_FORMULA or _DEFINES.search(source):
        return Unset()
    try:
        svg = library.Latex(source, size=_EM, inline=not formula.display).svg()
    except _not_understood():
        return Unset()
    box = _VIEW_BOX.search(svg)
    if box is None:
        return Unset()
    # The baseline is at zero, and what is above it is negative.
    _, top, width, height = (float(length) / _EM for length in box.groups())
    if not (0 < width <= _WIDEST and 0 < height <= _HIGHEST):
        return Unset()
    return Drawn(svg, width, -top, height + top)


def serve(settings: BinaryIO, answers: int) -> None:
    """Answer one line after the other until there are no more."""
    decode = msgspec.json.Decoder(tuple[Setting, ...]).decode
    for line in settings:
        sets = [set_one(setting) for setting in decode(line)]
        answer(answers, msgspec.json.encode(sets) + b"\n")


def main() -> None:
    """Entry point of the process."""
    serve(sys.stdin.buffer, begin_bounded(_MEMORY_BYTES))


if __name__ == "__main__":
    main()
