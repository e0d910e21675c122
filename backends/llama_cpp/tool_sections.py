"""Tool calls of the families that put each call, or all of them, between control tokens.

kimi: `<|tool_calls_section_begin|><|tool_call_begin|>functions.NAME:0<|tool_call_argument_begin|>
{..}<|tool_call_end|>..<|tool_calls_section_end|>`.
deepseek (V3.1): `<｜tool▁calls▁begin｜>`, then `<｜tool▁call▁begin｜>NAME<｜tool▁sep｜>{..}` and an
end for each call; deepseek_json (V3, R1), where `function` stands in place of the name, which comes
behind the separator, before a block of JSON.
gemma (4): `<|tool_call>call:NAME{key:<|"|>text<|"|>,other:1}<tool_call|>`.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

import msgspec

from backends.llama_cpp.reply_format import ToolStyle

Found = tuple[list[tuple[str, str]], str]
_JSON = json.JSONDecoder()
_GEMMA = re.compile(r"<\|tool_call>\s*call:([\w.-]+)(\{.*?\})\s*<tool_call\|>", re.DOTALL)
_GEMMA_QUOTE = '<|"|>'
_BARE_NAME = re.compile(r"([{,]\s*)([\w.-]+)\s*:")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that are a name and an object: how they are read, and as parts of a grammar."""

    head: str
    marks: tuple[str, ...]
    before: str = ""
    after: str
    end: str
    close: str


_DEEPSEEK_MARKS = ("<｜tool▁calls▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>")
NAMED: dict[ToolStyle, Named] = {
    "kimi": Named(
        head=r"<\|tool_call_begin\|>\s*(?:functions\.)?([\w.-]+?)(?::\d+)?\s*"
        r"<\|tool_call_argument_begin\|>",
        marks=("<|tool_calls_section_begin|>", "<|tool_call_end|>", "<|tool_calls_section_end|>"),
        before="<|tool_call_begin|>functions.",
        after='":" [0-9]{1,3} "<|tool_call_argument_begin|>"',
        end="<|tool_call_end|>",
        close="<|tool_calls_section_end|>",
    ),
    "deepseek": Named(
        head="<｜tool▁call▁begin｜>([^<｜\n]+)<｜tool▁sep｜>",
        marks=_DEEPSEEK_MARKS,
        before="<｜tool▁call▁begin｜>",
        after='"<｜tool▁sep｜>"',
        end="<｜tool▁call▁end｜>",
        close="<｜tool▁calls▁end｜>",
    ),
    "deepseek_json": Named(
        head="<｜tool▁call▁begin｜>function<｜tool▁sep｜>([^<｜\n]+)\n```json\n",
        marks=("\n```<｜tool▁call▁end｜>", *_DEEPSEEK_MARKS),
        before="<｜tool▁call▁begin｜>function<｜tool▁sep｜>",
        after='"\\n```json\\n"',
        end="\n```<｜tool▁call▁end｜>",
        close="<｜tool▁calls▁end｜>",
    ),
}


def read_named(style: ToolStyle, text: str) -> Found:
    """Names and arguments, and the text around them."""
    named, found, left, at = NAMED[style], list[tuple[str, str]](), "", 0
    for match in re.finditer(named.head, text):
        value, end = json_at(text, match.end())
        if match.start() >= at and isinstance(value, dict):
            found.append((match.group(1).strip(), text_of(cast("object", value))))
            left, at = left + text[at : match.start()], end
    left += text[at:]
    for mark in named.marks:
        left = left.replace(mark, "")
    return found, left


def read_gemma(text: str) -> Found:
    """Names and arguments, and the text around them."""
    found: list[tuple[str, str]] = []

    def read(match: re.Match[str]) -> str:
        value, _ = json_at(_as_json(match.group(2)), 0)
        if not isinstance(value, dict):
            return match.group(0)
        found.append((match.group(1), text_of(cast("object", value))))
        return ""

    return found, _GEMMA.sub(read, text)


def _as_json(text: str) -> str:
    """Texts between marks become texts of JSON, and names get their quotes."""
    pieces = text.split(_GEMMA_QUOTE)
    return "".join(
        json.dumps(piece) if place % 2 else _BARE_NAME.sub(r'\1"\2":', piece)
        for place, piece in enumerate(pieces)
    )


def json_at(text: str, start: int) -> tuple[object, int]:
    """The JSON value that begins at `start`, and where it ends; None where there is none."""
    while start < len(text) and text[start].isspace():
        start += 1
    try:
        return cast("tuple[object, int]", _JSON.raw_decode(text, start))
    except (ValueError, RecursionError):
        return None, start


def text_of(value: Any) -> str:
    """A value as JSON text."""
    return json.dumps(value, ensure_ascii=False)
