"""Reading JSON that others wrote: values of a wrong type count as missing."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, cast

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_NO_COMMA, _MORE = "Expecting ',' or ']'", "Extra data"


def elements(text: str) -> Iterator[object]:
    """The elements of a top-level array one by one, so that nothing large is decoded at once; or
    the one value that the text is. Raises ValueError (RecursionError for absurd nesting).
    """
    at = _skip(text, 1 if text.startswith("\ufeff") else 0)
    if not text.startswith("[", at):
        value, at = _DECODER.raw_decode(text, at)
        yield value
    else:
        at = _skip(text, at + 1)
        while not text.startswith("]", at):
            value, at = _DECODER.raw_decode(text, at)
            yield value
            at = _skip(text, at)
            if text.startswith(",", at):
                at = _skip(text, at + 1)
            elif not text.startswith("]", at):
                raise json.JSONDecodeError(_NO_COMMA, text, at)
        at += 1
    if (at := _skip(text, at)) < len(text):
        raise json.JSONDecodeError(_MORE, text, at)


def between_elements(error: json.JSONDecodeError) -> bool:
    """Whether `elements` found the fault behind an element, not within one."""
    return error.msg in {_NO_COMMA, _MORE}


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()


def dict_in(value: object, key: str) -> dict[str, Any]:
    """The object under a key; empty when there is none."""
    found = as_dict(value).get(key)
    return as_dict(found)


def as_dict(value: object) -> dict[str, Any]:
    """An object, or an empty one in place of anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def list_in(value: object, key: str) -> list[Any]:
    """The array under a key; empty when there is none."""
    found = as_dict(value).get(key)
    return cast("list[Any]", found) if isinstance(found, list) else []


def text_in(value: object, key: str) -> str:
    """The text under a key; empty when there is none."""
    found = as_dict(value).get(key)
    return found if isinstance(found, str) else ""


def time_in(value: object, key: str) -> float | None:
    """Seconds since the epoch under a key, also when it counts milli- or nanoseconds."""
    found = as_dict(value).get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    if not math.isfinite(found) or not 0 < found < 1e20:
        return None
    while found > 1e11:  # the year 5138 in seconds, 1973 in milliseconds
        found /= 1000
    return float(found)
