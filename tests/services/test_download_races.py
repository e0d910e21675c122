"""What happens at the same moment: two clicks, a click while the queue is read, a slow listener."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.domain.errors import UsageError
from app.services.download_folder import DownloadFolder
from app.services.download_job import DownloadJob
from tests.fakes.download_scene import SIZE, Scene, states, until


async def test_one_begun_while_the_queue_is_opened_runs_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.fake.hold(SIZE // 2)
    left = scene.queue()
    await left.add(scene.plan())
    await until(left, lambda now: now[0].received_bytes > 0)
    await left.close()
    is_looking, may_look = threading.Event(), threading.Event()
    look = DownloadJob.look

    def held(job: DownloadJob) -> None:
        if not is_looking.is_set():
            is_looking.set()
            may_look.wait(60)
        look(job)

    monkeypatch.setattr(DownloadJob, "look", held)
    downloads = scene.queue()
    opening = asyncio.create_task(downloads.open())
    await asyncio.to_thread(is_looking.wait, 60)
    await downloads.add(scene.plan())
    may_look.set()
    assert states(await opening) == ["running"]
    scene.fake.release()
    await until(downloads, lambda now: now[0].state == "finished")


async def test_two_clicks_on_one_model_are_one_download(scene: Scene) -> None:
    downloads = scene.queue()
    one, two = await asyncio.gather(downloads.add(scene.plan()), downloads.add(scene.plan()))
    assert one == two
    (finished,) = await until(downloads, lambda now: now[0].state in {"finished", "failed"})
    assert finished.state == "finished"
    assert finished.transferred_bytes == SIZE


async def test_a_pause_holds_for_a_download_that_has_not_come_round_yet(scene: Scene) -> None:
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    await downloads.pause(key)  # the loop had no turn between the two
    (paused,) = downloads.snapshot()
    assert (paused.state, paused.transferred_bytes) == ("paused", 0)
    await downloads.resume(key)
    await until(downloads, lambda now: now[0].state == "finished")


async def test_one_begun_while_the_same_is_deleted_runs_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.fake.hold(SIZE // 2)
    downloads = scene.queue()
    key = await downloads.add(scene.plan())
    await until(downloads, lambda now: now[0].received_bytes > 0)
    is_removing, may_remove = asyncio.Event(), threading.Event()
    loop, remove = asyncio.get_running_loop(), DownloadFolder.remove

    def held(folder: DownloadFolder) -> None:
        loop.call_soon_threadsafe(is_removing.set)
        may_remove.wait(60)
        remove(folder)

    monkeypatch.setattr(DownloadFolder, "remove", held)
    deleting = asyncio.create_task(downloads.cancel(key))
    await is_removing.wait()
    adding = asyncio.create_task(downloads.add(scene.plan()))
    with pytest.raises(UsageError, match="may have been cancelled"):
        await downloads.resume(key)
    may_remove.set()
    await deleting
    scene.fake.release()
    assert await adding == key
    (done,) = await until(downloads, lambda now: now[0].state in {"finished", "failed"})
    assert (done.state, done.resumed_from_bytes) == ("finished", 0)


async def test_a_listener_that_takes_its_time_misses_no_change(scene: Scene) -> None:
    downloads = scene.queue(parallel=0)
    listener = downloads.snapshots()
    assert await anext(listener) == ()
    following = asyncio.create_task(anext(listener))
    key = await downloads.add(scene.plan())
    assert states(await following) == ["queued"]
    await downloads.pause(key)
    assert states(await asyncio.wait_for(anext(listener), 60)) == ["paused"]
