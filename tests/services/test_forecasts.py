"""Forecasts of real files: plans, refusals with numbers, and what a replaced model gives back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.domain.engine import ChatMessage, GenerationRequest
from app.domain.errors import MemoryShortError, ModelFileError, UsageError
from app.domain.hardware import BackendChoice, Device, EngineStatus
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.domain.placement import Machine as MachineMemory
from app.domain.units import GIB, MIB
from app.services.engine_host import ALONE, EngineHost, Loaded, Machine, Neighbours
from app.services.estimator import Estimator
from app.services.experience import Experience
from app.services.forecasts import Forecasts
from app.services.memory_check import memory_among, refuse_too_big
from app.services.model_headers import ModelHeaders, read_model_headers
from app.services.settings_store import SettingsStore
from backends.local import LocalEngine
from tests.fakes.gguf_files import GgufFile
from tests.fakes.gguf_models import header_only
from tests.fakes.machine_speed import write_measured_speed
from tests.fakes.scripted_engine import Script, ScriptedSession, scripted_info

CPU = Device(name="CPU", kind="cpu", description="A processor")
GPU = Device(name="CUDA0", kind="cuda", description="A card", free_bytes=6 * GIB)


def machine(*gpus: Device) -> Machine:
    status = EngineStatus(
        name="llama.cpp", version="1", usable=True, reason="It runs.", devices=(CPU, *gpus)
    )
    kind, name = (gpus[0].kind, gpus[0].name) if gpus else ("cpu", None)
    choice = BackendChoice(engine="llama.cpp", device=name, kind=kind, reason="It is the best.")
    return Machine(status, (), choice)


def room(ram_bytes: int, *gpus: Device) -> MachineMemory:
    host = msgspec.structs.replace(CPU, free_bytes=ram_bytes)
    return MachineMemory(host=host, gpus=gpus)


def local(path: Path, **facts: object) -> LocalModel:
    known: dict[str, object] = {
        "name": path.stem, "path": os.fsencode(path), "format": "gguf", "source": "file",
        "size_bytes": path.stat().st_size,
    }  # fmt: skip
    return LocalModel(**(known | facts))


def sparse(name: str, folder: Path, architecture: bytes | None = None) -> LocalModel:
    """A model of the real shape without weights: a header with a hole behind it."""
    file = header_only(name)
    if architecture is not None:
        file.entries = [entry.replace(b"llama", architecture) for entry in file.entries]
    path = folder / f"{name}.gguf"
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    return local(path)


@pytest.fixture
async def forecasts(tmp_path: Path) -> AsyncIterator[Forecasts]:
    write_measured_speed(tmp_path)
    made = Forecasts(
        Estimator(tmp_path / "estimates"),
        lambda _: (CPU,),
        Experience(tmp_path, Path("resources").absolute()),
    )
    yield made
    await made.close()


async def test_forecast_is_of_what_the_engine_passes(
    forecasts: Forecasts, starter_path: Path
) -> None:
    subject = await forecasts.subject(local(starter_path))
    found = await forecasts.forecast(subject, LoadOptions(), room(8 * GIB), "dry_run")
    assert found.notice is None
    assert found.estimate.tier == "dry_run"
    assert found.options.context_tokens == 8192
    assert found.estimate.kv_bytes == 180 * MIB
    passed = found.placement.options
    assert (passed.parallel, passed.unified, passed.outputs) == (4, True, 4)
    assert passed.batch_tokens == 276
    assert found.placement.fit == "fits"


async def test_layers_are_chosen_for_a_gpu_that_holds_a_part(
    forecasts: Forecasts, tmp_path: Path
) -> None:
    subject = await forecasts.subject(sparse("llama-3.1-8B", tmp_path))
    gpu = msgspec.structs.replace(GPU, free_bytes=4 * GIB)
    wanted = LoadOptions(context_tokens=8192, device="CUDA0")
    found = await forecasts.forecast(subject, wanted, room(32 * GIB, gpu), "formula")
    assert found.placement.fit == "partial"
    assert found.options.device == "CUDA0"
    assert 0 < (found.options.gpu_layers or 0) < found.layer_count
    on_gpu = found.estimate.devices[1]
    assert on_gpu.total_bytes <= 3 * GIB
    alone = await forecasts.forecast(
        subject, LoadOptions(context_tokens=8192, gpu_layers=0), room(32 * GIB, gpu), "formula"
    )
    assert alone.options.device is None
    assert [device.name for device in alone.estimate.devices] == ["CPU"]


async def test_too_big_is_refused_with_numbers_and_the_way_out(
    forecasts: Forecasts, tmp_path: Path
) -> None:
    model = sparse("llama-3.1-8B", tmp_path)
    subject = await forecasts.subject(model)
    options = LoadOptions(context_tokens=32768)
    generous = await forecasts.forecast(subject, options, room(64 * GIB), "formula")
    short = generous.placement.fits[0].needed_bytes - 1 * GIB
    found = await forecasts.forecast(subject, options, room(short), "formula")
    with pytest.raises(MemoryShortError, match=r"needed, .* free, 1.00 GiB short.*q8_0"):
        refuse_too_big(model, found)
    refuse_too_big(model, generous)


async def test_plan_of_an_unknown_architecture_counts_its_weights(
    forecasts: Forecasts, tmp_path: Path
) -> None:
    model = sparse("smollm2-135M", tmp_path, architecture=b"lIama")
    planned = await forecasts.plan(model, LoadOptions(), machine(), ALONE)
    assert planned.forecast is None
    assert planned.options.context_tokens == 8192
    enormous = msgspec.structs.replace(model, size_bytes=2**50)
    with pytest.raises(MemoryShortError, match="at least"):
        await forecasts.plan(enormous, LoadOptions(), machine(), ALONE)


async def test_missing_file_and_senseless_options_are_told(
    forecasts: Forecasts, starter_path: Path, tmp_path: Path
) -> None:
    missing = os.fsencode(tmp_path / "gone.gguf")
    gone = msgspec.structs.replace(local(starter_path), path=missing, name="gone")
    with pytest.raises(ModelFileError, match="gone cannot be read"):
        await forecasts.subject(gone)
    subject = await forecasts.subject(local(starter_path))
    senseless = LoadOptions(kv_type="q8_0", flash_attention="off")
    with pytest.raises(UsageError, match="flash attention"):
        await forecasts.forecast(subject, senseless, room(8 * GIB), "formula")


async def test_memory_of_the_replaced_model_counts_as_free(
    tmp_path: Path, forecasts: Forecasts, starter_path: Path
) -> None:
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    settings = SettingsStore(tmp_path / "settings.toml")
    host = EngineHost({"gguf": engine}, lambda _: machine(), forecasts, settings)
    try:
        session = await host.load(local(starter_path), LoadOptions(), lambda _: None)
        (loaded,) = host.loaded
        assert loaded.forecast is not None
        assert session.info.context_tokens == loaded.forecast.estimate.context_tokens
        assert session.info.capabilities.parallel == loaded.forecast.placement.options.parallel
        memory = await forecasts.memory(machine(), host.neighbours([loaded.ref]))
        assert session.process_id is not None
        held = psutil.Process(session.process_id).memory_info()
        # The KV cache is its own; the weights are mapped and thus free all the while.
        assert memory.released_bytes == pytest.approx(held.rss - held.shared, rel=0.1)
        assert memory.released_bytes > 100 * MIB
    finally:
        await host.close()
    assert (await forecasts.memory(machine(), host.neighbours())).released_bytes == 0


async def test_model_that_stays_keeps_its_mapped_weights(
    tmp_path: Path, forecasts: Forecasts, starter_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system counts them as available, and they are read again for each token."""
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    settings = SettingsStore(tmp_path / "settings.toml")
    host = EngineHost({"gguf": engine}, lambda _: machine(), forecasts, settings)
    options = LoadOptions(extra_buffer_types=False, context_tokens=512)
    try:
        await host.load(local(starter_path), options, lambda _: None)
        (loaded,) = host.loaded
        assert loaded.session.process_id is not None
        held = psutil.Process(loaded.session.process_id).memory_info()
        assert loaded.forecast is not None
        claimed = loaded.forecast.estimate.total_bytes - (held.rss - held.shared)
        assert claimed > 80 * MIB  # most of the file
        # Other programs take and give back memory all the while: it is that of one moment here.
        moment = psutil.virtual_memory()
        monkeypatch.setattr(psutil, "virtual_memory", lambda: moment)
        free = (await forecasts.memory(machine(), host.neighbours())).host.free_bytes
        assert free == pytest.approx(moment.available - claimed, abs=60 * MIB)
    finally:
        await host.close()


async def test_memory_on_a_gpu_that_a_model_gives_back(
    tmp_path: Path, forecasts: Forecasts, starter_path: Path
) -> None:
    subject = await forecasts.subject(local(starter_path))
    wanted = LoadOptions(device="CUDA0")
    foretold = await forecasts.forecast(subject, wanted, room(GIB, GPU), "formula")
    session = ScriptedSession(scripted_info("starter"), Script(), None)
    loaded = Loaded(session, local(starter_path), foretold)
    held = foretold.estimate.devices[1].total_bytes
    assert held > 200 * MIB
    going = memory_among((CPU, GPU), Neighbours(going=(loaded,)))
    assert [gpu.free_bytes for gpu in going.gpus] == [6 * GIB + held]
    # What stays is not counted again: the driver does.
    staying = memory_among((CPU, GPU), Neighbours(staying=(loaded,)))
    assert [gpu.free_bytes for gpu in staying.gpus] == [6 * GIB]


@pytest.mark.long
async def test_a_reply_teaches_memory_and_speed(
    tmp_path: Path, forecasts: Forecasts, starter_path: Path
) -> None:
    here = machine()
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    host = EngineHost(
        {"gguf": engine},
        lambda _: machine(),
        forecasts,
        SettingsStore(tmp_path / "settings.toml"),
    )
    model = local(starter_path)
    subject = await forecasts.subject(model)
    first = await forecasts.forecast(
        subject, LoadOptions(context_tokens=2048), await forecasts.memory(here), "dry_run"
    )
    assert first.estimate.tier == "dry_run"
    assert first.speed is not None
    text = "The quick brown fox jumps over the lazy dog. " * 80
    request = GenerationRequest(messages=(ChatMessage("user", text),), max_tokens=24)
    try:
        session = await host.load(model, LoadOptions(context_tokens=2048), lambda _: None)
        events = [event async for event in session.generate(request)]
        (loaded,) = host.loaded
        taught = await forecasts.learn(loaded, events[-1].timings)
    finally:
        await host.close()
    assert taught is not None
    assert taught.measured_bytes == events[-1].timings.peak_rss_bytes
    assert taught.predicted_bytes == pytest.approx(taught.measured_bytes, rel=0.1)
    # llama.cpp prints hundredths of a MiB; weights are mapped from page to page.
    assert [part.name for part in taught.parts] == ["weights", "KV cache", "compute"]
    for part in taught.parts:
        assert part.predicted_bytes == pytest.approx(part.measured_bytes, rel=0.01), part
    again = await forecasts.forecast(
        subject, LoadOptions(context_tokens=2048), await forecasts.memory(here), "dry_run"
    )
    assert again.estimate.tier == "calibrated"
    assert again.estimate.total_bytes == pytest.approx(taught.measured_bytes, rel=0.03)


@pytest.mark.long
async def test_speed_lies_within_its_band_after_a_few_real_runs(
    tmp_path: Path, forecasts: Forecasts, starter_path: Path
) -> None:
    """Of the replies after those that taught, most do: other programs run here, too."""
    engine = LocalEngine("llama_cpp", tmp_path / "run")
    settings = SettingsStore(tmp_path / "settings.toml")
    host = EngineHost({"gguf": engine}, lambda _: machine(), forecasts, settings)
    model, options = local(starter_path), LoadOptions(context_tokens=2048)
    subject = await forecasts.subject(model)
    rates: list[tuple[float, float]] = []
    try:
        session = await host.load(model, options, lambda _: None)
        (loaded,) = host.loaded
        for turn in range(12):
            if turn == 6:
                memory = await forecasts.memory(machine(), host.neighbours())
                foretold = (await forecasts.forecast(subject, options, memory, "formula")).speed
            text = f"{turn}. " + "The quick brown fox jumps over the lazy dog. " * 12
            request = GenerationRequest(messages=(ChatMessage("user", text),), max_tokens=48)
            timings = [event async for event in session.generate(request)][-1].timings
            if turn < 6:
                await forecasts.learn(loaded, timings)
            else:
                rates.append((timings.decode_tps, timings.prefill_tps))
    finally:
        await host.close()
    assert foretold is not None
    assert foretold.prefill_tps is not None
    replies = sorted(abs(decode / foretold.decode_tps - 1) for decode, _ in rates)
    prompts = sorted(abs(prefill / foretold.prefill_tps - 1) for _, prefill in rates)
    assert replies[len(replies) // 2] < foretold.band
    assert prompts[len(prompts) // 2] < foretold.prefill_band


async def test_draft_model_and_projector_are_counted_beside_the_model(
    forecasts: Forecasts, starter_path: Path, tmp_path: Path
) -> None:
    subject = await forecasts.subject(sparse("qwen3-0.6B", tmp_path))
    options = LoadOptions(context_tokens=4096)
    with_draft = msgspec.structs.replace(options, draft_model=os.fsencode(starter_path))
    draft = await forecasts.subject(local(starter_path))
    for tier in ("formula", "dry_run"):
        alone = (await forecasts.forecast(subject, options, room(32 * GIB), tier)).estimate
        both = await forecasts.forecast(subject, with_draft, room(32 * GIB), tier)
        assert both.notice is None
        more = both.estimate.weights_bytes - alone.weights_bytes
        assert more == draft.memory.weights.total_bytes
        assert both.estimate.kv_bytes - alone.kv_bytes == 90 * MIB
        assert both.estimate.compute_bytes > alone.compute_bytes
        # The vocabulary of a second model, and no second process.
        assert 0 < both.estimate.overhead_bytes - alone.overhead_bytes < 20 * MIB
        assert both.estimate.total_bytes == sum(d.total_bytes for d in both.estimate.devices)
        assert both.placement.fits[0].needed_bytes == both.estimate.total_bytes
    projector = projector_headers(tmp_path)
    seeing = msgspec.structs.replace(subject, vision=projector)
    alone = (await forecasts.forecast(subject, options, room(32 * GIB), "formula")).estimate
    found = (await forecasts.forecast(seeing, options, room(32 * GIB), "formula")).estimate
    weights = projector.headers[0].weights_bytes
    assert found.weights_bytes - alone.weights_bytes == weights
    assert found.total_bytes - alone.total_bytes > weights


def projector_headers(folder: Path) -> ModelHeaders:
    """A projector like that of Gemma 3: SigLIP with pictures of 896 pixels."""
    file = GgufFile()
    file.add("general.architecture", "str", "clip")
    numbers = {"image_size": 896, "patch_size": 14, "embedding_length": 1152,
               "feed_forward_length": 4304, "block_count": 27}  # fmt: skip
    for key, value in numbers.items():
        file.add(f"clip.vision.{key}", "u32", value)
    file.add_tensor("v.blk.0.ffn_up.weight", (1152, 4304), "F16")
    file.add_tensor("v.blk.0.ffn_down.weight", (4304, 1152), "F16")
    path = folder / "mmproj.gguf"
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    return read_model_headers([path])
