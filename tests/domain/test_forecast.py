"""Forecasts: which GPUs share a model, and that the options say exactly what was priced."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.forecast import Forecast, forecast
from app.domain.forecast_text import speed_sentence
from app.domain.hardware import Device
from app.domain.load_options import LoadOptions
from app.domain.placement import Machine
from app.domain.speed import Throughput
from app.domain.units import GIB
from tests.domain.test_placement import machine, model

MODEL = model("qwen3-30B-A3B")  # 17 GiB at 4 bits


def foretold(options: LoadOptions, here: Machine) -> Forecast:
    return forecast(MODEL, options, here, {}, {})


def test_cards_of_one_kind_share_what_one_alone_cannot_hold() -> None:
    found = foretold(LoadOptions(device="CUDA0"), machine(64, 12, 16))
    assert found.placement.fit == "fits"
    assert (found.options.device, found.options.more_devices) == ("CUDA1", ("CUDA0",))
    assert found.options.tensor_split == pytest.approx((16 * 1024, 12 * 1024))
    on_cards = [device.weights_bytes for device in found.estimate.devices[1:]]
    assert on_cards[0] / on_cards[1] == pytest.approx(16 / 12, rel=0.1)
    again = foretold(found.options, machine(64, 12, 16))
    assert again.estimate == found.estimate


def test_one_card_is_enough_where_it_is() -> None:
    found = foretold(LoadOptions(device="CUDA0"), machine(64, 12, 24))
    assert (found.options.device, found.options.more_devices) == ("CUDA1", ())
    assert found.options.tensor_split == ()


def test_shares_that_are_asked_for_stay() -> None:
    asked = LoadOptions(device="CUDA0", more_devices=("CUDA1",), tensor_split=(1, 3))
    found = foretold(asked, machine(64, 24, 24))
    assert (found.options.more_devices, found.options.tensor_split) == (("CUDA1",), (1, 3))
    first, second = (device.weights_bytes for device in found.estimate.devices[1:])
    assert second / first == pytest.approx(3, rel=0.15)


def test_a_card_of_another_kind_or_without_memory_of_its_own_does_not_help() -> None:
    here = machine(64, 12)
    other = Device(name="Vulkan0", kind="vulkan", description="", free_bytes=16 * GIB)
    shared = msgspec.structs.replace(here.gpus[0], name="CUDA1", is_integrated=True)
    here = msgspec.structs.replace(here, gpus=(*here.gpus, other, shared))
    found = foretold(LoadOptions(device="CUDA0"), here)
    assert found.placement.fit == "partial"
    assert found.options.more_devices == ()


def test_speed_is_told_at_the_beginning_and_with_the_context_full() -> None:
    here = machine(64)
    rates = {here.host.name: Throughput(bandwidth_bytes_per_second=5e10)}
    sentences = []
    for tokens in (512, 32_768):
        speed = forecast(MODEL, LoadOptions(context_tokens=tokens), here, rates, {}).speed
        assert speed is not None
        assert speed.full_decode_tps is not None
        assert speed.full_decode_tps < speed.decode_tps
        sentences.append(speed_sentence(speed))
    short, long = sentences
    assert "context full" not in short
    assert "With the context full: about " in long
