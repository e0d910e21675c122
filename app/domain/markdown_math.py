"""Formulas among words: `$x$`, `$$x$$`, `\\(x\\)` and `\\[x\\]`, as a rule for markdown-it.

Money is no formula: as in Pandoc, a space after the first `$`, a space before the second one or a
digit behind it make them plain characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_CLOSERS = {"\\(": "\\)", "\\[": "\\]"}
# A formula among words is not longer than this; the search for its end is bounded by it.
_LONGEST = 500


def add_math(parser: MarkdownIt) -> MarkdownIt:
    """Make the parser give tokens `math_inline` and `math_display`, whose `content` is LaTeX and
    whose `markup` is what stands before it.
    """
    parser.inline.ruler.before("escape", "math", _math)
    return parser


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    source, start = state.src, state.pos
    if source[start] == "$":
        opener = "$$" if source.startswith("$$", start) else "$"
        closer = opener
    else:
        opener = source[start : start + 2]
        closer = _CLOSERS.get(opener, "")
    if not closer:
        return False
    begin = start + len(opener)
    end = _end(source, begin, min(state.posMax, begin + _LONGEST), closer)
    if end < 0:
        return False
    if not silent:
        display = opener in {"$$", "\\["}
        token = state.push("math_display" if display else "math_inline", "math", 0)
        token.content = source[begin:end]
        token.markup = opener
    state.pos = end + len(closer)
    return True


def _end(source: str, begin: int, limit: int, closer: str) -> int:
    """Where the closer of a formula stands; -1 when there is none."""
    money = closer == "$"
    if money and source[begin : begin + 1].isspace():
        return -1
    at = source.find(closer, begin, limit)
    while at > begin:
        escaped = source[at - 1] == "\\" and closer[0] == "$"
        if not escaped and not (money and _is_money(source, at)):
            return at if source[begin:at].strip() else -1
        if money and not escaped:
            return -1
        at = source.find(closer, at + 1, limit)
    return -1


def _is_money(source: str, at: int) -> bool:
    return source[at - 1].isspace() or source[at + 1 : at + 2].isdigit()
