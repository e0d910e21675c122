"""Searching chats: what is indexed, what a query means, and the piece of text around a hit."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from app.domain.conversation import Conversation

# Written without spaces between words, so each character is a word of its own.
_CJK = re.compile(
    "([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f])"
)
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_WORDS_IN_QUOTES = re.compile(r'"([^"]*)"?|(\S+)')
_MOST_WORDS = 16
_BEFORE_HIT = 14


class Excerpt(msgspec.Struct, frozen=True):
    """A piece of text, and where in it words of the query begin and end."""

    text: str
    hits: tuple[tuple[int, int], ...] = ()


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A chat that matches: by its title, or by the newest message in which all words are."""

    conversation: Conversation
    title: Excerpt
    message_id: int | None = None
    excerpt: Excerpt | None = None


class _Folding(dict[int, str]):
    """Each character without case and accents, one for one, so that positions stay."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = folded = base if len(base) == 1 else chr(code)
        return folded


_FOLDING = _Folding()


def indexed_text(text: str) -> str:
    """The text as the index takes it. Changing this needs a migration that indexes all anew."""
    if text.isascii() and "\0" not in text:
        return text
    return _CJK.sub(r" \1 ", _UNREADABLE.sub(" ", text))


def match_expression(query: str) -> str | None:
    """The query in the language of FTS5: all words, each as a beginning; quoted ones as a phrase.

    None when there is no word in it. https://www.sqlite.org/fts5.html#full_text_query_syntax
    """
    phrases: list[str] = []
    for quoted, plain in _WORDS_IN_QUOTES.findall(query)[:_MOST_WORDS]:
        words = indexed_text(quoted or plain).replace('"', " ")
        if any(character.isalnum() for character in words):
            phrases.append(f'"{words}"' + ("" if quoted else "*"))
    return " ".join(phrases) or None


def excerpt_of(text: str, query: str, longest: int = 110) -> Excerpt:
    """The piece of `text` around the first hit, on one line, with the hits in it."""
    finder = _finder(query)
    first = finder.search(text.translate(_FOLDING)) if finder is not None else None
    start = 0 if first is None else max(0, first.start() - _BEFORE_HIT)
    if start:
        # Begin with a whole word.
        start = max(start, text.find(" ", start, start + _BEFORE_HIT) + 1)
    piece = " ".join(text[start : start + longest].split())
    lead, tail = "…" if start else "", "…" if start + longest < len(text) else ""
    shown = f"{lead}{piece}{tail}"
    return Excerpt(shown, find_words(shown, query))


def find_words(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a query begin and end in `text`."""
    finder = _finder(query)
    if finder is None:
        return ()
    return tuple(match.span() for match in finder.finditer(text.translate(_FOLDING)))


def _finder(query: str) -> re.Pattern[str] | None:
    """Finds what the index found: the beginnings of words, and quoted words one after another."""
    patterns: list[str] = []
    for quoted, plain in _WORDS_IN_QUOTES.findall(query)[:_MOST_WORDS]:
        words = re.findall(r"\w+", (quoted or plain).translate(_FOLDING))
        if words:
            begin = "" if _CJK.match(words[0]) else r"(?<!\w)"
            patterns.append(begin + r"\W+".join(map(re.escape, words)))
    return re.compile("|".join(sorted(patterns, key=len, reverse=True))) if patterns else None
