"""The connection test: one sentence for each thing that can be wrong with a server."""

from __future__ import annotations

import asyncio
import socket

import httpx2
import pytest

from app.domain.errors import (
    AppError,
    KeyRefusedError,
    ModelNotFoundError,
    NetworkError,
    ServerReplyError,
    UsageError,
)
from app.domain.remote import Patience, RemoteModel, RemoteServer
from app.services.network import Network
from backends.remote import trouble
from backends.remote.engine import RemoteEngine
from backends.remote.server_load import read_load
from tests.fakes.model_server import Behaviour, Request, lists, replies, running, says
from tests.fakes.remote_sessions import engine_for, open_session

HELLO = replies("Hello")


async def test_sound_server_is_reported_with_its_models() -> None:
    async with running(HELLO, models=lists("a", "b", owned_by="vllm", max_model_len=512)) as server:
        report = await engine_for(server).test()
    assert report.kind == "vllm"
    assert report.models == (
        RemoteModel(id="a", context_tokens=512),
        RemoteModel(id="b", context_tokens=512),
    )
    assert report.round_trip_ms > 0


WRONG: list[tuple[Behaviour, type[AppError], str]] = [
    (lists(), ServerReplyError, "offers no model"),
    (
        says(200, '{"object": "list", "data": null}', "application/json"),
        ServerReplyError,
        "no model",
    ),
    (says(200, "<html></html>", "text/html"), ServerReplyError, "web page"),
    (says(200, "{", "application/json"), ServerReplyError, "not valid JSON"),
    (says(200, '{"data": 5}', "application/json"), ServerReplyError, "not valid JSON"),
    (says(401, '{"error": "no"}', "application/json"), KeyRefusedError, "wants a key.*--key"),
    (says(404, "nothing here", "text/plain"), ServerReplyError, "before /v1"),
    (says(500, "", "text/plain"), ServerReplyError, "status 500"),
    (says(302, "", "text/plain", location="http://elsewhere/"), ServerReplyError, "elsewhere"),
]


@pytest.mark.parametrize(("models", "kind", "sentence"), WRONG)
async def test_wrong_answer_is_one_sentence(
    models: Behaviour, kind: type[AppError], sentence: str
) -> None:
    async with running(HELLO, models=models) as server:
        with pytest.raises(kind, match=sentence):
            await engine_for(server).test()


async def test_server_that_is_down() -> None:
    async with running(HELLO) as server:
        pass
    with pytest.raises(NetworkError, match="the connection was refused"):
        await engine_for(server).test()


async def test_server_that_says_nothing() -> None:
    async def silent(request: Request) -> None:
        await request.client_left()

    async with running(HELLO, models=silent) as server:
        with pytest.raises(NetworkError, match="did not answer in time"):
            await engine_for(server, Patience(silence_seconds=0.2)).test()


async def test_self_signed_certificate() -> None:
    async with running(HELLO, tls=True) as server:
        with pytest.raises(NetworkError, match="self-signed"):
            await engine_for(server).test()


async def test_encryption_where_there_is_none() -> None:
    async with running(HELLO) as server:
        server.address = server.address.replace("http://", "https://")
        with pytest.raises(NetworkError, match="begin its address with http://"):
            await engine_for(server).test()


async def test_no_http_at_all() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        server = RemoteServer(name="ssh", address=f"127.0.0.1:{port}")
        with pytest.raises(ServerReplyError, match="does not speak HTTP"):
            await RemoteEngine(server, None, httpx2.AsyncClient).test()


def test_unknown_name_is_told_as_such() -> None:
    error = httpx2.ConnectError("All attempts failed")
    error.__cause__ = OSError("wrapped")
    error.__cause__.__cause__ = socket.gaierror(-2, "Name or service not known")
    told = trouble.of_transport(error, "gpu-box:8000")
    assert "The name of the server gpu-box:8000 is not known" in str(told)
    assert trouble.lasts(error)


@pytest.mark.parametrize("key", ["a b", "schlüssel", "line\n"])
async def test_key_that_cannot_be_one_is_not_sent(key: str) -> None:
    async with running(HELLO) as server:
        with pytest.raises(KeyRefusedError, match="characters that no key has") as caught:
            await engine_for(server, key=key).test()
        assert not server.requests
    assert key not in str(caught.value)


async def test_key_that_the_server_does_not_take() -> None:
    async with running(HELLO, models=says(401, "{}", "application/json")) as server:
        with pytest.raises(KeyRefusedError, match=r"refuses the key.*enter it again"):
            await engine_for(server, key="another").test()


async def test_key_goes_to_the_server_alone() -> None:
    async with running(HELLO) as server:
        await engine_for(server, key="secret-1").test()
        (request,) = server.requests
    assert request.headers["authorization"] == "Bearer secret-1"


async def test_network_of_the_program_carries_the_key_and_writes_the_ledger() -> None:
    network = Network(offline=True)  # a server on this computer is reached all the same
    async with running(HELLO) as server:
        engine = RemoteEngine(
            RemoteServer(name="test", address=server.address),
            "secret-1",
            lambda: network.server_client(server.address),
        )
        await engine.test()
        (request,) = server.requests
    assert request.headers["authorization"] == "Bearer secret-1"
    (entry,) = network.ledger.requests()
    assert (entry.host, entry.purpose, entry.status) == ("127.0.0.1", "model server", 200)


async def test_model_that_the_server_does_not_have() -> None:
    async with running(HELLO, models=lists("other")) as server:
        with pytest.raises(ModelNotFoundError, match=r"no model called tiny\. It offers other\."):
            await open_session(server)


@pytest.mark.parametrize("address", ["", "ftp://host", "http://user:pw@host", "http://[::1", "a b"])
def test_address_that_is_none(address: str) -> None:
    with pytest.raises(UsageError):
        RemoteEngine(RemoteServer(name="x", address=address), None, httpx2.AsyncClient)._connect()


@pytest.mark.parametrize(
    "page", ["", "vllm:num_requests_running NaN\nvllm:num_requests_waiting 1", "a{ 1\n\x00 {} x"]
)
def test_metrics_that_say_nothing_are_none(page: str) -> None:
    assert read_load(page, "vllm") is None


def test_metrics_of_several_engines_are_added() -> None:
    page = "\n".join(
        f'vllm:{name}{{engine="{n}"}} {value}'
        for n in (0, 1)
        for name, value in (
            ("num_requests_running", n + 1),
            ("num_requests_waiting", n),
            ("kv_cache_usage_perc", n / 2),
        )
    )
    load = read_load(page, "vllm")
    assert load is not None
    assert (load.running_requests, load.waiting_requests, load.kv_used_fraction) == (3, 1, 0.25)
