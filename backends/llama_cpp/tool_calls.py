"""Reads the tool calls out of a reply's text, as each family of models writes them.

hermes (Hermes, Qwen): `<tool_call>{"name": .., "arguments": {..}}</tool_call>`, any number.
xml (Qwen3-Coder): `<tool_call><function=NAME><parameter=NAME>VALUE</parameter>..</function>
</tool_call>`, each part on a line of its own; values are text, or JSON where the schema says so.
mistral: `[TOOL_CALLS][{"name": .., "arguments": {..}}, ..]`, or since Mistral Small 3.1
`[TOOL_CALLS]name[ARGS]{..}`, any number.
llama3: `{"name": .., "parameters": {..}}`, behind `<|python_tag|>` or not, several parted by `;`.
granite (Granite 3, Phi 4): `<|tool_call|>` and a list as Mistral's.
seed: as xml, in `<seed:tool_call>`.
glm: `<tool_call>NAME`, then `<arg_key>KEY</arg_key>` and `<arg_value>VALUE</arg_value>` for each
parameter, `</tool_call>`; values as in xml.
The rest are in `tool_sections`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, cast

from app.domain.engine import GenerationRequest, Tool, ToolCall
from app.domain.errors import RequestError
from backends.llama_cpp.reply_format import ToolStyle
from backends.llama_cpp.text import overlap
from backends.llama_cpp.tool_sections import (
    NAMED,
    Found,
    json_at,
    read_gemma,
    read_named,
    text_of,
)

# The marks that begin a call.
BEGINNINGS: dict[ToolStyle, str] = {
    "hermes": "<tool_call>",
    "xml": "<tool_call>",
    "mistral": "[TOOL_CALLS]",
    "mistral_named": "[TOOL_CALLS]",
    "llama3": "<|python_tag|>",
    "granite": "<|tool_call|>",
    "seed": "<seed:tool_call>",
    "glm": "<tool_call>",
    "gemma": "<|tool_call>",
    "deepseek": "<｜tool▁calls▁begin｜>",
    "deepseek_json": "<｜tool▁calls▁begin｜>",
    "kimi": "<|tool_calls_section_begin|>",
}
_HERMES = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|$)", re.DOTALL)
_MISTRAL_NAMED = re.compile(r"\s*([\w.-]+)(?:\[CALL_ID\][\w-]*)?\[ARGS\]")
_LLAMA3_BARE = re.compile(r'\s*\{\s*"(name|type|function)"')
_GLM = re.compile(
    r"<tool_call>\s*([\w.-]+)\s*((?:<arg_key>.*?</arg_value>\s*)*)(?:</tool_call>|$)", re.DOTALL
)
_GLM_ARGUMENT = re.compile(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)
_XML = ("xml", "seed")
_FUNCTION = re.compile(r"<function=([^>\s]+)>(.*?)(?:</function>|$)", re.DOTALL)
_WHOLE_FUNCTION = re.compile(r"<function=([^>\s]+)>(.*?)</function>", re.DOTALL)
_PARAMETER = re.compile(
    r"<parameter=([^>\s]+)>\n?(.*?)(?:\n?</parameter>|(?=<parameter=)|$)", re.DOTALL
)


def wanted_tools(request: GenerationRequest) -> Sequence[Tool]:
    """The tools that the reply may call. Raises `RequestError` if it must call one and has none."""
    choice = request.tool_choice
    if choice in ("auto", "required"):
        tools: Sequence[Tool] = request.tools
    else:
        tools = [tool for tool in request.tools if tool.name == choice]
    if choice == "required" and not tools:
        raise RequestError("The reply must call a tool, and none is given.")
    if choice != "auto" and not tools:
        raise RequestError(
            "The reply must call the tool {name}, which is not among those given.", name=choice
        )
    return tools


def call_begins(style: ToolStyle, text: str, *, is_start: bool) -> int:
    """Where in the text a call begins; -1 for nowhere. `is_start`: nothing was said before."""
    at = text.find(BEGINNINGS[style])
    if at < 0 and style in _XML:  # the model forgets the mark at times
        return text.find("<function=")
    if at < 0 and is_start and style == "llama3" and _LLAMA3_BARE.match(text):
        return 0
    return at


def may_become_call(style: ToolStyle, text: str, *, is_start: bool) -> int:
    """How many characters at the text's end may turn out to begin a call."""
    marks = (BEGINNINGS[style], "<function=") if style in _XML else (BEGINNINGS[style],)
    if is_start and style == "llama3" and text.lstrip().startswith("{") and len(text) < 32:
        return len(text)
    return max(overlap(text, mark) for mark in marks)


def parse_calls(
    style: ToolStyle, text: str, tools: Sequence[Tool] = (), *, is_cut: bool = False
) -> tuple[tuple[ToolCall, ...], str]:
    """The calls, and the text around them. What cannot be read is text: nothing gets lost.

    `is_cut`: the text did not end by itself, so that a call without its end is none.
    """
    if style in _XML:
        found, left = _read_xml(text, tools, is_cut=is_cut)
    elif style == "glm":
        found, left = _read_glm(text, tools, is_cut=is_cut)
    elif style in NAMED:
        found, left = read_named(style, text)
    else:
        found, left = _READERS[style](text)
    if not found:
        return (), text
    calls = tuple(
        ToolCall(name=name, arguments=arguments, id=f"call_{number}")
        for number, (name, arguments) in enumerate(found, 1)
    )
    return calls, left.strip()


def _read_hermes(text: str) -> Found:
    found: list[tuple[str, str]] = []

    def read(match: re.Match[str]) -> str:
        call = _one_call(match.group(1))
        if call is None:
            return match.group(0)
        found.append(call)
        return ""

    return found, _HERMES.sub(read, text)


def _read_granite(text: str) -> Found:
    found: list[tuple[str, str]] = []
    before, mark, listed = text.partition("<|tool_call|>")
    left = _read_list(listed, found, mark)
    return found, before + (left.replace("<|/tool_call|>", "") if found else left)


def _read_mistral(text: str) -> Found:
    found: list[tuple[str, str]] = []
    pieces = text.split("[TOOL_CALLS]")
    left = pieces[0]
    for piece in pieces[1:]:
        rest = (
            _read_named(piece, found)
            if _MISTRAL_NAMED.match(piece)
            else _read_list(piece, found, "[TOOL_CALLS]")
        )
        left += rest
    return found, left


def _read_named(text: str, found: list[tuple[str, str]]) -> str:
    while (match := _MISTRAL_NAMED.match(text)) is not None:
        value, end = json_at(text, match.end())
        if not isinstance(value, dict):
            return text
        found.append((match.group(1), text_of(cast("object", value))))
        text = text[end:]
    return text


def _read_list(text: str, found: list[tuple[str, str]], mark: str) -> str:
    value, end = json_at(text, 0)
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    calls = [_call_of(item) for item in items]
    if not calls or None in calls:
        return f"{mark}{text}"
    found.extend(call for call in calls if call is not None)
    return text[end:]


def _read_llama3(text: str) -> Found:
    found: list[tuple[str, str]] = []
    rest = text.replace("<|python_tag|>", "")
    while rest.strip():
        value, end = json_at(rest, 0)
        call = _call_of(value)
        if call is None:
            break
        found.append(call)
        rest = rest[end:].lstrip().removeprefix(";")
    return found, rest


def _one_call(text: str) -> tuple[str, str] | None:
    value, end = json_at(text, 0)
    # A limit may cut the closing mark; the call is whole all the same.
    return _call_of(value) if "</tool_call>".startswith(text[end:].strip()) else None


def _call_of(value: object) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, Any]", value)
    if isinstance(fields.get("function"), dict):
        fields = cast("dict[str, Any]", fields["function"])
    name = fields.get("name")
    arguments = fields.get("arguments", fields.get("parameters", {}))
    if not isinstance(name, str) or not name:
        return None
    if isinstance(arguments, str):  # JSON within JSON
        arguments, _ = json_at(arguments, 0)
    return (name, text_of(cast("object", arguments))) if isinstance(arguments, dict) else None


def is_object(text: str) -> bool:
    """Whether a text is one JSON object and nothing else."""
    value, end = json_at(text, 0)
    return isinstance(value, dict) and not text[end:].strip()


def _read_xml(text: str, tools: Sequence[Tool], *, is_cut: bool) -> Found:
    found: list[tuple[str, str]] = []

    def read(match: re.Match[str]) -> str:
        types = _types(match.group(1), tools)
        values = {
            name: _value(text, types.get(name, "string"))
            for name, text in _PARAMETER.findall(match.group(2))
        }
        found.append((match.group(1), text_of(values)))
        return ""

    left = (_WHOLE_FUNCTION if is_cut else _FUNCTION).sub(read, text)
    return found, re.sub(r"</?(seed:)?tool_call>\s*", "", left) if found else left


def _read_glm(text: str, tools: Sequence[Tool], *, is_cut: bool) -> Found:
    found: list[tuple[str, str]] = []

    def read(match: re.Match[str]) -> str:
        if is_cut and not match.group(0).endswith("</tool_call>"):
            return match.group(0)
        types = _types(match.group(1), tools)
        arguments = _GLM_ARGUMENT.findall(match.group(2))
        values = {name: _value(text, types.get(name, "string")) for name, text in arguments}
        found.append((match.group(1), text_of(values)))
        return ""

    return found, _GLM.sub(read, text)


def _types(name: str, tools: Sequence[Tool]) -> dict[str, object]:
    """The type of each parameter of a tool, as its schema says."""
    for tool in tools:
        if tool.name == name:
            schema, _ = json_at(tool.parameters, 0)
            known = cast("dict[str, Any]", schema) if isinstance(schema, dict) else {}
            properties = known.get("properties")
            if isinstance(properties, dict):
                fields = cast("dict[str, Any]", properties)
                return {
                    key: cast("dict[str, Any]", each).get("type", "string")
                    for key, each in fields.items()
                    if isinstance(each, dict)
                }
    return {}


def _value(text: str, wanted: object) -> object:
    """A parameter as JSON has it, where its schema wants no text and it is JSON."""
    if wanted == "string":
        return text
    value, end = json_at(text, 0)
    return text if text[end:].strip() or (value is None and text.strip() != "null") else value


_READERS: dict[ToolStyle, Callable[[str], Found]] = {
    "hermes": _read_hermes,
    "mistral": _read_mistral,
    "mistral_named": _read_mistral,
    "llama3": _read_llama3,
    "granite": _read_granite,
    "gemma": read_gemma,
}
