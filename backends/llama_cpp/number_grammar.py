"""Numbers between two bounds as grammars (GBNF).

A grammar knows digits and no values: `0.5 <= x` becomes "a digit that is greater than 5 and any
more, or a 5 and any more, or an integer that is greater than 0 ..".
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

_MOST_DIGITS = 40


class Bound(msgspec.Struct, frozen=True):
    """The least or the greatest value; `strict`: that value itself is none."""

    value: Decimal
    strict: bool = False


def integer_rule(low: Bound | None, high: Bound | None) -> str | None:
    """The rule of an integer; None where there is none between the bounds."""
    least = None if low is None else _next(low.value.to_integral_value("ROUND_CEILING"), low, 1)
    most = None if high is None else _next(high.value.to_integral_value("ROUND_FLOOR"), high, -1)
    if least is not None and most is not None and least > most:
        return None
    ways: list[str] = []
    if most is None or most >= 0:
        ways += _naturals(max(0, least or 0), most)
    if least is None or least < 0:
        smallest = 1 if most is None else max(1, -most)
        largest = None if least is None else -least
        ways += [f'"-" ({_either(_naturals(smallest, largest))})']
    return _either(ways)


def number_rule(low: Bound | None, high: Bound | None) -> str | None:
    """The rule of a number without exponent; None where there is none between the bounds."""
    ways: list[str] = []
    zero = Bound(Decimal(0))
    if high is None or high.value >= 0:
        ways += _magnitudes(low if low is not None and low.value >= 0 else zero, high)
    if low is None or low.value < 0:
        start = zero if high is None or high.value > 0 else _mirrored(high)
        end = None if low is None else _mirrored(low)
        if negative := _magnitudes(start, end):
            ways.append(f'"-" ({_either(negative)})')
    return _either(ways) if ways else None


def _next(rounded: Decimal, bound: Bound, step: int) -> int:
    return int(rounded) + (step if bound.strict and rounded == bound.value else 0)


def _mirrored(bound: Bound) -> Bound:
    return Bound(-bound.value, bound.strict)


def _either(ways: list[str]) -> str:
    return " | ".join(ways)


def _naturals(low: int, high: int | None) -> list[str]:
    """The ways to write an integer from `low`, at least 0, to `high`."""
    if high is not None and low > high:
        return []
    first = str(low)
    if high is None:
        longer = f"[1-9] [0-9]{{{len(first)},{_MOST_DIGITS}}}"
        return [_digits(first, "9" * len(first)), longer]
    last, ways = str(high), list[str]()
    for length in range(len(first), len(last) + 1):
        start = first if length == len(first) else "1" + "0" * (length - 1)
        end = last if length == len(last) else "9" * length
        ways.append(_digits(start, end))
    return ways


def _digits(low: str, high: str) -> str:
    """Digits from `low` to `high`, which are equally many."""
    if not low:
        return '""'
    rest = len(low) - 1
    if set(low) == {"0"} and set(high) == {"9"}:
        return f"[0-9]{{{len(low)}}}"
    if low[0] == high[0]:
        return f'"{low[0]}" ({_digits(low[1:], high[1:])})'
    ways = [f'"{low[0]}" ({_digits(low[1:], "9" * rest)})']
    if int(high[0]) - int(low[0]) > 1:
        ways.append(f"[{int(low[0]) + 1}-{int(high[0]) - 1}] [0-9]{{{rest}}}")
    ways.append(f'"{high[0]}" ({_digits("0" * rest, high[1:])})')
    return _either(ways)


def _magnitudes(low: Bound, high: Bound | None) -> list[str]:
    """The ways to write a number from `low`, at least 0, to `high`."""
    if high is not None and (
        low.value > high.value or (low.value == high.value and (low.strict or high.strict))
    ):
        return []
    start, first = _parted(low.value)
    if high is None:
        lowest = _with_fraction(str(start), first, None, (low.strict, False))
        return [*lowest, *(f"({way}) {_free()}" for way in _naturals(start + 1, None))]
    end, last = _parted(high.value)
    if start == end:
        return _with_fraction(str(start), first, last, (low.strict, high.strict))
    return [
        *_with_fraction(str(start), first, None, (low.strict, False)),
        *(f"({way}) {_free()}" for way in _naturals(start + 1, end - 1)),
        *_with_fraction(str(end), "", last, (False, high.strict)),
    ]


def _parted(value: Decimal) -> tuple[int, str]:
    """The integer, and the digits behind the point."""
    whole, _, fraction = f"{value:f}".partition(".")
    return int(whole), fraction.rstrip("0")


def _free() -> str:
    return '("." [0-9]+)?'


def _with_fraction(whole: str, low: str, high: str | None, strict: tuple[bool, bool]) -> list[str]:
    """An integer and its fraction, between two fractions."""
    alone = not low and not strict[0] and not (strict[1] and high == "")
    fraction = _fraction(low, high, strict, is_first=True)
    ways = [f'"{whole}"'] if alone else []
    return ways if fraction is None else [*ways, f'"{whole}." ({fraction})']


def _fraction(
    low: str, high: str | None, strict: tuple[bool, bool], *, is_first: bool = False
) -> str | None:
    """The digits of a fraction from `low` to `high`, None: to 1; None where there are none.

    `is_first`: at least one digit must come.
    """
    may_be_zero = not low and not strict[0]
    if high == "":
        return ('"0"+' if is_first else '"0"*') if may_be_zero and not strict[1] else None
    if high is None and not low:
        return ("[0-9]+" if is_first else "[0-9]*") if may_be_zero else '"0"* [1-9] [0-9]*'
    least, most = int(low[:1] or "0"), 9 if high is None else int(high[:1])
    ways = ['""'] if may_be_zero and not is_first else []
    for digit in range(least, most + 1):
        at_low, at_high = digit == least, high is not None and digit == most
        rest = _fraction(
            low[1:] if at_low else "",
            high[1:] if high is not None and at_high else None,
            (strict[0] and at_low, strict[1] and at_high),
        )
        if rest is not None:
            ways.append(f'"{digit}" ({rest})')
    return _either(ways) if ways else None
