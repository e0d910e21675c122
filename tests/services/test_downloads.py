"""The queue of downloads: pause, resume, cancel, order, limit, and models of several files."""

from __future__ import annotations

import asyncio
import os

import msgspec
import pytest

from app.domain.errors import DownloadError, UsageError
from app.domain.transfer import DownloadFinished, DownloadProgress
from app.services.download_folder import DownloadFolder
from app.services.transfer_control import SpeedLimit
from tests.fakes.download_scene import (
    CONTENT,
    NAME,
    OPTIONS,
    REPOSITORY,
    SIZE,
    Scene,
    random_bytes,
    states,
    until,
)
from tests.fakes.hub_faults import Fault

SECOND = "tester/second-GGUF"
HALF = SIZE // 2


# --- pause, resume, cancel ------------------------------------------------------------------


@pytest.mark.long
async def test_progress_grows_and_ends_with_the_model(scene: Scene) -> None:
    scene.slow()
    finished = await scene.fetch(scene.plan())
    received = [one.received_bytes for one in scene.seen]
    assert received == sorted(received)
    assert len(set(received)) > 3
    assert {one.total_bytes for one in scene.seen} == {SIZE}
    assert finished.transferred_bytes == finished.size_bytes == SIZE
    assert finished.resumed_from_bytes == 0
    assert finished.seconds > 0


async def test_pause_and_resume_fetch_nothing_twice(scene: Scene) -> None:
    scene.fake.hold(HALF)
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    await until(downloads, lambda now: now[0].received_bytes > 1_000_000)
    await downloads.pause(key)
    (paused,) = downloads.snapshot()
    assert (paused.state, paused.connections) == ("paused", 0)
    assert 1_000_000 < paused.received_bytes < SIZE
    assert not scene.final().exists()
    scene.fake.release()
    await downloads.resume(key)
    (finished,) = await until(downloads, lambda now: now[0].state == "finished")
    assert finished.resumed_from_bytes == paused.received_bytes
    assert finished.transferred_bytes == SIZE - paused.received_bytes
    assert scene.final().read_bytes() == CONTENT


async def test_a_new_start_of_the_program_finds_what_was_left(scene: Scene) -> None:
    scene.fake.hold(HALF)
    before = scene.queue()
    await before.add(scene.plan())
    await until(before, lambda now: now[0].received_bytes > 1_000_000)
    await before.close()
    (left,) = before.snapshot()
    after = scene.queue()
    assert await after.open() == (
        msgspec.structs.replace(left, resumed_from_bytes=0, transferred_bytes=0),
    )
    scene.fake.release()
    await after.resume(left.download_id)
    await until(after, lambda now: now[0].state == "finished")
    assert scene.final().read_bytes() == CONTENT
    assert await scene.queue().open() == ()


async def test_leaving_the_iterator_pauses(scene: Scene) -> None:
    scene.fake.hold(HALF)
    downloads = scene.queue()
    stream = downloads.start(scene.plan())
    async for event in stream:
        assert isinstance(event, DownloadProgress)
        if event.received_bytes:
            break
    await stream.aclose()
    assert states(downloads.snapshot()) == ["paused"]


@pytest.mark.long
async def test_cancelling_the_task_pauses(scene: Scene) -> None:
    scene.fake.hold(HALF)
    task = asyncio.create_task(scene.fetch(scene.plan()))
    await scene.came(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "0000.part" in scene.partial()
    scene.fake.release()
    finished = await scene.fetch(scene.plan())
    assert finished.resumed_from_bytes > 0


async def test_pause_wakes_a_connection_that_is_silent(scene: Scene) -> None:
    """The server sends nothing for longer than the test may take."""
    scene.network.stall_seconds = 1000
    scene.fake.faults.append(Fault("stall", value=500_000))
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    await until(downloads, lambda now: now[0].received_bytes == 500_000)
    (stalled,) = await until(downloads, lambda now: now[0].has_stalled)
    assert (stalled.state, stalled.eta_seconds) == ("running", None)
    await downloads.pause(key)
    assert states(downloads.snapshot()) == ["paused"]


async def test_cancel_deletes_what_was_fetched(scene: Scene) -> None:
    scene.fake.hold(HALF)
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    await until(downloads, lambda now: now[0].received_bytes > 0)
    await downloads.cancel(key)
    assert downloads.snapshot() == ()
    assert list(scene.models.iterdir()) == []
    with pytest.raises(UsageError, match="no download"):
        await downloads.resume(key)


async def test_a_failed_download_says_why_and_can_be_resumed(scene: Scene) -> None:
    scene.fake.faults.append(Fault("html"))
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    (failed,) = await until(downloads, lambda now: now[0].state == "failed")
    assert failed.problem is not None
    assert "web page" in failed.problem
    scene.fake.faults.clear()
    await downloads.resume(key)
    await until(downloads, lambda now: now[0].state == "finished")


@pytest.mark.long
async def test_two_programs_do_not_fetch_one_download(scene: Scene) -> None:
    scene.fake.hold(HALF)
    mine, other = scene.queue(), scene.queue()
    await mine.add(scene.plan())
    await until(mine, lambda now: now[0].received_bytes > 0)
    with pytest.raises(DownloadError, match="by another Quantbench"):
        async for _ in other.start(scene.plan()):
            pass
    scene.fake.release()
    await until(mine, lambda now: now[0].state == "finished")
    assert scene.final().read_bytes() == CONTENT


# --- queue ----------------------------------------------------------------------------------


async def test_order_and_parallel_downloads(scene: Scene) -> None:
    for number in range(3):
        scene.add(CONTENT, f"m{number}.gguf", f"tester/m{number}")
        scene.fake.hold(HALF, f"m{number}.gguf")
    downloads = scene.queue(parallel=1)
    keys = [await downloads.add(scene.plan(f"tester/m{number}")) for number in range(3)]
    assert states(downloads.snapshot()) == ["running", "queued", "queued"]
    await downloads.move(keys[2], 1)
    assert [one.download_id for one in downloads.snapshot()] == [keys[0], keys[2], keys[1]]
    scene.fake.release("m0.gguf")
    snapshot = await until(downloads, lambda now: now[0].state == "finished")
    assert states(snapshot) == ["finished", "running", "queued"]
    await downloads.close()
    left = await scene.queue().open()
    assert [one.download_id for one in left] == [keys[2], keys[1]], "the order lasts"


@pytest.mark.long
async def test_speed_limit_holds_for_all_together(scene: Scene) -> None:
    scene.add(CONTENT, "second.gguf", SECOND)
    downloads = scene.queue(OPTIONS)
    downloads.limit_speed(1_000_000)
    await downloads.add(scene.plan())
    await downloads.add(scene.plan(SECOND))
    snapshot = await until(
        downloads, lambda now: sum(one.received_bytes for one in now) > 1_000_000
    )
    assert 400_000 < sum(one.rate_bytes_per_second for one in snapshot) < 1_600_000
    downloads.limit_speed(None)
    await until(downloads, lambda now: states(now) == ["finished"] * 2)
    with pytest.raises(UsageError, match="at least"):
        downloads.limit_speed(3)


def test_speed_limit_is_exact() -> None:
    now = 100.0
    limit = SpeedLimit(lambda: now)
    assert limit.seconds_for(10**9) == 0
    limit.change(1000)
    waits = [limit.seconds_for(500) for _ in range(3)]
    assert waits == [0, 0.5, 1.0]
    now += 10
    assert limit.seconds_for(500) == 0, "what was not used is not saved up"


# --- several files --------------------------------------------------------------------------


async def test_mlx_folder_is_usable_only_when_complete(scene: Scene) -> None:
    files = {
        "config.json": b'{"model_type": "llama"}',
        "model-00001-of-00002.safetensors": random_bytes(2_000_000, 1),
        "model-00002-of-00002.safetensors": random_bytes(2_000_000, 2),
        "tokenizer.json": b"{}" * 1000,
        "empty.txt": b"",
    }
    repository = "maker/tiny-4bit"
    scene.fake.add(repository, files)
    scene.fake.hold(HALF)
    plan = scene.plan(repository, is_mlx=True)
    downloads = scene.queue()
    await downloads.add(plan)
    await until(downloads, lambda now: now[0].received_bytes > 1_000_000)
    assert scene.contents() == {}, "nothing looks like a model yet"
    await downloads.close()
    scene.fake.release()
    finished = await scene.fetch(plan)
    assert finished.path == os.fsencode(scene.models / repository)
    assert scene.contents() == {f"{repository}/{name}": data for name, data in files.items()}
    assert finished.transferred_bytes < 4_000_000


async def test_split_gguf_with_its_projector(scene: Scene) -> None:
    files = {
        f"big-Q4_0-0000{part}-of-00003.gguf": random_bytes(500_000, part) for part in (1, 2, 3)
    }
    scene.fake.add("maker/big", {**files, "mmproj-F16.gguf": random_bytes(1000)})
    finished = await scene.fetch(scene.plan("maker/big"))
    assert len(scene.contents()) == 4
    assert finished.path.endswith(b"big-Q4_0-00001-of-00003.gguf")
    assert finished.size_bytes == 1_501_000


async def test_the_file_that_is_opened_comes_last(scene: Scene) -> None:
    """Interrupted while it publishes, it is no model yet, and ends well the next time."""
    files = {f"b-0000{part}-of-00002.gguf": random_bytes(300_000, part) for part in (1, 2)}
    scene.fake.add("maker/b", files)
    plan = scene.plan("maker/b")
    blocker = scene.models / "maker" / "b" / "b-00001-of-00002.gguf"
    (blocker / "inside").mkdir(parents=True)
    with pytest.raises(Exception, match="Is a directory"):
        await scene.fetch(plan)
    assert list(scene.contents()) == ["maker/b/b-00002-of-00002.gguf"]
    (blocker / "inside").rmdir()
    blocker.rmdir()
    finished = await scene.fetch(plan)
    assert scene.contents() == {f"maker/b/{name}": data for name, data in files.items()}
    assert finished.transferred_bytes == 0


async def test_a_wrong_small_file_is_found_by_gits_hash(scene: Scene) -> None:
    scene.fake.add("maker/c", {"config.json": b"{}" * 99, "model.safetensors": b"x" * 1000})
    scene.fake.faults.append(Fault("zero_half", where="hub", path="config.json"))
    with pytest.raises(DownloadError, match=r"checksum of config\.json"):
        await scene.fetch(scene.plan("maker/c", is_mlx=True))
    assert scene.contents() == {}


async def test_what_is_there_already_is_not_fetched(scene: Scene) -> None:
    await scene.fetch(scene.plan())
    count = len(scene.fake.requests)
    again = await scene.fetch(scene.plan())
    assert len(scene.fake.requests) == count
    assert (again.transferred_bytes, again.resumed_from_bytes) == (0, SIZE)
    scene.final().write_bytes(bytes(SIZE))  # same size, other content
    await scene.fetch(scene.plan())
    assert scene.final().read_bytes() == CONTENT


@pytest.mark.long
async def test_a_faster_second_connection_is_kept(scene: Scene) -> None:
    content = random_bytes(12_000_000)
    scene.add(content)
    scene.slow(3_000_000)
    await scene.fetch(scene.plan(), OPTIONS)
    assert scene.final().read_bytes() == content
    assert max(one.connections for one in scene.seen) >= 2
    assert len(scene.fake.body_requests()) > 2


async def test_the_ledger_has_the_bytes_of_a_download(scene: Scene) -> None:
    await scene.fetch(scene.plan())
    (total,) = scene.network.ledger.totals()
    assert (total.host, total.purpose) == ("127.0.0.1", "download")
    assert SIZE < total.received_bytes < SIZE + 2000


# --- plans of other versions ---------------------------------------------------------------


async def test_a_plan_of_a_later_version_is_left_alone(scene: Scene) -> None:
    folder = DownloadFolder(scene.models, scene.plan(), 1.0)
    folder.save()
    plan_file = folder.path / "plan.json"
    stored = msgspec.json.decode(plan_file.read_bytes())
    plan_file.write_bytes(msgspec.json.encode({**stored, "new_field": 1}))
    assert len(await scene.queue().open()) == 1, "what is unknown is passed over"
    plan_file.write_bytes(msgspec.json.encode({**stored, "version": 99}))
    assert await scene.queue().open() == ()
    plan_file.write_bytes(b"{broken")
    assert await scene.queue().open() == ()
    assert plan_file.exists()
    finished = await scene.fetch(scene.plan())
    assert isinstance(finished, DownloadFinished)
    assert scene.contents() == {f"{REPOSITORY}/{NAME}": CONTENT}
