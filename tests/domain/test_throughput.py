"""The latencies between the tokens of a reply."""

from __future__ import annotations

import pytest

from app.domain.engine import ReasoningDelta, TextDelta
from app.domain.throughput import TokenClock
from tests.fakes.timings import timings


def test_there_is_no_latency_before_the_second_token() -> None:
    clock = TokenClock()
    assert clock.speed() is None
    clock.add(TextDelta("a", timings(elapsed_ms=500.0)))
    assert clock.speed() is None


def test_the_time_to_the_first_token_does_not_count() -> None:
    clock = TokenClock()
    for elapsed_ms in (5000.0, 5010.0, 5030.0):
        clock.add(TextDelta("a", timings(elapsed_ms=elapsed_ms)))
    speed = clock.speed()
    assert speed is not None
    assert speed.itl_p50_ms == pytest.approx(15.0)
    assert speed.itl_p99_ms == pytest.approx(19.9)


def test_a_single_stall_shows_in_the_highest_percentile_only() -> None:
    clock = TokenClock()
    elapsed_ms = 0.0
    for number in range(201):
        elapsed_ms += 400.0 if number == 100 else 10.0
        delta = TextDelta if number % 2 else ReasoningDelta
        clock.add(delta("", timings(elapsed_ms=elapsed_ms)))
    speed = clock.speed()
    assert speed is not None
    assert (speed.itl_p50_ms, speed.itl_p95_ms) == pytest.approx((10.0, 10.0))
    assert speed.itl_p99_ms == pytest.approx(10.0)
    for _ in range(4):
        elapsed_ms += 400.0
        clock.add(TextDelta("", timings(elapsed_ms=elapsed_ms)))
    slower = clock.speed()
    assert slower is not None
    assert slower.itl_p95_ms == pytest.approx(10.0)
    assert slower.itl_p99_ms == pytest.approx(400.0)
