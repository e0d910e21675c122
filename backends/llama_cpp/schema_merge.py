"""Two JSON schemas as one that asks for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.domain.errors import SchemaError

Schema = dict[str, Any]
# What a schema says to people and not about values.
REMARKS = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
     "$defs", "definitions", "$schema", "$id", "$anchor", "$comment", "discriminator")
)  # fmt: skip
_MOST_WAYS = 256


def merged(one: Schema, other: Schema) -> Schema:
    """The schema of values that both allow. Raises `SchemaError` where it cannot be told."""
    found = dict(one)
    for key, value in other.items():
        found[key] = value if key not in found else _both(key, found[key], value)
    return found


def _both(key: str, one: Any, other: Any) -> Any:
    if one == other or key in REMARKS:
        return one
    if key not in _RULES:
        raise _refusal(key)
    return _RULES[key](one, other)


def _properties(one: Schema, other: Schema) -> Schema:
    return {
        name: _all(one[name], other[name])
        if name in one and name in other
        else one.get(name, other.get(name))
        for name in {**one, **other}
    }


def _required(one: list[str], other: list[str]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))


def _all(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    if one is True or other is True:
        return other if one is True else one
    return {"allOf": [one, other]}


def _ways(one: list[Any], other: list[Any]) -> list[Any]:
    if len(one) * len(other) > _MOST_WAYS:
        raise _refusal("anyOf")
    return [{"allOf": [first, second]} for first in one for second in other]


def _types(one: Any, other: Any) -> list[Any]:
    firsts, seconds = ([each] if isinstance(each, str) else each for each in (one, other))
    both = [each for each in firsts if each in seconds]
    if {"integer", "number"} <= {*firsts, *seconds}:
        both.append("integer")
    if not both:
        raise _refusal("type")
    return both


def _values(one: list[Any], other: list[Any]) -> list[Any]:
    both = [each for each in one if each in other]
    if not both:
        raise _refusal("enum")
    return both


def _refusal(key: str) -> SchemaError:
    return SchemaError(
        "The JSON schema asks for two “{key}” of one value, which cannot be put together.",
        key=key,
    )


_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "properties": _properties,
    "required": _required,
    "additionalProperties": _all,
    "items": _all,
    "allOf": lambda one, other: [*one, *other],
    "anyOf": _ways,
    "oneOf": _ways,
    "type": _types,
    "enum": _values,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), min),
}
