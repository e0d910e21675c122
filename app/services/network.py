"""The one way out: clients for outgoing connections, their ledger, and the offline switch."""

from __future__ import annotations

import ipaddress
import os
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.domain.errors import OfflineError, UsageError
from app.domain.network import HostTotal, OutgoingRequest
from app.domain.words import Sentence, marked

if TYPE_CHECKING:
    from app.services.http_client import AsyncHttpClient, HttpClient

DEFAULT_ENDPOINT: Final = "https://huggingface.co"
# A server that says nothing for this long has stalled.
STALL_SECONDS: Final = 20.0
_KEPT_REQUESTS: Final = 500
_TRUE: Final = frozenset({"1", "on", "true", "yes"})
_PORTS: Final = {"http": 80, "https": 443}


class LedgerEntry:
    """One request while it runs; its numbers grow as bytes pass."""

    def __init__(self, ledger: Ledger, started: float, key: tuple[str, str], method: str) -> None:
        self._ledger = ledger
        self.started = started
        self.key = key
        self.method = method
        self.status: int | None = None
        self.sent_bytes = 0
        self.received_bytes = 0

    def add_sent(self, count: int) -> None:
        """Note bytes that went out."""
        self._ledger.add(self, sent=count, received=0)

    def add_received(self, count: int) -> None:
        """Note bytes that came in."""
        self._ledger.add(self, sent=0, received=count)


class Ledger:
    """What went out of this process, by host and purpose. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: deque[LedgerEntry] = deque(maxlen=_KEPT_REQUESTS)
        # Host and purpose -> requests, bytes sent, bytes received, last start.
        self._totals: dict[tuple[str, str], tuple[int, int, int, float]] = {}

    def open(self, host: str, purpose: str, method: str) -> LedgerEntry:
        """Begin the entry of a request that is about to leave."""
        entry = LedgerEntry(self, self._clock(), (host, purpose), method)
        with self._lock:
            self._recent.append(entry)
            requests, sent, received, _ = self._totals.get(entry.key, (0, 0, 0, 0.0))
            self._totals[entry.key] = (requests + 1, sent, received, entry.started)
        return entry

    def add(self, entry: LedgerEntry, *, sent: int, received: int) -> None:
        """Note bytes of one request, in its entry and in the totals."""
        with self._lock:
            entry.sent_bytes += sent
            entry.received_bytes += received
            requests, all_sent, all_received, last = self._totals[entry.key]
            self._totals[entry.key] = (requests, all_sent + sent, all_received + received, last)

    def requests(self) -> tuple[OutgoingRequest, ...]:
        """The last 500 requests, the oldest first."""
        with self._lock:
            return tuple(
                OutgoingRequest(
                    started=one.started,
                    host=one.key[0],
                    purpose=one.key[1],
                    method=one.method,
                    status=one.status,
                    sent_bytes=one.sent_bytes,
                    received_bytes=one.received_bytes,
                )
                for one in self._recent
            )

    def totals(self) -> tuple[HostTotal, ...]:
        """Sums since the program started, the latest host first."""
        with self._lock:
            totals = [
                HostTotal(
                    host=host,
                    purpose=purpose,
                    requests=requests,
                    sent_bytes=sent,
                    received_bytes=received,
                    last_started=last,
                )
                for (host, purpose), (requests, sent, received, last) in self._totals.items()
            ]
        return tuple(sorted(totals, key=lambda total: -total.last_started))


class Network:
    """Makes the HTTP clients. No other module opens a connection to another machine.

    `HF_ENDPOINT` names another hub, `HF_HUB_OFFLINE` starts offline; proxies are taken from the
    usual variables (`HTTPS_PROXY`, `NO_PROXY`) by the clients.
    """

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        offline: bool | None = None,
        ledger: Ledger | None = None,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        named = endpoint or os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT
        self.endpoint = named.rstrip("/")
        if urlsplit(self.endpoint).scheme not in _PORTS or not urlsplit(self.endpoint).hostname:
            raise UsageError(
                "HF_ENDPOINT is {named}, which is not an address of a hub. Set it to something "
                "like {default_endpoint}.",
                named=repr(named),
                default_endpoint=DEFAULT_ENDPOINT,
            )
        by_environment = os.environ.get("HF_HUB_OFFLINE", "").lower() in _TRUE
        self.offline = by_environment if offline is None else offline
        self.ledger = ledger or Ledger()
        self.stall_seconds = stall_seconds

    @property
    def endpoint_host(self) -> str:
        """The host that the access token belongs to."""
        return urlsplit(self.endpoint).hostname or ""

    def require_online(self, host: str | Sentence) -> None:
        """Raise `OfflineError` while the offline switch is on."""
        if self.offline:
            raise OfflineError(
                "Quantbench is offline, so {host} was not asked. Switch offline mode off in "
                "Settings (or unset HF_HUB_OFFLINE) to reach it.",
                host=host,
            )

    def is_endpoint(self, url: str) -> bool:
        """Whether a URL leads to the hub itself: same scheme, host and port."""
        return origin(url) == origin(self.endpoint)

    def client(self, purpose: str) -> HttpClient:
        """A client for use in threads. Redirects are not followed; the caller closes it."""
        from app.services.http_client import HttpClient

        return HttpClient(self, purpose)

    def async_client(self, purpose: str) -> AsyncHttpClient:
        """A client for coroutines, otherwise like `client`."""
        from app.services.http_client import AsyncHttpClient

        return AsyncHttpClient(self, purpose)

    def server_client(self, address: str) -> AsyncHttpClient:
        """A client for the model server at `address`, which may get the key of its requests.

        One on this computer is reached offline too.
        """
        from app.services.http_client import AsyncHttpClient

        return AsyncHttpClient(self, marked("model server"), address)

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """Shared by all clients: to load the certificates takes tens of milliseconds."""
        import httpx2

        return httpx2.create_ssl_context()


def is_loopback(host: str) -> bool:
    """Whether a host is this computer itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL; port 0 for a scheme that is not HTTP."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
