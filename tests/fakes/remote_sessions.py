"""Sessions with servers on loopback, and their replies, for tests."""

from __future__ import annotations

import httpx2

from app.domain.engine import ChatMessage, GenerationEvent, GenerationRequest, TextDelta
from app.domain.errors import (
    AppError,
)
from app.domain.load_options import LoadPlan
from app.domain.remote import Patience, RemoteServer
from backends.remote.engine import RemoteEngine
from backends.remote.session import RemoteSession
from tests.fakes.model_server import (
    ModelServer,
)

PATIENT = Patience(retry_pauses=(0.0, 0.0))
ONCE = Patience(retry_pauses=())


def engine_for(
    server: ModelServer, patience: Patience = ONCE, key: str | None = None
) -> RemoteEngine:
    remote = RemoteServer(name="test", address=server.address)
    return RemoteEngine(remote, key, httpx2.AsyncClient, patience)


async def open_session(
    server: ModelServer, patience: Patience = ONCE, key: str | None = None
) -> RemoteSession:
    plan = LoadPlan(name="tiny", path=b"")
    return await engine_for(server, patience, key).load(plan, lambda _: None)


def ask(text: str = "Hello", **options: object) -> GenerationRequest:
    return GenerationRequest(messages=(ChatMessage("user", text),), **options)


async def reply(
    server: ModelServer, request: GenerationRequest | None = None, patience: Patience = ONCE
) -> list[GenerationEvent]:
    session = await open_session(server, patience)
    try:
        return [event async for event in session.generate(request or ask())]
    finally:
        await session.close()


async def failed_reply(
    server: ModelServer, request: GenerationRequest | None = None, patience: Patience = ONCE
) -> tuple[str, AppError]:
    """The text that came before the error, and the error."""
    session, text = await open_session(server, patience), ""
    try:
        async for event in session.generate(request or ask()):
            text += event.text if isinstance(event, TextDelta) else ""
    except AppError as error:
        return text, error
    finally:
        await session.close()
    raise AssertionError("the reply did not fail")


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
