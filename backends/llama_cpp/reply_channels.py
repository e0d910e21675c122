"""Splits a reply of the gpt-oss family ("harmony" format) into reasoning, answer and tool calls.

A message is `<|channel|>NAME[ to=RECIPIENT][<|constrain|>TYPE]<|message|>TEXT`, ended by
`<|end|>`, `<|call|>` or `<|return|>`; the next one begins with `<|start|>assistant`.
Source: the format's description by OpenAI (cookbook, "OpenAI Harmony response format").
"""

from __future__ import annotations

import re
from typing import Literal

from app.domain.engine import ToolCall
from backends.llama_cpp.reply_format import CHANNEL_MARKS
from backends.llama_cpp.reply_parts import Part
from backends.llama_cpp.text import overlap
from backends.llama_cpp.tool_calls import is_object

_MARK = re.compile("|".join(re.escape(mark) for mark in CHANNEL_MARKS))
_RECIPIENT = re.compile(r"to=(?:functions\.)?([^\s<]+)")
# After it the name of a tool follows: from here on a call can be bound.
_BEGINNING = "to=functions"
_ENDS = ("<|end|>", "<|call|>", "<|return|>", "<|start|>")


class ChannelParts:
    """Follows the channels of one reply."""

    def __init__(self) -> None:
        self._held = ""
        self._header = ""
        self._in_header = True
        self._arguments = ""
        self._calls: list[ToolCall] = []
        self._has_open_call = False

    @property
    def kind(self) -> Literal["reasoning", "text"]:
        return "reasoning" if "analysis" in self._header else "text"

    @property
    def has_open_call(self) -> bool:
        """Whether a call has begun so that what follows its beginning can be told."""
        return self._has_open_call

    def is_free(self, piece: str, *, is_allowed: bool) -> bool:
        """Only the answer in the channel `final` is bound by a grammar."""
        in_answer = not self._in_header and "final" in self._header
        return not in_answer or (not is_allowed and _MARK.search(piece) is not None)

    def feed(self, text: str) -> list[Part]:
        """The parts that this text completes."""
        self._held += text
        parts: list[Part] = []
        while (mark := _MARK.search(self._held)) is not None:
            self._take(self._held[: mark.start()], parts)
            self._held = self._held[mark.end() :]
            self._turn(mark.group(), parts)
        ready = len(self._held) - max(overlap(self._held, mark) for mark in CHANNEL_MARKS)
        self._take(self._held[:ready], parts)
        self._held = self._held[ready:]
        if self._in_header and self._header.endswith(_BEGINNING):
            self._has_open_call = True
        return parts

    def finish(self, *, is_cut: bool = False) -> tuple[list[Part], tuple[ToolCall, ...]]:
        """What is left at the end of the reply, and the calls that it asks for.

        `is_cut`: the reply did not end by itself. A call in its middle is text then.
        """
        parts: list[Part] = []
        if not is_object(self._arguments):  # behind a whole call it is half of the closing mark
            self._take(self._held, parts)
        self._held = ""
        self._close_call(parts, is_cut=is_cut)
        return parts, tuple(self._calls)

    def _take(self, text: str, parts: list[Part]) -> None:
        if not text:
            return
        if self._in_header:
            self._header += text
        elif _RECIPIENT.search(self._header):
            self._arguments += text
        else:
            parts.append(Part(self.kind, text))

    def _turn(self, mark: str, parts: list[Part]) -> None:
        if mark == "<|message|>":
            self._in_header = False
        elif mark in _ENDS:
            self._close_call(parts)
            self._header, self._in_header = "", True
        else:  # the channel's name, or the type of the arguments, follows
            self._header, self._in_header = f"{self._header} ", True

    def _close_call(self, parts: list[Part], *, is_cut: bool = False) -> None:
        """Take the call whose message ends here; what is none is text."""
        arguments, self._arguments, self._has_open_call = self._arguments.strip(), "", False
        recipient = _RECIPIENT.search(self._header)
        if recipient is None:
            return
        if not arguments and not is_cut:
            arguments = "{}"
        if is_object(arguments):
            number = f"call_{len(self._calls) + 1}"
            self._calls.append(ToolCall(name=recipient.group(1), arguments=arguments, id=number))
        else:
            header = self._header.removeprefix("assistant").strip()
            parts.append(Part("text", f"{header} {arguments}".rstrip()))
