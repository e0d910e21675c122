"""How a family of models marks its reasoning and its tool calls, told by its chat template."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.domain.words import Sentence, sentence

# What llama.cpp assumes for a model that brings no template of its own.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ToolStyle = Literal[
    "hermes", "xml", "mistral", "mistral_named", "llama3", "granite", "seed", "glm", "gemma",
    "deepseek", "deepseek_json", "kimi",
]  # fmt: skip

# Opening and closing marks of reasoning, in the order in which templates are searched for them.
_REASONING_MARKS = (
    ("<think>", "</think>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<reasoning>", "</reasoning>"),
    ("<|channel>thought", "<channel|>"),
    ("◁think▷", "◁/think▷"),
)
# Marks that one family puts around its answer.
_ANSWER_MARKS = ("<response>", "</response>")
# What only one way of calling has in the template, in the order in which it is looked for.
_TOOL_SIGNS: tuple[tuple[str, ToolStyle], ...] = (
    ("<|tool_calls_section_begin|>", "kimi"),
    ("<|tool_call>", "gemma"),
    ("<seed:tool_call>", "seed"),
    ("<arg_key>", "glm"),
    ("<|tool_call|>", "granite"),
    ("<|/tool|>", "granite"),
)
# Texts of calls that may be control tokens.
_CALL_MARKS = (
    *("<tool_call>", "</tool_call>", "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "<|python_tag|>"),
    *("<|tool_call|>", "<|/tool_call|>", "<seed:tool_call>", "</seed:tool_call>", "<arg_key>"),
    *("</arg_key>", "<arg_value>", "</arg_value>", "<|tool_call>", "<tool_call|>", '<|"|>'),
    *("<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>"),
    *("<｜tool▁calls▁end｜>", "<|tool_calls_section_begin|>", "<|tool_call_begin|>"),
    *("<|tool_call_argument_begin|>", "<|tool_call_end|>", "<|tool_calls_section_end|>"),
)
CHANNEL_MARKS = (
    *("<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>", "<|call|>"),
    "<|return|>",
)


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """The grammar, in GBNF, that binds the answer of a reply; or a tool call in its place; or what
    follows the mark that begins a call.
    """

    grammar: str | None = None
    of: Literal["answer", "call", "rest_of_call"] = "answer"


class ReplyFormat(msgspec.Struct, frozen=True, kw_only=True):
    """Marks of one family. Without a template's word for it, those of the most are assumed."""

    reasoning: tuple[str, str] = _REASONING_MARKS[0]
    # The template speaks of reasoning: the model may begin with it.
    reasons: bool = False
    has_channels: bool = False
    tool_style: ToolStyle = "hermes"
    # Marks in the answer that are no part of it.
    answer_marks: tuple[str, ...] = ()

    def markers(self) -> tuple[str, ...]:
        """Texts that may be control tokens and still must be seen in a reply."""
        if self.has_channels:
            return CHANNEL_MARKS
        opening = self.reasoning[0].removesuffix("thought")  # Gemma's is two tokens
        return (opening, self.reasoning[1], *_CALL_MARKS)


def without_template(name: str) -> Sentence:
    """What is told of a model that brings no template of its own."""
    return sentence(
        "{name} has no chat template of its own, so the ChatML format is assumed.", name=name
    )


def format_of(template: str) -> ReplyFormat:
    """The format of the family that a chat template belongs to."""
    if "<|channel|>" in template:
        return ReplyFormat(reasons=True, has_channels=True)
    marks = next((pair for pair in _REASONING_MARKS if pair[1] in template), None)
    return ReplyFormat(
        reasoning=marks or _REASONING_MARKS[0],
        reasons=marks is not None,
        tool_style=_tool_style(template),
        answer_marks=_ANSWER_MARKS if _ANSWER_MARKS[1] in template else (),
    )


def _tool_style(template: str) -> ToolStyle:
    for sign, style in _TOOL_SIGNS:
        if sign in template:
            return style
    if "<｜tool▁calls▁begin｜>" in template:
        return "deepseek_json" if "```json" in template else "deepseek"
    if "[TOOL_CALLS]" in template:
        return "mistral_named" if "[ARGS]" in template else "mistral"
    if "<function=" in template:
        return "xml"
    if "<tool_call>" not in template and (
        "<|python_tag|>" in template or "ipython" in template or '"parameters"' in template
    ):
        return "llama3"
    return "hermes"
