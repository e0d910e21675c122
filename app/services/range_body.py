"""Reads the bytes of one answer of a server, fast, into buffers of the caller."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Self

import httpx2

from app.domain.os_causes import cause_of
from app.domain.words import sentence
from app.services.http_client import connection_reason, entry_of
from app.services.transfer_control import RetryError, Stop

if TYPE_CHECKING:
    import socket

# From here on the bytes are read from the socket itself: half the processor time.
_DIRECT_BYTES: Final = 2**20


class RangeBody:
    """The bytes of one answer, read into buffers of the caller.

    A long body of a plain connection is read from the socket itself once httpx2 has handed out
    what it had buffered; that connection is not used again.
    """

    def __init__(self, response: httpx2.Response, start: int, end: int, stop: Stop) -> None:
        self._response = response
        self._entry = entry_of(response)
        self._stop = stop
        self._stall_seconds: float = response.request.extensions["timeout"]["read"]
        self._parts: Iterator[bytes] = response.iter_raw()
        self._rest = memoryview(b"")
        self._socket = _plain_socket(response) if end - start >= _DIRECT_BYTES else None
        if (stream := response.extensions.get("network_stream")) is not None:
            # A connection that is used again was made under another order to stop.
            stop.watch(stream.get_extra_info("socket"))
        self._has_begun = False
        self.end = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()

    def read_into(self, buffer: memoryview) -> int:
        """Fill the start of `buffer`; returns the number of bytes, at least 1.

        Raises `RetryError` when the connection breaks or stalls, and `StoppedError`.
        """
        try:
            count = self._read(buffer)
        except (httpx2.TransportError, OSError) as error:
            self._stop.check()
            host = self._response.url.host
            if isinstance(error, httpx2.TransportError):
                raise RetryError(connection_reason(error, host)) from error
            if isinstance(error, TimeoutError):
                reason = sentence(
                    "{host} sent nothing for {seconds} s.",
                    host=host,
                    seconds=f"{self._stall_seconds:.3g}",
                )
                raise RetryError(reason) from error
            reason = sentence(
                "The connection to {host} broke: {cause}.", host=host, cause=cause_of(error)
            )
            raise RetryError(reason) from error
        if count == 0:
            self._stop.check()
            host = self._response.url.host
            raise RetryError(sentence("{host} ended the connection too early.", host=host))
        return count

    def _read(self, buffer: memoryview) -> int:
        if self._socket is not None and self._has_begun and not self._rest:
            count = self._socket.recv_into(buffer)
            self._entry.add_received(count)
            return count
        if not self._rest:
            self._rest = memoryview(next(self._parts, b""))
            self._has_begun = True
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _plain_socket(response: httpx2.Response) -> socket.socket | None:
    """The connection's socket, where the body goes over it without chunks or a second TLS."""
    stream = response.extensions.get("network_stream")
    if (
        stream is None
        or response.http_version != "HTTP/1.1"
        or "Content-Length" not in response.headers
        or "Transfer-Encoding" in response.headers
    ):
        return None
    tls = stream.get_extra_info("ssl_object")
    if tls is not None and not isinstance(tls, ssl.SSLSocket):
        return None
    one: socket.socket = stream.get_extra_info("socket")
    one.settimeout(response.request.extensions["timeout"]["read"])
    return one
