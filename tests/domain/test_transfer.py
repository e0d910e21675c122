"""Rates that are honest, waits that grow, ranges and names that are checked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DownloadError
from app.domain.transfer import RateMeter, backoff_seconds, check_path, parse_content_range


def test_rate_is_that_of_the_window() -> None:
    meter = RateMeter(window_seconds=10)
    for second in range(30):
        meter.add(float(second), 1000 * second)
    assert meter.bytes_per_second == 1000
    assert meter.eta_seconds(5000) == 5
    for second in range(30, 41):
        meter.add(float(second), 29_000)
    assert meter.bytes_per_second == 0
    assert meter.eta_seconds(5000) is None, "nothing comes: nobody knows"


def test_a_line_that_stands_still_has_no_rate_before_the_window_has_passed() -> None:
    meter = RateMeter(window_seconds=10)
    for tenth in range(50):
        meter.add(tenth / 10, 1000 * tenth)
    assert meter.quiet_seconds == 0
    meter.add(6.0, 49_000)
    assert meter.bytes_per_second > 0, "a gap of a second is no stall"
    meter.add(6.5, 49_000)
    assert (meter.bytes_per_second, meter.eta_seconds(5000)) == (0, None)
    assert meter.quiet_seconds == pytest.approx(1.6)
    meter.add(7.0, 50_000)
    assert (meter.quiet_seconds, meter.bytes_per_second) == (0, pytest.approx(50_000 / 7))


def test_a_guess_is_no_eta() -> None:
    meter = RateMeter()
    assert meter.eta_seconds(100) is None
    meter.add(0.0, 0)
    meter.add(0.5, 50)
    assert meter.eta_seconds(100) is None
    assert meter.eta_seconds(0) == 0
    meter.add(1.0, 100)
    assert meter.eta_seconds(100) == 1


def test_bytes_that_were_thrown_away_are_no_negative_rate() -> None:
    meter = RateMeter()
    meter.add(0.0, 1000)
    meter.add(2.0, 0)
    assert meter.bytes_per_second == 0
    assert meter.eta_seconds(10) is None


def test_waits_double_up_to_a_limit() -> None:
    assert [backoff_seconds(n, 0.5) for n in (1, 2, 3, 4, 9)] == [1, 2, 4, 8, 30]
    assert backoff_seconds(1, 0.0) < backoff_seconds(1, 1.0)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes 0-99/1000", (0, 100, 1000)),
        ("bytes 5-5/6", (5, 6, 6)),
        ("bytes 0-99/*", None),
        ("bytes */1000", None),
        ("items 0-9/10", None),
        ("bytes 0-99/1000, 5-6/7", None),
        ("", None),
        (None, None),
    ],
)
def test_content_range(header: str | None, expected: tuple[int, int, int] | None) -> None:
    assert parse_content_range(header) == expected


@pytest.mark.parametrize(
    "path", ["a.gguf", "Q4/a-b_c.1.gguf", "ä ö.gguf", "[x] (1), 'q' & more.gguf", "-rf", "🦙.gguf"]
)
def test_usual_names_pass(path: str) -> None:
    assert check_path(path) == path


@given(st.text(max_size=40))
def test_a_name_that_passes_stays_inside(path: str) -> None:
    """Whatever comes in, what passes has plain parts alone."""
    try:
        check_path(path)
    except DownloadError:
        return
    assert all(part not in {"", ".", ".."} for part in path.split("/"))
    assert not any(letter in path for letter in '\\:\0*?"<>|')
