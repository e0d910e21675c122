"""Connections to one server: requests with a key, limits of time, and errors as sentences."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from app.domain.errors import AppError, EngineError, KeyRefusedError, UsageError
from app.domain.remote import Patience, RemoteServer, base_address, is_on_this_computer
from backends.remote import trouble

if TYPE_CHECKING:
    import httpx2

    ClientFactory = Callable[[], httpx2.AsyncClient]

T = TypeVar("T")
# Statuses of a server, or of a proxy before it, that is busy or about to come up.
_PASSING_STATUSES = (429, 502, 503, 504)
_LONGEST_PAUSE_SECONDS = 15.0
_LONGEST_ANSWER = 4 * 2**20


class PassingError(Exception):
    """A failure that another attempt may not meet; `error` is what to say if it does."""

    def __init__(self, error: AppError, after_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_seconds = after_seconds


class Connection:
    """Speaks to one server; owns its client until `close`."""

    def __init__(
        self, server: RemoteServer, key: str | None, new_client: ClientFactory, patience: Patience
    ) -> None:
        """Raises `UsageError` for an address and `KeyRefusedError` for a key that cannot be."""
        import httpx2

        self._base = base_address(server.address)
        self.where = self._base.partition("://")[2]
        # Whether what is sent there stays on this computer.
        self.is_local = is_on_this_computer(self._base)
        self._headers = _headers(key)
        self._timeout = httpx2.Timeout(
            connect=patience.connect_seconds,
            read=patience.silence_seconds,
            write=patience.silence_seconds,
            pool=None,
        )
        self._stream_timeout = httpx2.Timeout(
            connect=patience.connect_seconds, read=None, write=patience.silence_seconds, pool=None
        )
        try:
            httpx2.URL(self._base)
        except httpx2.InvalidURL as error:
            raise UsageError(
                "“{address}” is no address of a server: {error}.",
                address=server.address,
                error=str(error),
            ) from error
        self._client = new_client()
        self._is_closed = False

    async def get(self, path: str, kind: type[T]) -> tuple[T, httpx2.Headers]:
        """The JSON answer of a GET as a `kind`. Raises `AppError`."""
        response = await self._get(path)
        if not response.is_success:
            raise trouble.of_status(response, self.where)
        if not is_json(response):
            raise trouble.of_content(response, self.where)
        try:
            return msgspec.convert(json.loads(response.content), kind), response.headers
        except (ValueError, RecursionError) as error:
            raise trouble.broken_json(self.where) from error

    async def get_text(self, path: str) -> str | None:
        """The body of a GET, or None where the server has no such page."""
        try:
            response = await self._get(path)
        except AppError:
            return None
        return response.text if response.is_success else None

    async def _get(self, path: str) -> httpx2.Response:
        import httpx2

        try:
            response = await self._client.get(
                self._base + path, headers=self._headers, timeout=self._timeout
            )
        except httpx2.HTTPError as error:
            raise trouble.of_transport(error, self.where) from error
        if len(response.content) > _LONGEST_ANSWER:
            raise trouble.broken_json(self.where)
        return response

    async def ask(self, path: str, body: dict[str, Any], kind: type[T], seconds: float) -> T | None:
        """The JSON answer of a POST as a `kind`; None where there is none, or none in time."""
        import httpx2

        try:
            async with asyncio.timeout(seconds):
                response = await self._client.post(
                    self._base + path, json=body, headers=self._headers, timeout=self._timeout
                )
        except (httpx2.HTTPError, RuntimeError, TimeoutError):
            return None
        if not response.is_success or len(response.content) > _LONGEST_ANSWER:
            return None
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.MsgspecError:
            return None

    async def post(self, path: str, body: dict[str, Any], model: str) -> httpx2.Response:
        """Send a request whose answer may stream; the caller closes the response.

        Raises `AppError` for a refusal and `PassingError` for what may pass.
        """
        import httpx2

        self.require_open()
        request = self._client.build_request(
            "POST",
            self._base + path,
            content=msgspec.json.encode(body),
            headers={**self._headers, "content-type": "application/json"},
            timeout=self._stream_timeout,
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise self.broken(error) from error
        if response.is_success:
            return response
        try:
            await response.aread()
        except httpx2.HTTPError as error:
            raise self.broken(error) from error
        finally:
            await response.aclose()
        refusal = trouble.of_status(response, self.where, model)
        if response.status_code in _PASSING_STATUSES:
            raise PassingError(refusal, _retry_after(response))
        raise refusal

    def broken(self, error: httpx2.HTTPError) -> Exception:
        """What to raise for a connection that broke: `PassingError` if it may pass."""
        import httpx2

        self.require_open()
        told = trouble.of_transport(error, self.where)
        lasting = isinstance(error, httpx2.TimeoutException | httpx2.UnsupportedProtocol)
        return told if lasting or trouble.lasts(error) else PassingError(told)

    def require_open(self) -> None:
        """Raise `EngineError` after `close`."""
        if self._is_closed:
            raise EngineError("The model was ejected. Load it again to go on.")

    async def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        await self._client.aclose()


def is_json(response: httpx2.Response) -> bool:
    """Whether the answer says that it is JSON."""
    return "json" in response.headers.get("content-type", "")


def is_stream(response: httpx2.Response) -> bool:
    """Whether the answer says that it is a stream of events."""
    return "text/event-stream" in response.headers.get("content-type", "")


def _headers(key: str | None) -> dict[str, str]:
    if not key:
        return {}
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise KeyRefusedError(
            "The key has characters that no key has. Copy it again, without line ends and spaces."
        )
    return {"authorization": f"Bearer {key}"}


def _retry_after(response: httpx2.Response) -> float | None:
    told = response.headers.get("retry-after", "")
    return min(float(told), _LONGEST_PAUSE_SECONDS) if told.isdigit() else None
