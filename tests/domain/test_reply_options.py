"""Options of replies: what can be set, what presets mean, and what a schema or grammar must be."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.engine import Sampling
from app.domain.reply_binding import grammar_problem, schema_problem
from app.domain.reply_options import BUILT_IN, DEFAULT, Preset, ReplyOptions, preset_named
from app.domain.sampling_options import SAMPLING_OPTIONS
from backends.llama_cpp.sampler_checks import refuse_senseless


def test_every_number_of_the_samplers_can_be_set() -> None:
    fields = {each.name for each in msgspec.structs.fields(Sampling)}
    apart = {"seed", "logit_bias", "dry_breakers"}
    assert {each.field for each in SAMPLING_OPTIONS} == fields - apart


@pytest.mark.parametrize("option", SAMPLING_OPTIONS, ids=lambda each: each.field)
def test_everything_that_can_be_set_is_accepted_by_the_engine(option: msgspec.Struct) -> None:
    usual = getattr(Sampling(), option.field)
    assert option.minimum <= usual <= option.maximum
    for value in (option.minimum, option.maximum, option.neutral):
        if value is not None:
            assert option.minimum <= value <= option.maximum
            refuse_senseless(Sampling(**{option.field: type(usual)(value)}), 100)


def test_own_presets_come_before_built_in_ones() -> None:
    own = Preset(name="Precise", options=ReplyOptions(system="Mine."))
    assert preset_named("Precise", (own,)) == own
    assert preset_named("Precise", ()) in BUILT_IN
    assert preset_named(None, (own,)) is None
    assert BUILT_IN[0] == DEFAULT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "object"}', ""),
        ("true", ""),
        ('{"type": ["string", "null"], "items": [{"enum": [1]}, true]}', ""),
        ('{"type": }', "“}” in line 1, column 10"),
        ('{"type": "object"', "missing at its end"),
        ('{"type": "obj}', "line 1, column 10 is not closed"),
        ('{"type": "strin"}', "type is “strin”, which is no type"),
        ('{"properties": {"city": {"type": 3}}}', "properties.city.type is “3”"),
        ('{"type": ["string", null]}', "type is “null”"),
        ('{"properties": {"city": "string"}}', "properties.city has to be a schema"),
        ('{"properties": ["city"]}', "properties has to be an object"),
        ('{"items": {"anyOf": []}}', "items.anyOf has to be a list with something"),
        ('{"anyOf": [true, {"enum": 1}]}', "anyOf[1].enum has to be a list"),
        ('{"required": "city"}', "required has to be a list of names"),
        ('{"required": [1]}', "required has to be a list of names"),
        ('{"additionalProperties": [true]}', "additionalProperties has to be a schema"),
        ('{"enum": [], "required": 1, "type": 2}', "enum has to be a list"),
        ('{"properties": {"a": {"type": 1}, "b": {"type": 2}}}', "properties.a.type"),
        ('{"title": "two\nlines"}', "goes over the end of line 1, or has a tab in it. Write \\n"),
        (f'{{"minimum": {"1" * 5000}}}', "thousands of digits"),
        ("[1]", "a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ("", "not JSON"),
        ('{"a": 1} b', "“b” in line 1, column 10"),
    ],
)
def test_schema(text: str, words: str) -> None:
    assert words in schema_problem(text)
    assert bool(words) == bool(schema_problem(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('root ::= "yes" | "no"', ""),
        ('root ::= item+ # items\nitem ::= [a-z"] ("," item)? "root2"{1,3}', ""),
        ('start ::= "a"', "a rule named root"),
        ("root ::= answer", "uses answer"),
        ('root ::= ("a"', "1 “(” and 0 “)”"),
    ],
)
def test_grammar(text: str, words: str) -> None:
    assert words in grammar_problem(text)
    assert bool(words) == bool(grammar_problem(text))
