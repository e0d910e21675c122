"""The meters: values in words, scales, gaps, and what gives way when room is short."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.domain.context_look import ContextLook
from app.domain.engine import ServerLoad, Timings
from app.domain.hardware import GpuSample, MachineSample
from app.ui.artwork import body_font, secondary_font
from app.ui.theme import DARK
from app.ui.widgets.meter_strip import MeterStrip
from app.ui.widgets.sparkline import (
    WINDOW_SECONDS,
    Sparkline,
    binary_ceiling,
    decimal_ceiling,
)
from tests.fakes.timings import timings

GIB = 2**30
GPU = GpuSample(
    name="RTX", used_bytes=6 * GIB, total_bytes=12 * GIB, load_percent=87.0, power_watts=168.4
)


def told(**changes: object) -> Timings:
    facts = {"ttft_ms": 183.0, "prefill_tps": 2310.0, "decode_tps": 104.2}
    return timings(context_used_tokens=1204, **(facts | changes))


def sample(at_seconds: float = 0.0, **changes: object) -> MachineSample:
    facts: dict[str, object] = {
        "at_seconds": at_seconds,
        "ram_used_bytes": 8 * GIB,
        "ram_total_bytes": 32 * GIB,
        "workers": {7: 512 * 2**20},
    }
    return MachineSample(**(facts | changes))


@pytest.fixture
def strip(qtbot: QtBot) -> MeterStrip:
    made = MeterStrip(DARK)
    qtbot.addWidget(made)
    made.resize(1600, 64)
    made.show()
    return made


def shown(strip: MeterStrip) -> dict[str, str]:
    keys = ("ttft", "prefill", "decode", "context", "worker", "ram")
    keys += ("gpu_memory", "gpu_load", "gpu_power")
    return {key: strip.meter(key).text for key in keys if strip.meter(key).isVisible()}


def cut_off(strip: MeterStrip) -> list[str]:
    labels = [label for label in strip.findChildren(QLabel) if label.isVisible()]
    return [each.text() for each in labels if each.width() < each.sizeHint().width()]


def test_before_anything_is_known_the_words_say_so(strip: MeterStrip) -> None:
    assert shown(strip) == dict.fromkeys(
        ("ttft", "prefill", "decode", "context", "worker", "ram"), "not available"
    )


def test_words_in_place_of_a_value_are_small_from_the_first_paint_on(
    strip: MeterStrip, qtbot: QtBot
) -> None:
    def sizes() -> set[tuple[bool, int]]:
        meters = [strip.meter(key) for key in shown(strip)]
        return {(each.text == "not available", each._text.font().pixelSize()) for each in meters}

    small, usual = secondary_font().pixelSize(), body_font().pixelSize()
    assert sizes() == {(True, small)}
    strip.show_sample(sample(gpus=(GPU,)))
    qtbot.waitUntil(strip.meter("gpu_load").isVisible)
    assert sizes() == {(True, small), (False, usual)}


def test_readings_of_a_reply(strip: MeterStrip) -> None:
    strip.show_timings(told())
    values = shown(strip)
    assert values["ttft"] == "183 ms"
    assert values["prefill"] == "2,310 t/s"
    assert values["decode"] == "104 t/s"
    assert values["context"] == "1,204"
    assert strip.meter("context").sparkline.scale == 8192
    assert strip.meter("context").accessibleDescription() == "1,204 of 8,192"


def test_rates_that_are_not_known_yet(strip: MeterStrip) -> None:
    strip.show_timings(told(ttft_ms=None, decode_tps=None))
    assert shown(strip)["decode"] == "not available"
    assert shown(strip)["prefill"] == "2,310 t/s"


def test_machine_without_gpu_shows_no_gpu_meters(strip: MeterStrip) -> None:
    strip.show_model(8192, 7)
    strip.show_sample(sample())
    values = shown(strip)
    assert values["ram"] == "8.00 GiB"
    assert values["worker"] == "512 MiB"
    assert "gpu_memory" not in values


def test_machine_with_gpu(strip: MeterStrip) -> None:
    strip.show_sample(sample(gpus=(GPU,)))
    values = shown(strip)
    assert values["gpu_memory"] == "6.00 GiB"
    assert values["gpu_load"] == "87 %"
    assert values["gpu_power"] == "168 W"
    assert strip.meter("gpu_memory").sparkline.scale == 12 * GIB


def test_two_gpus_are_added_up_and_the_busiest_counts(strip: MeterStrip) -> None:
    other = GpuSample(name="Old", used_bytes=GIB, total_bytes=4 * GIB, load_percent=3.0)
    strip.show_sample(sample(gpus=(GPU, other)))
    values = shown(strip)
    assert values["gpu_memory"] == "7.00 GiB"
    assert values["gpu_load"] == "87 %"
    assert values["gpu_power"] == "168 W"


def test_gpu_that_tells_nothing_is_not_available(strip: MeterStrip) -> None:
    strip.show_sample(sample(gpus=(GpuSample(name="mute"),)))
    assert shown(strip)["gpu_power"] == "not available"


def test_memory_is_that_of_the_shown_chats_model(strip: MeterStrip) -> None:
    several = {7: 512 * 2**20, 8: 2**30, 9: None}
    for process, text in ((7, "512 MiB"), (8, "1.00 GiB"), (9, "not available")):
        strip.show_model(8192, process)
        strip.show_sample(sample(float(process), workers=several))
        assert shown(strip)["worker"] == text


def test_value_that_goes_away_is_not_kept(strip: MeterStrip) -> None:
    strip.show_model(8192, 7)
    strip.show_sample(sample())
    assert shown(strip)["worker"] == "512 MiB"
    strip.show_sample(sample(0.5, workers={7: None}))
    assert shown(strip)["worker"] == "not available"


def test_ejecting_clears_what_belonged_to_the_model(strip: MeterStrip) -> None:
    strip.show_timings(told())
    strip.show_model(None, None)
    assert shown(strip)["decode"] == shown(strip)["context"] == "not available"
    strip.show_look(counted(12))  # a count that comes too late
    assert shown(strip)["context"] == "not available"


def counted(tokens: int, *, is_exact: bool = True) -> ContextLook:
    """So many tokens of a chat, and a draft."""
    return ContextLook(
        context_tokens=4096,
        reserve_tokens=512,
        system_tokens=2,
        history_tokens=tokens - 2,
        attachment_tokens=30,
        draft_tokens=40,
        is_exact=is_exact,
    )


def test_context_of_a_chat_without_a_reply_is_what_was_counted(strip: MeterStrip) -> None:
    strip.show_model(4096, None)
    assert shown(strip)["context"] == "not available", "nothing is counted yet"
    strip.show_look(counted(483))
    assert shown(strip)["context"] == "483"
    strip.show_look(counted(500, is_exact=False))
    assert shown(strip)["context"] == "483", "what is estimated is no reading"
    strip.show_timings(told())
    strip.show_look(counted(12))
    assert shown(strip)["context"] == "1,204", "a reply streams"
    strip.clear_reply()
    assert shown(strip)["context"] == "not available"


def test_curves_of_the_reply_pause_when_it_ends_and_the_value_stays(strip: MeterStrip) -> None:
    strip.show_timings(told())
    strip.show_sample(sample(1.0))
    strip.end_generation()
    strip.show_sample(sample(1.5))
    assert strip.meter("decode").sparkline.readings == [(1.0, 104.2), (1.5, None)]
    assert shown(strip)["decode"] == "104 t/s"
    assert [value for _, value in strip.meter("ram").sparkline.readings] == [8 * GIB] * 2


@pytest.mark.parametrize("gpus", [(), (GPU,)])
@pytest.mark.parametrize("width", [720, 880, 1000, 1240, 1600])
def test_nothing_is_cut_off_at_any_width(
    strip: MeterStrip, qtbot: QtBot, width: int, gpus: tuple[GpuSample, ...]
) -> None:
    strip.show_model(8192, 7)
    strip.show_timings(told(prefill_tps=12345.0))
    strip.show_sample(sample(gpus=gpus))
    strip.resize(width, strip.height())
    qtbot.waitUntil(lambda: cut_off(strip) == [])
    assert strip.width() == width
    meters = [strip.meter(key) for key in shown(strip)]
    assert len(meters) >= 6
    assert strip.meter("decode").sparkline.isVisible()
    right = 0
    for meter in meters:
        assert meter.geometry().left() >= right
        right = meter.geometry().right()
    assert right <= width


def test_six_meters_have_their_curves_at_1000_pixels(strip: MeterStrip) -> None:
    strip.show_sample(sample())
    strip.resize(1000, strip.height())
    assert all(strip.meter(key).sparkline.isVisible() for key in shown(strip))


def test_least_important_give_way_first(strip: MeterStrip) -> None:
    strip.show_sample(sample(gpus=(GPU,)))
    strip.resize(600, strip.height())
    assert "decode" in shown(strip)
    assert "gpu_power" not in shown(strip)


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [(0, 1), (0.3, 0.5), (1, 1), (1.01, 2), (104, 200), (200, 200), (501, 1000)],
)
def test_decimal_scale(value: float, ceiling: float) -> None:
    assert decimal_ceiling(value) == pytest.approx(ceiling)


@pytest.mark.parametrize(("value", "ceiling"), [(0, 2**20), (2**20 + 1, 2**21), (GIB, GIB)])
def test_binary_scale(value: float, ceiling: float) -> None:
    assert binary_ceiling(value) == ceiling


def test_sparkline_keeps_one_minute_and_does_not_join_over_gaps(qtbot: QtBot) -> None:
    line = Sparkline(DARK, DARK.accent)
    qtbot.addWidget(line)
    for tick in range(200):
        line.append(tick * 0.5, 5.0 if tick != 150 else None)
    times = [at for at, _ in line.readings]
    assert times[-1] - times[0] <= WINDOW_SECONDS
    assert len(line._runs()) == 2
    assert line.highest == 5.0


def test_sparkline_draws_its_curve_in_its_colour(qtbot: QtBot) -> None:
    line = Sparkline(DARK, "#00ff00")
    qtbot.addWidget(line)
    line.resize(100, 20)
    empty = line.grab().toImage()
    for tick in range(100):
        line.append(tick * 0.5, 0.5)
    drawn = line.grab().toImage()
    middle = [drawn.pixelColor(80, y) for y in range(6, 14)]
    assert drawn != empty
    assert any(colour.green() > 200 and colour.red() < 60 for colour in middle)


def test_what_a_server_tells_is_shown_and_what_it_does_not_is_not_available(
    strip: MeterStrip,
) -> None:
    assert not strip.meter("server_requests").isVisible()
    load = ServerLoad(running_requests=2, waiting_requests=1, kv_used_fraction=0.25)
    strip.show_timings(told(clock="client", server_load=load))
    assert strip.meter("server_requests").text == "3"
    assert strip.meter("server_cache").text == "25 %"
    assert strip.meter("server_requests").isVisible()
    strip.show_timings(told(clock="client", prompt_tokens=0, context_tokens=0))
    assert strip.meter("context").text == "not available"
    assert not strip.meter("server_requests").isVisible()
    strip.show_model(0, None)
    assert strip.meter("context").text == "not available"
    assert strip.meter("context")._scale.text() == "", "no end is known"
