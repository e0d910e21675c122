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
from backends.llama_cpp.reply_parts import Part, overlap

_MARK = re.compile("|".join(re.escape(mark) for mark in CHANNEL_MARKS))
_RECIPIENT = re.compile(r"to=(?:functions\.)?([^\s<]+)")
_ENDS = ("<|end|>", "<|call|>", "<|return|>", "<|start|>")


class ChannelParts:
    """Follows the channels of one reply."""

    def __init__(self) -> None:
        self._held = ""
        self._header = ""
        self._in_header = True
        self._arguments = ""
        self._calls: list[ToolCall] = []

    @property
    def kind(self) -> Literal["reasoning", "text"]:
        return "reasoning" if "analysis" in self._header else "text"

    @property
    def has_open_call(self) -> bool:
        """Calls in channels are bound only when they are forced."""
        return False

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
            self._turn(mark.group())
        ready = len(self._held) - max(overlap(self._held, mark) for mark in CHANNEL_MARKS)
        self._take(self._held[:ready], parts)
        self._held = self._held[ready:]
        return parts

    def finish(self) -> tuple[list[Part], tuple[ToolCall, ...]]:
        """What is left at the end of the reply, and the calls that it asks for."""
        parts: list[Part] = []
        self._take(self._held, parts)
        self._held = ""
        self._close_call()
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

    def _turn(self, mark: str) -> None:
        if mark == "<|message|>":
            self._in_header = False
        elif mark in _ENDS:
            self._close_call()
            self._header, self._in_header = "", True
        else:  # the channel's name, or the type of the arguments, follows
            self._header, self._in_header = f"{self._header} ", True

    def _close_call(self) -> None:
        recipient = _RECIPIENT.search(self._header)
        if recipient is not None and not self._in_header:
            number = f"call_{len(self._calls) + 1}"
            arguments = self._arguments.strip() or "{}"
            self._calls.append(ToolCall(name=recipient.group(1), arguments=arguments, id=number))
        self._arguments = ""
