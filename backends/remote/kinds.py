"""What the servers add to the OpenAI interface, and how they are told apart."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from app.domain.engine import ChatMessage, GenerationRequest, Sampling, Tool
from app.domain.errors import RequestError
from app.domain.remote import KIND_NAMES, RemoteModel, ServerKind
from app.domain.words import Sentence, marked, option_name, sentence
from backends.llama_cpp.tool_calls import wanted_tools

# Samplers beyond the OpenAI interface: our name to a server's, where they differ.
_COMMON = {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"}
_XTC = {"xtc_probability": "xtc_probability", "xtc_threshold": "xtc_threshold"}
_LLAMA_SERVER = {
    **{name: name for name in ("top_k", "min_p", "repeat_penalty", "typical_p", "top_n_sigma")},
    **{name: name for name in ("dry_multiplier", "dry_base", "dry_allowed_length", "mirostat")},
    **{name: name for name in ("mirostat_tau", "mirostat_eta")},
    **_XTC,
    "dynamic_temperature_range": "dynatemp_range",
    "dynamic_temperature_exponent": "dynatemp_exponent",
    "penalty_last_tokens": "repeat_last_n",
    "dry_last_tokens": "dry_penalty_last_n",
    "dry_breakers": "dry_sequence_breakers",
}
_SAMPLERS: dict[ServerKind, dict[str, str]] = {
    "vllm": _COMMON,
    "sglang": _COMMON,
    "llama-server": _LLAMA_SERVER,
    "llama-cpp-python": {
        **{name: name for name in ("top_k", "min_p", "repeat_penalty", "typical_p")},
        **{name: name for name in ("mirostat_tau", "mirostat_eta")},
        "mirostat": "mirostat_mode",
    },
    "mlx-lm": {**_COMMON, **_XTC, "penalty_last_tokens": "repetition_context_size"},
}
# Nobody sets these without meaning it, so a server that lacks them must not pass over them.
_DELIBERATE = (
    *("dynamic_temperature_range", "typical_p", "top_n_sigma", "xtc_probability"),
    *("dry_multiplier", "mirostat", "repeat_penalty"),
)
# What every server takes, in the order of the OpenAI interface's reference.
_PLAIN = ("frequency_penalty", "logit_bias", "presence_penalty", "seed", "temperature", "top_p")
_TAKES_TEMPLATE_OPTIONS: tuple[ServerKind, ...] = ("vllm", "sglang", "llama-server", "mlx-lm")
_NEUTRAL = Sampling()
_NO_CALL = marked("Nothing here makes a reply call a tool on a server of this kind ({name}).")
_NO_PLAIN_TEXT = marked("Nothing here goes on from a plain text on a server of this kind ({name}).")
_NO_PROBABILITIES = marked("Nothing here tells probabilities on a server of this kind ({name}).")
_NO_GRAMMAR = marked("Nothing here binds a reply to a grammar on a server of this kind ({name}).")
_NO_CONTINUING = marked(
    "Nothing here goes on with a reply that was begun on a server of this kind ({name})."
)
_NO_TEMPLATE_OPTIONS = marked(
    "Nothing here takes options of a chat template on a server of this kind ({name})."
)
# Tools that must be called: some one, and the one of a name.
_FORCES_ANY: tuple[ServerKind, ...] = ("vllm", "sglang", "llama-server", "")
_FORCES_ONE: tuple[ServerKind, ...] = (*_FORCES_ANY, "llama-cpp-python")
# How live counts and progress are asked for.
_LIVE: dict[ServerKind, dict[str, object]] = {
    "vllm": {"stream_options": {"include_usage": True, "continuous_usage_stats": True}},
    "llama-server": {
        "stream_options": {"include_usage": True},
        "timings_per_token": True,
        "return_progress": True,
    },
}
# Without a limit, mlx_lm.server ends a reply after 512 tokens and says nothing about it before.
_NO_LIMIT: dict[ServerKind, int] = {"mlx-lm": 1_000_000}
_BINDS_SCHEMAS: tuple[ServerKind, ...] = ("vllm", "sglang", "llama-server", "llama-cpp-python")
_OWNERS: dict[str, ServerKind] = {
    "vllm": "vllm",
    "sglang": "sglang",
    "llamacpp": "llama-server",
    "me": "llama-cpp-python",
    "library": "ollama",
}


class ListedModel(msgspec.Struct, frozen=True):
    """An entry of `/v1/models`. `max_model_len` is vLLM's and SGLang's."""

    id: str
    owned_by: str | None = None
    max_model_len: int | None = None


class ModelList(msgspec.Struct, frozen=True):
    """The answer of `/v1/models`; Ollama sends null where it has none."""

    data: tuple[ListedModel, ...] | None = None


def kind_of(listed: ModelList, server_header: str) -> ServerKind:
    """The kind of server, from what it answers when its models are asked for."""
    models = listed.data or ()
    owner = models[0].owned_by if models else None
    if owner is None:
        return "mlx-lm" if server_header.startswith("BaseHTTP/") else ""
    return _OWNERS.get(owner, "")


def models_of(listed: ModelList) -> tuple[RemoteModel, ...]:
    """The models, in the server's order."""
    return tuple(
        RemoteModel(id=one.id, context_tokens=one.max_model_len) for one in listed.data or ()
    )


def samplers_of(kind: ServerKind) -> tuple[str, ...]:
    """The samplers that such a server is told of, by our names; the others do not count there."""
    return (*_PLAIN, *_SAMPLERS.get(kind, {}))


def plain_samplers() -> tuple[str, ...]:
    """Those that every server is told of."""
    return _PLAIN


def note_of(kind: ServerKind, where: str) -> Sentence | None:
    """A sentence on samplers that such a server would pass over in silence."""
    if kind in _SAMPLERS:
        return None
    return sentence(
        "{where} ({kind}) may pass over samplers that are not OpenAI's in silence, so top-k, min-p "
        "and the like are not sent to it: it uses its own.",
        where=where,
        kind=KIND_NAMES[kind],
    )


def binds_schemas(kind: ServerKind) -> bool:
    """Whether this kind makes a reply follow a JSON schema."""
    return kind in _BINDS_SCHEMAS


def body_of(request: GenerationRequest, model: str, kind: ServerKind) -> dict[str, Any]:
    """The request in the OpenAI format with everything that this kind of server takes.

    Raises `RequestError` for what it does not take, and ValueError for a schema that is no JSON.
    """
    _refuse_missing(request, kind)
    body = plain_body(request, model, kind)
    body["stream_options"] = {"include_usage": True}
    body.update(_LIVE.get(kind, {}))
    for field, name in _SAMPLERS.get(kind, {}).items():
        body[name] = getattr(request.sampling, field)
    if request.max_tokens is None and kind in _NO_LIMIT:
        body["max_tokens"] = _NO_LIMIT[kind]
    if request.json_schema is not None:
        body["response_format"] = _response_format(request.json_schema, kind)
    if request.grammar is not None:
        body["grammar"] = request.grammar
    if request.template_options:
        body["chat_template_kwargs"] = request.template_options
    calls_once = request.tool_choice not in ("auto", "required")
    if request.tools and (calls_once or kind == "llama-server"):  # whose own default varies
        body["parallel_tool_calls"] = not calls_once
    if request.continue_reply:
        body.update(continue_final_message=True, add_generation_prompt=False)
    return body


def plain_body(request: GenerationRequest, model: str, kind: ServerKind) -> dict[str, Any]:
    """The request with nothing but what every server takes. Raises `RequestError`."""
    sampling: Sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "messages": [message_body(one) for one in request.messages],
        "stream": True,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if request.max_tokens is not None:
        body["max_tokens"] = request.max_tokens
    if request.stop:
        body["stop"] = list(request.stop)
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    for name in ("frequency_penalty", "presence_penalty"):
        if getattr(sampling, name):
            body[name] = getattr(sampling, name)
    if sampling.logit_bias:
        body["logit_bias"] = {str(one.token_id): one.bias for one in sampling.logit_bias}
    return body | _tools(request, kind)


def _refuse_missing(request: GenerationRequest, kind: ServerKind) -> None:
    name = KIND_NAMES[kind]
    forces = {"auto": tuple(KIND_NAMES), "required": _FORCES_ANY}
    lacking = [
        (kind not in forces.get(request.tool_choice, _FORCES_ONE), _NO_CALL),
        (request.prompt is not None, _NO_PLAIN_TEXT),
        (request.logprobs is not None, _NO_PROBABILITIES),
        (request.grammar is not None and kind != "llama-server", _NO_GRAMMAR),
        (request.continue_reply and kind != "vllm", _NO_CONTINUING),
        (
            bool(request.template_options) and kind not in _TAKES_TEMPLATE_OPTIONS,
            _NO_TEMPLATE_OPTIONS,
        ),
    ]
    for is_asked, what in lacking:
        if is_asked:
            raise RequestError(what, name=name)
    for field in _DELIBERATE:
        is_set = getattr(request.sampling, field) != getattr(_NEUTRAL, field)
        if is_set and field not in _SAMPLERS.get(kind, {}):
            raise RequestError(
                "This server ({name}) has no sampler {field}. Switch it off.",
                name=name,
                field=option_name(field),
            )


def message_body(message: ChatMessage) -> dict[str, Any]:
    """A message in the OpenAI format."""
    fields: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name:
        fields["name"] = message.name
    if message.tool_call_id:
        fields["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        fields["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return fields


def _tools(request: GenerationRequest, kind: ServerKind) -> dict[str, Any]:
    """The tools, and which of them must be called."""
    wanted, choice = wanted_tools(request), request.tool_choice
    if choice == "auto":
        return {"tools": [_tool(tool) for tool in wanted]} if wanted else {}
    # llama-server takes no name, and says nothing of it: the tool that must be called comes alone.
    if choice == "required" or kind == "llama-server":
        return {"tools": [_tool(tool) for tool in wanted], "tool_choice": "required"}
    named = {"type": "function", "function": {"name": choice}}
    return {"tools": [_tool(tool) for tool in request.tools], "tool_choice": named}


def _tool(tool: Tool) -> dict[str, Any]:
    parameters = cast("object", msgspec.json.decode(tool.parameters))
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def _response_format(schema: str, kind: ServerKind) -> dict[str, object]:
    parsed = cast("object", msgspec.json.decode(schema))
    if kind == "llama-cpp-python":
        return {"type": "json_object", "schema": parsed}
    return {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": parsed, "strict": True},
    }
