"""Regular expressions of JSON schemas (ECMA-262) as grammars (GBNF) of what a JSON string holds.

What JSON writes with a backslash is written so in the grammar too. Not to be had: looking around,
references to groups, borders of words and anchors inside.
"""

from __future__ import annotations

from app.domain.errors import SchemaError
from app.domain.words import Sentence, sentence
from backends.llama_cpp.grammar import literal

CHARACTER = '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})'
# llama.cpp takes no more in one repetition.
_BLOCK = 1000
# No reply has so many characters or items: a limit from here on is none.
_MOST_REPEATED = 1_000_000
_DEEPEST = 60
_LAST = 0x10FFFF
_ESCAPED = {0x22: '\\"', 0x5C: "\\\\", 8: "\\b", 9: "\\t", 0xA: "\\n", 0xC: "\\f", 0xD: "\\r"}
_DIGITS = [(0x30, 0x39)]
_WORD = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
_SPACE = [(9, 0xD), (0x20, 0x20), (0xA0, 0xA0), (0x2028, 0x2029), (0xFEFF, 0xFEFF)]
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 0xA, "t": 9, "r": 0xD, "f": 0xC, "v": 0xB, "0": 0}

Ranges = list[tuple[int, int]]


def pattern_rule(pattern: str) -> str:
    """The rule of the text between the quotes. Raises `SchemaError`."""
    return _Pattern(pattern).rule()


def repeated(item: str, low: int, high: int | None) -> str:
    """`item` from `low` to `high` times. Raises `SchemaError` for more than can be asked."""
    if low > _MOST_REPEATED:
        raise SchemaError(
            "The JSON schema asks for {low} repetitions, which no reply can have.", low=low
        )
    if high is not None and high < low:
        raise SchemaError(
            "The JSON schema asks for at least {low} and at most {high} repetitions.",
            low=low,
            high=high,
        )
    parts = [_exactly(item, low)] if low else []
    if high is None or high > _MOST_REPEATED:
        parts.append(f"({item})*")
    elif high > low:
        parts.append(_up_to(item, high - low))
    return " ".join(parts) or '""'


def _exactly(item: str, count: int) -> str:
    blocks, rest = divmod(count, _BLOCK)
    parts = [f"(({item}){{{_BLOCK}}}){{{blocks}}}"] if blocks else []
    return " ".join([*parts, f"({item}){{{rest}}}"] if rest else parts)


def _up_to(item: str, count: int) -> str:
    blocks, rest = divmod(count, _BLOCK)
    if not blocks:
        return f"({item}){{0,{rest}}}"
    block = f"(({item}){{{_BLOCK}}})"
    fewer = f"{block}{{0,{blocks - 1}}} ({item}){{0,{_BLOCK - 1}}}"
    return f"({fewer} | {block}{{{blocks}}} ({item}){{0,{rest}}})"


class _Pattern:
    """Reads one regular expression from the left to the right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def rule(self) -> str:
        """All of it: where it is not anchored, any characters may stand before and behind."""
        ways: list[str] = []
        while True:
            before = "" if self._take("^") else f"({CHARACTER})*"
            parts = self._sequence(is_top=True)
            after = "" if self._take("$") else f"({CHARACTER})*"
            ways.append(" ".join(filter(None, [before, *parts, after])) or '""')
            if self._at == len(self._text):
                return " | ".join(ways)
            if not self._take("|"):
                raise self._refusal(sentence("an anchor or a bracket where none can be"))

    def _group(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refusal(sentence("too many brackets inside each other"))
        if self._take("?") and not self._take(":"):
            if not (self._take("<") and self._peek() not in ("=", "!") and ">" in self._rest()):
                raise self._refusal(sentence("a look ahead or behind"))
            self._at = self._text.index(">", self._at) + 1
        ways = [" ".join(self._sequence()) or '""']
        while self._take("|"):
            ways.append(" ".join(self._sequence()) or '""')
        if not self._take(")"):
            raise self._refusal(sentence("a bracket that is not closed"))
        self._depth -= 1
        return f"({' | '.join(ways)})"

    def _sequence(self, *, is_top: bool = False) -> list[str]:
        parts: list[str] = []
        while (following := self._peek()) not in ("", "|", ")"):
            if following in "^$":
                if is_top and following == "$":
                    break
                raise self._refusal(sentence("an anchor inside"))
            parts.append(self._quantified(self._atom()))
        return parts

    def _atom(self) -> str:
        letter = self._next()
        if letter == "(":
            return self._group()
        if letter == ".":
            return f"({_shown(_without([(0, _LAST)], [(0xA, 0xA), (0xD, 0xD)]))})"
        if letter == "[":
            return f"({_shown(self._class())})"
        if letter == "\\":
            return f"({_shown(self._escaped())})"
        if letter in "*+?":
            raise self._refusal(sentence("a repetition of nothing"))
        return f"({_shown([(ord(letter), ord(letter))])})"

    def _quantified(self, atom: str) -> str:
        bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self._peek())
        if bounds is not None:
            self._at += 1
        elif self._peek() == "{" and (read := self._counts()) is not None:
            bounds = read
        else:
            return atom
        self._take("?")  # what is tried first changes nothing of what matches
        return f"({repeated(atom, *bounds)})"

    def _counts(self) -> tuple[int, int | None] | None:
        """`{2}`, `{2,}`, `{2,5}`; any other brace is a character."""
        body, brace, _ = self._rest()[1:].partition("}")
        low, comma, high = body.partition(",")
        if not brace or not low.isdecimal() or not (high == "" or high.isdecimal()):
            return None
        if len(body) > 20:
            raise self._refusal(sentence("a repetition without end"))
        self._at += len(body) + 2
        return int(low), (int(high) if high else None) if comma else int(low)

    def _class(self) -> Ranges:
        is_negated = self._take("^")
        ranges: Ranges = []
        while not self._take("]"):
            start = self._member()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                end = self._member()
                if len(start) != 1 or len(end) != 1 or start[0][0] > end[0][1]:
                    raise self._refusal(sentence("a range that goes back"))
                start = [(start[0][0], end[0][1])]
            ranges += start
        return _without([(0, _LAST)], ranges) if is_negated else _without(ranges, [])

    def _member(self) -> Ranges:
        letter = self._next()
        return self._escaped() if letter == "\\" else [(ord(letter), ord(letter))]

    def _escaped(self) -> Ranges:
        letter = self._next()
        if letter in _CLASSES:
            return list(_CLASSES[letter])
        if letter.lower() in _CLASSES:
            return _without([(0, _LAST)], _CLASSES[letter.lower()])
        if letter in "xu":
            return self._numbered(2 if letter == "x" else 4)
        if letter in _CONTROLS:
            return [(_CONTROLS[letter], _CONTROLS[letter])]
        if letter.isalnum():
            raise self._refusal(f"\\{letter}")
        return [(ord(letter), ord(letter))]

    def _numbered(self, digits: int) -> Ranges:
        if self._peek() == "{":
            number, _, _ = self._rest()[1:].partition("}")
            self._at += len(number) + 2
        else:
            number = self._rest()[:digits]
            self._at += digits
        try:
            code = int(number, 16)
        except ValueError:
            raise self._refusal(sentence("a character by a number that is none")) from None
        if not 0 <= code <= _LAST:
            raise self._refusal(sentence("a character by a number that is none"))
        return [(code, code)]

    def _next(self) -> str:
        letter = self._peek()
        if not letter:
            raise self._refusal(sentence("an end too early"))
        self._at += 1
        return letter

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _rest(self) -> str:
        return self._text[self._at :]

    def _take(self, text: str) -> bool:
        found = self._text.startswith(text, self._at)
        self._at += len(text) * found
        return found

    def _refusal(self, what: str | Sentence) -> SchemaError:
        return SchemaError(
            "The pattern {pattern} of the JSON schema cannot become a grammar: there is {what} at "
            "character {place}.",
            pattern=self._text[:80],
            what=what,
            place=self._at,
        )


def _without(ranges: Ranges, taken: Ranges) -> Ranges:
    """The ranges, in order and apart, without what is in others."""
    found: Ranges = []
    for low, high in sorted(ranges):
        parts = [(max(low, found[-1][1] + 1) if found else low, high)]
        for first, last in taken:
            parts = (
                [
                    part
                    for start, end in parts
                    for part in ((start, min(end, first - 1)), (max(start, last + 1), end))
                    if part[0] <= part[1]
                ]
                if any(start <= last and first <= end for start, end in parts)
                else parts
            )
        found += [part for part in sorted(set(parts)) if part[0] <= part[1]]
    return found


def _shown(ranges: Ranges) -> str:
    """The characters of some ranges, as a JSON string holds them."""
    plain = _without(ranges, [(0, 0x1F), (0x22, 0x22), (0x5C, 0x5C), (0xD800, 0xDFFF)])
    ways = [f"[{''.join(map(_range, plain))}]"] if plain else []
    ways += [
        literal(text) for code, text in _ESCAPED.items() if any(a <= code <= b for a, b in ranges)
    ]
    return " | ".join(ways) or '"\\\\u0000"'


def _range(codes: tuple[int, int]) -> str:
    low, high = (f"\\U{code:08X}" for code in codes)
    return low if low == high else f"{low}-{high}"
