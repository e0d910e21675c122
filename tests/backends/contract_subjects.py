"""The engines that the contract holds for, each with a session and what it can show."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from app.domain.engine import Engine, EngineSession
from app.domain.errors import EngineDiedError
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.remote import Patience, RemoteServer
from backends.local import LocalEngine
from backends.remote.engine import RemoteEngine
from tests.fakes.real_servers import RealServer, llama_cpp_server, mlx_server
from tests.fakes.scripted_engine import Script, ScriptedEngine

NAMES = ("llama_cpp", "mlx", "remote-mlx", "remote-llama", "scripted")
# Of the prompt "Name three colours." with the starter model's template and vocabulary.
PROMPT_TOKENS = 34
_STORY = "Once upon a time 🎉 there was a naïve fox. " * 40


@dataclass(frozen=True)
class Subject:
    """One engine under test."""

    name: str
    engine: Engine
    plan: LoadPlan
    session: EngineSession
    # Its exact prompt tokens; None: it does not tell any.
    prompt_tokens: int | None = None
    # Whether it samples, evaluates prompts, and can be ended from outside.
    is_real: bool = True


@dataclass(frozen=True)
class Places:
    """Where models are, and where engines may write."""

    starter: Path
    mlx: Callable[[], Path]
    scratch: Path


@asynccontextmanager
async def subject(name: str, places: Places) -> AsyncIterator[Subject]:
    """Start an engine, open one session, and close everything at the end."""
    make = {
        "llama_cpp": _llama_cpp,
        "mlx": _mlx,
        "remote-mlx": _remote_mlx,
        "remote-llama": _remote_llama,
        "scripted": _scripted,
    }[name]
    async with AsyncExitStack() as stack:
        made = await make(places, stack)
        stack.push_async_callback(made.session.close)
        yield made


def _plan(path: Path, name: str = "starter") -> LoadPlan:
    return LoadPlan(name=name, path=os.fsencode(path), options=LoadOptions(context_tokens=2048))


async def _llama_cpp(places: Places, _stack: AsyncExitStack) -> Subject:
    engine, plan = LocalEngine("llama_cpp", places.scratch / "run"), _plan(places.starter)
    session = await engine.load(plan, lambda _: None)
    return Subject("llama_cpp", engine, plan, session, PROMPT_TOKENS)


async def _mlx(places: Places, _stack: AsyncExitStack) -> Subject:
    engine, plan = LocalEngine("mlx", places.scratch / "run"), _plan(places.mlx())
    session = await engine.load(plan, lambda _: None)
    return Subject("mlx", engine, plan, session, PROMPT_TOKENS)


def remote_engine(server: RealServer) -> RemoteEngine:
    """An engine for a server, that does not try again."""
    remote = RemoteServer(name="test", address=server.address)
    return RemoteEngine(remote, None, httpx2.AsyncClient, Patience(retry_pauses=()))


async def _remote_mlx(places: Places, stack: AsyncExitStack) -> Subject:
    server = stack.enter_context(mlx_server(places.mlx(), places.scratch / "hub"))
    engine, plan = remote_engine(server), LoadPlan(name=server.model, path=b"")
    session = await engine.load(plan, lambda _: None)
    return Subject("remote-mlx", engine, plan, session, PROMPT_TOKENS)


async def _remote_llama(places: Places, stack: AsyncExitStack) -> Subject:
    server = stack.enter_context(llama_cpp_server(places.starter))
    engine, plan = remote_engine(server), LoadPlan(name=server.model, path=b"")
    session = await engine.load(plan, lambda _: None)
    return Subject("remote-llama", engine, plan, session)


async def _scripted(places: Places, _stack: AsyncExitStack) -> Subject:
    engine, plan = ScriptedEngine(Script(text=_STORY)), _plan(places.starter)
    session = await engine.load(plan, lambda _: None)
    return Subject("scripted", engine, plan, session, 24, is_real=False)


@asynccontextmanager
async def mortal(
    name: str, places: Places
) -> AsyncIterator[tuple[EngineSession, Callable[[], None]]]:
    """A session of its own and what ends its engine in the middle of a reply."""
    async with AsyncExitStack() as stack:
        if name.startswith("remote"):
            server = stack.enter_context(llama_cpp_server(places.starter))
            plan = LoadPlan(name=server.model, path=b"")
            session: EngineSession = await remote_engine(server).load(plan, lambda _: None)
            end: Callable[[], None] = server.process.kill
        elif name == "scripted":
            death = EngineDiedError("It died.")
            script = Script(text=_STORY, fail_at_token=3, error=death)
            session = await ScriptedEngine(script).load(_plan(places.starter), lambda _: None)
            end = bool
        else:
            path = places.mlx() if name == "mlx" else places.starter
            engine = LocalEngine(name, places.scratch / "run")
            session = await engine.load(_plan(path), lambda _: None)
            end = _killer(session)
        stack.push_async_callback(session.close)
        yield session, end


def _killer(session: EngineSession) -> Callable[[], None]:
    process_id = session.process_id
    assert process_id is not None

    def kill() -> None:
        os.kill(process_id, signal.SIGKILL)

    return kill
