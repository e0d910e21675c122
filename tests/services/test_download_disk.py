"""Disks that are full or cannot be written, and names that want to lead elsewhere: all real."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.errors import DiskFullError, DownloadError, StoreError
from app.domain.hub import HubFile
from app.domain.transfer import DownloadFinished
from app.services.hub import Hub
from app.services.transfer_control import TransferOptions
from tests.fakes import disks
from tests.fakes.download_scene import NAME, REPOSITORY, Scene, random_bytes
from tests.fakes.hub import FakeHub

MIB = 2**20
CONTENT = random_bytes(6 * MIB)


@pytest.fixture
async def scene(fake: FakeHub, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(fake, tmp_path)
    scene.models.mkdir()
    scene.add(CONTENT)
    yield scene
    await scene.close()


@pytest.fixture
def small_disk(scene: Scene, tmp_path: Path) -> Iterator[Path]:
    """A models folder on a disk of 8 MiB."""
    with disks.small_disk(tmp_path, 8 * MIB) as disk:
        if disk is None:
            pytest.skip("only who may mount has a disk that 8 MiB fill; most containers forbid it")
        scene.models = disk
        yield disk


# --- disks ----------------------------------------------------------------------------------


async def test_too_little_room_is_said_in_advance(scene: Scene, small_disk: Path) -> None:
    (small_disk / "other").write_bytes(bytes(4 * MIB))
    with pytest.raises(DiskFullError, match=r"too full for small-Q4_0: 2 MB more are needed"):
        await scene.fetch(scene.plan())
    assert not scene.fake.requests, "it was asked before anything was fetched"
    (small_disk / "other").unlink()
    await scene.fetch(scene.plan())
    assert scene.final().read_bytes() == CONTENT


async def test_disk_that_fills_up_keeps_what_is_there(scene: Scene, small_disk: Path) -> None:
    scene.fake.hold(3 * MIB)
    fetching = asyncio.create_task(scene.fetch(scene.plan()))
    await scene.came(2 * MIB)
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "other").write_bytes(bytes(free - MIB))
    scene.fake.release()
    with pytest.raises(DiskFullError, match="Free that much and resume"):
        await fetching
    assert not scene.final().exists()
    (small_disk / "other").unlink()
    finished = await scene.fetch(scene.plan())
    assert scene.final().read_bytes() == CONTENT
    assert finished.resumed_from_bytes > MIB
    assert finished.transferred_bytes == len(CONTENT) - finished.resumed_from_bytes


@pytest.mark.long
async def test_disk_that_is_full_to_the_last_byte(scene: Scene, small_disk: Path) -> None:
    """The system refuses the write itself, before anyone looks at the room again."""
    scene.fake.hold(3 * MIB)
    never = TransferOptions(most_connections=1, patience=0.01, look_seconds=1000)
    fetching = asyncio.create_task(scene.fetch(scene.plan(), never))
    await scene.came(MIB)
    with (small_disk / "other").open("wb", buffering=0) as other:
        while True:
            try:
                other.write(bytes(65536))
            except OSError:
                break
    scene.fake.release()
    with pytest.raises(DiskFullError, match="Free that much and resume"):
        await fetching
    (small_disk / "other").unlink()
    finished = await scene.fetch(scene.plan())
    assert scene.final().read_bytes() == CONTENT
    assert finished.resumed_from_bytes > 0


async def test_two_downloads_count_each_others_room(scene: Scene, small_disk: Path) -> None:
    scene.fake.hold(MIB)
    scene.add(CONTENT, "second-Q4_0.gguf", "tester/second-GGUF")
    queue = scene.queue()
    await queue.add(scene.plan())
    with pytest.raises(DiskFullError, match="second-Q4_0"):
        async for _ in queue.start(scene.plan("tester/second-GGUF")):
            pass
    assert not scene.fake.body_requests("second-Q4_0.gguf"), "it was said in advance"
    await queue.close()
    assert small_disk.exists()


async def test_read_only_folder(scene: Scene) -> None:
    with disks.read_only(scene.models):
        if disks.is_writable(scene.models):
            pytest.skip("nothing is read-only to a root that may not mount, as in most containers")
        with pytest.raises(StoreError, match=r"Read-only file system|Permission denied"):
            await scene.fetch(scene.plan())
        assert not scene.fake.requests
    await scene.fetch(scene.plan())
    assert scene.final().read_bytes() == CONTENT


async def test_models_folder_is_a_file(scene: Scene) -> None:
    scene.models.rmdir()
    scene.models.write_bytes(b"")
    with pytest.raises(StoreError, match="Could not begin a download"):
        await scene.fetch(scene.plan())
    with pytest.raises(StoreError):
        await scene.queue().add(scene.plan())


async def test_a_folder_with_an_odd_name(scene: Scene) -> None:
    """Not UTF-8, with a quote, a dash in front and an emoji."""
    scene.models = Path(os.fsdecode(b"%s/-rf '\xff \xf0\x9f\xa6\x99" % os.fsencode(scene.models)))
    finished = await scene.fetch(scene.plan())
    assert Path(os.fsdecode(finished.path)).read_bytes() == CONTENT


async def test_a_pipe_in_the_place_of_the_file_does_not_block(scene: Scene) -> None:
    scene.final().parent.mkdir(parents=True)
    os.mkfifo(scene.final())
    await scene.fetch(scene.plan())
    assert scene.final().read_bytes() == CONTENT


async def test_a_folder_in_the_place_of_the_file(scene: Scene) -> None:
    (scene.final() / "inside").mkdir(parents=True)
    with pytest.raises(StoreError, match="Is a directory"):
        await scene.fetch(scene.plan())
    assert (scene.final() / "inside").is_dir()


# --- names from the server ------------------------------------------------------------------

HOSTILE = [
    "../../x.gguf",
    "/etc/x.gguf",
    "a/../../../x.gguf",
    "C:\\x.gguf",
    "C:x.gguf",
    "\\\\host\\share\\x.gguf",
    "..\\x.gguf",
    "x\0y.gguf",
    "x\ny.gguf",
    f"{'x' * 300}.gguf",
    f"{'é' * 130}.gguf",
    "/".join(["x" * 200] * 8) + ".gguf",
    "./x.gguf",
    "a//x.gguf",
    ".hidden.gguf",
    "con/x.gguf",
    "NUL.gguf",
    "x./y.gguf",
    "a/x.gguf:stream.gguf",
    "\ud800.gguf",
]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
async def test_a_hostile_name_is_refused_and_nothing_written(
    scene: Scene, name: str, tmp_path: Path
) -> None:
    scene.fake.add(REPOSITORY, {name: CONTENT})
    plan = msgspec.structs.replace(
        scene.plan(), files=(HubFile(path=name, size_bytes=6 * MIB, sha256="0" * 64),)
    )
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DownloadError, match=r"Nothing of it was written\.$"):
        await scene.fetch(plan)
    assert sorted(tmp_path.rglob("*")) == before
    assert not scene.fake.requests


async def test_a_hostile_name_by_way_of_the_hub(scene: Scene) -> None:
    """As a user meets it: through the hub's own listing."""
    scene.fake.add(REPOSITORY, {"../../x-Q4_0.gguf": CONTENT})
    hub = Hub(scene.network, scene.token)
    (row,) = (await hub.files(REPOSITORY)).rows
    await hub.close()
    with pytest.raises(DownloadError, match="leads outside the models folder"):
        await scene.fetch(msgspec.structs.replace(scene.plan(), files=row.files))
    assert not list(scene.models.parent.glob("*.gguf"))


@pytest.mark.parametrize(
    "repository", ["../../etc", "a/..", "/etc/x", "a/b/c", "a\\b", "a/" + "b" * 300]
)
async def test_a_hostile_repository(scene: Scene, repository: str) -> None:
    plan = msgspec.structs.replace(scene.plan(), repository=repository)
    with pytest.raises(DownloadError, match="owner/model"):
        await scene.fetch(plan)


@pytest.mark.parametrize("digest", ["", "zz", "0" * 63, "../../../../" + "0" * 52])
async def test_a_file_without_a_checksum_is_refused(scene: Scene, digest: str) -> None:
    file = HubFile(path="x.gguf", size_bytes=9, sha256=digest)
    with pytest.raises(DownloadError, match="no checksum"):
        await scene.fetch(msgspec.structs.replace(scene.plan(), files=(file,)))


async def test_two_files_of_one_name(scene: Scene) -> None:
    """On a system that ignores case one would overwrite the other."""
    files = [HubFile(path=name, size_bytes=9, sha256="0" * 64) for name in ("A.gguf", "a.gguf")]
    with pytest.raises(DownloadError, match="two under one name"):
        await scene.fetch(msgspec.structs.replace(scene.plan(), files=tuple(files)))


async def test_result_names_what_a_loader_opens(scene: Scene) -> None:
    finished = await scene.fetch(scene.plan())
    assert isinstance(finished, DownloadFinished)
    assert finished.path == os.fsencode(scene.final(NAME))
    assert finished.sha256 == scene.plan().files[0].sha256
