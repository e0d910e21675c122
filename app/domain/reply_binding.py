"""What can be said about a schema or a grammar for a reply before an engine reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

from app.domain.words import Sentence, marked, said, sentence

_ROOT_RULE = re.compile(r"^[ \t]*root[ \t]*::=", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*([a-zA-Z0-9-]+)[ \t]*::=", re.MULTILINE)
# Literals, character classes and comments: names inside them are no rules.
_NO_NAMES = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|#[^\n]*|\{[^}]*\}')
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
# Keywords of a schema that hold others: by their names, in a list, and one alone.
_NAMED = {"properties", "patternProperties", "$defs", "definitions"}
_LISTED = {"allOf", "anyOf", "oneOf", "prefixItems"}
_SINGLE = {"items", "additionalProperties", "not"}
# Lists that are not empty.
_FILLED = {*_LISTED, "enum"}


def schema_problem(text: str) -> str:
    """Why a text is no JSON schema, in a sentence on the first fault; empty if it may be one.

    What each keyword takes: https://json-schema.org/draft/2020-12/json-schema-validation
    """
    try:
        schema: object = json.loads(text)
    except json.JSONDecodeError as error:
        return _syntax_problem(text, error)
    except RecursionError:
        return said("This JSON is nested too deeply.")
    except ValueError:  # https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
        return said("This JSON holds a number of thousands of digits.")
    if not isinstance(schema, dict | bool):
        return said('A schema is a JSON object, such as {"type": "object"}.')
    fault = next(_faults(cast("object", schema)), None)
    return "" if fault is None else fault.said()


def _syntax_problem(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()):
        return said("This is not JSON yet: something is missing at its end.")
    template = marked(
        "This is not JSON: “{sign}” in line {line}, column {column} does not belong there."
    )
    if error.msg.startswith("Invalid control"):
        template = marked(
            "This is not JSON: a text goes over the end of line {line}, or has a tab in it. Write "
            "\\n or \\t there."
        )
    elif error.msg.startswith("Unterminated"):
        template = marked("This is not JSON: {sign} in line {line}, column {column} is not closed.")
    return sentence(template, sign=text[error.pos], line=error.lineno, column=error.colno).said()


def _faults(schema: object) -> Iterator[Sentence]:
    """What is wrong in a schema and in those within it."""
    rest: list[tuple[str, object]] = [("", schema)]
    while rest:
        place, found = rest.pop()
        if isinstance(found, dict):
            node = cast("dict[str, object]", found)
            yield from _faults_of_keywords(place, node)
            rest += reversed([*_within(place, node)])
        elif not isinstance(found, bool):
            yield sentence("{place} has to be a schema: an object, true or false.", place=place)


def _faults_of_keywords(place: str, node: dict[str, object]) -> Iterator[Sentence]:
    for keyword, value in node.items():
        under = _under(place, keyword)
        if keyword == "type":
            yield from _faults_of_type(under, value)
        elif keyword == "required" and not _is_list_of_names(value):
            yield sentence("{place} has to be a list of names.", place=under)
        elif keyword in _NAMED and not isinstance(value, dict):
            yield sentence("{place} has to be an object with a schema for each name.", place=under)
        elif keyword in _FILLED and not (isinstance(value, list) and value):
            yield sentence("{place} has to be a list with something in it.", place=under)


def _faults_of_type(place: str, kinds: object) -> Iterator[Sentence]:
    for kind in cast("list[object]", kinds) if isinstance(kinds, list) else [kinds]:
        if kind not in TYPES:
            yield sentence(
                "{place} is “{kind}”, which is no type. Types are {types}.",
                place=place,
                kind=kind if isinstance(kind, str) else json.dumps(kind),
                types=", ".join(TYPES),
            )


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(name, str) for name in cast("list[object]", value)
    )


def _within(place: str, node: dict[str, object]) -> Iterator[tuple[str, object]]:
    """The schemas in a schema, and where they are."""
    for keyword, value in node.items():
        under = _under(place, keyword)
        if keyword in _NAMED and isinstance(value, dict):
            named = cast("dict[str, object]", value)
            yield from ((_under(under, name), inner) for name, inner in named.items())
        elif keyword in {*_LISTED, "items"} and isinstance(value, list):
            listed = cast("list[object]", value)
            yield from ((f"{under}[{number}]", inner) for number, inner in enumerate(listed))
        elif keyword in _SINGLE:
            yield under, value


def _under(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def grammar_problem(text: str) -> str:
    """Why a text is no GBNF grammar, in a sentence; empty if it may be one.

    The format: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
    """
    if _ROOT_RULE.search(text) is None:
        return said('A grammar needs a rule named root, such as root ::= "yes" | "no".')
    bare = _NO_NAMES.sub(" ", text)
    rules = set(_RULE.findall(bare))
    for name in _NAME.findall(bare):
        if name not in rules:
            return sentence(
                "The grammar uses {name}, but has no rule of that name.", name=name
            ).said()
    opened, closed = bare.count("("), bare.count(")")
    if opened != closed:
        return sentence(
            "The grammar has {opened} “(” and {closed} “)”.", opened=opened, closed=closed
        ).said()
    return ""
