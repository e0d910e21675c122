"""The hub: searching, listing, sentences for refusals, the ledger, and where a token goes."""

from __future__ import annotations

import asyncio
import logging
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.domain import words
from app.domain.errors import (
    AppError,
    DownloadError,
    GatedError,
    NetworkError,
    OfflineError,
    RepositoryError,
    StoreError,
    UsageError,
)
from app.domain.hub import SearchQuery
from app.services.access_token import AccessToken
from app.services.hub import Hub
from app.services.network import Network
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault, FaultKind
from tests.fakes.hub_repos import COMMIT

GGUF = "tester/tiny-1B-GGUF"
TOKEN = "hf_good"


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub(page_size=2) as hub:
        hub.add(GGUF, {"tiny-1B-Q4_K_M.gguf": b"GGUF" * 100, "README.md": b"# Tiny"}, likes=3)
        yield hub


@pytest.fixture
def network(fake: FakeHub) -> Network:
    return Network(endpoint=fake.endpoint, offline=False)


@pytest.fixture
def token(network: Network, tmp_path: Path) -> AccessToken:
    return AccessToken(tmp_path / "secrets", network.endpoint_host)


@pytest.fixture
async def hub(network: Network, token: AccessToken) -> AsyncIterator[Hub]:
    hub = Hub(network, token)
    yield hub
    await hub.close()


# --- search and files -----------------------------------------------------------------------


async def test_search_follows_pages_and_sorts(fake: FakeHub, hub: Hub) -> None:
    for likes in range(5):
        fake.add(f"maker/model-{likes}-7B-GGUF", {"m.gguf": b"x"}, likes=likes)
    cards = await hub.search(SearchQuery(text="model", format="gguf", sort="likes", limit=4))
    assert [card.likes for card in cards] == [4, 3, 2, 1]
    assert {card.parameter_count for card in cards} == {7_000_000_000}
    assert sum("/api/models?" in one.path for one in fake.requests) == 2, "two pages of two"


async def test_search_of_all_formats_is_one_list(fake: FakeHub, hub: Hub) -> None:
    fake.add("maker/m-4bit", {"config.json": b"{}"}, tags=["mlx", "license:mit"], downloads=9)
    cards = await hub.search(SearchQuery(sort="downloads"))
    assert [(card.repository, card.formats) for card in cards] == [
        ("maker/m-4bit", ("mlx",)),
        (GGUF, ("gguf",)),
    ]
    assert cards[0].license == "mit"


async def test_search_sends_what_was_asked(fake: FakeHub, hub: Hub) -> None:
    query = SearchQuery(
        text="tiny", format="gguf", min_parameters=500_000_000, max_parameters=8_000_000_000
    )
    await hub.search(query)
    assert "num_parameters=min%3A0.5B%2Cmax%3A8B" in fake.requests[-1].path


async def test_files_are_rows_of_one_commit(hub: Hub, fake: FakeHub) -> None:
    found = await hub.files(GGUF)
    (row,) = found.rows
    assert (row.quantization, row.size_bytes) == ("Q4_K_M", 400)
    assert row.files[0].sha256 == fake.repos[GGUF].files[row.files[0].path].sha256
    assert found.revision == COMMIT


async def test_mlx_files_leave_code_and_pickles_out(fake: FakeHub, hub: Hub) -> None:
    names = ("config.json", "model.safetensors", "tokenizer.json", "modeling.py", "old.bin")
    fake.add("maker/tiny-4bit", dict.fromkeys(names, b"{}"), tags=["mlx"])
    (row,) = (await hub.files("maker/tiny-4bit")).rows
    assert [file.path for file in row.files] == list(names[:3])
    assert row.quantization == "4-bit"


async def test_readme(hub: Hub, fake: FakeHub) -> None:
    assert await hub.readme(GGUF) == "# Tiny"
    assert await hub.readme("tester/none") == ""
    fake.add("tester/long", {"README.md": b"x" * 3_000_000})
    assert len(await hub.readme("tester/long")) == 1_000_000
    fake.faults.append(Fault("status", value=503, where="hub"))
    with pytest.raises(NetworkError, match="HTTP 503"):
        await hub.readme(GGUF)


async def test_a_cancelled_search_returns_at_once(fake: FakeHub, hub: Hub) -> None:
    fake.faults.append(Fault("throttle", where="api"))
    task = asyncio.create_task(hub.search(SearchQuery(text="a")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# --- refusals -------------------------------------------------------------------------------

REFUSALS: list[tuple[Fault, type[AppError], str]] = [
    (Fault("status", value=429, retry_after="7"), NetworkError, "Try again in 7 s"),
    (Fault("status", value=503), NetworkError, "HTTP 503"),
    (Fault("status", value=401), GatedError, "Check the name, and the access token"),
    (Fault("status", value=403), GatedError, "refused access to tester/tiny-1B-GGUF (HTTP 403)"),
    (Fault("status", value=403, error_code="GatedRepo"), GatedError, "accept its terms"),
    (Fault("status", value=401, error_code="RepoNotFound"), RepositoryError, "or it is private"),
    (Fault("status", value=418), NetworkError, "HTTP 418"),
    (Fault("html"), NetworkError, "HF_ENDPOINT"),
    (Fault("redirect", location="http://example.org/x"), NetworkError, "not followed"),
]


@pytest.mark.parametrize(("fault", "kind", "words"), REFUSALS, ids=lambda one: str(one)[:40])
async def test_a_refusal_is_one_sentence(
    fake: FakeHub, hub: Hub, fault: Fault, kind: type[AppError], words: str
) -> None:
    fake.faults.append(Fault(**{**vars(fault), "where": "api"}))
    with pytest.raises(kind) as caught:
        await hub.files(GGUF)
    assert words in str(caught.value)
    assert len(fake.requests) == 1, "it was repeated"


async def test_unknown_repository(hub: Hub) -> None:
    with pytest.raises(RepositoryError, match=r"has no repository tester/none"):
        await hub.files("tester/none")


async def test_repository_without_a_model(fake: FakeHub, hub: Hub) -> None:
    fake.add("tester/data", {"data.csv": b"1"})
    with pytest.raises(RepositoryError, match="no GGUF or MLX model"):
        await hub.files("tester/data")


@pytest.mark.parametrize("name", ["x", "../../etc", "a/b/c", "a/..", "a b/c", "/a/b", "a/b\0"])
async def test_names_that_are_no_repositories_are_not_asked(
    fake: FakeHub, hub: Hub, name: str
) -> None:
    with pytest.raises(DownloadError, match="owner/model"):
        await hub.files(name)
    assert not fake.requests


async def test_nobody_listens(token: AccessToken) -> None:
    network = Network(endpoint="http://127.0.0.1:1", offline=False)
    hub = Hub(network, token)
    reached = r"Could not reach 127\.0\.0\.1: Connection refused"
    with pytest.raises(OfflineError, match=reached) as refused:
        await hub.search(SearchQuery(text="a", format="gguf"))
    await hub.close()
    words.speak(lambda text: text.replace("Connection refused", "Verbindung abgelehnt"), ",", ".")
    try:
        assert ": Verbindung abgelehnt." in refused.value.said()
    finally:
        words.speak(str, ".", ",")


# --- offline switch and ledger --------------------------------------------------------------


async def test_offline_refuses_everything(fake: FakeHub, network: Network, hub: Hub) -> None:
    network.offline = True
    for call in (hub.search(SearchQuery()), hub.files(GGUF), hub.readme(GGUF)):
        with pytest.raises(OfflineError, match="Switch offline mode off"):
            await call
    async with network.async_client("test") as client:
        with pytest.raises(OfflineError):
            await client.get(fake.endpoint)
    assert not fake.requests
    network.offline = False
    assert (await hub.files(GGUF)).rows


def test_the_environment_can_start_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Network().offline, "conftest sets HF_HUB_OFFLINE=1"
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert not Network().offline
    assert Network().endpoint_host == "mirror.example"
    monkeypatch.setenv("HF_ENDPOINT", "mirror")
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        Network()


async def test_the_ledger_has_every_request(fake: FakeHub, network: Network, hub: Hub) -> None:
    await hub.search(SearchQuery(text="tiny"))
    await hub.files(GGUF)
    async with network.async_client("remote engine") as client:
        await client.get(f"{fake.endpoint}/api/models/{GGUF}")
    totals = {total.purpose: total for total in network.ledger.totals()}
    assert {total.host for total in totals.values()} == {"127.0.0.1"}
    assert sum(total.requests for total in totals.values()) == len(fake.requests)
    bodies = sum(answer.sent_bytes for answer in fake.answers)
    received = sum(total.received_bytes for total in totals.values())
    assert bodies < received < bodies + 500 * len(fake.requests)
    assert all(total.sent_bytes > 0 for total in totals.values())
    assert [one.status for one in network.ledger.requests()] == [200] * len(fake.requests)


async def test_a_proxy_is_used(
    fake: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", fake.endpoint)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    network = Network(endpoint="http://hub.invalid", offline=False)
    hub = Hub(network, AccessToken(tmp_path, network.endpoint_host))
    assert (await hub.files(GGUF)).rows
    await hub.close()
    assert fake.requests[-1].path.startswith("http://hub.invalid/api/models/")


# --- the access token -----------------------------------------------------------------------


async def test_whoami(hub: Hub, token: AccessToken) -> None:
    with pytest.raises(GatedError, match="no access token"):
        await hub.whoami()
    await token.save(TOKEN)
    assert await hub.whoami() == "tester"
    await token.save("hf_wrong")
    with pytest.raises(GatedError, match="access token in Settings"):
        await hub.whoami()


async def test_token_is_kept_in_a_file_that_only_its_owner_reads(
    token: AccessToken, tmp_path: Path
) -> None:
    status = await token.save(f"  {TOKEN}\n")
    (file,) = (tmp_path / "secrets").iterdir()
    assert status.place == "file"
    assert "no keyring" in status.sentence
    assert TOKEN not in status.sentence
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await AccessToken(tmp_path / "secrets", "127.0.0.1").value() == TOKEN
    assert await AccessToken(tmp_path / "secrets", "other.example").value() is None
    assert (await token.forget()).place == "none"
    assert not list((tmp_path / "secrets").iterdir())


async def test_a_token_that_is_saved_while_the_old_one_is_read_is_the_one(
    token: AccessToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_reading, is_saved, read = threading.Event(), threading.Event(), AccessToken._read

    def held(each: AccessToken) -> object:
        found = read(each)
        if not is_reading.is_set():
            is_reading.set()
            is_saved.wait(0.3)  # in vain: a change waits for who reads
        return found

    monkeypatch.setattr(AccessToken, "_read", held)
    before = asyncio.create_task(token.value())
    await asyncio.to_thread(is_reading.wait, 60)
    await token.save(TOKEN)
    is_saved.set()
    assert await before is None
    assert await token.value() == TOKEN


async def test_token_places_have_an_order(
    token: AccessToken, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = home / "huggingface" / "token"
    library.parent.mkdir()
    library.write_text("hf_library\n")
    assert await token.value() is None, "it belongs to huggingface.co alone"
    known = AccessToken(tmp_path / "empty", "huggingface.co")
    assert (await known.status()).place == "huggingface"
    monkeypatch.setenv("HF_TOKEN", "hf_environment")
    again = AccessToken(tmp_path / "empty", "huggingface.co")
    assert (await again.value(), (await again.status()).place) == ("hf_environment", "environment")


@pytest.mark.parametrize("text", ["", "two words", "häkchen", "a\nb", "x" * 2000])
async def test_what_cannot_be_a_token_is_refused(token: AccessToken, text: str) -> None:
    with pytest.raises(UsageError, match="not an access token"):
        await token.save(text)


async def test_a_token_file_that_cannot_be_read_says_so(token: AccessToken, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "access-token").write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match="enter the token again"):
        await token.value()


@pytest.mark.parametrize("kind", ["redirect", "link"])
async def test_token_never_leaves_for_another_host(
    fake: FakeHub, hub: Hub, token: AccessToken, kind: FaultKind | str
) -> None:
    """Neither by a redirect nor by a `Link` to a next page."""
    await token.save(TOKEN)
    with FakeHub() as other:
        other.add(GGUF, {"a.gguf": b"x"})
        if kind == "redirect":
            fake.faults.append(Fault("redirect", where="api", location=other.endpoint + "/api/x"))
        else:
            fake.link_to = other.endpoint
            fake.add("tester/second", {"a.gguf": b"x"})
            fake.add("tester/third", {"a.gguf": b"x"})
        with pytest.raises(NetworkError, match="not followed"):
            await hub.search(SearchQuery(format="gguf"))
        assert fake.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
        assert not other.requests


async def test_token_is_never_logged(
    hub: Hub, token: AccessToken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await token.save("hf_secret_of_this_test")
    with pytest.raises(GatedError):
        await hub.whoami()
    assert caplog.records, "the libraries do log"
    assert "hf_secret_of_this_test" not in caplog.text
