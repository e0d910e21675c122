"""Servers that speak the OpenAI interface: their address, their models, how long to wait."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from app.domain.errors import UsageError
from app.domain.words import marked

# What kind of server it is, as far as it shows; "" for any other.
ServerKind = Literal["vllm", "sglang", "llama-server", "llama-cpp-python", "mlx-lm", "ollama", ""]

KIND_NAMES: dict[ServerKind, str] = {
    "vllm": "vLLM",
    "sglang": "SGLang",
    "llama-server": "llama-server",
    "llama-cpp-python": "llama-cpp-python",
    "mlx-lm": "mlx_lm.server",
    "ollama": "Ollama",
    "": marked("OpenAI-compatible server"),
}


class RemoteServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server as the user set it up; its key is kept elsewhere, under `name`.

    `models` are those that it offered when it was last asked: it is asked only when told to.
    """

    name: str
    address: str
    models: tuple[str, ...] = ()


class RemoteModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that a server offers; `context_tokens` None when it does not tell."""

    id: str
    context_tokens: int | None = None


class ServerReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection test found: at least one model."""

    kind: ServerKind
    models: tuple[RemoteModel, ...]
    round_trip_ms: float


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait for a server, and after which pauses to try again before a reply begins."""

    connect_seconds: float = 10.0
    # A long prompt on a slow server takes minutes, and so does a model that is loaded first.
    first_token_seconds: float = 600.0
    silence_seconds: float = 60.0
    retry_pauses: tuple[float, ...] = (0.5, 2.0)


def base_address(text: str) -> str:
    """The address up to and without `/v1`, as it was typed with or without scheme and path.

    Loopback and plain names get `http`, other hosts `https`. Raises `UsageError`.
    """
    typed = text.strip().rstrip("/")
    if "://" not in typed:
        typed = f"{_scheme_of(typed)}://{typed}"
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(
            "“{text}” is no address of a server: {error}.", text=text, error=str(error)
        ) from error
    if parts.scheme not in ("http", "https") or not host or any(map(str.isspace, typed)):
        raise UsageError(
            "“{text}” is no address of a server. It looks like http://localhost:8000 or "
            "https://example.org/v1.",
            text=text,
        )
    if parts.username is not None:
        raise UsageError("An address with a password in it is not used. Give the key apart.")
    path = parts.path.rstrip("/")
    for ending in ("/chat/completions", "/models", "/v1"):
        path = path.removesuffix(ending)
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{'' if port is None else f':{port}'}{path}"


def is_on_this_computer(address: str) -> bool:
    """Whether an address of a server (`base_address`) leads to this computer alone."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _scheme_of(typed: str) -> str:
    host = typed.split("/", 1)[0]
    bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    inside = "." not in bare or bare.startswith(("127.", "10.", "192.168.")) or bare[:1] == "["
    return "http" if inside else "https"
