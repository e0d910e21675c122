"""A model's chat template: hostile code until shown otherwise, so rendered in a sandbox.

The sandbox bounds neither time nor memory: `backends.template_renderer` renders in a process of
its own. The variables and filters are those that Hugging Face's `apply_chat_template` gives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Sized
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError as JinjaError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.domain.engine import ChatMessage, Tool
from app.domain.errors import TemplateError

_LONGEST_PRODUCT = 10_000_000
TemplateOption = bool | int | float | str
# No text of a chat: where a reply that goes on ends in the rendered prompt.
_CUT_MARK = "\u2402\u241fcut here\u241f\u2403"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Also bounds `*` and `**`, which could otherwise ask for gigabytes in one operation."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or _product_size(left, right) > _LONGEST_PRODUCT:
            raise JinjaError(f"'{operator}' makes something too large")
        return super().call_binop(context, operator, left, right)


class ChatTemplate:
    """A compiled template of one model. Raises `TemplateError` if it does not compile."""

    def __init__(self, source: str, bos: str = "", eos: str = "") -> None:
        self._variables: dict[str, Any] = {
            "bos_token": bos,
            "eos_token": eos,
            "tools": None,
            "documents": None,
        }
        environment: Any = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.filters["tojson"] = _to_json
        environment.globals.update(raise_exception=_raise_exception, strftime_now=_strftime_now)
        try:
            self._template = environment.from_string(source)
        except (JinjaError, RecursionError, MemoryError, SyntaxError, ValueError) as error:
            raise TemplateError(
                "The model's chat template does not compile: {cause}. Use another file of this "
                "model.",
                cause=_reason(error),
            ) from error

    def render(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[Tool] = (),
        options: Mapping[str, TemplateOption] | None = None,
        *,
        continue_reply: bool = False,
    ) -> str:
        """The prompt for a reply to `messages`. Raises `TemplateError`.

        `options` are variables of the template. A template that takes no system message gets it
        as the beginning of the first question, as the authors of such models advise. With
        `continue_reply` the prompt ends within the last message.
        """
        variables = {**self._variables, **(options or {})}
        if tools:
            variables["tools"] = [_tool_value(tool) for tool in tools]
        if continue_reply:
            return self._render_open(messages, variables)
        variables["add_generation_prompt"] = True
        return self._render_any(messages, variables)

    def _render_open(self, messages: Sequence[ChatMessage], variables: dict[str, Any]) -> str:
        """Render with a mark at the end of the last message, and cut there."""
        if not messages or messages[-1].role != "assistant":
            raise TemplateError("There is no reply to go on with: the last message is no reply.")
        last = messages[-1]
        marked = ChatMessage("assistant", last.content + _CUT_MARK)
        variables["add_generation_prompt"] = False
        prompt = self._render_any([*messages[:-1], marked], variables)
        if _CUT_MARK not in prompt:
            raise TemplateError("The model's chat template cannot go on with a reply that was cut.")
        return prompt[: prompt.rindex(_CUT_MARK)]

    def _render_any(self, messages: Sequence[ChatMessage], variables: dict[str, Any]) -> str:
        try:
            return self._render(messages, variables)
        except TemplateError:
            merged = _merge_system(messages)
            if merged is None:
                raise
            return self._render(merged, variables)

    def _render(self, messages: Sequence[ChatMessage], variables: dict[str, Any]) -> str:
        plain = [_message_value(message) for message in messages]
        try:
            return self._template.render(messages=plain, **variables)
        except (JinjaError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(
                "The model's chat template refuses this chat: {cause}.", cause=_reason(error)
            ) from error
        except MemoryError as error:
            raise TemplateError(
                "The model's chat template needs too much memory. Use another file of this model."
            ) from error
        except (AttributeError, RecursionError) as error:
            raise TemplateError(
                "The model's chat template failed: {cause}. Use another file of this model.",
                cause=_reason(error),
            ) from error


def _message_value(message: ChatMessage) -> dict[str, Any]:
    """A message as templates take it: OpenAI's names, with arguments as an object."""
    value: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name:
        value["name"] = message.name
    if message.tool_call_id:
        value["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        value["tool_calls"] = [
            {
                "type": "function",
                "id": call.id,
                "function": {"name": call.name, "arguments": _object(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return value


def _tool_value(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": _object(tool.parameters),
    }
    return {"type": "function", "function": function}


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TemplateError(
            "A tool's description or call is not valid JSON: {error}.", error=str(error)
        ) from error


def _merge_system(messages: Sequence[ChatMessage]) -> list[ChatMessage] | None:
    if len(messages) < 2 or messages[0].role != "system" or messages[1].role != "user":
        return None
    first = ChatMessage("user", f"{messages[0].content}\n\n{messages[1].content}")
    return [first, *messages[2:]]


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return (text or type(error).__name__)[:300]


def _product_size(left: Any, right: Any) -> int:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return 0 if abs(left) < 1e18 and abs(right) < 1e18 else _LONGEST_PRODUCT + 1
    sized, factor = (right, left) if isinstance(left, int) else (left, right)
    return len(sized) * factor if isinstance(sized, Sized) and isinstance(factor, int) else 0


def _to_json(value: Any, indent: int | None = None, **_ignored: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _raise_exception(message: object) -> NoReturn:
    raise JinjaError(str(message))


def _strftime_now(pattern: str) -> str:
    return datetime.now().astimezone().strftime(pattern)
