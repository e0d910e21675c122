"""Servers that the user set up: kept, tested, and spoken to with their keys."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import msgspec
import pytest

from app.domain.engine import ChatMessage, GenerationRequest, TextDelta
from app.domain.errors import KeyRefusedError, StoreError, UsageError
from app.domain.load_options import LoadOptions
from app.domain.remote import RemoteServer
from app.services.network import Network
from app.services.remote_servers import RemoteServers
from app.services.settings_store import SettingsStore
from tests.fakes.model_server import Request, lists, replies, running


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the keyring of whoever runs the tests."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def servers_in(folder: Path) -> RemoteServers:
    settings = SettingsStore(folder / "settings.toml")
    settings.load()
    return RemoteServers(settings, Network(offline=False), folder / "server-keys")


async def test_servers_that_are_saved_at_once_are_all_kept(tmp_path: Path) -> None:
    servers = servers_in(tmp_path)
    names = [f"box-{number}" for number in range(6)]
    boxes = (RemoteServer(name=name, address=f"{name}:8000") for name in names)
    await asyncio.gather(*(servers.save(box, f"key of {box.name}") for box in boxes))
    again = servers_in(tmp_path)
    assert {server.name for server in again.all()} == set(names)
    kept = msgspec.json.decode((tmp_path / "server-keys").read_bytes())
    assert kept == {name: f"key of {name}" for name in names}


async def test_server_is_kept_with_its_key_apart(tmp_path: Path) -> None:
    servers = servers_in(tmp_path)
    box = RemoteServer(name="box", address="gpu-box:8000/v1/")
    assert await servers.save(box, "secret-1") == RemoteServer(
        name="box", address="http://gpu-box:8000"
    )
    again = servers_in(tmp_path)
    assert [server.name for server in again.all()] == ["box"]
    assert "secret-1" not in (tmp_path / "settings.toml").read_text()
    keys = tmp_path / "server-keys"
    assert "secret-1" in keys.read_text()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    await again.remove("box")
    assert not again.all()
    assert not keys.exists()


async def test_reply_comes_with_the_key_that_is_kept(tmp_path: Path) -> None:
    async def guarded(request: Request) -> None:
        if request.headers.get("authorization") == "Bearer secret-1":
            await lists("tiny", "other")(request)
        else:
            await request.json({"error": "no"}, status=401)

    servers, request = (
        servers_in(tmp_path),
        GenerationRequest(messages=(ChatMessage("user", "Hi"),)),
    )
    async with running(replies("Hello"), models=guarded) as server:
        box = RemoteServer(name="box", address=server.address)
        with pytest.raises(KeyRefusedError):
            await servers.test(box)
        assert len((await servers.test(box, "secret-1")).models) == 2
        await servers.save(box, "secret-1")
        await servers.save(box)  # an address that changes leaves the key as it is
        session = await servers.open(servers.find("box"), None, LoadOptions(), lambda _: None)
        texts = [e.text async for e in session.generate(request) if isinstance(e, TextDelta)]
        await session.close()
        chat = server.requests[-1]
    assert "".join(texts) == "Hello"
    assert chat.headers["authorization"] == "Bearer secret-1"
    assert chat.body["model"] == "tiny"


async def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    servers = servers_in(tmp_path)
    for name, address in (("", "a"), ("x" * 61, "a"), ("a\nb", "a"), ("box", "ftp://x")):
        with pytest.raises(UsageError):
            await servers.save(RemoteServer(name=name, address=address))
    with pytest.raises(UsageError, match=r"no server called box\. Those set up: none yet"):
        servers.find("box")
    with pytest.raises(UsageError, match="no server called box"):
        servers.named_or_at("box")
    assert servers.named_or_at("localhost:8000/v1").address == "http://localhost:8000"
    (tmp_path / "server-keys").write_text("{broken")
    with pytest.raises(StoreError, match="Remove that file"):
        await servers.test(RemoteServer(name="box", address="localhost:1"))
