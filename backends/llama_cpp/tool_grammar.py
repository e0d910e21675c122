"""Grammars of tool calls, as each family of models writes them, with the parameters' schemas.

A call that must be made is bound from the reply's first token on (but for reasoning); one that the
model may make, from the mark on that begins it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, cast

from app.domain.engine import GenerationRequest, Tool
from app.domain.errors import SchemaError
from backends.llama_cpp.grammar import grammar_source, literal
from backends.llama_cpp.reply_format import Binding, ReplyFormat, ToolStyle
from backends.llama_cpp.tool_calls import BEGINNINGS, wanted_tools
from backends.llama_cpp.tool_sections import NAMED

_ROOT = re.compile(r"^root(?= ::=)", re.MULTILINE)
_RULE_NAME = re.compile(r"^([a-zA-Z0-9-]+)(?= ::=)", re.MULTILINE)
# The text of an XML-like parameter: up to the line that closes it.
_TEXT = r'([^<] | "<" [^/])*'
# Channels: what may stand between a tool's name and its arguments, and before the name.
_CHANNEL_HEAD = (
    '("<|channel|>" ("commentary" | "analysis"))? " "? ("<|constrain|>"? "json")? "<|message|>"'
)
_THOUGHT = '"<|channel|>analysis<|message|>" ([^<] | "<" [^|])* "<|end|><|start|>assistant"'
_TO = '("<|channel|>commentary")? " to=functions"'


def binding_of(request: GenerationRequest, form: ReplyFormat) -> Binding:
    """What binds the reply to `request`. Raises `SchemaError`, `RequestError`."""
    source = grammar_source(request)
    if request.tool_choice == "auto" and source is not None:
        return Binding(grammar=source)
    tools = wanted_tools(request)
    if source is not None:
        raise SchemaError("A reply cannot be a tool call and follow a grammar or a schema as well.")
    if request.tool_choice != "auto":
        is_one = request.tool_choice != "required"
        return Binding(grammar=_forced(tools, form, is_one=is_one), of="call")
    if not tools:
        return Binding()
    try:
        return Binding(grammar=_after_mark(tools, form), of="rest_of_call")
    except SchemaError:
        return Binding()  # the schema says what no grammar can: the call is read as it comes


def _forced(tools: Sequence[Tool], form: ReplyFormat, *, is_one: bool) -> str:
    """The grammar of a reply that calls: once (`is_one`), or as often as it wants to."""
    if form.has_channels:
        root = f"({_THOUGHT})? {_TO} call"
        return f"{_channel_calls(tools)}\nroot ::= {root}\n"
    body = _after_mark(tools, form, is_one=is_one)
    mark = "" if form.tool_style == "llama3" else BEGINNINGS[form.tool_style]
    return _renamed(body, "calls") + f"\nroot ::= {literal(mark)} calls\n"


def _after_mark(tools: Sequence[Tool], form: ReplyFormat, *, is_one: bool = False) -> str:
    """The grammar of what follows the mark that begins a call."""
    if form.has_channels:
        return f"{_channel_calls(tools)}\nroot ::= call\n"
    rules, one, between = _calls(tools, form.tool_style)
    if form.tool_style in ("mistral", "granite"):
        more = "" if is_one else ' ("," " "? call)*'
        return f'{rules}\nroot ::= " "? "[" call{more} "]"\n'
    more = "" if is_one else f" ({between} one)*"
    close = literal(NAMED[form.tool_style].close) if form.tool_style in NAMED else ""
    return f"{rules}\none ::= {one}\nroot ::= one{more} {close}\n"


def _calls(tools: Sequence[Tool], style: ToolStyle) -> tuple[str, str, str]:
    """The rules of a `call`, what one is with its end, and what stands between two."""
    if style in NAMED:
        named = NAMED[style]
        rules = _named_calls(tools, named.before, named.after)
        return rules, f"call {literal(named.end)}", _NL
    if style in _TAGS:
        opening, closing = map(literal, _TAGS[style])
        rules = _json_calls(tools, "arguments") if style == "hermes" else _xml_calls(tools)
        return rules, f"{_NL} call {_NL} {closing}", f"{_NL} {opening}"
    match style:
        case "glm":
            return _glm_calls(tools), "call", f"{_NL} {literal('<tool_call>')}"
        case "mistral" | "granite":
            return _json_calls(tools, "arguments"), "call", ""
        case "mistral_named":
            return _named_calls(tools, "", '"[ARGS]"'), "call", literal("[TOOL_CALLS]")
        case "gemma":
            raise SchemaError(
                "Calls of this family of models (Gemma 4) cannot be forced. Leave it to the model "
                "whether it calls a tool."
            )
        case _:
            return _json_calls(tools, "parameters"), "call", '";" " "?'


_TAGS: dict[ToolStyle, tuple[str, str]] = {
    "hermes": ("<tool_call>", "</tool_call>"),
    "xml": ("<tool_call>", "</tool_call>"),
    "seed": ("<seed:tool_call>", "</seed:tool_call>"),
}
_NL = '"\\n"?'
_XML_MARKS = ("<parameter=", '">\\n"', '"\\n"? "</parameter>\\n"')


def _json_calls(tools: Sequence[Tool], arguments: str) -> str:
    """The rule `call`: an object with the name of a tool and what its schema allows."""
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, arguments: _schema(tool)},
            "required": ["name", arguments],
        }
        for tool in tools
    ]
    schema = calls[0] if len(calls) == 1 else {"anyOf": calls}
    return _renamed(_grammar(schema), "call")


def _named_calls(tools: Sequence[Tool], before: str, after: str) -> str:
    """The rule `call`: a text and the name of a tool, what `after` says, and an object."""
    rules, calls = _each(tools, lambda tool: _grammar(_schema(tool)))
    names = [
        f"{literal(before + tool.name)} {after} {call}"
        for tool, call in zip(tools, calls, strict=True)
    ]
    return f"{rules}\ncall ::= {' | '.join(names)}\n"


def _channel_calls(tools: Sequence[Tool]) -> str:
    """The rule `call`: what follows `to=functions`, whether the channel was named before or not."""
    return f"{_named_calls(tools, '.', 'head')}\nhead ::= {_CHANNEL_HEAD}\n"


def _xml_calls(tools: Sequence[Tool]) -> str:
    rules, calls = _each(tools, _xml_arguments)
    named = [
        f'{literal(f"<function={tool.name}>")} "\\n" {call} {literal("</function>")}'
        for tool, call in zip(tools, calls, strict=True)
    ]
    return f"{rules}\ncall ::= {' | '.join(named)}\n"


def _glm_calls(tools: Sequence[Tool]) -> str:
    rules, calls = _each(
        tools,
        lambda tool: _xml_arguments(
            tool, ("<arg_key>", '"</arg_key>" "\\n"? "<arg_value>"', '"</arg_value>" "\\n"?')
        ),
    )
    named = [
        f'{_NL} {literal(tool.name)} "\\n" {call} "</tool_call>"'
        for tool, call in zip(tools, calls, strict=True)
    ]
    return f"{rules}\ncall ::= {' | '.join(named)}\n"


def _xml_arguments(tool: Tool, marks: tuple[str, str, str] = _XML_MARKS) -> str:
    """The rules of one tool's parameters, in the order of its schema.

    `marks`: the text before a name, and what the grammar says behind it and behind the value.
    """
    before, middle, end = marks
    schema = _schema(tool)
    properties = cast("dict[str, Any]", schema.get("properties") or {})
    required = cast("list[str]", schema.get("required") or [])
    rules: list[str] = []
    parts: list[str] = []
    for number, (name, wanted) in enumerate(properties.items()):
        value = f"value-{number}"
        rules.append(_xml_value(value, cast("object", wanted)))
        one = f"{literal(before + name)} {middle} {value} {end}"
        parts.append(one if name in required else f"({one})?")
    return "\n".join([*rules, f"root ::= {' '.join(parts) or literal('')}"])


def _xml_value(rule: str, wanted: object) -> str:
    """The rule of a parameter's value: JSON but for text, which stands as it is."""
    schema = cast("dict[str, Any]", wanted) if isinstance(wanted, dict) else {}
    choices = schema.get("enum")
    if isinstance(choices, list):
        texts = [_shown(choice) for choice in cast("list[object]", choices)]
        return f"{rule} ::= {' | '.join(map(literal, texts))}"
    if schema.get("type", "string") == "string":
        return f"{rule} ::= {_TEXT}"
    return _prefixed(_grammar(schema), rule, rule)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _each(tools: Sequence[Tool], rules_of: Callable[[Tool], str]) -> tuple[str, list[str]]:
    """The rules of each tool under names of their own, and the names of their roots."""
    names = [f"tool-{number}" for number in range(len(tools))]
    rules = [_prefixed(rules_of(tool), name, name) for tool, name in zip(tools, names, strict=True)]
    return "\n".join(rules), names


def _schema(tool: Tool) -> dict[str, Any]:
    try:
        schema = json.loads(tool.parameters)
    except (ValueError, RecursionError) as error:
        raise SchemaError(
            "The parameters of the tool {name} are no JSON: {error}.",
            name=tool.name,
            error=str(error),
        ) from error
    if not isinstance(schema, dict):
        raise SchemaError("The parameters of the tool {name} are no JSON object.", name=tool.name)
    return {"type": "object", **cast("dict[str, Any]", schema)}


def _grammar(schema: dict[str, Any]) -> str:
    """What a grammar can hold of a schema: the tool checks what it is given in any case."""
    from backends.llama_cpp.schema_grammar import grammar_of_schema

    return grammar_of_schema(json.dumps(schema), is_strict=False)


def _renamed(grammar: str, root: str) -> str:
    return _ROOT.sub(root, grammar)


def _prefixed(grammar: str, prefix: str, root: str) -> str:
    """The grammar with all its rules under other names, outside of its literals."""
    names = set(_RULE_NAME.findall(grammar))
    pieces = re.split(r'("(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\])', grammar)

    def rename(match: re.Match[str]) -> str:
        name = match.group()
        if name not in names:
            return name
        return root if name == "root" else f"{prefix}-{name}"

    for place in range(0, len(pieces), 2):
        pieces[place] = re.sub(r"[a-zA-Z][a-zA-Z0-9-]*", rename, pieces[place])
    return "".join(pieces)
