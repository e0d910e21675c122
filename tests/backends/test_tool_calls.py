"""Tool calls and reasoning in transcripts as the families of models write them."""

from __future__ import annotations

import json

import pytest

from app.domain.engine import Tool, ToolCall
from backends.llama_cpp.reply_channels import ChannelParts
from backends.llama_cpp.reply_format import ReplyFormat, format_of
from backends.llama_cpp.reply_parts import MarkedParts

HERMES = (
    "I'll look up both cities.\n<tool_call>\n"
    '{"name": "get_weather", "arguments": {"city": "Zürich", "days": 2}}\n</tool_call>\n'
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo", "days": 2}}\n</tool_call>'
)
MISTRAL = (
    '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}}, '
    '{"name": "now", "arguments": {}}]'
)
MISTRAL_NAMED = '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]now[ARGS]{}'
LLAMA3 = '{"name": "get_weather", "parameters": {"city": "Rome"}}'
LLAMA3_TAG = (
    '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Rome"}}; '
    '{"name": "now", "parameters": {}}'
)
HARMONY = (
    "<|channel|>analysis<|message|>The user wants the weather. I call the function.<|end|>"
    "<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json"
    '<|message|>{"city": "Tokyo"}<|call|>'
)
HARMONY_ANSWER = (
    "<|channel|>analysis<|message|>Easy: 2+2=4.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>It is **4**.<|return|>"
)
XML = (
    "I'll look it up.\n<tool_call>\n<function=get_weather>\n<parameter=city>\nZürich\n"
    '</parameter>\n<parameter=days>\n2\n</parameter>\n<parameter=note>\n1 < 2\n{"a": 1}\n'
    "</parameter>\n"
    "</function>\n</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>"
)
XML_WITHOUT_MARK = (
    "<function=get_weather>\n<parameter=days>\n7\n</parameter>\n</function>\n</tool_call>"
)
GRANITE = (
    '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}, '
    '{"name": "now", "arguments": {}}]'
)
SEED = (
    "Let me see.\n<seed:tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n"
    "</function>\n</seed:tool_call>\n<seed:tool_call>\n<function=now>\n</function>\n</seed:tool_call>"
)
GLM = (
    "I'll ask.\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Zürich</arg_value>\n"
    "<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>\n<tool_call>now\n</tool_call>"
)
KIMI = (
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
    '<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_call_begin|>'
    "functions.now:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>"
)
DEEPSEEK = (
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris"}'
    "<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
)
DEEPSEEK_JSON = (
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n"
    '{"city": "Paris"}\n```<｜tool▁call▁end｜>\n'
    "<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n```json\n"
    "{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
)
GEMMA = (
    '<|tool_call>call:get_weather{city:<|"|>Paris, {a: "b"}<|"|>,days:2,more:{x:[1,<|"|>y<|"|>]}}'
    "<tool_call|><|tool_call>call:now{}<tool_call|>"
)
PARIS = [("get_weather", {"city": "Paris"}), ("now", {})]
TOOLS = (
    Tool(
        name="get_weather",
        parameters=json.dumps(
            {
                "type": "object",
                "properties": {
                    "city": {"type": "string"},
                    "days": {"type": "integer"},
                    "note": {"type": "string"},
                },
                "required": ["city"],
            }
        ),
    ),
    Tool(name="now", parameters='{"type": "object", "properties": {}}'),
)
Split = tuple[str, str, tuple[ToolCall, ...]]


def split(
    parts: MarkedParts | ChannelParts, text: str, size: int, *, is_cut: bool = False
) -> Split:
    """Feed a transcript in pieces of `size` characters: reasoning, answer, calls."""
    pieces = [
        piece for at in range(0, len(text), size) for piece in parts.feed(text[at : at + size])
    ]
    rest, calls = parts.finish(is_cut=is_cut)
    pieces += rest
    texts = {
        kind: "".join(piece.text for piece in pieces if piece.kind == kind)
        for kind in ("reasoning", "text")
    }
    return texts["reasoning"], texts["text"], calls


def marked(style: str = "hermes", prompt: str = "", *, has_tools: bool = True) -> MarkedParts:
    form = ReplyFormat(tool_style=style)
    return MarkedParts(form, prompt, TOOLS if has_tools else ())


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("style", "transcript", "answer", "expected"),
    [
        (
            "hermes",
            HERMES,
            "I'll look up both cities.\n",
            [
                ("get_weather", {"city": "Zürich", "days": 2}),
                ("get_weather", {"city": "Oslo", "days": 2}),
            ],
        ),
        (
            "xml",
            XML,
            "I'll look it up.\n",
            [
                ("get_weather", {"city": "Zürich", "days": 2, "note": '1 < 2\n{"a": 1}'}),
                ("now", {}),
            ],
        ),
        ("xml", XML_WITHOUT_MARK, "", [("get_weather", {"days": 7})]),
        ("mistral", MISTRAL, "", [("get_weather", {"city": "Paris"}), ("now", {})]),
        ("mistral_named", MISTRAL_NAMED, "", [("get_weather", {"city": "Paris"}), ("now", {})]),
        ("llama3", LLAMA3, "", [("get_weather", {"city": "Rome"})]),
        ("llama3", LLAMA3_TAG, "", [("get_weather", {"city": "Rome"}), ("now", {})]),
        ("granite", GRANITE, "", PARIS),
        ("granite", f"{GRANITE}<|/tool_call|>", "", PARIS),
        ("seed", SEED, "Let me see.\n", PARIS),
        ("glm", GLM, "I'll ask.\n", [("get_weather", {"city": "Zürich", "days": 2}), ("now", {})]),
        ("kimi", KIMI, "", PARIS),
        ("deepseek", DEEPSEEK, "", PARIS),
        ("deepseek_json", DEEPSEEK_JSON, "", PARIS),
        (
            "gemma",
            GEMMA,
            "",
            [
                (
                    "get_weather",
                    {"city": 'Paris, {a: "b"}', "days": 2, "more": {"x": [1, "y"]}},
                ),
                ("now", {}),
            ],
        ),
    ],
)
def test_calls_of_each_family(
    style: str, transcript: str, answer: str, expected: list[tuple[str, object]], size: int
) -> None:
    reasoning, text, calls = split(marked(style), transcript, size)
    assert (reasoning, text) == ("", answer)
    assert [(call.name, json.loads(call.arguments)) for call in calls] == expected
    assert len({call.id for call in calls}) == len(calls)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_calls_and_reasoning_of_channels(size: int) -> None:
    reasoning, text, calls = split(ChannelParts(), HARMONY, size)
    assert reasoning == "The user wants the weather. I call the function."
    assert text == ""
    assert [(call.name, call.arguments) for call in calls] == [("get_weather", '{"city": "Tokyo"}')]
    assert split(ChannelParts(), HARMONY_ANSWER, size) == ("Easy: 2+2=4.", "It is **4**.", ())


HARMONY_FIRST = (  # the tool named before the channel, as the format allows too
    ' to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Tokyo"}<|call|>'
)


@pytest.mark.parametrize(
    ("style", "transcript"),
    [
        ("hermes", HERMES),
        ("xml", XML),
        ("mistral", MISTRAL),
        ("mistral_named", MISTRAL_NAMED),
        ("llama3", LLAMA3),
        ("llama3", LLAMA3_TAG),
        ("channels", HARMONY),
        ("channels", HARMONY_FIRST),
        ("granite", GRANITE),
        ("seed", SEED),
        ("glm", GLM),
        ("kimi", KIMI),
        ("deepseek", DEEPSEEK),
        ("deepseek_json", DEEPSEEK_JSON),
        ("gemma", GEMMA),
    ],
)
def test_call_that_was_cut_is_text_and_no_call(style: str, transcript: str) -> None:
    """At every place where a limit may cut: only calls that are whole, and nothing gets lost."""

    def cut(length: int) -> Split:
        parts = ChannelParts() if style == "channels" else marked(style)
        return split(parts, transcript[:length], 5, is_cut=True)

    _, _, whole = cut(len(transcript))
    assert whole
    counts: list[int] = []
    for length in range(len(transcript) + 1):
        reasoning, text, calls = cut(length)
        assert calls == whole[: len(calls)]
        counts.append(len(calls))
        if style not in ("channels", "mistral", "granite") and not calls:
            assert (reasoning + text).strip() == transcript[:length].strip()
    assert counts == sorted(counts)
    assert counts[0] == 0


def test_call_that_was_cut_in_its_channel_is_seen() -> None:
    cut = HARMONY.removesuffix('yo"}<|call|>')
    _, text, calls = split(ChannelParts(), cut, 3, is_cut=True)
    assert text == 'commentary to=functions.get_weather  json {"city": "Tok'
    assert calls == ()


@pytest.mark.parametrize(
    "broken",
    [
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": \n</tool_call>',
        '<tool_call>{"arguments": {}}</tool_call>',
        "<tool_call>[1, 2]</tool_call>",
        "<tool_call>",
        "<tool_call>" + "[" * 100_000,
    ],
)
def test_call_that_cannot_be_read_is_text(broken: str) -> None:
    assert split(marked(), f"Well. {broken}", 4)[1:] == (f"Well. {broken}", ())


def test_answer_about_calls_is_text_where_no_tools_were_given() -> None:
    assert split(marked(has_tools=False), HERMES, 2) == ("", HERMES, ())


def test_plain_json_answer_of_llama_is_text() -> None:
    answer = '{"city": "Rome"} and a < b; [x] {"name": "no"}'
    assert split(marked("llama3"), answer, 3) == ("", answer, ())


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_marks_around_an_answer_are_no_part_of_it(size: int) -> None:
    form = format_of("{{ '<think></think><response></response>' }}")
    reply = "<think>Hm.</think>\n<response>It is <b>4</b>.</response>"
    assert split(MarkedParts(form, "", TOOLS), reply, size) == ("Hm.", "It is <b>4</b>.", ())
    assert split(MarkedParts(form, "", ()), f"{reply} </resp", size)[1] == "It is <b>4</b>. </resp"


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_reasoning_in_a_channel_of_gemma(size: int) -> None:
    form = format_of("{{ '<|channel>thought\n<channel|>' }}")
    reply = "<|channel>thought\nHm.<channel|>It is 4."
    assert split(MarkedParts(form, ""), reply, size) == ("\nHm.", "It is 4.", ())
    ready = "<|turn>model\n<|channel>thought\n<channel|>"
    assert split(MarkedParts(form, ready), "4.", size) == ("", "4.", ())


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("prompt", "reply", "reasoning", "answer"),
    [
        ("", "<think>\nHm, 4.\n</think>\n\nIt is 4.", "\nHm, 4.\n", "It is 4."),
        ("...<think>\n", "Hm, 4.</think>It is 4.", "Hm, 4.", "It is 4."),
        ("...<think>\n\n</think>\n\n", "It is <think>4.", "", "It is <think>4."),
        ("", "It is <think>4</think>.", "", "It is <think>4</think>."),
        ("", "  <thinking", "", "  <thinking"),
        ("", "<think>cut sho", "cut sho", ""),
        ("", "<think>a </thi b</think>c", "a </thi b", "c"),
    ],
)
def test_reasoning_is_parted_from_the_answer(
    prompt: str, reply: str, reasoning: str, answer: str, size: int
) -> None:
    assert split(marked(prompt=prompt), reply, size) == (reasoning, answer, ())


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ '<|channel|>' }}", ReplyFormat(reasons=True, has_channels=True)),
        ("<think> </think> <tool_call>", ReplyFormat(reasons=True)),
        (
            "[THINK][/THINK][TOOL_CALLS]",
            ReplyFormat(reasoning=("[THINK]", "[/THINK]"), reasons=True, tool_style="mistral"),
        ),
        ("<tool_call> <function= <parameter=", ReplyFormat(tool_style="xml")),
        ("[TOOL_CALLS][ARGS]", ReplyFormat(tool_style="mistral_named")),
        ("Environment: ipython", ReplyFormat(tool_style="llama3")),
        ("<|tool_call|>[", ReplyFormat(tool_style="granite")),
        ("<seed:tool_call><function=", ReplyFormat(tool_style="seed")),
        ("<tool_call><arg_key>", ReplyFormat(tool_style="glm")),
        ("<|tool_calls_section_begin|>", ReplyFormat(tool_style="kimi")),
        ("<｜tool▁calls▁begin｜>", ReplyFormat(tool_style="deepseek")),
        ("<｜tool▁calls▁begin｜>```json", ReplyFormat(tool_style="deepseek_json")),
        ("<|tool_call>call:", ReplyFormat(tool_style="gemma")),
        ("plain", ReplyFormat()),
    ],
)
def test_family_is_told_by_the_template(template: str, expected: ReplyFormat) -> None:
    assert format_of(template) == expected
