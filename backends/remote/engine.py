"""The engine for models on servers: finds out what a server offers, and opens sessions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.domain.engine import Capabilities, SessionInfo
from app.domain.errors import ModelNotFoundError, ServerReplyError
from app.domain.load_options import LoadPlan, LoadProgress
from app.domain.remote import (
    KIND_NAMES,
    Patience,
    RemoteModel,
    RemoteServer,
    ServerKind,
    ServerReport,
)
from app.domain.words import sentence
from backends.remote import kinds
from backends.remote.http import Connection
from backends.remote.session import RemoteSession

if TYPE_CHECKING:
    from backends.remote.http import ClientFactory


class RemoteEngine:
    """Opens sessions with the models of one server; nothing is loaded on this computer."""

    def __init__(
        self,
        server: RemoteServer,
        key: str | None,
        new_client: ClientFactory,
        patience: Patience | None = None,
    ) -> None:
        """`new_client` makes the HTTP clients through which all connections go."""
        self._server = server
        self._key = key
        self._new_client = new_client
        self._patience = patience or Patience()

    async def test(self) -> ServerReport:
        """Ask the server for its models. Raises `AppError`, which says what is wrong."""
        connection = self._connect()
        try:
            return await _report(connection)
        finally:
            await connection.close()

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> RemoteSession:
        """Open a session with the model that the server calls `plan.name`. Raises `AppError`."""
        on_progress(LoadProgress("starting", 0.0))
        connection = self._connect()
        try:
            report = await _report(connection)
            model = _find(plan.name, report, connection.where)
            info = await _info(connection, plan, model, report)
        except BaseException:  # a cancelled load too must leave no connection behind
            await connection.close()
            raise
        return RemoteSession(connection, info, report.kind, self._patience)

    def _connect(self) -> Connection:
        return Connection(self._server, self._key, self._new_client, self._patience)


async def _report(connection: Connection) -> ServerReport:
    started = time.monotonic()
    listed, headers = await connection.get("/v1/models", kinds.ModelList)
    models = kinds.models_of(listed)
    if not models:
        raise ServerReplyError(
            "{where} answers and offers no model. Load one on the server first.",
            where=connection.where,
        )
    return ServerReport(
        kind=kinds.kind_of(listed, headers.get("server", "")),
        models=models,
        round_trip_ms=(time.monotonic() - started) * 1000,
    )


def _find(name: str, report: ServerReport, where: str) -> RemoteModel:
    for model in report.models:
        if model.id == name:
            return model
    offered = ", ".join(model.id for model in report.models[:5])
    count = len(report.models) - 5
    more = sentence(" and {count} more", count=count) if count > 0 else ""
    raise ModelNotFoundError(
        "{server} has no model called {name}. It offers {offered}{more}.",
        server=where,
        name=name,
        offered=offered,
        more=more,
    )


async def _info(
    connection: Connection, plan: LoadPlan, model: RemoteModel, report: ServerReport
) -> SessionInfo:
    context = model.context_tokens or await _served_context(connection, report.kind)
    return SessionInfo(
        model_name=model.id,
        architecture="",
        engine_name=KIND_NAMES[report.kind],
        engine_version=await _version(connection, report.kind),
        device=connection.where,
        context_tokens=context or plan.options.context_tokens or 0,
        trained_context_tokens=context or 0,
        gpu_layers=0,
        layer_count=0,
        load_ms=report.round_trip_ms,
        options=plan.options,
        capabilities=Capabilities(grammar=kinds.binds_schemas(report.kind)),
        notice=plan.notice or kinds.note_of(report.kind, connection.where),
    )


class _Settings(msgspec.Struct, frozen=True):
    n_ctx: int = 0


class _Properties(msgspec.Struct, frozen=True):
    """What `/props` of llama-server tells and is of use here."""

    default_generation_settings: _Settings = _Settings()


class _Version(msgspec.Struct, frozen=True):
    version: str = ""


async def _served_context(connection: Connection, kind: ServerKind) -> int:
    text = await connection.get_text("/props") if kind == "llama-server" else None
    if text is None:
        return 0
    try:
        return msgspec.json.decode(text, type=_Properties).default_generation_settings.n_ctx
    except msgspec.MsgspecError:
        return 0


async def _version(connection: Connection, kind: ServerKind) -> str:
    text = await connection.get_text("/version") if kind == "vllm" else None
    if text is None:
        return ""
    try:
        return msgspec.json.decode(text, type=_Version).version
    except msgspec.MsgspecError:
        return ""
