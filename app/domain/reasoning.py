"""Reasoning inside the text of a reply, between the tags that models themselves use.

Engines give it apart, or leave the model's own tags in the text; one form is stored and shown.
"""

from __future__ import annotations

import re

from app.domain.engine import ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>\n", "\n</think>\n\n"
# At the very beginning only; a block that was cut off is reasoning to its end.
_BLOCK = re.compile(r"\s*<think(?:ing)?>.*?(?:</think(?:ing)?>\s*|\Z)", re.DOTALL)


class TaggedText:
    """Puts what streams apart into one text."""

    def __init__(self) -> None:
        self._is_reasoning = False

    def add(self, delta: TextDelta | ReasoningDelta) -> TextDelta:
        """The delta as text, with the tag where reasoning begins or ends."""
        reasons = isinstance(delta, ReasoningDelta)
        text = delta.text
        if text and reasons != self._is_reasoning:
            self._is_reasoning = reasons
            text = (_OPEN if reasons else _CLOSE) + text
        return TextDelta(text, delta.timings)


def without_reasoning(text: str) -> str:
    """The answer alone: what models want to see of their earlier replies."""
    return _BLOCK.sub("", text, count=1) if _BLOCK.match(text) else text
