"""Reasoning inside the text of a reply, between the tags that models themselves use.

Engines give it apart, or leave the model's own tags in the text; one form is stored and shown.
"""

from __future__ import annotations

import re

from app.domain.engine import ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>\n", "\n</think>\n\n"
# What opens reasoning at the very beginning of a reply, and what ends it. Engines here give all of
# them as the first pair; other servers and imported chats bring what the model wrote.
REASONING_MARKS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[THINK]": "[/THINK]",
    "<seed:think>": "</seed:think>",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "◁think▷": "◁/think▷",
    "<unused94>thought": "<unused95>",
}
# A block that was cut off is reasoning to its end.
_BLOCKS = {
    opening: re.compile(rf".*?(?:{re.escape(closing)}\s*|\Z)", re.DOTALL)
    for opening, closing in REASONING_MARKS.items()
}


class TaggedText:
    """Puts what streams apart into one text, which may have begun with `begun`."""

    def __init__(self, begun: str = "") -> None:
        # Inside reasoning that was cut, the engine may give its rest as either, with the model's
        # own closing tag: what comes first needs no tag of ours.
        self._is_reasoning = None if ends_in_reasoning(begun) else False

    def add(self, delta: TextDelta | ReasoningDelta) -> TextDelta:
        """The delta as text, with the tag where reasoning begins or ends."""
        reasons = isinstance(delta, ReasoningDelta)
        text = delta.text
        if text and reasons != self._is_reasoning:
            if self._is_reasoning is not None:
                text = (_OPEN if reasons else _CLOSE) + text
            self._is_reasoning = reasons
        return TextDelta(text, delta.timings)


def ends_in_reasoning(text: str) -> bool:
    """Whether a reply was cut while the model was thinking."""
    block = _block(text)
    return block is not None and not any(mark in block for mark in REASONING_MARKS.values())


def without_reasoning(text: str) -> str:
    """The answer alone: what models want to see of their earlier replies."""
    return text.removeprefix(_block(text) or "")


def _block(text: str) -> str | None:
    """The reasoning that a text begins with, with its marks."""
    start = len(text) - len(text.lstrip())
    for opening, rest in _BLOCKS.items():
        if text.startswith(opening, start):
            end = rest.match(text, start + len(opening))
            return text[: end.end()] if end is not None else text
    return None
