"""What went wrong with a server, as one sentence each: cause and next step."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from app.domain.errors import (
    AppError,
    KeyRefusedError,
    ModelNotFoundError,
    NetworkError,
    PromptTooLongError,
    RequestError,
    ServerReplyError,
)
from app.domain.os_causes import cause_of
from app.domain.words import Sentence, sentence

if TYPE_CHECKING:
    import httpx2

# How servers say that a prompt is too long: OpenAI and vLLM, llama-server, llama-cpp-python.
_TOO_LONG = (
    "context_length_exceeded",
    "maximum context length",
    "exceed_context_size",
    "exceeds the available context size",
    "exceed context window",
)
_LONGEST_QUOTE = 300


def of_transport(error: Exception, where: str) -> NetworkError:
    """The sentence for a connection that failed; `where` is host and port."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _of_tls(cause, where)
        if isinstance(cause, socket.gaierror):
            return NetworkError(
                "The name of the server {server} is not known. Check the address, or the "
                "connection of this computer.",
                server=where,
            )
        if isinstance(cause, ConnectionRefusedError):
            return NetworkError(
                "Nothing answers at {server}: the connection was refused. Is the server running, "
                "and is the port right?",
                server=where,
            )
    return _of_http(error, where, _words(causes))


def _of_http(error: Exception, where: str, words: Sentence) -> NetworkError:
    import httpx2

    if isinstance(error, httpx2.ConnectTimeout):
        return NetworkError(
            "{server} did not accept a connection in time. Check the address, the server and the "
            "firewalls on the way.",
            server=where,
        )
    if isinstance(error, httpx2.TimeoutException):
        return NetworkError(
            "{server} did not answer in time. Is the server busy or stuck?", server=where
        )
    if isinstance(error, httpx2.ConnectError):
        return NetworkError("{server} cannot be reached: {words}.", server=where, words=words)
    if isinstance(error, httpx2.RemoteProtocolError):
        return ServerReplyError(
            "{server} broke off or does not speak HTTP ({words}). Check the port, and whether the "
            "address begins with http or https.",
            server=where,
            words=words,
        )
    return NetworkError("The connection to {server} broke: {words}.", server=where, words=words)


def _of_tls(error: ssl.SSLError, where: str) -> NetworkError:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return NetworkError(
            "{server} does not speak TLS as it should ({cause}). If the server is meant to be "
            "used without encryption, begin its address with http://.",
            server=where,
            cause=error.reason or sentence("no reason is given"),
        )
    why = error.verify_message
    if "self-signed" in why or "self signed" in why:
        return NetworkError(
            "The certificate of {server} is self-signed, so nobody vouches for this server. Add "
            "its certificate to those that this system trusts, or use an address with a "
            "certificate that is.",
            server=where,
        )
    return NetworkError(
        "The certificate of {server} is not valid: {why}. Check the address and the clock of this "
        "computer, or ask whoever runs the server.",
        server=where,
        why=why,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        if isinstance(seen, BaseExceptionGroup):
            for one in cast("BaseExceptionGroup[BaseException]", seen).exceptions:
                yield from _causes(one)
        seen = seen.__cause__ or seen.__context__


def _words(causes: list[BaseException]) -> Sentence:
    """What is told first, without a full stop; where the system failed, its words."""
    for cause in causes:
        if isinstance(cause, OSError) and cause.strerror:
            return cause_of(cause)
    texts = [" ".join(str(cause).split()).rstrip(".") for cause in causes]
    told = next((text for text in texts if text), type(causes[0]).__name__)
    return Sentence(told[:_LONGEST_QUOTE])


def of_status(response: httpx2.Response, where: str, model: str | None = None) -> AppError:
    """The sentence for an answer that is no success; its body must have been read."""
    status, said = response.status_code, _said(response)
    quote = sentence(" It says: {said}", said=said) if said else ""
    if response.is_redirect:
        target = response.headers.get("location", "elsewhere")[:_LONGEST_QUOTE]
        return ServerReplyError(
            "{server} sends on to {target}. Enter that address if you trust it: keys are not sent "
            "to other addresses by themselves.",
            server=where,
            target=str(target),
        )
    if any(sign in response.text for sign in _TOO_LONG):
        return PromptTooLongError(
            "The prompt does not fit into the context of the server.{quote} Shorten the message, "
            "or start a new chat.",
            quote=quote,
        )
    if status == 404:
        return _of_not_found(where, model, said, quote)
    return _of_refusal(response, where, quote)


def _of_key(response: httpx2.Response, where: str, quote: str | Sentence) -> KeyRefusedError:
    status = response.status_code
    if "authorization" not in response.request.headers:
        return KeyRefusedError(
            "{server} wants a key (status {status}).{quote} Enter it in the settings under Model "
            "servers, or with `quantbench servers add NAME ADDRESS --key`.",
            server=where,
            status=status,
            quote=quote,
        )
    return KeyRefusedError(
        "{server} refuses the key (status {status}).{quote} Check the key, and enter it again.",
        server=where,
        status=status,
        quote=quote,
    )


def _of_refusal(response: httpx2.Response, where: str, quote: str | Sentence) -> AppError:
    status = response.status_code
    if status in (401, 403):
        return _of_key(response, where, quote)
    if status == 429:
        return ServerReplyError(
            "{server} has too many requests at the moment (status 429).{quote} Try again later.",
            server=where,
            quote=quote,
        )
    if status >= 500:
        return ServerReplyError(
            "{server} failed with status {status}.{quote} Its own log may tell why.",
            server=where,
            status=status,
            quote=quote,
        )
    return RequestError(
        "{server} refuses the request with status {status}.{quote}",
        server=where,
        status=status,
        quote=quote,
    )


def _of_not_found(where: str, model: str | None, said: str, quote: str | Sentence) -> AppError:
    if model is not None and "model" in said.lower():
        return ModelNotFoundError(
            "{server} has no model called {model}.{quote}", server=where, model=model, quote=quote
        )
    return ServerReplyError(
        "{server} answers, and has no OpenAI interface under this address (status 404).{quote} "
        "Check the path: it is what comes before /v1.",
        server=where,
        quote=quote,
    )


def of_content(response: httpx2.Response, where: str) -> ServerReplyError:
    """The sentence for a success that is neither JSON nor a stream."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "text/html":
        return ServerReplyError(
            "{server} answers with a web page and not as a model server. Check the address and "
            "the port.",
            server=where,
        )
    return ServerReplyError(
        "{server} answers with {kind} where JSON was expected. Check the address.",
        server=where,
        kind=kind or sentence("something unnamed"),
    )


def broken_json(where: str) -> ServerReplyError:
    """The sentence for text that should have been JSON."""
    return ServerReplyError(
        "{server} sent something that is not valid JSON. Check the address, or the server's log.",
        server=where,
    )


def cut_stream(where: str) -> ServerReplyError:
    """The sentence for a stream that ended in the middle."""
    return ServerReplyError(
        "{server} ended the connection in the middle of the reply. What came before is kept.",
        server=where,
    )


def reported(where: str, message: str) -> AppError:
    """The sentence for an error that a server sent in the middle of its stream."""
    said = _short(message) or sentence("an error without a message")
    if any(sign in message for sign in _TOO_LONG):
        return PromptTooLongError(
            "The prompt does not fit into the context of the server: {said}", said=said
        )
    return ServerReplyError(
        "{server} gave up on the reply. It says: {said}", server=where, said=said
    )


def _said(response: httpx2.Response) -> str:
    """The message of an error body: `{"error": {"message": ...}}` and its many relatives."""
    kind = response.headers.get("content-type", "")
    if "html" in kind:
        return ""
    try:
        body = json.loads(response.content)
    except ValueError:
        return _short(response.text)
    return _short(message_of(body))


def message_of(body: object) -> str:
    """The words in an error object, whatever its shape."""
    while isinstance(body, dict):
        fields = cast("dict[str, object]", body)
        body = next(
            (fields[key] for key in ("error", "message", "detail", "msg") if key in fields), ""
        )
    if isinstance(body, list):
        return "; ".join(message_of(one) for one in cast("list[object]", body))
    return str(body)


def _short(text: str) -> str:
    words = " ".join(text.split()).rstrip(".")[:_LONGEST_QUOTE]
    return f"“{words}”." if words else ""


def lasts(error: Exception) -> bool:
    """Whether another attempt would meet the same: an unknown name, a certificate."""
    return any(isinstance(cause, ssl.SSLError | socket.gaierror) for cause in _causes(error))
