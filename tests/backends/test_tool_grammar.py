"""Tool calls that a reply must make, or is free to make, follow the schemas of the tools."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import Sampling, TokenBias, Tool, ToolCall
from app.domain.errors import RequestError, SchemaError
from backends.llama_cpp.grammar import Grammar
from backends.llama_cpp.reply_format import ReplyFormat, ToolStyle
from backends.llama_cpp.tool_grammar import binding_of
from tests.backends.stepped import Stepped, ask
from tests.backends.test_tool_calls import (
    DEEPSEEK,
    DEEPSEEK_JSON,
    GLM,
    GRANITE,
    HARMONY,
    HARMONY_FIRST,
    HERMES,
    KIMI,
    LLAMA3,
    LLAMA3_TAG,
    MISTRAL,
    MISTRAL_NAMED,
    SEED,
    TOOLS,
    XML,
)

# Much chance and little order: only the grammar can hold it.
WILD = Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=5)
COLOUR = Tool(
    name="paint",
    parameters='{"properties": {"colour": {"enum": ["red", "green"]}, "coats": '
    '{"type": "boolean"}}, "required": ["colour", "coats"]}',
)

CHANNELS = ReplyFormat(has_channels=True)


@pytest.fixture(scope="module")
def starter(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=512, parallel=1)
    yield stepped
    stepped.close()


def form(style: ToolStyle) -> ReplyFormat:
    return ReplyFormat(tool_style=style)


def accepts(starter: Stepped, source: str, text: str) -> bool:
    """Whether a grammar allows a text, and an end after it."""
    model = starter.model._model
    grammar = Grammar(model.api, model.vocabulary, starter.model._log, source)
    try:
        for token in model.tokenize(text):
            if not grammar.allows(token):
                return False
            grammar.accept(token)
        return grammar.allows(2)  # the end of a message
    finally:
        grammar.close()


@pytest.mark.parametrize(
    ("reply_format", "call"),
    [
        (form("hermes"), HERMES[HERMES.index("<tool_call>") :]),
        (form("xml"), XML[XML.index("<tool_call>") :]),
        (form("mistral"), MISTRAL),
        (form("mistral_named"), MISTRAL_NAMED),
        (form("llama3"), LLAMA3),
        (form("granite"), GRANITE),
        (form("seed"), SEED[SEED.index("<seed:") :]),
        (form("glm"), GLM[GLM.index("<tool_call>") :]),
        (form("kimi"), KIMI),
        (form("deepseek"), DEEPSEEK),
        (form("deepseek_json"), DEEPSEEK_JSON),
        (form("llama3"), LLAMA3_TAG.removeprefix("<|python_tag|>")),
        (CHANNELS, HARMONY[HARMONY.rindex("<|channel|>") :].removesuffix("<|call|>")),
        (CHANNELS, HARMONY.removesuffix("<|call|>")),
        (CHANNELS, HARMONY_FIRST.removesuffix("<|call|>")),
    ],
)
def test_calls_that_models_write_follow_the_grammar_of_a_forced_call(
    starter: Stepped, reply_format: ReplyFormat, call: str
) -> None:
    binding = binding_of(ask("?", tools=TOOLS, tool_choice="required"), reply_format)
    assert binding.grammar is not None
    assert accepts(starter, binding.grammar, call)
    assert not accepts(starter, binding.grammar, call.replace("get_weather", "get_whether"))
    assert not accepts(starter, binding.grammar, "Hello.")


@pytest.mark.parametrize(
    ("style", "one", "more"),
    [
        *(
            (style, "<tool_call>\n{}\n</tool_call>", "\n<tool_call>\n{}\n</tool_call>")
            for style in ("hermes", "xml")
        ),
        ("mistral", "[TOOL_CALLS][{}", ", {}"),
        ("mistral_named", "[TOOL_CALLS]{}", "[TOOL_CALLS]{}"),
        ("llama3", "{}", "; {}"),
    ],
)
def test_required_call_may_be_several_and_that_of_a_name_is_one(
    starter: Stepped, style: ToolStyle, one: str, more: str
) -> None:
    call = {
        "xml": "<function=now>\n</function>",
        "mistral_named": "now[ARGS]{}",
        "llama3": '{"name": "now", "parameters": {}}',
    }.get(style, '{"name": "now", "arguments": {}}')
    end = "]" if style == "mistral" else ""
    once, twice = one.format(call) + end, (one + more).format(call, call) + end
    for choice, texts in (("required", (once, twice)), ("now", (once,))):
        grammar = binding_of(ask("?", tools=TOOLS, tool_choice=choice), form(style)).grammar
        assert grammar is not None
        taken = [text for text in (once, twice) if accepts(starter, grammar, text)]
        assert taken == list(texts)


@pytest.mark.parametrize("style", ["hermes", "xml", "mistral", "mistral_named", "llama3"])
def test_forced_tool_is_called_as_its_schema_says(starter: Stepped, style: ToolStyle) -> None:
    prompts = starter.model._prompts
    plain, prompts.form = prompts.form, form(style)
    try:
        asked = {"tools": (*TOOLS, COLOUR), "tool_choice": "paint", "sampling": WILD}
        request = ask("Paint!", **asked, max_tokens=250)
        number = starter.submit(request)
        starter.run()
    finally:
        prompts.form = plain
    ended = starter.end(number)
    assert ended.reason == "stop"
    assert starter.text(number) == ""
    (call,) = ended.tool_calls  # it is one tool that was asked for, and one call
    assert_paints(call)


def assert_paints(call: ToolCall) -> None:
    assert call.name == "paint"
    arguments = json.loads(call.arguments)
    assert arguments["colour"] in ("red", "green")
    assert isinstance(arguments["coats"], bool)


def test_forced_call_that_the_limit_cuts_is_no_call(starter: Stepped) -> None:
    asked = ask("Paint!", tools=(COLOUR,), tool_choice="paint", sampling=WILD, max_tokens=12)
    number = starter.submit(asked)
    starter.run()
    ended = starter.end(number)
    assert (ended.reason, ended.tool_calls) == ("length", ())
    assert starter.text(number).startswith("<tool_call>")


@pytest.mark.parametrize("begun", ["<|channel|>commentary to=functions", " to=functions"])
def test_free_reply_in_channels_is_bound_from_the_recipient_on(
    starter: Stepped, begun: str
) -> None:
    prompts = starter.model._prompts
    plain, prompts.form = prompts.form, CHANNELS
    try:
        number = starter.submit(ask("Paint!", tools=(*TOOLS, COLOUR), sampling=WILD))
        (reply,) = [each for _, each in starter.model._scheduler._waiting]
        content = reply._content
        content.feed(b"<|channel|>analysis<|message|>Some to=functions.<|end|><|start|>assistant")
        assert not content.is_bound
        content.feed(begun.encode())
        assert content.is_bound
        starter.run()
    finally:
        prompts.form = plain
    ended = starter.end(number)
    (call,) = ended.tool_calls
    assert ended.reason == "stop"
    assert call.name in ("get_weather", "now", "paint")
    assert isinstance(json.loads(call.arguments), dict)
    if call.name == "paint":
        assert_paints(call)


def test_free_reply_is_bound_from_the_mark_of_a_call_on(starter: Stepped) -> None:
    """The model is pushed into a call that it would never finish by itself."""
    free = starter.reply(ask("Say hi.", tools=(COLOUR,), max_tokens=12))
    assert free
    assert "<tool_call>" not in free
    pushed = ask(
        "Say hi.",
        tools=(COLOUR,),
        sampling=Sampling(temperature=0.0),
        max_tokens=200,
    )
    number = starter.submit(pushed)
    (reply,) = [each for _, each in starter.model._scheduler._waiting]
    content = reply._content
    assert not content.is_bound
    content.feed(b"Well. ")
    content.feed(b"<tool_call>")
    assert content.is_bound
    starter.run()
    (call,) = starter.end(number).tool_calls[:1]
    assert call.name == "paint"
    assert json.loads(call.arguments)["colour"] in ("red", "green")


def test_forced_call_comes_after_the_reasoning(starter: Stepped) -> None:
    prompts = starter.model._prompts
    plain = prompts.form
    prompts.form = ReplyFormat(reasons=True)
    try:
        thinking = Sampling(
            temperature=0.0,
            logit_bias=tuple(TokenBias(token, -math.inf) for token in (0, 2)),
        )
        request = ask("Paint!", tools=(COLOUR,), tool_choice="required", sampling=thinking)
        number = starter.submit(request)
        (reply,) = [each for _, each in starter.model._scheduler._waiting]
        reply._content.feed(b"<think>")
        for _ in range(8):
            starter.step()
        assert starter.text(number) == ""
        assert len(starter.reasoning(number)) > 10
        starter.model.cancel(number)
        starter.run()
    finally:
        prompts.form = plain


@pytest.mark.parametrize(
    ("options", "error", "why"),
    [
        ({"tool_choice": "required"}, RequestError, "none is given"),
        ({"tool_choice": "nothing", "tools": TOOLS}, RequestError, "must call the tool nothing"),
        (
            {"tool_choice": "now", "tools": TOOLS, "json_schema": "{}"},
            SchemaError,
            "cannot be a tool call",
        ),
        (
            {"tool_choice": "x", "tools": (Tool(name="x", parameters="{"),)},
            SchemaError,
            "no JSON",
        ),
        (
            {"tool_choice": "x", "tools": (Tool(name="x", parameters="[]"),)},
            SchemaError,
            "no JSON object",
        ),
    ],
)
def test_what_cannot_be_forced_is_a_sentence(
    options: dict[str, object], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=rf"{why}.*\.$"):
        binding_of(ask("?", **options), form("hermes"))


def test_schema_that_no_grammar_can_say_leaves_the_call_unbound() -> None:
    odd = Tool(name="x", parameters='{"$ref": "#/nowhere"}')
    assert binding_of(ask("?", tools=(odd,)), form("hermes")).grammar is None
