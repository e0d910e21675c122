"""Texts for people: marked for Qt Linguist, and said in the language that the window has set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class _Speech:
    """English, as the command line stays; the window sets its language before it is shown."""

    def __init__(self) -> None:
        self.translate: Callable[[str], str] = str
        self.marks: Mapping[int, str] = {}


_speech = _Speech()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text that is kept in English, with what it was made of, and can be said in another
    language later: after a pipe, and by the window alone. Numbers among the values are written as
    the language does, in the form that the template asks for (`{size:.2f}`), else with thousands
    set apart: a process that has no language tells them as they are, not as text.

    No msgspec structure, since errors are imported before the first paint and msgspec is not.
    """

    template: str
    values: dict[str, str | int | float | Sentence] = field(
        default_factory=dict[str, "str | int | float | Sentence"], hash=False
    )

    def __str__(self) -> str:
        """In English."""
        return self._filled(self.template, str, str)

    def said(self) -> str:
        """In the language that is spoken."""
        return self._filled(said(self.template), Sentence.said, written)

    def _filled(
        self, template: str, say: Callable[[Sentence], str], write: Callable[[str], str]
    ) -> str:
        if not self.values:
            return template

        def shown(value: str | int | float | Sentence) -> str | _Number:
            if isinstance(value, Sentence):
                return say(value)
            return value if isinstance(value, str) else _Number(value, write)

        return template.format_map({name: shown(value) for name, value in self.values.items()})


@dataclass(frozen=True, slots=True)
class _Number:
    """A number on its way into a template, which says in what form."""

    value: int | float
    write: Callable[[str], str]

    def __format__(self, form: str) -> str:
        return self.write(format(self.value, form or ","))


def sentence(template: str, /, **values: str | int | float | Sentence) -> Sentence:
    """A sentence of a constant, `{name}` in it for each of the values."""
    return Sentence(template, values)


def option_name(field: str) -> Sentence:
    """An option as errors call it: `top k`, of the field `top_k`."""
    return Sentence(field.replace("_", " "))


def marked(text: str) -> str:
    """A constant that is translated where it is shown; unchanged here."""
    return text


def said(text: str) -> str:
    """A text in the language that is spoken; what changes in it is put in with `format`."""
    return _speech.translate(text)


def written(number: str) -> str:
    """A number such as `8,192.5` with the marks of the language that is spoken: `8.192,5`."""
    return number.translate(_speech.marks)


def speak(translate: Callable[[str], str], decimal: str, thousands: str) -> None:
    """Say texts by `translate`, and write numbers with these marks, from now on."""
    _speech.translate = translate
    _speech.marks = {ord("."): decimal, ord(","): thousands}
