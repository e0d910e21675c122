"""Headers over HTTP Range: few bytes, kept, and never the whole file."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.domain.errors import (
    AppError,
    DownloadError,
    GatedError,
    ModelFileError,
    NetworkError,
    OfflineError,
)
from app.domain.hub import HubFile, ModelFile, group_files
from app.services.model_headers import read_model_headers
from app.services.remote_header import FIRST_BYTES, RemoteHeader
from tests.fakes.download_scene import Scene, random_bytes
from tests.fakes.gguf_files import GgufFile
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault
from tests.fakes.hub_repos import COMMIT

REPOSITORY = "tester/starter-GGUF"


@pytest.fixture
def fake(starter_path: Path) -> Iterator[FakeHub]:
    with FakeHub() as hub:
        hub.add(REPOSITORY, {"starter-Q4_1.gguf": starter_path})
        yield hub


@pytest.fixture
def scene(fake: FakeHub, tmp_path: Path) -> Scene:
    return Scene(fake, tmp_path)


@pytest.fixture
async def remote(scene: Scene, tmp_path: Path) -> AsyncIterator[RemoteHeader]:
    remote = RemoteHeader(scene.network, scene.token, tmp_path / "cache")
    yield remote
    await remote.close()


def row(fake: FakeHub, repository: str = REPOSITORY) -> ModelFile:
    files = [
        HubFile(path=file.name, size_bytes=file.size, sha256=file.sha256)
        for file in fake.repos[repository].files.values()
    ]
    return group_files(repository, files, is_mlx=False)[0]


def fetched(fake: FakeHub) -> int:
    return sum(one.sent_bytes for one in fake.body_requests())


async def test_the_header_is_the_files_own(
    fake: FakeHub, remote: RemoteHeader, starter_path: Path
) -> None:
    found = await remote.read(REPOSITORY, COMMIT, row(fake))
    local = read_model_headers([starter_path])
    assert found.headers[0].tensors == local.headers[0].tensors
    assert found.headers[0].quantization == "Q4_1"
    assert (
        fetched(fake)
        <= 2 * FIRST_BYTES
        < fake.repos[REPOSITORY].files[row(fake).files[0].path].size
    )


async def test_it_is_asked_for_once(
    fake: FakeHub, scene: Scene, remote: RemoteHeader, tmp_path: Path
) -> None:
    first = await remote.read(REPOSITORY, COMMIT, row(fake))
    count = len(fake.requests)
    scene.network.offline = True
    later = RemoteHeader(scene.network, scene.token, tmp_path / "cache")
    again = await later.read(REPOSITORY, COMMIT, row(fake))
    await later.close()
    assert again.data == first.data
    assert len(fake.requests) == count
    other = HubFile(path="other.gguf", size_bytes=9, sha256="0" * 64)
    with pytest.raises(OfflineError):
        await remote.read(
            REPOSITORY,
            COMMIT,
            ModelFile(name="o", format="gguf", quantization=None, files=(other,)),
        )


async def test_a_damaged_cache_is_read_anew(
    fake: FakeHub, remote: RemoteHeader, tmp_path: Path
) -> None:
    first = await remote.read(REPOSITORY, COMMIT, row(fake))
    (kept,) = (tmp_path / "cache" / "headers").iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert (await remote.read(REPOSITORY, COMMIT, row(fake))).data == first.data


async def test_a_large_vocabulary_takes_a_second_request(
    fake: FakeHub, remote: RemoteHeader
) -> None:
    file = GgufFile()
    file.add("general.architecture", "str", "llama")
    file.add_array("tokenizer.ggml.tokens", "str", [f"token {n}" for n in range(200_000)])
    file.add_tensor("token_embd.weight", (32, 10_000))
    data = file.whole()
    assert len(file.header()) > FIRST_BYTES
    fake.add("tester/wide", {"wide-F32.gguf": data})
    found = await remote.read("tester/wide", COMMIT, row(fake, "tester/wide"))
    assert found.headers[0].array("tokenizer.ggml.tokens") is not None
    requests = [one.request.headers["range"] for one in fake.body_requests()]
    assert requests[0] == f"bytes=0-{FIRST_BYTES - 1}"
    assert len(requests) == 2
    assert fetched(fake) <= len(data)


def wide_vocabulary(tokens: int, merges: int) -> GgufFile:
    """A header with a vocabulary of real size: texts are as long as those of Llama 3 on average."""
    file = GgufFile()
    file.add("general.architecture", "str", "llama")
    words = [f"{number:x}".rjust(4 + number % 7, "Ġ") for number in range(tokens)]
    file.add_array("tokenizer.ggml.tokens", "str", words)
    file.add_array("tokenizer.ggml.token_type", "i32", [1] * tokens)
    file.add_array("tokenizer.ggml.scores", "f32", [0.0] * tokens)
    pairs = [f"{number % 9999:04d} {number:05x}" for number in range(merges)]
    file.add_array("tokenizer.ggml.merges", "str", pairs)
    for number in range(290):
        file.add_tensor(f"blk.{number}.attn_norm.weight", (4096,))
    file.add_tensor("token_embd.weight", (4096, 4096))
    return file


@pytest.mark.parametrize(
    ("tokens", "merges"), [(128_256, 280_147), pytest.param(262_144, 0, marks=pytest.mark.long)]
)
async def test_a_header_with_a_vocabulary_of_real_size_takes_at_most_12_mb(
    fake: FakeHub, remote: RemoteHeader, tmp_path: Path, tokens: int, merges: int
) -> None:
    file = wide_vocabulary(tokens, merges)
    path = tmp_path / "wide-F32.gguf"
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    assert len(file.header()) > 6_000_000
    fake.add("tester/wide", {path.name: path})
    found = await remote.read("tester/wide", COMMIT, row(fake, "tester/wide"))
    assert len(found.headers[0].tensors) == 291
    assert fetched(fake) <= 12_000_000
    assert len(fake.body_requests()) <= 4


async def test_a_header_without_end_is_given_up(
    fake: FakeHub, remote: RemoteHeader, tmp_path: Path
) -> None:
    """A list of 100 million bytes, in a file that is long enough for it."""
    head = b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 4) + b"long" + struct.pack("<IIQ", 9, 0, 10**8)
    path = tmp_path / "endless.gguf"
    path.write_bytes(head)
    os.truncate(path, 150_000_000)
    fake.add("tester/endless", {"endless.gguf": path})
    with pytest.raises(ModelFileError, match="larger than 64 MiB"):
        await remote.read("tester/endless", COMMIT, row(fake, "tester/endless"))
    assert fetched(fake) == FIRST_BYTES


async def test_several_parts(fake: FakeHub, remote: RemoteHeader, starter_path: Path) -> None:
    names = [f"s-Q4_1-0000{part}-of-00002.gguf" for part in (1, 2)]
    fake.add("tester/split", dict.fromkeys(names, starter_path))
    found = await remote.read("tester/split", COMMIT, row(fake, "tester/split"))
    assert len(found.headers) == len(found.data) == 2


REFUSALS: dict[str, tuple[Fault, type[AppError], str]] = {
    "whole files only": (Fault("ignore_range"), NetworkError, "whole files only"),
    "another range": (Fault("wrong_range", value=1), DownloadError, "another part"),
    "busy": (Fault("status", value=429, retry_after="9"), NetworkError, "no more requests"),
    "a web page": (Fault("html"), DownloadError, "web page"),
    "silent": (Fault("stall"), NetworkError, "sent nothing for 0.4 s"),
    "gated": (
        Fault("status", value=401, where="hub", error_code="GatedRepo"),
        GatedError,
        "accept its terms",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refusal_is_one_sentence(
    fake: FakeHub, remote: RemoteHeader, scene: Scene, case: str
) -> None:
    fault, kind, words = REFUSALS[case]
    scene.strike(fault)
    with pytest.raises(kind, match=words):
        await remote.read(REPOSITORY, COMMIT, row(fake))


async def test_whole_files_are_not_streamed(
    fake: FakeHub, remote: RemoteHeader, scene: Scene
) -> None:
    fake.faults.append(Fault("ignore_range"))
    with pytest.raises(NetworkError, match="whole files only"):
        await remote.read(REPOSITORY, COMMIT, row(fake))
    received = sum(total.received_bytes for total in scene.network.ledger.totals())
    assert received < 2**20, "what the system had taken in is not read"


async def test_a_broken_connection_is_tried_again(fake: FakeHub, remote: RemoteHeader) -> None:
    fake.faults.append(Fault("drop", value=300_000, times=1))
    assert (await remote.read(REPOSITORY, COMMIT, row(fake))).headers[0].quantization == "Q4_1"


async def test_what_is_no_gguf(fake: FakeHub, remote: RemoteHeader) -> None:
    fake.add("tester/bad", {"bad.gguf": random_bytes(9999)})
    with pytest.raises(ModelFileError):
        await remote.read("tester/bad", COMMIT, row(fake, "tester/bad"))
    mlx = ModelFile(name="m", format="mlx", quantization=None, files=())
    with pytest.raises(ModelFileError, match=r"lacks its config\.json"):
        await remote.read("tester/bad", COMMIT, mlx)


async def test_cancelling_breaks_the_connection(
    fake: FakeHub, remote: RemoteHeader, scene: Scene
) -> None:
    scene.network.stall_seconds = 1000
    fake.faults.append(Fault("stall", value=100_000))
    task = asyncio.create_task(remote.read(REPOSITORY, COMMIT, row(fake)))
    await asyncio.to_thread(fake.wait_for_bytes, 100_000)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await remote.close()  # returns only when the thread has ended


async def test_the_token_stays_with_the_hub(
    scene: Scene, fake: FakeHub, remote: RemoteHeader
) -> None:
    await scene.token.save("hf_good")
    await remote.read(REPOSITORY, COMMIT, row(fake))
    by_server = {one.server: one.headers.get("authorization") for one in fake.requests}
    assert by_server == {"hub": "Bearer hf_good", "cdn": None}
