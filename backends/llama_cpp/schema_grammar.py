"""JSON schemas as grammars (GBNF): what the grammar lets through, the schema allows.

Properties come in the order in which the schema names them, and none but them unless
`additionalProperties` says so. What no grammar can hold (`not`, `uniqueItems` ..) is refused with
its name; `format` binds where it is a date, a time or a UUID, and is a remark elsewhere. Source:
JSON Schema 2020-12, with `definitions`, lists of `items` and `additionalItems` of earlier drafts.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import cast

from app.domain.errors import SchemaError
from app.domain.reply_binding import TYPES
from backends.llama_cpp.grammar import literal
from backends.llama_cpp.number_grammar import integer_rule, number_rule
from backends.llama_cpp.pattern_grammar import CHARACTER, pattern_rule, repeated
from backends.llama_cpp.schema_merge import REMARKS, Schema, merged
from backends.llama_cpp.schema_values import (
    bound_of,
    count_of,
    other_name,
    properties_of,
    refuse_unheld,
    schemas_of,
    shown,
)

_LONGEST = 200_000
_DEEPEST = 64
_MOST_RULES = 20_000
_DATE = '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
_TIME = (
    '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? '
    '("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])'
)
_FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f'{_DATE} "T" {_TIME}',
    "uuid": '[0-9a-fA-F]{8} ("-" [0-9a-fA-F]{4}){3} "-" [0-9a-fA-F]{12}',
}
# Rules that any schema may use. A model may indent; without a bound it could do so for ever.
_COMMON = {
    "space": '| " " | "\\n" [ \\t]{0,20}',
    "char": CHARACTER,
    "text": '"\\"" char* "\\"" space',
    "whole": '("-"? ("0" | [1-9] [0-9]{0,15})) space',
    "decimal": '("-"? ("0" | [1-9] [0-9]{0,15})) ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})? space',
    "truth": '("true" | "false") space',
    "nothing": '"null" space',
    "list": '"[" space (any ("," space any)*)? "]" space',
    "entry": 'text ":" space any',
    "map": '"{" space (entry ("," space entry)*)? "}" space',
    "any": "map | list | text | decimal | truth | nothing",
}
_PLAIN = {"object": "map", "array": "list", "string": "text", "integer": "whole",
          "number": "decimal", "boolean": "truth", "null": "nothing"}  # fmt: skip
# Which type is meant where none is named.
_KEYWORDS = {
    "object": ("properties", "additionalProperties", "required"),
    "array": ("items", "prefixItems", "minItems", "maxItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}


def grammar_of_schema(schema: str, *, is_strict: bool = True) -> str:
    """The GBNF grammar of a JSON schema, as JSON text. Raises `SchemaError` with the reason.

    Unless `is_strict`, what no grammar can hold is passed over.
    """
    if len(schema) > _LONGEST:
        raise SchemaError(
            "The JSON schema has {count} characters; more than {longest} are not accepted.",
            count=len(schema),
            longest=_LONGEST,
        )
    try:
        value = json.loads(schema, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise SchemaError(
            "The JSON schema is not valid JSON: {error}.", error=str(error)
        ) from error
    try:
        return _Rules(value, is_strict=is_strict).grammar()
    except (TypeError, RecursionError) as error:
        raise SchemaError("The JSON schema is no valid one: {error}.", error=str(error)) from error


class _Rules:
    """The rules of one schema."""

    def __init__(self, root: object, *, is_strict: bool) -> None:
        self._root = root
        self._is_strict = is_strict
        self._rules = dict(_COMMON)
        self._names: dict[str, str] = {}
        self._depth = 0

    def grammar(self) -> str:
        """All of them, the first of which is `root`."""
        rules = {"root": self._rule_of(self._root), **self._rules}
        return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())

    def _add(self, rule: str) -> str:
        """A name for a rule."""
        if len(self._rules) > _MOST_RULES:
            raise SchemaError(
                "The JSON schema makes more than {most_rules} rules. Simplify it.",
                most_rules=_MOST_RULES,
            )
        name = f"r{len(self._rules)}"
        self._rules[name] = rule
        return name

    def _name_of(self, schema: object) -> str:
        """The rule of a schema under a name."""
        rule = self._rule_of(schema)
        return rule if rule in self._rules else self._add(rule)

    def _rule_of(self, schema: object) -> str:
        if schema is True or schema == {}:
            return "any"
        if not isinstance(schema, dict):
            raise SchemaError(
                "A JSON schema is an object, or true; {value} is none.",
                value=shown(schema)[:80],
            )
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SchemaError(
                "The JSON schema is nested more than {deepest} times.", deepest=_DEEPEST
            )
        rule = self._rule(cast("Schema", schema))
        self._depth -= 1
        return rule

    def _rule(self, schema: Schema) -> str:
        if self._is_strict:
            refuse_unheld(schema)
        if "$ref" in schema:
            return self._reference(schema)
        if "allOf" in schema:
            return self._all(schema)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._union(schema, keyword)
        if "const" in schema:
            return f"{literal(shown(schema['const']))} space"
        return self._enum(schema["enum"]) if "enum" in schema else self._typed(schema)

    def _all(self, schema: Schema) -> str:
        rest = {key: each for key, each in schema.items() if key != "allOf"}
        for part in schemas_of(schema, "allOf"):
            rest = merged(rest, self._resolved(part))
        return self._rule_of(rest)

    def _reference(self, schema: Schema) -> str:
        """The rule of what is referred to, made once: so it can refer to itself."""
        pointer = schema["$ref"]
        rest = {key: each for key, each in schema.items() if key != "$ref"}
        if not rest.keys() <= REMARKS:
            return self._rule_of(merged(self._resolved({"$ref": pointer}), rest))
        if pointer not in self._names:
            target = self._resolved(schema)
            self._names[pointer] = name = self._add("")
            self._rules[name] = self._rule_of(target)
        return self._names[pointer]

    def _resolved(self, schema: object) -> Schema:
        """A schema that is no reference, but what references lead to."""
        seen: set[str] = set()
        while isinstance(schema, dict) and "$ref" in schema:
            pointer = cast("Schema", schema)["$ref"]
            if not isinstance(pointer, str) or pointer in seen:
                raise SchemaError(
                    "The reference {pointer} of the JSON schema leads to itself.",
                    pointer=shown(pointer)[:80],
                )
            seen.add(pointer)
            schema = self._target(pointer)
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise SchemaError("The JSON schema has {value} in place of a schema.",
                              value=shown(schema)[:80])  # fmt: skip
        return cast("Schema", schema)

    def _target(self, pointer: str) -> object:
        start, hash_sign, path = pointer.partition("#")
        found: object = self._root if hash_sign and not start else None
        for step in filter(None, path.split("/")):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list):
                items = cast("list[object]", found)
                found = items[int(key)] if key.isdecimal() and int(key) < len(items) else None
            else:
                found = cast("Schema", found).get(key) if isinstance(found, dict) else None
        if found is None:
            raise SchemaError(
                "The JSON schema refers to {pointer}, which is not in it. Schemas of other places "
                "are not fetched: put it under $defs.",
                pointer=pointer[:80],
            )
        return found

    def _union(self, schema: Schema, keyword: str) -> str:
        rest = {key: each for key, each in schema.items() if key != keyword}
        ways = schemas_of(schema, keyword)
        if not rest.keys() <= REMARKS:
            ways = [merged(rest, self._resolved(way)) for way in ways]
        return " | ".join(dict.fromkeys(self._name_of(way) for way in ways))

    def _enum(self, values: object) -> str:
        if not isinstance(values, list) or not values:
            raise SchemaError("“enum” of a JSON schema is a list of values.")
        ways = [literal(shown(value)) for value in cast("list[object]", values)]
        return f"({' | '.join(ways)}) space"

    def _typed(self, schema: Schema) -> str:
        wanted = schema.get("type")
        if wanted is None:
            kinds = [kind for kind, words in _KEYWORDS.items() if any(w in schema for w in words)]
            wanted = kinds or "any"
        if isinstance(wanted, list):
            names = [self._typed_one(schema, each) for each in cast("list[object]", wanted)]
            return " | ".join(self._add(rule) for rule in names) or "any"
        return "any" if wanted == "any" else self._typed_one(schema, wanted)

    def _typed_one(self, schema: Schema, kind: object) -> str:
        if kind not in TYPES:
            raise SchemaError(
                "The JSON schema asks for the type {kind}; there are {types}.",
                kind=shown(kind)[:80],
                types=", ".join(TYPES),
            )
        if kind in ("integer", "number"):
            return self._number(schema, is_whole=kind == "integer")
        if not any(word in schema for word in _KEYWORDS.get(kind, ())):
            return _PLAIN[kind]
        if kind == "object":
            return self._object(schema)
        return self._array(schema) if kind == "array" else self._string(schema)

    def _string(self, schema: Schema) -> str:
        low, high = count_of(schema, "minLength") or 0, count_of(schema, "maxLength")
        if "pattern" in schema and (inner := self._pattern(schema, (low, high))) is not None:
            return f'"\\"" ({inner}) "\\"" space'
        if not (low or high is not None):
            form = _FORMATS.get(str(schema.get("format")))
            return "text" if form is None else f'"\\"" {form} "\\"" space'
        return f'"\\"" ({repeated("char", low, high)}) "\\"" space'

    def _pattern(self, schema: Schema, lengths: tuple[int, int | None]) -> str | None:
        """The rule of a pattern; None for one that is passed over."""
        try:
            return _pattern_rule(schema["pattern"], has_length=lengths != (0, None))
        except SchemaError:
            if self._is_strict:
                raise
            return None

    def _number(self, schema: Schema, *, is_whole: bool) -> str:
        low, high = bound_of(schema, "minimum"), bound_of(schema, "maximum")
        if low is None and high is None:
            return "whole" if is_whole else "decimal"
        rule = (integer_rule if is_whole else number_rule)(low, high)
        if rule is None:
            raise SchemaError("The JSON schema asks for a number between bounds that cross.")
        return f"({rule}) space"

    def _array(self, schema: Schema) -> str:
        items, first = schema.get("items", True), schema.get("prefixItems", [])
        if isinstance(items, list):  # as drafts before 2020 write it
            items, first = schema.get("additionalItems", False), cast("list[object]", items)
        elif first and "items" not in schema:
            items = False
        if not isinstance(first, list):
            raise SchemaError("“prefixItems” of a JSON schema is a list of schemas.")
        heads = [self._name_of(each) for each in cast("list[object]", first)]
        low, high = count_of(schema, "minItems") or 0, count_of(schema, "maxItems")
        low = max(low, len(heads))
        if items is False:
            high = len(heads)
        if high is not None and low > high:
            raise SchemaError("The JSON schema asks for a list that is longer than it may be.")
        body = ' "," space '.join(heads)
        if high is None or high > len(heads):
            item = self._name_of(items)
            more = None if high is None else high - max(1, len(heads))
            tail = repeated(f'"," space {item}', max(0, low - max(1, len(heads))), more)
            alone = f"{item} {tail}" if low else f"({item} {tail})?"
            body = f"{body} {tail}" if heads else alone
        return f'"[" space {body} "]" space'

    def _object(self, schema: Schema) -> str:
        known, required = properties_of(schema)
        entries = [
            (f'{literal(shown(name))} space ":" space {self._name_of(each)}', name in required)
            for name, each in known.items()
        ]
        others = schema.get("additionalProperties", "properties" not in schema)
        more = None
        if others is not False:
            more = f'{other_name(known)} space ":" space {self._name_of(others)}'
        return f'"{{" space {self._entries(entries, more)} "}}" space'

    def _entries(self, entries: list[tuple[str, bool]], more: str | None) -> str:
        """The entries of an object in their order, each with whether it must come; then others."""
        end = "" if more is None else self._add(f'("," space {more})*')
        first: list[str] = []
        may_be_none = True
        tails = [end]
        for entry, is_required in reversed(entries):
            comma = f'"," space {entry}'
            tails.append(self._add(f"{comma if is_required else f'({comma})?'} {tails[-1]}"))
        for place, (entry, is_required) in enumerate(entries):
            first.append(f"{entry} {tails[len(entries) - 1 - place]}")
            if is_required:
                may_be_none = False
                break
        if may_be_none and more is not None:
            first.append(f"{more} {end}")
        if not first:
            return ""
        return f"({' | '.join(first)}){'?' if may_be_none else ''}"


def _pattern_rule(pattern: object, *, has_length: bool) -> str:
    if not isinstance(pattern, str):
        raise SchemaError("“pattern” of a JSON schema is a text.")
    if has_length:
        raise SchemaError("A grammar holds the pattern of a text or its length, not both.")
    return pattern_rule(pattern)
