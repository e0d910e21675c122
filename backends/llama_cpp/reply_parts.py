"""Splits the text of a reply, as it comes, into reasoning, answer and tool calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from app.domain.engine import Tool, ToolCall
from backends.llama_cpp.reply_format import ReplyFormat, ToolStyle
from backends.llama_cpp.text import overlap
from backends.llama_cpp.tool_calls import BEGINNINGS, call_begins, may_become_call, parse_calls


class Part(msgspec.Struct, frozen=True):
    """A piece of the reply."""

    kind: Literal["reasoning", "text"]
    text: str


class MarkedParts:
    """For families that put their reasoning between two marks at the beginning of the reply."""

    def __init__(self, form: ReplyFormat, prompt: str, tools: Sequence[Tool] = ()) -> None:
        """`prompt`: a template may have opened the reasoning itself, at the prompt's end."""
        self._open, self._close = form.reasoning
        self._style: ToolStyle = form.tool_style
        self._reasons = form.reasons
        self._answer_marks = form.answer_marks
        self._tools = tools
        self._is_inside = prompt.rstrip().endswith(self._open)
        # Reasoning comes first or not at all: an answer may speak of the marks.
        self._is_over = not self._is_inside and prompt.rstrip().endswith(self._close)
        self._held = ""
        self._is_first = True
        self._is_silent = True
        self._calls = ""
        # Of the text of the calls when they began: just the mark.
        self._began_with_mark = False

    @property
    def kind(self) -> Literal["reasoning", "text"]:
        return "reasoning" if self._is_inside else "text"

    @property
    def has_open_call(self) -> bool:
        """Whether a call has begun so that what follows its mark can be told."""
        return bool(self._calls) and self._began_with_mark

    def is_free(self, piece: str, *, is_allowed: bool) -> bool:
        """Whether a reply may go on with `piece` without its grammar, which allows it or not."""
        if self._is_inside:
            return True
        begun = (self._held + piece).lstrip()
        if self._is_over or is_allowed or not begun:
            return False
        return begun.startswith(self._open) or (self._reasons and self._open.startswith(begun))

    def feed(self, text: str) -> list[Part]:
        """The parts that this text completes."""
        self._held += text
        parts: list[Part] = []
        while self._advance(parts):
            pass
        return parts

    def finish(self, *, is_cut: bool = False) -> tuple[list[Part], tuple[ToolCall, ...]]:
        """What is left at the end of the reply, and the calls that it asks for.

        `is_cut`: the reply did not end by itself. A call in its middle is text then.
        """
        rest, self._held = self._held, ""
        parts: list[Part] = []
        if self._calls:
            whole = self._calls + rest
            calls, left = parse_calls(self._style, whole, self._tools, is_cut=is_cut)
            return ([Part("text", left)] if left else []), calls
        if rest:
            parts.append(Part(self.kind, self._without_marks(rest)))
        return parts, ()

    def _advance(self, parts: list[Part]) -> bool:
        """Take one step; whether another one may follow at once."""
        if self._calls:
            self._calls, self._held = self._calls + self._held, ""
            return False
        if self._is_inside:
            return self._reason(parts)
        if not self._is_over:
            return self._begin()
        return self._answer(parts)

    def _begin(self) -> bool:
        begun = self._held.lstrip()
        if begun.startswith(self._open):
            self._is_inside, self._held = True, begun[len(self._open) :]
            return True
        if not begun or self._open.startswith(begun):
            return False
        self._is_over, self._is_first = True, False
        return True

    def _reason(self, parts: list[Part]) -> bool:
        at = self._held.find(self._close)
        if at < 0:
            ready = len(self._held) - overlap(self._held, self._close)
            shown, self._held = self._held[:ready], self._held[ready:]
        else:
            shown, self._held = self._held[:at], self._held[at + len(self._close) :]
            self._is_inside, self._is_over = False, True
        if shown:
            parts.append(Part("reasoning", shown))
        return at >= 0

    def _answer(self, parts: list[Part]) -> bool:
        if self._is_first:  # the blank lines between reasoning and answer belong to neither
            self._held = self._held.lstrip()
            if not self._held:
                return False
            self._is_first = False
        shown, self._held = self._without_marks(self._held), ""
        if self._tools:
            at = call_begins(self._style, shown, is_start=self._is_silent)
            if at >= 0:
                shown, self._calls = shown[:at], shown[at:]
                self._began_with_mark = self._calls == BEGINNINGS[self._style]
            else:
                keep = may_become_call(self._style, shown, is_start=self._is_silent)
                shown, self._held = shown[: len(shown) - keep], shown[len(shown) - keep :]
        keep = max((overlap(shown, mark) for mark in self._answer_marks), default=0)
        shown, self._held = shown[: len(shown) - keep], shown[len(shown) - keep :] + self._held
        if shown:
            self._is_silent = False
            parts.append(Part("text", shown))
        return False

    def _without_marks(self, text: str) -> str:
        for mark in self._answer_marks:
            text = text.replace(mark, "")
        return text
