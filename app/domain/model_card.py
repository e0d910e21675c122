"""A repository's model card: its Markdown made readable, and the licence that it names."""

from __future__ import annotations

import re
from typing import Final

MOST_CHARACTERS: Final = 200_000
_FRONT_MATTER: Final = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S
)
_LICENSE: Final = re.compile(r"^license(_name)?:[ \t]*[\"']?([^\s\"'#\[\]]+)", re.M)
_LONGEST_LICENSE: Final = 60
_FENCE: Final = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})", re.M)
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
# Elements whose content is no text for people.
_HIDDEN: Final = re.compile(r"<(script|style|svg|iframe)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
_BREAK: Final = re.compile(r"</?(?:br|p|div|tr|li|h[1-6]|summary|details|center)\b[^<>]*>", re.I)
_TAG: Final = re.compile(r"</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>", re.I)
_BLANKS: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


def readable_card(text: str) -> str:
    """Markdown for reading: front matter, comments, scripts and tags are gone, their text stays.

    Fenced code is left as it is. What remains is still text from outside, for a renderer that
    interprets no HTML and loads no image.
    """
    text = _FRONT_MATTER.sub("", text[:MOST_CHARACTERS], count=1)
    return "".join(_without_tags(piece) if plain else piece for plain, piece in _pieces(text))


def license_of(text: str) -> str | None:
    """The licence in a card's front matter, such as `apache-2.0`; by its name if it is `other`."""
    front = _FRONT_MATTER.match(text[:MOST_CHARACTERS])
    named: dict[str, str] = dict(_LICENSE.findall(front[0])) if front else {}
    return license_text(named.get(""), named.get("_name"))


def license_text(license_id: str | None, name: str | None) -> str | None:
    """A licence as people call it: `other` alone says nothing."""
    chosen = name if license_id in (None, "", "other") and name else license_id
    return " ".join(chosen.split())[:_LONGEST_LICENSE] or None if chosen else None


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Stretches of the text in order, each with whether it lies outside fenced code."""
    found: list[tuple[bool, str]] = []
    position = 0
    while (opening := _FENCE.search(text, position)) is not None:
        found.append((True, text[position : opening.start()]))
        mark = opening[1]
        closing = re.compile(rf"^[ \t]{{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.M)
        end = closing.search(text, opening.end())
        position = len(text) if end is None else end.end()
        found.append((False, text[opening.start() : position]))
    found.append((True, text[position:]))
    return found


def _without_tags(text: str) -> str:
    text = _HIDDEN.sub("", _COMMENT.sub("", text))
    text = _TAG.sub("", _BREAK.sub("\n\n", text) if "<" in text else text)
    return _BLANKS.sub("\n\n", text)
