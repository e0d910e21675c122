"""Estimates of the models on this computer, beside what is loaded."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import msgspec
import pytest

from app.domain.conversation import ReplyOrigin
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel, ModelRef, ref_of
from app.domain.placement import Machine as MachineMemory
from app.domain.units import GIB, MIB
from app.services.conversation_store import ConversationStore
from app.services.engine_host import ALONE, Machine, Neighbours
from app.services.estimator import Estimator
from app.services.experience import Experience
from app.services.forecasts import Forecasts
from app.services.local_estimates import LocalEstimates
from backends.devices import engine_status
from tests.fakes.gguf_models import header_only
from tests.fakes.machine_speed import write_measured_speed
from tests.fakes.window_services import local_model, machine, window_services


class SmallMachine(Forecasts):
    """Beside a loaded model 200 MiB are free, without it 4 GiB."""

    async def memory(self, machine: Machine, neighbours: Neighbours = ALONE) -> MachineMemory:
        (cpu,) = machine.status.devices
        free = 200 * MIB if neighbours.staying else 4 * GIB
        return MachineMemory(host=msgspec.structs.replace(cpu, free_bytes=free))


@pytest.fixture
def starter(starter_path: Path) -> LocalModel:
    size = starter_path.stat().st_size
    return local_model("starter", path=os.fsencode(starter_path), size_bytes=size)


async def test_what_needs_room_is_told_from_what_fits(home: Path, starter: LocalModel) -> None:
    services = window_services(home / "quantbench")
    write_measured_speed(home)
    forecasts = SmallMachine(
        Estimator(home / "estimates"), lambda _: (), Experience(home, services.paths.resources)
    )
    estimates = LocalEstimates(forecasts, services.host, lambda: 0.0)
    alone = await estimates.estimate(starter)
    assert alone is not None
    assert (alone.fit, alone.needs_room) == ("fits", False)
    assert alone.total_bytes == pytest.approx(329 * MIB, rel=0.05)
    other = local_model("other")
    await services.host.load(other, LoadOptions(), lambda _: None)
    beside = await estimates.estimate(starter)
    assert beside is not None
    assert (beside.fit, beside.needs_room) == ("fits", True)
    await services.host.eject(ref_of(other))
    assert await estimates.estimate(starter) == alone, "at once, not with the next look"
    gone = msgspec.structs.replace(starter, path=b"/nowhere.gguf")
    assert await estimates.estimate(gone) is None
    await services.host.close()
    await forecasts.close()


async def test_chat_remembers_its_model_or_who_answered_last(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "chats.db")
    await store.open()
    chat = await store.create()
    assert await store.model(chat.id) is None
    question = await store.add_message(chat.id, "user", "Hello")
    await store.begin_reply(question, ReplyOrigin(model_name="tiny"))
    assert await store.model(chat.id) == ModelRef(name="tiny")
    chosen = ModelRef(name="large", path=b"/models/\xff.gguf")
    await store.set_model(chat.id, chosen)
    assert await store.model(chat.id) == chosen
    branch = await store.branch(question.id)
    assert await store.model(branch.id) == chosen
    await store.close()


async def test_copies_of_repacked_weights_are_counted_as_the_engine_does(tmp_path: Path) -> None:
    write_measured_speed(tmp_path)
    resources = Path("resources").absolute()
    forecasts = Forecasts(
        Estimator(tmp_path / "estimates"), lambda _: (), Experience(tmp_path, resources)
    )
    file, path = header_only("llama-3.1-8B", "Q4_0"), tmp_path / "model.gguf"
    path.write_bytes(file.header())
    os.truncate(path, file.size())
    status = engine_status()
    memory = await forecasts.memory(dataclasses.replace(machine(), status=status))
    subject = await forecasts.subject(local_model("model", path=os.fsencode(path)))
    told = {
        tier: (await forecasts.forecast(subject, LoadOptions(), memory, tier)).estimate
        for tier in ("formula", "dry_run")
    }
    await forecasts.close()
    assert {tier: each.tier for tier, each in told.items()} == {tier: tier for tier in told}
    copies = {each.repacked_bytes for each in told.values()}
    assert len(copies) == 1
    assert (copies != {0}) == bool(status.cpu_features)
