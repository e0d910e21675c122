"""Requests for a range of a hub file: redirects, and checks of what the server claims."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urljoin

import httpx2

from app.domain.errors import AppError, DownloadError, GatedError, RepositoryError
from app.domain.hub import HubFile
from app.domain.transfer import parse_content_range
from app.domain.words import marked, sentence
from app.services.http_client import HttpClient, connection_reason
from app.services.hub_answers import gated_error
from app.services.network import Network, origin
from app.services.range_body import RangeBody
from app.services.transfer_control import RestartError, RetryError, Stop

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_WAIT_SECONDS: Final = 300.0
_BUSY: Final = marked("{host} allows no more requests for now (HTTP {status}).")
_BROKEN: Final = marked("{host} has a problem (HTTP {status}).")
_BUSY_FOR_LONG: Final = marked(
    "{host} allows no more requests for now (HTTP {status}) and asks to wait {minutes} minutes. "
    "What was fetched is kept: resume the download then."
)
_BROKEN_FOR_LONG: Final = marked(
    "{host} has a problem (HTTP {status}) and asks to wait {minutes} minutes. What was fetched is "
    "kept: resume the download then."
)


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
            reason = sentence(
                "{host} cannot continue a transfer, so {name} starts again.",
                host=response.url.host,
                name=self.name,
            )
            raise RestartError(reason, has_ranges=False)
        else:
            end, self.has_ranges = self._file.size_bytes, False
        self._check_length(response, end - start)
        return end

    def _check_etag(self, response: httpx2.Response) -> None:
        etag = response.headers.get("ETag", "")
        if etag.startswith("W/"):  # says nothing of the bytes
            return
        if self.etag and etag and etag != self.etag:
            reason = sentence(
                "{name} changed on the server during the transfer, so it starts again.",
                name=self.name,
            )
            raise RestartError(reason, has_ranges=True)
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
            stated=stated,
            size=self._file.size_bytes,
        )

    def _refuse(self, response: httpx2.Response) -> None:
        """Raise what a status other than 200 and 206 means."""
        host, status = response.url.host, response.status_code
        if status in {408, 425, 429} or status >= 500:
            _refuse_for_now(response)
        if status in {401, 403} and self._network.is_endpoint(str(response.url)):
            raise self._access_error(response)
        if status in {401, 403}:
            reason = sentence(
                "{host} refused the link that the hub gave (HTTP {status}).",
                host=host,
                status=status,
            )
            raise RetryError(reason)
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


def _refuse_for_now(response: httpx2.Response) -> None:
    """Raise what a server that is busy or broken means, and how long it asks to wait."""
    host, status = response.url.host, response.status_code
    wait, is_busy = retry_after_seconds(response), status == 429
    if wait is not None and wait > _LONGEST_WAIT_SECONDS:
        raise DownloadError(
            _BUSY_FOR_LONG if is_busy else _BROKEN_FOR_LONG,
            host=host,
            status=status,
            minutes=f"{wait / 60:.0f}",
        )
    text = _BUSY if is_busy else _BROKEN
    raise RetryError(sentence(text, host=host, status=status), wait)


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
