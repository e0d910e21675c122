"""The exact tokens of chats of which little changes from one count to the next.

Tokenizers cut a text at its control tokens before all else, so the pieces between them are counted
one by one, and those that were counted before are not counted again. That the pieces add up to the
whole is verified whenever the earlier messages change; where they do not, the whole is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

from msgspec import structs

from app.domain.context_plan import ContextCount
from app.domain.engine import ChatMessage
from backends.protocol import ContextCounted, CountContext

_NOWHERE = "(?!)"


class Language(Protocol):
    """A model's template and vocabulary."""

    def rendered(self, messages: Sequence[ChatMessage], *, continue_reply: bool) -> str:
        """The text of a prompt. Raises `RequestError`."""
        ...

    def tokens_of(self, text: str, *, is_first: bool) -> Sequence[int]:
        """The tokens of a piece of it; the first one brings what every prompt begins with."""
        ...

    def control_texts(self, tokens: Sequence[int]) -> set[str]:
        """The texts of the control tokens among these."""
        ...


class PromptCounter:
    """Counts the prompts of one model, in one thread."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._base = -1
        self._earlier: tuple[ChatMessage, ...] = ()
        # What the template puts before each message.
        self._marks: list[str] = []
        self._cuts = re.compile(_NOWHERE)
        # None: not verified yet.
        self._adds_up: bool | None = None
        # Of the last two counts.
        self._known: dict[tuple[str, bool], int] = {}
        self._known_before: dict[tuple[str, bool], int] = {}

    def answer(self, question: CountContext) -> ContextCounted:
        """The count; None when `question` goes on from messages that are not here any more."""
        if question.earlier is not None:
            self._base, self._earlier, self._adds_up = question.base, question.earlier, None
            self._marks = self._marks_of((*question.earlier, question.last))
        elif question.base != self._base:
            return ContextCounted(question.request_id, None)
        messages = (*self._earlier, question.last)
        text = self._language.rendered(messages, continue_reply=question.continue_reply)
        return ContextCounted(question.request_id, self._count(text, messages))

    def _count(self, text: str, messages: tuple[ChatMessage, ...]) -> ContextCount:
        whole = None
        if self._adds_up is None:
            whole = self._language.tokens_of(text, is_first=True)
            controls = sorted(self._language.control_texts(whole), key=len, reverse=True)
            cuts = "|".join(f"(?={re.escape(each)})" for each in controls)
            self._cuts = re.compile(cuts or _NOWHERE)
        pieces = [piece for piece in self._cuts.split(text) if piece]
        counts = self._counts(pieces)
        if whole is not None:
            self._adds_up = sum(counts) == len(whole)
        contents = [message.content.strip() for message in messages]
        shares = _shares(pieces, counts, list(zip(self._marks, contents, strict=True)))
        if not self._adds_up:
            if whole is None:
                whole = self._language.tokens_of(text, is_first=True)
            shares[0] += len(whole) - sum(counts)
        return ContextCount(shares[0], tuple(shares[1:]))

    def _marks_of(self, messages: tuple[ChatMessage, ...]) -> list[str]:
        """Told by names in place of the contents; empty where the template has none before it."""
        names = [f"(content {number})" for number in range(len(messages))]
        named = [
            structs.replace(each, content=name) for each, name in zip(messages, names, strict=True)
        ]
        text, marks = self._language.rendered(named, continue_reply=False), list[str]()
        for name in names:
            mark, found, after = text.partition(name)
            marks.append(mark if found else "")
            text = after if found else text
        return marks

    def _counts(self, pieces: list[str]) -> list[int]:
        self._known_before, self._known = self._known, {}
        counts: list[int] = []
        for number, piece in enumerate(pieces):
            key = (piece, number == 0)
            count = self._known.get(key, self._known_before.get(key))
            if count is None:
                count = len(self._language.tokens_of(piece, is_first=number == 0))
            self._known[key] = count
            counts.append(count)
        return counts


def _shares(pieces: list[str], counts: list[int], contents: list[tuple[str, str]]) -> list[int]:
    """The tokens before the first message and of each message, with the marks that follow it.

    A short text may stand in the marks as well, and an empty one anywhere: each is looked for
    behind the marks before it. Templates may change what they are given: a text that is not found
    begins where these end. Messages that share a piece share its tokens by their characters.
    """
    starts = [0, *accumulate(len(piece) for piece in pieces)]
    text, cursor = "".join(pieces), 0
    begins: list[int] = []
    for mark, content in contents:
        behind = text.find(mark, cursor)
        start = cursor if behind < 0 else behind + len(mark)
        # An empty text takes the end of its marks, and so what they stand in.
        found = text.find(content, start) if content else max(cursor, start - 1)
        begins.append(start if found < 0 else found)
        cursor = begins[-1] + (len(content) if found >= 0 else 0)
    shares = [0] * (len(contents) + 1)
    owner, following = 0, 0
    for number, count in enumerate(counts):
        first = following
        while following < len(begins) and begins[following] < starts[number + 1]:
            following += 1
        if following == first:
            shares[owner] += count
            continue
        bounds = [starts[number], *begins[first + 1 : following], starts[number + 1]]
        length, given = starts[number + 1] - starts[number], 0
        for which, end in enumerate(bounds[1:]):
            until = count * (end - starts[number]) // length
            shares[first + which + 1] += until - given
            given = until
        owner = following
    shares[owner] += sum(counts) - sum(shares)
    return shares
