"""JSON schemas as grammars: what they let through, what they do not, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError, SchemaError
from backends.llama_cpp.grammar import Grammar
from backends.llama_cpp.number_grammar import Bound, integer_rule, number_rule
from backends.llama_cpp.schema_grammar import grammar_of_schema
from tests.backends.stepped import Stepped, ask
from tests.backends.tiny_models import write_llama

TREE = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["name"],
        }
    },
    "$ref": "#/$defs/node",
}
PERSON = {
    "type": "object",
    "properties": {
        "nick": {"type": "string"},
        "age": {"type": "integer", "minimum": 18, "maximum": 120},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "mail": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Mail"},
    },
    "required": ["age", "mail"],
}
OPEN = {
    "properties": {"a": {"type": "integer"}, "ab": {"type": "integer"}},
    "additionalProperties": {"type": "boolean"},
}


@pytest.fixture(scope="module")
def bytes_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stepped]:
    """A model whose tokens are bytes."""
    path = write_llama(tmp_path_factory.mktemp("model") / "model.gguf", width=64)
    stepped = Stepped(path, context_tokens=512, parallel=1)
    yield stepped
    stepped.close()


def accepts(engine: Stepped, source: str, text: str) -> bool:
    """Whether a grammar allows a text, and an end after it."""
    model = engine.model._model
    grammar = Grammar(model.api, model.vocabulary, engine.model._log, source)
    try:
        for byte in text.encode():
            if not grammar.allows(3 + byte):
                return False
            grammar.accept(3 + byte)
        return grammar.allows(2)
    finally:
        grammar.close()


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (True, ['{"a": [1, null, "x"]}', "3"], ["", "{a}"]),
        ({}, ["null"], ["nul"]),
        (TREE, ['{"name": "a", "children": [{"name": "b"}]}', '{"name":"a"}'],
         ['{"children": []}', '{"name": "a", "children": [3]}']),
        ({"type": "array", "items": {"$ref": "#"}}, ["[]", "[[], [[]]]"], ["[1]"]),
        (PERSON,
         ['{"age": 18, "mail": null}', '{"nick": "n", "age": 99, "tags": ["a", "b"], "mail": "m"}'],
         ['{"age": 17, "mail": null}', '{"age": 121, "mail": null}', '{"age": 20}',
          '{"age": 20, "tags": ["a", "b", "c"], "mail": ""}', '{"age": 20, "mail": null, "x": 1}']),
        (OPEN, ["{}", '{"a": 1}', '{"ab": 1, "b": true}', '{"abc": true, "": false}'],
         ['{"a": true}', '{"a": 1, "ab": true}', '{"b": 1}']),
        ({"enum": ["Zürich", 'a"b\\c\n', 1, 1.5, None, [1], {"a": "b"}]},
         ['"Zürich"', '"a\\"b\\\\c\\n"', "1", "1.5", "null", "[1]", '{"a": "b"}'], ['"Z"', "2"]),
        ({"const": "x"}, ['"x"'], ['"y"', "x"]),
        ({"type": ["string", "null"], "maxLength": 2}, ['"ab"', '"ä€"', "null"], ['"abc"', "1"]),
        ({"type": ["string", "null"], "enum": ["a", None]}, ['"a"', "null"], ['"b"']),
        ({"type": "string", "minLength": 1500, "maxLength": 2500},
         ['"' + "x" * 1500 + '"', '"' + "x" * 2000 + '"', '"' + "x" * 2500 + '"'],
         ['"' + "x" * 1499 + '"', '"' + "x" * 2501 + '"']),
        ({"type": "string", "maxLength": 2**31}, ['""', '"abc"'], ["a"]),
        ({"type": "string", "format": "date"}, ['"2024-12-31"'], ['"2024-13-01"', '"x"']),
        ({"type": "string", "format": "email"}, ['"a@b"'], ["a"]),
        ({"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"b": {"type": "null"}},
          "required": ["b"]}], "$defs": {"a": {"properties": {"a": {"type": "integer"}},
          "required": ["a"]}}},
         ['{"a": 1, "b": null}'], ['{"a": 1}', '{"b": null}']),
        ({"properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"],
          "anyOf": [{"properties": {"kind": {"const": "a"}, "n": {"type": "integer"}},
                     "required": ["n"]}, {"properties": {"kind": {"const": "b"}}}]},
         ['{"kind": "a", "n": 1}', '{"kind": "b"}'], ['{"kind": "a"}', '{"kind": "b", "n": 1}']),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
         ['[1, "a"]'], ["[1]", '["a", 1]', '[1, "a", 2]']),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "null"},
          "maxItems": 2}, ["[1]", "[1, null]"], ["[]", "[1, 2]", "[1, null, null]"]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, ["[1, 2]", "[1,2,3]"],
         ["[]", "[1]"]),
        ({"type": "array", "maxItems": 0}, ["[]"], ["[1]"]),
        ({"type": "array", "items": False}, ["[]"], ["[1]"]),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
         ["0.1", "0.5", "0.50", "0.001"], ["0", "0.0", "0.51", "-0.1", "1"]),
        ({"type": "number", "minimum": -2.5}, ["-2.5", "0", "7.25"], ["-2.51", "-3"]),
        ({"type": "object", "properties": {'a"b': {"type": "null"}}, "required": ['a"b']},
         ['{"a\\"b": null}'], ["{}"]),
        ({"type": "object"}, ['{"a": {}}', "{}"], ["[]"]),
        ({"type": "object", "properties": {}}, ["{}"], ['{"a": 1}']),
        ({"type": "object", "required": ["a"]}, ['{"a": 1, "b": 2}'], ["{}"]),
        ({"$ref": "#/$defs/a%b~1c", "$defs": {"a%b/c": {"type": "null"}}}, ["null"], ["1"]),
    ],
)  # fmt: skip
def test_grammar_lets_through_what_the_schema_allows(
    bytes_model: Stepped, schema: object, good: list[str], bad: list[str]
) -> None:
    source = grammar_of_schema(json.dumps(schema))
    assert [text for text in good if not accepts(bytes_model, source, text)] == []
    assert [text for text in bad if accepts(bytes_model, source, text)] == []


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^[A-Z]{2,3}-\\d+$", ["AB-1", "ABC-42"], ["A-1", "AB-", "xAB-1"]),
        ("b+", ["b", "abbc"], ["", "aac"]),
        ("^a|b$", ["axx", "xxb"], ["xax"]),
        ("^(?:ab|(c)|(?<n>d))*?$", ["", "abcd"], ["a"]),
        ('^[^\\s"]+$', ["a\\\\b", "é"], ["a b", 'a\\"b']),
        ("^.\\.\\u00e9\\x41$", ["x.éA", '\\".éA'], ["xyéA"]),
        ("^\\(\\w\\)\\n\\t\\/$", ["(a)\\n\\t/"], ["(a)"]),
        ("^[\\]a\\-z-]$", ["]", "a", "-", "z"], ["b"]),
        ("^a{2}b{0,1}c{1,}x{$", ["aacx{", "aabccx{"], ["aabb"]),
        ("^😀{1500}$", ["😀" * 1500], ["😀" * 1499]),
    ],
)
def test_patterns_of_texts(
    bytes_model: Stepped, pattern: str, good: list[str], bad: list[str]
) -> None:
    source = grammar_of_schema(json.dumps({"type": "string", "pattern": pattern}))
    assert [text for text in good if not accepts(bytes_model, source, f'"{text}"')] == []
    assert [text for text in bad if accepts(bytes_model, source, f'"{text}"')] == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "minLength": 10**9}, "no reply can have"),
        ({"type": "array", "items": {}, "minItems": 10**8}, "no reply can have"),
        ({"type": "array", "minItems": 3, "maxItems": 2}, "longer than it may be"),
        ({"type": "string", "pattern": "^*$"}, "repetition of nothing"),
        ({"type": "string", "pattern": "(" * 5000 + ")" * 5000}, "too many brackets"),
        ({"type": "string", "pattern": "^(?=a)b$"}, "look ahead"),
        ({"type": "string", "pattern": "^\\bb$"}, r"\\b"),
        ({"type": "string", "pattern": "(a)\\1"}, r"\\1"),
        ({"type": "string", "pattern": "[b-a]"}, "goes back"),
        ({"type": "string", "pattern": "[a"}, "too early"),
        ({"type": "string", "pattern": "a)"}, "bracket where none"),
        ({"type": "string", "pattern": 3}, "is a text"),
        ({"type": "string", "pattern": "a", "minLength": 3}, "not both"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, "leads to itself"),
        ({"$ref": "#/$defs/no"}, "not in it"),
        ({"$ref": "https://example.com/x.json"}, "not fetched"),
        ({"$ref": 3}, "leads to itself"),
        ({"type": "banana"}, "banana"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "cross"),
        ({"type": "integer", "minimum": "x"}, "no number"),
        ({"type": "number", "minimum": 1e-300}, "no number"),
        ({"type": "array", "uniqueItems": True}, "uniqueItems"),
        ({"not": {}}, "not"),
        ({"properties": []}, "is an object"),
        ({"required": [[]]}, "list of their names"),
        ({"enum": []}, "list of values"),
        ({"anyOf": {}}, "list of schemas"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "two “type”"),
        ({"allOf": [{"required": 3}, {"required": ["a"]}]}, "no valid one"),
        (False, "false is none"),
        ([1], "is none"),
        (None, "null is none"),
    ],
)
def test_schema_that_cannot_be_held_is_a_sentence(schema: object, words: str) -> None:
    with pytest.raises(SchemaError, match=words) as raised:
        grammar_of_schema(json.dumps(schema))
    assert str(raised.value).endswith(".")


def test_nested_without_end_or_as_no_json_is_a_sentence() -> None:
    nested = '{"items":' * 200 + "{}" + "}" * 200
    for text, words in ((nested, "nested"), ("[" * 10**5, "JSON"), ("{", "JSON"), ("1" * 300_000,
                        "characters")):  # fmt: skip
        with pytest.raises(SchemaError, match=words):
            grammar_of_schema(text)


def test_what_no_grammar_holds_is_passed_over_for_tools() -> None:
    schema = {"type": "string", "pattern": "(?=a)", "not": {"const": "b"}}
    assert "root ::= text" in grammar_of_schema(json.dumps(schema), is_strict=False)


_BOUNDS = st.none() | st.builds(
    Bound, st.decimals(-3000, 3000, places=2).map(Decimal.normalize), st.booleans()
)


def _lies(value: Decimal, low: Bound | None, high: Bound | None) -> bool:
    above = low is None or value > low.value or (value == low.value and not low.strict)
    return above and (
        high is None or value < high.value or (value == high.value and not high.strict)
    )


@settings(max_examples=60, deadline=None)
@given(low=_BOUNDS, high=_BOUNDS, data=st.data())
def test_numbers_between_bounds(
    bytes_model: Stepped, low: Bound | None, high: Bound | None, data: st.DataObject
) -> None:
    near = [bound.value + step for bound in (low, high) if bound for step in (-1, 0, 1)]
    values = data.draw(st.lists(st.decimals(-4000, 4000, places=3), max_size=6)) + near
    for rule, whole in ((integer_rule(low, high), True), (number_rule(low, high), False)):
        for value in (Decimal(round(each)) if whole else each for each in values):
            if value == 0:
                continue  # -0 is a way to write it
            found = rule is not None and accepts(bytes_model, f"root ::= {rule}", f"{value:f}")
            assert found == _lies(value, low, high)


_WORDS: Any = st.sampled_from(
    ["type", "properties", "items", "anyOf", "allOf", "$ref", "enum", "const", "required",
     "pattern", "minLength", "maxItems", "minimum", "exclusiveMaximum", "format", "prefixItems",
     "additionalProperties", "a"]
)  # fmt: skip
_SCHEMAS: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=6)
    | st.sampled_from(["object", "array", "string", "integer", "#", "#/properties/a", "^a+$"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


def _ends_in_words(engine: Stepped, schema: object) -> None:
    words = "."
    try:
        engine.submit(ask("x", json_schema=json.dumps(schema), max_tokens=1))
    except AppError as error:
        words = str(error)
    engine.run()
    assert words.endswith(".")


@settings(max_examples=60, deadline=None)
@given(schema=_SCHEMAS)
def test_any_schema_is_a_grammar_or_a_sentence(bytes_model: Stepped, schema: object) -> None:
    _ends_in_words(bytes_model, schema)


@pytest.mark.long
@settings(max_examples=4000, deadline=None)
@given(schema=_SCHEMAS)
def test_many_schemas_are_grammars_or_sentences(bytes_model: Stepped, schema: object) -> None:
    _ends_in_words(bytes_model, schema)
