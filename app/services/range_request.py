"""Requests for a range of a hub file: redirects, checks of what the server claims, fast reading."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urljoin

import httpx2

from app.domain.errors import AppError, DownloadError, GatedError, RepositoryError
from app.domain.hub import HubFile
from app.domain.transfer import parse_content_range
from app.domain.units import count_text
from app.services.http_client import HttpClient, connection_reason, entry_of
from app.services.hub_answers import gated_error
from app.services.network import Network, origin
from app.services.transfer_control import Stop

if TYPE_CHECKING:
    import socket

_MOST_REDIRECTS: Final = 5
# From here on the bytes are read from the socket itself: half the processor time.
_DIRECT_BYTES: Final = 2**20
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_WAIT_SECONDS: Final = 300.0


class RetryError(Exception):
    """A failure that may pass. `reason` is a sentence; `wait_seconds` what the server asked for."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_seconds = wait_seconds


class RestartError(Exception):
    """What was fetched cannot be continued: the server ignores ranges, or the content changed."""

    def __init__(self, reason: str, *, has_ranges: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.has_ranges = has_ranges


class HubFileSource:
    """One file of a repository at one commit, as a thing that ranges can be read from."""

    def __init__(
        self,
        client: HttpClient,
        network: Network,
        address: tuple[str, str],
        file: HubFile,
        token: str | None,
    ) -> None:
        self._client = client
        self._network = network
        self._repository, revision = address
        self._file = file
        self._token = token
        self._url = (
            f"{network.endpoint}/{self._repository}/resolve/{quote(revision, safe='')}/"
            f"{quote(file.path)}"
        )
        # Where the hub sent us: signed, so it needs no token, and expires.
        self._signed_url: str | None = None
        # What the server calls the content; asked for with If-Range.
        self.etag = ""
        # False once the server was seen to ignore ranges.
        self.has_ranges = True

    @property
    def name(self) -> str:
        """The file's path in its repository."""
        return self._file.path

    def open(self, start: int, end: int, stop: Stop) -> RangeBody:
        """Ask for bytes `start` to `end` (not included) of the file.

        Raises `RetryError`, `RestartError`, `StoppedError`, and `AppError` where trying again is
        of no use.
        """
        stop.check()
        try:
            response = self._follow(start, end, stop)
        except httpx2.TransportError as error:
            stop.check()
            raise RetryError(connection_reason(error, error.request.url.host)) from error
        try:
            return RangeBody(response, start, self._checked_end(response, start, end), stop)
        except (AppError, RetryError, RestartError):
            response.close()
            raise

    # --- the way to the bytes ---------------------------------------------------------------

    def _follow(self, start: int, end: int, stop: Stop) -> httpx2.Response:
        url = self._signed_url or self._url
        for _ in range(_MOST_REDIRECTS):
            response = self._send(url, start, end, stop)
            if response.status_code not in _REDIRECTS:
                if url == self._signed_url and response.status_code in {401, 403, 404, 410}:
                    # The signature has expired: ask the hub for another.
                    response.close()
                    self._signed_url, url = None, self._url
                    continue
                if not self._network.is_endpoint(url):
                    self._signed_url = url
                return response
            response.close()
            self._check_linked(response)
            url = self._target(url, response)
        raise DownloadError(
            "{endpoint_host} redirects {name} in a circle. Try again later, or check HF_ENDPOINT.",
            endpoint_host=self._network.endpoint_host,
            name=self.name,
        )

    def _send(self, url: str, start: int, end: int, stop: Stop) -> httpx2.Response:
        headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
        if self.etag:
            headers["If-Range"] = self.etag
        # The token is for the hub's own host: where a redirect leads, it does not go.
        if self._token and self._network.is_endpoint(url):
            headers["Authorization"] = f"Bearer {self._token}"
        request = self._client.build_request(
            "GET", url, headers=headers, extensions={"trace": stop.trace}
        )
        return self._client.send(request, stream=True)

    def _target(self, url: str, response: httpx2.Response) -> str:
        target = urljoin(url, response.headers.get("Location", ""))
        is_downgrade = origin(url)[0] == "https" and origin(target)[0] != "https"
        if is_downgrade or origin(target)[0] not in {"http", "https"}:
            raise DownloadError(
                "{host} redirects {name} to an address that is not safe. Nothing was fetched from "
                "there. Try again later, or check HF_ENDPOINT.",
                host=origin(url)[1],
                name=self.name,
            )
        return target

    def _check_linked(self, response: httpx2.Response) -> None:
        """What the hub says of a large file where it redirects must be what it listed."""
        tag = response.headers.get("X-Linked-Etag", "").removeprefix("W/").strip('"')
        size = response.headers.get("X-Linked-Size", "")
        is_other_tag = bool(tag) and self._file.sha256 is not None and tag != self._file.sha256
        if is_other_tag or (size.isdigit() and int(size) != self._file.size_bytes):
            raise DownloadError(
                "{name} is no longer the file that {repository} listed. Open the repository again "
                "and start a new download.",
                name=self.name,
                repository=self._repository,
            )

    # --- what the server claims -------------------------------------------------------------

    def _checked_end(self, response: httpx2.Response, start: int, end: int) -> int:
        """Where the body ends in the file, once nothing speaks against it."""
        if response.status_code not in {200, 206}:
            self._refuse(response)
        content = response.headers.get("Content-Type", "")
        if content.startswith("text/html") and not self.name.endswith((".html", ".htm")):
            raise DownloadError(
                "{host} answered with a web page instead of {name}. Does this network ask for a "
                "login first? Open a browser, then try again.",
                host=response.url.host,
                name=self.name,
            )
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise DownloadError(
                "{host} sends {name} compressed, unasked.", host=response.url.host, name=self.name
            )
        self._check_etag(response)
        if response.status_code == 206:
            end = self._part_end(response, start, end)
        elif start > 0:
            raise RestartError(
                f"{response.url.host} cannot continue a transfer, so {self.name} starts again.",
                has_ranges=False,
            )
        else:
            end, self.has_ranges = self._file.size_bytes, False
        self._check_length(response, end - start)
        return end

    def _check_etag(self, response: httpx2.Response) -> None:
        etag = response.headers.get("ETag", "")
        if etag.startswith("W/"):  # says nothing of the bytes
            return
        if self.etag and etag and etag != self.etag:
            raise RestartError(
                f"{self.name} changed on the server during the transfer, so it starts again.",
                has_ranges=True,
            )
        self.etag = etag or self.etag

    def _part_end(self, response: httpx2.Response, start: int, end: int) -> int:
        claimed = parse_content_range(response.headers.get("Content-Range"))
        if claimed is None or claimed[0] != start or not start < claimed[1] <= end:
            raise DownloadError(
                "{host} sent another part of {name} than it was asked for. Nothing of that was "
                "kept. Try again later.",
                host=response.url.host,
                name=self.name,
            )
        if claimed[2] != self._file.size_bytes:
            self._refuse_size(response.url.host, claimed[2])
        return claimed[1]

    def _check_length(self, response: httpx2.Response, expected: int) -> None:
        stated = response.headers.get("Content-Length")
        if stated is None or int(stated) == expected:
            return
        self._refuse_size(response.url.host, int(stated) + self._file.size_bytes - expected)

    def _refuse_size(self, host: str, stated: int) -> None:
        raise DownloadError(
            "{host} says that {name} has {stated} bytes, the repository lists {size}. Nothing of "
            "that was kept. Try again later.",
            host=host,
            name=self.name,
            stated=count_text(stated),
            size=count_text(self._file.size_bytes),
        )

    def _refuse(self, response: httpx2.Response) -> None:
        """Raise what a status other than 200 and 206 means."""
        host, status = response.url.host, response.status_code
        if status in {408, 425, 429} or status >= 500:
            wait = retry_after_seconds(response)
            what = "allows no more requests for now" if status == 429 else "has a problem"
            if wait is not None and wait > _LONGEST_WAIT_SECONDS:
                raise DownloadError(
                    "{host} {what} (HTTP {status}) and asks to wait {minutes} minutes. What was "
                    "fetched is kept: resume the download then.",
                    host=host,
                    what=what,
                    status=status,
                    minutes=f"{wait / 60:.0f}",
                )
            raise RetryError(f"{host} {what} (HTTP {status}).", wait)
        if status in {401, 403} and self._network.is_endpoint(str(response.url)):
            raise self._access_error(response)
        if status in {401, 403}:
            raise RetryError(f"{host} refused the link that the hub gave (HTTP {status}).")
        if status == 416:
            raise DownloadError(
                "{host} holds fewer bytes of {name} than the repository lists. Nothing of that "
                "was kept. Try again later.",
                host=host,
                name=self.name,
            )
        if status in {404, 410}:
            raise RepositoryError(
                "{repository} no longer has the file {name}. Open the repository again and start "
                "a new download.",
                repository=self._repository,
                name=self.name,
            )
        raise DownloadError(
            "{host} refused {name} (HTTP {status}). Try again later.",
            host=host,
            name=self.name,
            status=status,
        )

    def _access_error(self, response: httpx2.Response) -> GatedError:
        if response.headers.get("X-Error-Code") == "GatedRepo" or self._token is None:
            return gated_error(self._repository, self._network.endpoint)
        return GatedError(
            "{host} refused the access token for {repository} (HTTP {status}). Enter another one "
            "in Settings, or remove it there.",
            host=response.url.host,
            repository=self._repository,
            status=response.status_code,
        )


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
                raise RetryError(f"{host} sent nothing for {self._stall_seconds:.3g} s.") from error
            raise RetryError(f"The connection to {host} broke: {error.strerror}.") from error
        if count == 0:
            self._stop.check()
            raise RetryError(f"{self._response.url.host} ended the connection too early.")
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


def retry_after_seconds(response: httpx2.Response) -> float | None:
    """What the server asks to wait: a number of seconds or a date. None if it says nothing."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return max((until - now).total_seconds(), 0.0)
