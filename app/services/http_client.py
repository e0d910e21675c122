"""HTTP clients that write the ledger, obey the offline switch, and keep the token at home.

Imported lazily: it needs httpx2, which costs a window's start 100 ms.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Final

import httpx2

from app.domain.errors import NetworkError, OfflineError, RateLimitError
from app.domain.words import Sentence, sentence
from app.services.network import LedgerEntry, is_loopback, origin

if TYPE_CHECKING:
    from app.services.network import Network

USER_AGENT: Final = "quantbench"
CONNECT_SECONDS: Final = 10.0
_ENTRY: Final = "ledger_entry"


class HttpClient(httpx2.Client):
    """A client for threads; made by `Network.client`."""

    def __init__(self, network: Network, purpose: str, *, follow_redirects: bool = False) -> None:
        self._book = _Book(network, purpose)
        super().__init__(
            verify=network.ssl_context,
            timeout=_timeout(network),
            follow_redirects=follow_redirects,
            headers={"User-Agent": USER_AGENT},
            event_hooks={"request": [self._book.note_request], "response": [self._note_response]},
        )

    def _note_response(self, response: httpx2.Response) -> None:
        entry = self._book.note_response(response)
        stream = response.stream
        assert isinstance(stream, httpx2.SyncByteStream)
        response.stream = _CountedStream(stream, entry)


class HubLibraryClient(HttpClient):
    """The client that huggingface_hub is given: failures are sentences at once.

    The library itself would repeat a request to a dead server for 23 s, and wait out a rate
    limit in silence. It reaches the hub alone: nothing that an answer links to on another host.
    """

    def __init__(self, network: Network, purpose: str) -> None:
        super().__init__(network, purpose, follow_redirects=True)
        self._network = network
        self.event_hooks = {
            "request": [self._refuse_other_hosts, *self.event_hooks["request"]],
            "response": [*self.event_hooks["response"], refuse_busy_server],
        }

    def _refuse_other_hosts(self, request: httpx2.Request) -> None:
        if not self._network.is_endpoint(str(request.url)):
            raise NetworkError(
                "{endpoint_host} pointed to {host}, which was not followed. If the hub has moved, "
                "set HF_ENDPOINT to its new address.",
                endpoint_host=self._network.endpoint_host,
                host=request.url.host,
            )

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request; raises `NetworkError` where the way to the server fails."""
        try:
            return super().send(request, **options)
        except httpx2.TransportError as error:
            raise connection_error(error, request.url.host) from error


class AsyncHttpClient(httpx2.AsyncClient):
    """A client for coroutines; made by `Network.async_client` and `Network.server_client`."""

    def __init__(self, network: Network, purpose: str, server: str | None = None) -> None:
        """`server`: the address of a model server that the user set up, whose key it may carry."""
        self._book = _Book(network, purpose, server)
        super().__init__(
            verify=network.ssl_context,
            timeout=_timeout(network),
            headers={"User-Agent": USER_AGENT},
            event_hooks={"request": [self._note_request], "response": [self._note_response]},
        )

    async def _note_request(self, request: httpx2.Request) -> None:
        self._book.note_request(request)

    async def _note_response(self, response: httpx2.Response) -> None:
        entry = self._book.note_response(response)
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        response.stream = _CountedAsyncStream(stream, entry)


def _timeout(network: Network) -> httpx2.Timeout:
    return httpx2.Timeout(network.stall_seconds, connect=CONNECT_SECONDS, pool=None)


class _Book:
    """Writes what one client sends and receives into the ledger."""

    def __init__(self, network: Network, purpose: str, server: str | None = None) -> None:
        self._network = network
        self._purpose = purpose
        self._server = None if server is None else origin(server)

    def note_request(self, request: httpx2.Request) -> None:
        """Called before each request, those of redirects included."""
        # A model server on this computer is not reached over a network.
        if self._server is None or not is_loopback(request.url.host):
            self._network.require_online(request.url.host)
        # A link to a next page or a redirect may name any host: a token is for its owner alone.
        if "Authorization" in request.headers and not self._may_have_token(request):
            del request.headers["Authorization"]
        entry = self._network.ledger.open(request.url.host, self._purpose, request.method)
        head = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
        body = int(request.headers.get("Content-Length", 0))
        entry.add_sent(len(request.method) + len(request.url.raw_path) + 14 + head + body)
        request.extensions[_ENTRY] = entry

    def _may_have_token(self, request: httpx2.Request) -> bool:
        url = str(request.url)
        if self._server is not None:
            return origin(url) == self._server
        return self._network.is_endpoint(url)

    def note_response(self, response: httpx2.Response) -> LedgerEntry:
        """Called when the head of an answer is there."""
        entry = entry_of(response)
        entry.status = response.status_code
        entry.add_received(sum(len(n) + len(v) + 4 for n, v in response.headers.raw) + 19)
        return entry


class _CountedStream(httpx2.SyncByteStream):
    """A body whose bytes are counted as they come from the network, before decompression."""

    def __init__(self, stream: httpx2.SyncByteStream, entry: LedgerEntry) -> None:
        self._stream = stream
        self._entry = entry

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._entry.add_received(len(part))
            yield part

    def close(self) -> None:
        self._stream.close()


class _CountedAsyncStream(httpx2.AsyncByteStream):
    """The same for coroutines."""

    def __init__(self, stream: httpx2.AsyncByteStream, entry: LedgerEntry) -> None:
        self._stream = stream
        self._entry = entry

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            self._entry.add_received(len(part))
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def entry_of(response: httpx2.Response) -> LedgerEntry:
    """The ledger's entry of the request that a response answers."""
    entry = response.request.extensions[_ENTRY]
    assert isinstance(entry, LedgerEntry)
    return entry


def connection_error(error: httpx2.TransportError, host: str) -> NetworkError:
    """The sentences for a request that got no whole answer from `host`: cause and next step."""
    kind, reason, advice = _diagnosis(error, host)
    return kind("{reason} {advice}", reason=reason, advice=advice)


def connection_reason(error: httpx2.TransportError, host: str) -> Sentence:
    """The cause alone, where the next step is to try again by ourselves."""
    return _diagnosis(error, host)[1]


def _diagnosis(
    error: httpx2.TransportError, host: str
) -> tuple[type[NetworkError], Sentence, Sentence]:
    kind, advice = NetworkError, sentence("Try again.")
    match error:
        case _ if (tls := _tls_reason(error)) is not None:
            reason = sentence(
                "Could not make a safe connection to {host}: {cause}.", host=host, cause=tls
            )
            advice = sentence(
                "Check the computer's clock, and whether a proxy replaces certificates."
            )
        case httpx2.ConnectTimeout():
            seconds = f"{CONNECT_SECONDS:.0f}"
            reason = sentence(
                "{host} did not answer within {seconds} s.", host=host, seconds=seconds
            )
            kind = OfflineError
            advice = sentence("Check the internet connection and try again.")
        case httpx2.TimeoutException():
            seconds = f"{error.request.extensions['timeout']['read']:.3g}"
            reason = sentence("{host} sent nothing for {seconds} s.", host=host, seconds=seconds)
        case httpx2.ProxyError():
            reason = sentence(
                "The proxy refused the connection to {host}: {cause}.", host=host, cause=str(error)
            )
            advice = sentence("Check HTTPS_PROXY and NO_PROXY.")
        case httpx2.ConnectError():
            reason = sentence("Could not reach {host}: {cause}.", host=host, cause=_plain(error))
            kind, advice = OfflineError, sentence("Check the internet connection.")
        case httpx2.RemoteProtocolError():
            reason = sentence("{host} ended the connection too early.", host=host)
        case _:
            reason = sentence(
                "The connection to {host} broke: {cause}.", host=host, cause=_plain(error)
            )
    return kind, reason, advice


def _tls_reason(error: BaseException | None) -> str | None:
    """What TLS had against the server, from anywhere in the chain of causes."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error.reason or str(error)
        error = error.__cause__ or error.__context__
    return None


def _plain(error: httpx2.TransportError) -> Sentence:
    """The system's words without its number: `Connection refused`."""
    text = str(error).rstrip(".")
    return Sentence(text.partition("] ")[2] or text or type(error).__name__)


def refuse_busy_server(response: httpx2.Response) -> None:
    """Raise `NetworkError` where a server says that it is overloaded or broken."""
    host = response.request.url.host
    status = response.status_code
    if status == 429:
        wait = response.headers.get("Retry-After", "")
        again = sentence("in {seconds} s", seconds=wait)
        if not wait.isdigit():
            again = sentence("in a few minutes")
        raise RateLimitError(
            "{host} allows no more requests for now. Try again {again}; an access token in "
            "Settings raises the limit.",
            host=host,
            again=again,
        )
    if status >= 500:
        raise NetworkError(
            "{host} has a problem of its own (HTTP {status}). Try again later.",
            host=host,
            status=status,
        )
