"""What a server may do wrong: a sentence of its own for each, and never a wrong file."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from app.domain.errors import AppError, DownloadError, GatedError, OfflineError, RepositoryError
from app.services.network import STALL_SECONDS
from tests.fakes.download_scene import (
    NAME,
    ONE_CONNECTION,
    OPTIONS,
    REPOSITORY,
    Scene,
    random_bytes,
    until,
)
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault

SIZE = 3_000_000
CONTENT = random_bytes(SIZE)
FINAL = f"{REPOSITORY}/{NAME}"
DROP = Fault("drop", value=1_200_000, times=1)


@pytest.fixture
async def scene(fake: FakeHub, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(fake, tmp_path)
    scene.add(CONTENT)
    yield scene
    await scene.close()


# Faults that pass: the file is whole in the end, and the user was told meanwhile.
PASSING: dict[str, tuple[list[Fault], str]] = {
    "the connection drops": ([DROP], "ended the connection too early"),
    "it drops again and again": ([Fault("drop", value=500_000)], "ended the connection"),
    "it drops in the middle of the head": ([Fault("drop", times=2)], "ended the connection"),
    "it stalls": ([Fault("stall", value=1_200_000, times=1)], "sent nothing for 0.4 s"),
    "it stalls before the first byte": ([Fault("stall", times=1)], "sent nothing for 0.4 s"),
    "it is busy": ([Fault("status", value=429, retry_after="2", times=1)], "again in 2 s"),
    "it is busy until a date": (
        [Fault("status", value=503, retry_after="Mon, 01 Jan 2024 00:00:00 GMT", times=2)],
        "HTTP 503",
    ),
    "it has a problem": ([Fault("status", value=500, times=3)], "has a problem (HTTP 500)"),
    "the hub has a problem": ([Fault("status", value=502, where="hub", times=3)], "HTTP 502"),
    "the signed link expired": ([Fault("status", value=403, times=1)], "HTTP 403"),
    "it expired in the middle": ([DROP, Fault("status", value=403, skip=1, times=1)], ""),
    "ranges are ignored": ([Fault("ignore_range")], ""),
    "ranges are ignored after a drop": (
        [Fault("ignore_range"), DROP],
        "cannot continue a transfer",
    ),
    "the content changed and changed back": (
        [DROP, Fault("new_etag", skip=1, times=1)],
        "changed on the server",
    ),
}


# Each of these waits for what another case waits for too.
LONG = {
    "it is busy",
    "it stalls before the first byte",
    "silent for ever",
    "broken for ever",
    "links that never work",
}


def sampled(cases: Iterable[str]) -> list[ParameterSet]:
    """All cases, of which some are left out of the plain run."""
    long = pytest.mark.long
    return [pytest.param(case, marks=long if case in LONG else ()) for case in cases]


@pytest.mark.parametrize("case", sampled(PASSING))
async def test_a_fault_that_passes(scene: Scene, case: str) -> None:
    faults, words = PASSING[case]
    scene.strike(*faults)
    # What comes after the fault waits until the user has seen the notice.
    scene.fake.hold(sum(fault.value for fault in faults if fault.kind in {"drop", "stall"}))
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    await until(downloads, lambda now: words in (now[0].notice or ""))
    scene.fake.release()
    await until(downloads, lambda now: now[0].state in {"finished", "failed"})
    assert scene.contents() == {FINAL: CONTENT}
    finished = downloads.result(key)
    assert finished is not None
    assert finished.path == os.fsencode(scene.final())
    assert not scene.partial()


# Faults that stay: an error and its sentence; nothing is under the final name.
LASTING: dict[str, tuple[list[Fault], type[AppError], str]] = {
    "another range than asked": (
        [Fault("wrong_range", value=5)],
        DownloadError,
        "sent another part of small-Q4_0.gguf than it was asked for",
    ),
    "an earlier range than asked": (
        [DROP, Fault("wrong_range", value=-5, skip=1)],
        DownloadError,
        "sent another part",
    ),
    "a longer total": ([Fault("wrong_total", value=9)], DownloadError, "has 3,000,009 bytes"),
    "a shorter total": ([Fault("wrong_total", value=-9)], DownloadError, "has 2,999,991 bytes"),
    "a longer body": ([Fault("wrong_length", value=7)], DownloadError, "has 3,000,007 bytes"),
    "a shorter body": ([Fault("wrong_length", value=-7)], DownloadError, "has 2,999,993 bytes"),
    "range not satisfiable": ([Fault("status", value=416)], DownloadError, "holds fewer bytes"),
    "zeroes in half the body": ([Fault("zero_half")], DownloadError, "checksum of small-Q4_0"),
    "a web page": ([Fault("html")], DownloadError, "web page instead of small-Q4_0.gguf"),
    "a web page from the hub": ([Fault("html", where="hub")], DownloadError, "web page"),
    "never the same content": (
        [Fault("drop", value=1_200_000), *(Fault("new_etag", skip=n, times=1) for n in (1, 3, 5))],
        DownloadError,
        "changed on the server during the transfer",
    ),
    "no ranges and always a drop": (
        [Fault("ignore_range"), Fault("drop", value=1_200_000)],
        DownloadError,
        "cannot continue a transfer, so small-Q4_0.gguf starts again. That happened 3 times",
    ),
    "another file than listed": (
        [Fault("new_etag", where="hub")],
        DownloadError,
        "no longer the file that tester/small-GGUF listed",
    ),
    "busy for an hour": (
        [Fault("status", value=429, retry_after="3600")],
        DownloadError,
        "asks to wait 60 minutes",
    ),
    "broken for ever": (
        [Fault("status", value=500)],
        DownloadError,
        "8 attempts in a row brought nothing",
    ),
    "silent for ever": ([Fault("stall")], DownloadError, "sent nothing for 0.4 s"),
    "links that never work": ([Fault("status", value=403)], DownloadError, "refused the link"),
    "a circle": (
        [Fault("redirect", where="hub", location=f"/{REPOSITORY}/resolve/main/{NAME}")],
        DownloadError,
        "in a circle",
    ),
    "a redirect to a file": (
        [Fault("redirect", where="hub", location="file:///etc/passwd")],
        DownloadError,
        "not safe",
    ),
    "gated": (
        [Fault("status", value=401, where="hub", error_code="GatedRepo")],
        GatedError,
        "accept its terms",
    ),
    "gone": ([Fault("status", value=404, where="hub")], RepositoryError, "no longer has the file"),
    "an unknown refusal": ([Fault("status", value=418)], DownloadError, "HTTP 418"),
}


@pytest.mark.parametrize("case", sampled(LASTING))
async def test_a_fault_that_stays(scene: Scene, case: str) -> None:
    faults, kind, words = LASTING[case]
    scene.strike(*faults)
    with pytest.raises(kind) as caught:
        await scene.fetch(scene.plan())
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
    assert not scene.contents()


@pytest.mark.parametrize("case", sampled(LASTING))
async def test_a_download_goes_on_after_the_fault_is_gone(scene: Scene, case: str) -> None:
    faults, kind, _ = LASTING[case]
    scene.strike(*faults)
    with pytest.raises(kind):
        await scene.fetch(scene.plan())
    scene.fake.faults.clear()
    await scene.fetch(scene.plan())
    assert scene.contents() == {FINAL: CONTENT}
    assert not scene.partial()


async def test_a_wrong_file_is_thrown_away(scene: Scene) -> None:
    scene.fake.faults.append(Fault("zero_half", times=1))
    with pytest.raises(DownloadError, match="thrown away"):
        await scene.fetch(scene.plan())
    finished = await scene.fetch(scene.plan())
    assert (finished.resumed_from_bytes, finished.transferred_bytes) == (0, SIZE)


async def test_a_stall_is_noticed_within_30_seconds() -> None:
    assert STALL_SECONDS < 30


@pytest.mark.long
async def test_a_second_connection_that_is_refused_does_no_harm(scene: Scene) -> None:
    content = random_bytes(6_000_000)
    scene.add(content)
    scene.fake.faults += [Fault("throttle", value=3_000_000), Fault("status", value=503, skip=1)]
    scene.fake.faults[1].times = 2
    await scene.fetch(scene.plan(), OPTIONS)
    assert scene.contents() == {FINAL: content}


@pytest.mark.long
async def test_several_connections_survive_faults(scene: Scene) -> None:
    content = random_bytes(12_000_000)
    scene.add(content)
    scene.fake.faults += [Fault("throttle", value=4_000_000), Fault("drop", value=700_000)]
    await scene.fetch(scene.plan(), OPTIONS)
    assert scene.contents() == {FINAL: content}
    assert max(one.connections for one in scene.seen) > 1


# --- where the token goes -------------------------------------------------------------------


async def test_token_goes_to_the_hub_alone(scene: Scene) -> None:
    await scene.token.save("hf_good")
    scene.fake.add(REPOSITORY, {NAME: CONTENT}, gated=True, allowed=("hf_good",))
    await scene.fetch(scene.plan())
    assert scene.contents() == {FINAL: CONTENT}
    by_server = {one.server: one.headers.get("authorization") for one in scene.fake.requests}
    assert by_server == {"hub": "Bearer hf_good", "cdn": None}


async def test_token_does_not_follow_a_redirect_to_another_host(scene: Scene) -> None:
    await scene.token.save("hf_good")
    with FakeHub() as other:
        other.add(REPOSITORY, {NAME: CONTENT})
        target = f"{other.endpoint}/{REPOSITORY}/resolve/main/{NAME}"
        scene.fake.faults.append(Fault("redirect", where="hub", location=target))
        await scene.fetch(scene.plan())
        assert scene.contents() == {FINAL: CONTENT}
        assert other.requests
        assert not any("authorization" in one.headers for one in other.requests)


@pytest.mark.parametrize(("token", "words"), [(None, "accept its terms"), ("hf_bad", "its terms")])
async def test_gated_repository_says_what_to_do(
    scene: Scene, token: str | None, words: str
) -> None:
    if token:
        await scene.token.save(token)
    scene.fake.add(REPOSITORY, {NAME: CONTENT}, gated=True)
    with pytest.raises(GatedError, match=words):
        await scene.fetch(scene.plan())
    assert await scene.queue().open() == (), "there is nothing to go on with"
    await scene.token.save("hf_good")
    scene.fake.add(REPOSITORY, {NAME: CONTENT}, gated=True, allowed=("hf_good",))
    await scene.fetch(scene.plan())
    assert scene.contents() == {FINAL: CONTENT}


async def test_bad_token_is_named(scene: Scene) -> None:
    await scene.token.save("hf_bad")
    scene.fake.faults.append(Fault("status", value=401, where="hub"))
    with pytest.raises(GatedError, match="refused the access token"):
        await scene.fetch(scene.plan())


async def test_offline_switch_refuses_a_download(scene: Scene) -> None:
    scene.network.offline = True
    with pytest.raises(OfflineError, match="Switch offline mode off"):
        await scene.fetch(scene.plan())
    assert not scene.fake.requests


async def test_nobody_listens(scene: Scene, tmp_path: Path) -> None:
    plan = scene.plan()
    scene.network.endpoint = "http://127.0.0.1:1"
    with pytest.raises(DownloadError, match="Could not reach 127"):
        await scene.fetch(plan, ONE_CONNECTION)
    assert not scene.contents()
