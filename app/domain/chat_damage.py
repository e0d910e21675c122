"""What is wrong with a chat in an export file, and where: sentences for who imports it."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import msgspec

from app.domain.words import Sentence, marked, sentence

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, marked("true or false")),
    ((int, float), marked("a number")),
    (str, marked("a text")),
    (list, marked("a list")),
    (dict, marked("an object")),
)
_NOTHING = marked("nothing")
# As msgspec names them in its errors.
_TYPES: dict[str, type] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "array": list,
    "object": dict,
}
_WRONG_TYPE = re.compile(r"Expected `(\w+)[^`]*`, got `(\w+)`")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_IN_MESSAGE = re.compile(r"messages\[(\d+)\]\.(.+)")


class UnreadableChatError(ValueError):
    """Why a chat is left out: a sentence on `{what}`, the chat or its whole file."""

    def __init__(self, template: str, /, **values: str | int | Sentence) -> None:
        super().__init__(template)
        self._template, self._values = template, values

    def about(self, what: str | Sentence) -> Sentence:
        """The sentence on this chat or file."""
        return Sentence(self._template, {"what": what, **self._values})


class WrongTypeError(ValueError):
    """A value that a chat cannot do without is of another type."""

    def __init__(self, key: str, wanted: type, found: type) -> None:
        super().__init__(key)
        self.key, self.wanted, self.found = key, wanted, found

    def told(self, number: int | None = None) -> UnreadableChatError:
        """As a reason to leave the chat out; `number`: of the message, from 1."""
        return UnreadableChatError(
            "{what} is damaged: {place} is {found} and has to be {wanted}. Export it again.",
            place=_place(self.key, number),
            found=_kind(self.found),
            wanted=_kind(self.wanted),
        )


def _place(key: str, number: int | None) -> Sentence:
    if number is None:
        return sentence("“{key}”", key=key)
    return sentence("“{key}” of message {number}", key=key, number=number)


def _kind(found: type) -> Sentence:
    return Sentence(next((name for kinds, name in _KINDS if issubclass(found, kinds)), _NOTHING))


@contextmanager
def in_message(number: int) -> Generator[None]:
    """Tell of a wrong type in here as one in this message, counted from 1."""
    try:
        yield
    except WrongTypeError as error:
        raise error.told(number) from error


def dict_needed(found: object, key: str) -> dict[str, Any]:
    """What was found under a key as an object, empty for nothing. Raises `WrongTypeError`."""
    return cast("dict[str, Any]", _needed(found, key, dict) or {})


def list_needed(found: object, key: str) -> list[Any]:
    """What was found under a key as an array, empty for nothing. Raises `WrongTypeError`."""
    return cast("list[Any]", _needed(found, key, list) or [])


def text_needed(found: object, key: str) -> str:
    """What was found under a key as a text, empty for nothing. Raises `WrongTypeError`."""
    return cast("str", _needed(found, key, str) or "")


def _needed(found: object, key: str, wanted: type) -> object:
    if found is not None and not isinstance(found, wanted):
        raise WrongTypeError(key, wanted, type(found))
    return found


def damage_of(error: msgspec.ValidationError | OverflowError) -> UnreadableChatError:
    """What msgspec found in a chat of ours, such as "Expected `str`, got `int` - at `$.title`"."""
    reason, _, path = str(error).partition(" - at ")
    key, number = path.strip("`").removeprefix("$."), None
    missing, wrong = _MISSING.fullmatch(reason), _WRONG_TYPE.fullmatch(reason)
    if missing:
        key = f"{key}.{missing[1]}".removeprefix(".")
    if within := _IN_MESSAGE.fullmatch(key):
        number, key = int(within[1]) + 1, within[2]
    if missing:
        return UnreadableChatError(
            "{what} is damaged: {place} is missing. Export it again.", place=_place(key, number)
        )
    if wrong:
        wanted, found = (_TYPES.get(name, type(None)) for name in wrong.groups())
        return WrongTypeError(key, wanted, found).told(number)
    return UnreadableChatError(
        "{what} is damaged: {place} holds what does not belong there ({reason}). Export it again.",
        place=_place(key, number),
        reason=reason,
    )
