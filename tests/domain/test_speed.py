"""Predicted speed, and the table of devices that are not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import UsageError
from app.domain.gguf import Header, read_header
from app.domain.hardware import Device
from app.domain.hardware_table import KnownDevice, best_match, find_device, read_table
from app.domain.memory import estimate_memory
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory, read_model
from app.domain.speed import (
    MEASURED_KINDS,
    UNCORRECTED,
    Corrections,
    KindSpeed,
    Speed,
    Throughput,
    active_weights_bytes,
    kv_bytes_read,
    predict,
)
from app.domain.units import MIB
from tests.fakes.gguf_models import header_only

TABLE = Path(__file__).parents[2] / "resources" / "hardware" / "devices.toml"
HOST = Device(name="CPU", kind="cpu", description="", free_bytes=64 * 2**30)
OPTIONS = MemoryOptions(context_tokens=8192)


def model(name: str, kind: str = "Q4_K") -> ModelMemory:
    file = header_only(name, kind)
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    return read_model([header])


def known(name: str) -> KnownDevice:
    return next(device for device in read_table(TABLE.read_text()) if device.name == name)


def predicted(
    device: KnownDevice,
    depth: int = 0,
    corrections: Corrections = UNCORRECTED,
    name: str = "llama-3.1-8B",
) -> Speed:
    found = model(name)
    layers = found.architecture.layer_count + 1
    options = MemoryOptions(context_tokens=8192, gpu_layers=layers)
    estimate = estimate_memory(found, options, HOST, [device.device()])
    assert estimate is not None
    speeds = {device.name: device.throughput(), "CPU": Throughput(bandwidth_bytes_per_second=5e10)}
    speed = predict(found, options, estimate, speeds, depth_tokens=depth, corrections=corrections)
    assert speed is not None
    return speed


def test_table_is_whole_and_every_device_has_a_source() -> None:
    table = read_table(TABLE.read_text())
    assert len(table) > 80
    assert len({device.name for device in table}) == len(table)
    for device in table:
        for source in (device.source, device.memory_source or device.source):
            assert source.startswith("https://")
            assert " " not in source
        assert 4 <= device.memory_gib <= 512
        assert 50 <= device.bandwidth_gb_s <= 10_000
        assert 0.5 < device.usable <= 1


@pytest.mark.parametrize(
    ("description", "memory_gib", "name"),
    [
        ("NVIDIA GeForce RTX 4070 Ti", 11.99, "GeForce RTX 4070 Ti"),
        ("NVIDIA GeForce RTX 4060 Ti", 15.7, "GeForce RTX 4060 Ti 16 GB"),
        ("NVIDIA GeForce RTX 4060 Ti", 7.7, "GeForce RTX 4060 Ti 8 GB"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 15.7, "GeForce RTX 4090 Laptop"),
        ("NVIDIA A100-SXM4-80GB", 79.2, "A100 SXM 80 GB"),
        ("NVIDIA H200", 139.8, "H200 SXM"),
        ("NVIDIA L40S", 44.4, "L40S"),
        ("NVIDIA T400", 4, None),
        ("AMD Radeon RX 7900 XTX (RADV NAVI31)", 24, "Radeon RX 7900 XTX"),
        ("Intel(R) Arc(TM) A770 Graphics (DG2)", 15.9, "Arc A770 16 GB"),
        ("Apple M3 Max", 36, "Apple M3 Max 14-core 36 GB"),
        ("Apple M3 Max", 128, "Apple M3 Max 16-core 128 GB"),
        ("Apple M1", 16, "Apple M1 16 GB"),
        ("NVIDIA GeForce GTX 1080", 8, None),
    ],
)
def test_a_device_is_found_by_what_its_driver_calls_it(
    description: str, memory_gib: float, name: str | None
) -> None:
    device = Device(
        name="GPU0", kind="cuda", description=description, total_bytes=round(memory_gib * 2**30)
    )
    found = best_match(read_table(TABLE.read_text()), device)
    assert (found and found.name) == name


def test_a_short_name_means_the_card_that_ends_with_it() -> None:
    table = read_table(TABLE.read_text())
    assert find_device(table, "rtx 4090").name == "GeForce RTX 4090"
    assert find_device(table, "m4 max 16-core 64 gb").name == "Apple M4 Max 16-core 64 GB"
    with pytest.raises(UsageError, match="M3 Ultra 96 GB, Apple M3 Ultra 256 GB"):
        find_device(table, "m3 ultra")


def test_prompts_of_a_tiny_model_wait_for_the_starts_of_its_operations() -> None:
    large, small = known("H200 SXM"), known("GeForce RTX 4090")
    rates = [predicted(card, name="smollm2-135M").prefill_tps for card in (large, small)]
    assert all(rate is not None and 40_000 < rate < 120_000 for rate in rates)
    # A model of usual size waits for arithmetic: two operations a weight but those of the head.
    arithmetic = (small.throughput().operations_per_second or 0) * 0.35 / (2 * 6.98e9)
    assert predicted(small).prefill_tps == pytest.approx(arithmetic, rel=0.05)


def test_faster_memory_predicts_faster_decoding() -> None:
    fast, slow = predicted(known("GeForce RTX 4090")), predicted(known("GeForce RTX 4060"))
    assert fast.decode_tps > 2.5 * slow.decode_tps
    # Published results of 8B models at 4 bits on this card lie around 110 to 150.
    assert 90 < fast.decode_tps < 180
    assert fast.prefill_tps is not None
    assert slow.prefill_tps is None


def test_depth_slows_decoding() -> None:
    card = known("GeForce RTX 4090")
    assert predicted(card, depth=8000).decode_tps < predicted(card).decode_tps


def test_real_runs_correct_the_prediction_and_narrow_its_band() -> None:
    card = known("GeForce RTX 4090")
    plain, corrected = (
        predicted(card),
        predicted(card, corrections=Corrections(decode=(0.5, 0.6, 0.7))),
    )
    assert corrected.decode_tps == pytest.approx(0.6 * plain.decode_tps)
    assert corrected.band < plain.band


def test_the_band_holds_most_of_the_runs_that_it_comes_from() -> None:
    card = known("GeForce RTX 4090")
    calm = predicted(card, corrections=Corrections(decode=(0.58, 0.6, 0.61, 0.59, 0.62)))
    assert calm.band == pytest.approx(0.1)
    # A machine that others use too: one run of five was even slower than the band says.
    shared = predicted(card, corrections=Corrections(decode=(0.6, 0.5, 0.75, 0.55, 0.2)))
    assert shared.band == pytest.approx(0.75 / 0.55 - 1)
    # Only the newest count: what was long ago widens nothing.
    later = predicted(card, corrections=Corrections(decode=(0.2,) * 5 + (0.6,) * 9))
    assert later.band == pytest.approx(0.1)


def on_this_cpu(kind: str, corrections: Corrections = UNCORRECTED) -> Speed:
    """A CPU on which Q8_0 multiplies three times as fast as the other kinds."""
    found = model("llama-3.1-8B", kind)
    estimate = estimate_memory(found, OPTIONS, HOST)
    assert estimate is not None
    slow = KindSpeed(operations_per_second=1e11, bytes_per_second=5e10)
    fast = KindSpeed(operations_per_second=3e11, bytes_per_second=15e10)
    here = Throughput(
        bandwidth_bytes_per_second=5e10,
        kinds={**dict.fromkeys(MEASURED_KINDS, slow), "Q8_0": fast},
        layer_seconds=1e-5,
    )
    speed = predict(found, OPTIONS, estimate, {"CPU": here}, corrections=corrections)
    assert speed is not None
    return speed


def test_prompts_on_a_cpu_are_foretold_by_what_was_measured_of_their_kind() -> None:
    slow, fast = on_this_cpu("Q4_K"), on_this_cpu("Q8_0")
    assert slow.prefill_tps is not None
    assert fast.prefill_tps is not None
    # 6.98 billion parameters without embeddings and head, two operations each.
    assert slow.prefill_tps == pytest.approx(1e11 / (2 * 6.98e9), rel=0.01)
    assert fast.prefill_tps == pytest.approx(3 * slow.prefill_tps, rel=0.05)
    corrected = on_this_cpu("Q8_0", Corrections(prefill=(0.8, 0.8, 0.8)))
    assert corrected.prefill_tps == pytest.approx(0.8 * fast.prefill_tps)
    assert (corrected.prefill_band, corrected.band) == (0.1, 0.3)
    assert corrected.decode_tps == fast.decode_tps


def test_a_mixture_reads_only_the_experts_that_it_uses() -> None:
    mixture = model("qwen3-30B-A3B")
    active = active_weights_bytes(mixture)
    assert active < 0.15 * mixture.weights.total_bytes
    dense = model("llama-3.1-8B")
    embeddings = dense.weights.input.total_bytes
    assert active_weights_bytes(dense) == dense.weights.total_bytes - embeddings


def test_cache_read_at_a_depth() -> None:
    dense = model("llama-3.1-8B")
    assert kv_bytes_read(dense, OPTIONS, 4096) == 512 * MIB
    assert kv_bytes_read(dense, OPTIONS, 0) == 0
    sliding = model("gemma-3-12B")
    per_layer = 2 * 8 * 256 * 2  # keys and values of one token, F16
    expected = per_layer * (8 * 8192 + 40 * 1024)
    assert kv_bytes_read(sliding, OPTIONS, 8192) == pytest.approx(expected)


def test_a_device_of_unknown_speed_gives_no_number() -> None:
    found = model("llama-3.1-8B")
    estimate = estimate_memory(found, OPTIONS, HOST)
    assert estimate is not None
    assert predict(found, OPTIONS, estimate, {}) is None
