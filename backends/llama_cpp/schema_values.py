"""What the keywords of a JSON schema say, checked before it is believed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from app.domain.errors import SchemaError
from backends.llama_cpp.grammar import literal
from backends.llama_cpp.number_grammar import Bound
from backends.llama_cpp.schema_merge import Schema

_LARGEST_BOUND = Decimal(10) ** 30
_MOST_DECIMALS = 30
_UNHELD = (
    *("not", "if", "dependentRequired", "dependentSchemas", "dependencies", "patternProperties"),
    *("propertyNames", "minProperties", "maxProperties", "contains", "uniqueItems", "multipleOf"),
    *("unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"),
)


def shown(value: object) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, default=lambda each: float(str(each)))


def refuse_unheld(schema: Schema) -> None:
    """Raise `SchemaError` for a keyword that no grammar can hold."""
    for keyword in _UNHELD:
        if schema.get(keyword) not in (False, None):
            raise SchemaError(
                "No grammar can hold “{keyword}” of the JSON schema. Leave it out, and check the "
                "reply for it.",
                keyword=keyword,
            )


def schemas_of(schema: Schema, keyword: str) -> list[object]:
    """The schemas in a list. Raises `SchemaError`."""
    found = schema[keyword]
    if not isinstance(found, list) or not found:
        raise SchemaError("“{keyword}” of a JSON schema is a list of schemas.", keyword=keyword)
    return cast("list[object]", found)


def properties_of(schema: Schema) -> tuple[Schema, set[str]]:
    """The properties with their schemas, and those that must come. Raises `SchemaError`."""
    properties, required = schema.get("properties", {}), schema.get("required", [])
    names = cast("list[object]", required) if isinstance(required, list) else [None]
    if not isinstance(properties, dict) or not all(isinstance(name, str) for name in names):
        raise SchemaError(
            "“properties” of a JSON schema is an object, and “required” a list of their names."
        )
    wanted, known = cast("list[str]", names), {**cast("Schema", properties)}
    for name in wanted:
        known.setdefault(name, True)
    return known, set(wanted)


def count_of(schema: Schema, keyword: str) -> int | None:
    """A count, if it is given. Raises `SchemaError`."""
    if schema.get(keyword) is None:
        return None
    number = _number_of(schema, keyword)
    if number < 0 or number != number.to_integral_value():
        raise SchemaError("“{keyword}” of a JSON schema is a count.", keyword=keyword)
    return int(number)


def bound_of(schema: Schema, keyword: str) -> Bound | None:
    """What `minimum` or `maximum` and its excluding sister ask for. Raises `SchemaError`."""
    strict = f"exclusive{keyword.capitalize()}"
    if isinstance(schema.get(strict), bool):  # draft 4
        is_given = keyword in schema
        return Bound(_number_of(schema, keyword), strict=schema[strict]) if is_given else None
    found = [
        Bound(_number_of(schema, each), strict=each == strict)
        for each in (keyword, strict)
        if schema.get(each) is not None
    ]
    sharper = max if keyword == "minimum" else min
    return sharper(reversed(found), key=lambda bound: bound.value, default=None)


def _number_of(schema: Schema, keyword: str) -> Decimal:
    value: Any = schema[keyword]
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    is_known = isinstance(exponent, int) and exponent >= -_MOST_DECIMALS
    if isinstance(value, bool) or not is_known or abs(number) >= _LARGEST_BOUND:
        raise SchemaError(
            "“{keyword}” of the JSON schema is {value}, which is no number that a grammar holds.",
            keyword=keyword,
            value=str(value)[:80],
        )
    return number


def other_name(names: Iterable[str]) -> str:
    """The rule of a property's name, in quotes, that is none of these."""
    plain = [name for name in names if name.isprintable() and not set(name) & {'"', "\\"}]
    return f'"\\"" ({_none_of(plain)}) "\\""'


def _none_of(names: list[str]) -> str:
    starts = sorted({name[0] for name in names if name})
    if not starts:
        return "char char*" if names else "char*"
    taken = "".join(f"\\U{ord(start):08X}" for start in starts)
    ways = [f'[^"\\\\\\x00-\\x1F\\x7F{taken}] char*']
    for start in starts:
        rest = _none_of([name[1:] for name in names if name[:1] == start])
        ways.append(f"{literal(start)} ({rest})")
    return " | ".join(ways if "" in names else [*ways, '""'])
