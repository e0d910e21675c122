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
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
# Keywords of a schema that hold others: by their names, in a list, and one alone.
_NAMED = {"properties", "patternProperties", "$defs", "definitions"}
_LISTED = {"allOf", "anyOf", "oneOf", "prefixItems"}
_SINGLE = {"items", "additionalProperties", "not"}


def schema_problem(text: str) -> str:
    """Why a text is no JSON schema, in a sentence; empty if it may be one.

    What each keyword takes: https://json-schema.org/draft/2020-12/json-schema-validation
    """
    try:
        schema: object = json.loads(text)
    except json.JSONDecodeError as error:
        return _syntax_problem(text, error)
    except RecursionError:
        return said("This JSON is nested too deeply.")
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
    if error.msg.startswith("Unterminated"):
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
            rest += _within(place, node)
        elif not isinstance(found, bool):
            text = marked("{place} has to be a schema: an object, true or false.")
            yield sentence(text, place=place)


def _faults_of_keywords(place: str, node: dict[str, object]) -> Iterator[Sentence]:
    kinds = node.get("type", [])
    for kind in cast("list[object]", kinds) if isinstance(kinds, list) else [kinds]:
        if kind not in _TYPES:
            text = marked("{place} is “{kind}”, which is no type. Types are {types}.")
            types = ", ".join(_TYPES)
            yield sentence(text, place=_under(place, "type"), kind=str(kind), types=types)
    for keyword in node.keys() & _NAMED:
        if not isinstance(node[keyword], dict):
            text = marked("{place} has to be an object with a schema for each name.")
            yield sentence(text, place=_under(place, keyword))
    for keyword in node.keys() & {*_LISTED, "enum"}:
        if not isinstance(node[keyword], list) or not node[keyword]:
            yield sentence(
                marked("{place} has to be a list with something in it."),
                place=_under(place, keyword),
            )
    if not isinstance(node.get("required", []), list):
        text = marked("{place} has to be a list of names.")
        yield sentence(text, place=_under(place, "required"))


def _within(place: str, node: dict[str, object]) -> Iterator[tuple[str, object]]:
    """The schemas in a schema, and where they are."""
    for keyword, value in node.items():
        under = _under(place, keyword)
        if keyword in _NAMED and isinstance(value, dict):
            named = cast("dict[str, object]", value)
            yield from ((_under(under, name), inner) for name, inner in named.items())
        elif keyword in {*_LISTED, *_SINGLE} and isinstance(value, list):
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
            text = marked("The grammar uses {name}, but has no rule of that name.")
            return sentence(text, name=name).said()
    opened, closed = bare.count("("), bare.count(")")
    if opened != closed:
        text = marked("The grammar has {opened} “(” and {closed} “)”.")
        return sentence(text, opened=opened, closed=closed).said()
    return ""
