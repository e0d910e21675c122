"""The bridge: batches, failures, cancellation, and that nothing outlives it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QObject, Slot

from app.domain.errors import AppError, EngineDiedError
from app.ui.tasks import BATCH_MILLISECONDS, Tasks
from tests.ui.conftest import Until


class Receiver(QObject):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []
        self.notes: list[object] = []

    @Slot(list)
    def take(self, items: list[int]) -> None:
        self.batches.append(items)

    @Slot(object)
    def done(self, value: object) -> None:
        self.notes.append(("done", value))

    @Slot(object)
    def failed(self, error: AppError) -> None:
        self.notes.append(("failed", error))

    @Slot()
    def ended(self) -> None:
        self.notes.append("ended")

    @Slot()
    def cancelled(self) -> None:
        self.notes.append("cancelled")


@pytest.fixture
def receiver(qapp: object) -> Receiver:
    return Receiver()


async def test_result_is_delivered(tasks: Tasks, receiver: Receiver, until: Until) -> None:
    async def work() -> int:
        return 7

    job = tasks.run(work(), done=receiver.done, failed=receiver.failed)
    assert job.active
    await until(lambda: not job.active)
    assert receiver.notes == [("done", 7)]


async def test_closing_waits_for_what_is_written(tasks: Tasks, receiver: Receiver) -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    tasks.write(work(), done=receiver.done, failed=receiver.failed)
    tasks.run(work(), cancelled=receiver.cancelled, failed=receiver.failed)
    await tasks.close()
    assert sorted(receiver.notes, key=str) == [("done", 7), "cancelled"]


async def test_error_of_the_tree_is_delivered_as_it_is(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    error = EngineDiedError("The engine ended.")

    async def work() -> None:
        raise error

    tasks.run(work(), done=receiver.done, failed=receiver.failed)
    await until(lambda: receiver.notes)
    assert receiver.notes == [("failed", error)]


async def test_unexpected_error_becomes_one_sentence_and_goes_to_the_log(
    tasks: Tasks, receiver: Receiver, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        raise KeyError("secret detail")

    with caplog.at_level(logging.ERROR):
        tasks.run(work(), failed=receiver.failed)
        await until(lambda: receiver.notes)
    ((kind, error),) = receiver.notes
    assert kind == "failed"
    assert isinstance(error, AppError)
    assert "KeyError" in str(error)
    assert "secret detail" not in str(error)
    assert "secret detail" in caplog.text


async def test_stream_is_batched_in_order_and_the_first_item_is_not_delayed(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    release = asyncio.Event()

    async def numbers() -> AsyncIterator[int]:
        yield 0
        await release.wait()
        for number in range(1, 2000):
            yield number
            if number % 50 == 0:
                await asyncio.to_thread(int)  # let the loop turn

    now = asyncio.get_running_loop().time
    began = now()
    tasks.stream(numbers(), received=receiver.take, failed=receiver.failed, ended=receiver.ended)
    await until(lambda: receiver.batches)
    assert receiver.batches == [[0]]
    release.set()
    await until(lambda: receiver.notes)
    assert receiver.notes == ["ended"]
    assert [n for batch in receiver.batches for n in batch] == list(range(2000))
    # The first comes at once, and the last with the end; Qt's coarse timers vary by 5 %.
    most = (now() - began) * 1000 / (0.9 * BATCH_MILLISECONDS)
    assert len(receiver.batches) <= 2 + most


async def test_items_before_a_failure_arrive_before_it(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2
        raise EngineDiedError("gone")

    tasks.stream(numbers(), received=receiver.take, failed=receiver.failed)
    await until(lambda: receiver.notes)
    assert [n for batch in receiver.batches for n in batch] == [1, 2]
    assert receiver.notes[0][0] == "failed"


async def test_cancel_closes_the_iterator_and_waits_for_its_cleaning_up(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    cleaning, cleaned = asyncio.Event(), asyncio.Event()

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await asyncio.to_thread(int)
            cleaned.set()

    job = tasks.stream(
        numbers(), received=receiver.take, failed=receiver.failed, cancelled=receiver.cancelled
    )
    await until(lambda: receiver.batches)
    job.cancel()
    await cleaning.wait()
    job.cancel()  # an impatient second click must not interrupt the cleaning up
    await until(lambda: not job.active)
    assert cleaned.is_set()
    assert receiver.notes == ["cancelled"]


async def test_close_waits_for_work_that_was_cancelled_before_and_refuses_new_work(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    cleaned = asyncio.Event()
    started = asyncio.Event()

    async def work() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.to_thread(int)
            cleaned.set()

    job = tasks.run(work(), failed=receiver.failed, cancelled=receiver.cancelled)
    await started.wait()
    job.cancel()
    await tasks.close()
    assert cleaned.is_set()
    late = tasks.run(work(), done=receiver.done, failed=receiver.failed)
    assert not late.active
    assert receiver.notes == ["cancelled"]


async def test_nothing_is_delivered_to_a_deleted_widget(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    release = asyncio.Event()
    notes = receiver.notes

    async def work() -> int:
        await release.wait()
        return 1

    job = tasks.run(work(), done=receiver.done, failed=receiver.failed)
    receiver.deleteLater()
    gone = asyncio.Event()
    receiver.destroyed.connect(gone.set)
    await gone.wait()
    release.set()
    await until(lambda: not job.active)
    assert notes == []


async def test_work_that_is_cancelled_before_it_starts_is_closed_and_told(
    tasks: Tasks, receiver: Receiver, until: Until
) -> None:
    async def work() -> None:
        raise AssertionError("this must never start")

    async def numbers() -> AsyncIterator[int]:
        yield 1

    tasks.run(work(), failed=receiver.failed, cancelled=receiver.cancelled).cancel()
    tasks.stream(
        numbers(), received=receiver.take, failed=receiver.failed, cancelled=receiver.cancelled
    ).cancel()
    await until(lambda: len(receiver.notes) == 2)
    assert receiver.notes == ["cancelled", "cancelled"]


async def test_slot_that_raises_is_not_swallowed(
    tasks: Tasks, receiver: Receiver, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[BaseException] = []

    class Clumsy(Receiver):
        @Slot(object)
        def done(self, value: object) -> None:
            raise ZeroDivisionError

    async def work() -> None:
        return None

    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: seen.append(error))
    clumsy = Clumsy()
    tasks.run(work(), done=clumsy.done, failed=clumsy.failed)
    await until(lambda: seen)
    assert isinstance(seen[0], ZeroDivisionError)
    assert clumsy.notes == []
