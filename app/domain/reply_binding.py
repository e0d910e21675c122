"""What can be said about a schema or a grammar for a reply before an engine reads it."""

from __future__ import annotations

import json
import re

_ROOT_RULE = re.compile(r"^[ \t]*root[ \t]*::=", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*([a-zA-Z0-9-]+)[ \t]*::=", re.MULTILINE)
# Literals, character classes and comments: names inside them are no rules.
_NO_NAMES = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|#[^\n]*|\{[^}]*\}')
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")


def schema_problem(text: str) -> str:
    """Why a text is no JSON schema, in a sentence; empty if it may be one."""
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        return (
            f"This is not JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}."
        )
    except RecursionError:
        return "This JSON is nested too deeply."
    if not isinstance(schema, dict | bool):
        return 'A schema is a JSON object, such as {"type": "object"}.'
    return ""


def grammar_problem(text: str) -> str:
    """Why a text is no GBNF grammar, in a sentence; empty if it may be one.

    The format: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
    """
    if _ROOT_RULE.search(text) is None:
        return 'A grammar needs a rule named root, such as root ::= "yes" | "no".'
    bare = _NO_NAMES.sub(" ", text)
    rules = set(_RULE.findall(bare))
    for name in _NAME.findall(bare):
        if name not in rules:
            return f"The grammar uses {name}, but has no rule of that name."
    if bare.count("(") != bare.count(")"):
        return f"The grammar has {bare.count('(')} “(” and {bare.count(')')} “)”."
    return ""
