"""A real server on loopback that behaves as badly as it is told to, one behaviour a request."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CERTIFICATE = Path(__file__).with_name("self_signed.pem")


@dataclass
class Request:
    """One request as it came, and where the answer goes."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: int, content_type: str, **headers: str) -> None:
        """The head of an answer whose body ends with the connection."""
        lines = [f"HTTP/1.1 {status} X", f"content-type: {content_type}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def json(self, body: object, status: int = 200, **headers: str) -> None:
        await self.head(status, "application/json", **headers)
        await self.send(json.dumps(body).encode())

    async def event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        await self.send(f"data: {text}\n\n".encode())

    async def stream(self, *events: object) -> None:
        """The head of a stream and these events."""
        await self.head(200, "text/event-stream")
        for event in events:
            await self.event(event)

    async def client_left(self) -> None:
        """Wait until the other side closes the connection."""
        while await self.reader.read(1024):
            pass


Behaviour = Callable[[Request], Awaitable[None]]


@dataclass
class ModelServer:
    """Answers `/v1/models` with `models`, other paths from `pages`, and chats as told."""

    chats: list[Behaviour]
    models: Behaviour
    pages: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    address: str = ""

    async def answer(self, request: Request) -> None:
        self.requests.append(request)
        if request.path == "/v1/models":
            await self.models(request)
        elif request.path == "/v1/chat/completions":
            behaviour = self.chats.pop(0) if len(self.chats) > 1 else self.chats[0]
            await behaviour(request)
        elif request.path in self.pages:
            await self.pages[request.path](request)
        else:
            await request.json({"error": {"message": "Not Found"}}, status=404)

    def chats_asked(self) -> list[Any]:
        """The bodies of the chats so far."""
        return [one.body for one in self.requests if one.path == "/v1/chat/completions"]


def delta(text: str | None = None, **fields: object) -> dict[str, object]:
    """A chunk with text, or with other fields of the delta."""
    content = {} if text is None else {"content": text}
    return {"choices": [{"index": 0, "delta": {**content, **fields}, "finish_reason": None}]}


def end(reason: str = "stop") -> dict[str, object]:
    """The chunk that ends a reply."""
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


def usage(prompt: int, completion: int, cached: int | None = None) -> dict[str, object]:
    """The chunk with the counts, as `include_usage` asks for it."""
    counts: dict[str, object] = {"prompt_tokens": prompt, "completion_tokens": completion}
    if cached is not None:
        counts["prompt_tokens_details"] = {"cached_tokens": cached}
    return {"choices": [], "usage": counts}


def replies(*texts: str, closing: Sequence[object] = ()) -> Behaviour:
    """A sound reply of these pieces."""

    async def answer(request: Request) -> None:
        chunks = [delta(role="assistant"), *(delta(text) for text in texts), end()]
        await request.stream(*chunks, *closing, "[DONE]")

    return answer


def lists(*models: str, **facts: object) -> Behaviour:
    """The answer of `/v1/models` with these models."""

    async def answer(request: Request) -> None:
        listed = [{"id": name, "object": "model", **facts} for name in models]
        await request.json({"object": "list", "data": listed})

    return answer


def says(status: int, body: str, content_type: str, **headers: str) -> Behaviour:
    """A fixed answer."""

    async def answer(request: Request) -> None:
        await request.head(status, content_type, **headers)
        await request.send(body.encode())

    return answer


@asynccontextmanager
async def running(
    *chats: Behaviour, models: Behaviour | None = None, tls: bool = False, **pages: Behaviour
) -> AsyncIterator[ModelServer]:
    """Run a server; `pages` are named without their first slash."""
    paths = {f"/{name}": behaviour for name, behaviour in pages.items()}
    server = ModelServer(list(chats), models or lists("tiny"), paths)
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            request = await _read_request(reader, writer)
            if request is not None:
                await server.answer(request)
        except ConnectionError:
            return  # the client was faster
        finally:
            handlers.discard(task)
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    host, port = listening.sockets[0].getsockname()
    server.address = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield server
    finally:
        listening.close()
        for task in list(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await listening.wait_closed()


async def _read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    try:
        begin = await reader.readexactly(1)
        if not begin.isalpha():  # the greeting of TLS: a server without it answers so
            writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
            return None
        head = (begin + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ssl.SSLError):
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    pairs = [line.split(": ", 1) for line in lines if line]
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, json.loads(body) if body else None, reader, writer)
