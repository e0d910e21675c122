"""What the servers add to the OpenAI interface, and how they are told apart."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from app.domain.engine import GenerationRequest, Sampling
from app.domain.remote import RemoteModel, ServerKind

# Samplers beyond the OpenAI interface, by the name that a server has for them.
_SAMPLERS: dict[ServerKind, dict[str, str]] = {
    "vllm": {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"},
    "sglang": {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"},
    "llama-server": {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repeat_penalty"},
    "llama-cpp-python": {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repeat_penalty"},
    "mlx-lm": {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"},
}
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


def binds_schemas(kind: ServerKind) -> bool:
    """Whether this kind makes a reply follow a JSON schema."""
    return kind in _BINDS_SCHEMAS


def body_of(request: GenerationRequest, model: str, kind: ServerKind) -> dict[str, Any]:
    """The request in the OpenAI format with everything that this kind of server takes."""
    body = plain_body(request, model)
    body["stream_options"] = {"include_usage": True}
    body.update(_LIVE.get(kind, {}))
    for field, name in _SAMPLERS.get(kind, {}).items():
        body[name] = getattr(request.sampling, field)
    if request.max_tokens is None and kind in _NO_LIMIT:
        body["max_tokens"] = _NO_LIMIT[kind]
    if request.json_schema is not None:
        body["response_format"] = _response_format(request.json_schema, kind)
    return body


def plain_body(request: GenerationRequest, model: str) -> dict[str, Any]:
    """The request with nothing but what every server takes."""
    sampling: Sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": one.role, "content": one.content} for one in request.messages],
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
    return body


def _response_format(schema: str, kind: ServerKind) -> dict[str, object]:
    parsed = cast("object", msgspec.json.decode(schema))
    if kind == "llama-cpp-python":
        return {"type": "json_object", "schema": parsed}
    return {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": parsed, "strict": True},
    }
