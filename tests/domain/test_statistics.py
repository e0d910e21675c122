"""Percentiles against the standard library's, and at their edges."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.statistics import percentiles

SAMPLES = st.lists(st.floats(min_value=-1e9, max_value=1e9), min_size=2, max_size=200)


@given(SAMPLES)
def test_percentiles_are_those_of_the_standard_library(samples: list[float]) -> None:
    expected = statistics.quantiles(samples, n=100, method="inclusive")
    found = percentiles(samples, [number / 100 for number in range(1, 100)])
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(SAMPLES)
def test_the_ends_are_the_least_and_the_greatest(samples: list[float]) -> None:
    assert percentiles(samples, (0, 1)) == (min(samples), max(samples))


def test_known_values() -> None:
    assert percentiles([4.0, 1.0, 3.0, 2.0], (0.5, 0.25)) == (2.5, 1.75)
    assert percentiles([7.0], (0.0, 0.5, 0.99)) == (7.0, 7.0, 7.0)


@pytest.mark.parametrize("fraction", [-0.01, 1.01, float("nan")])
def test_no_samples_and_no_fraction_are_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentiles([], (0.5,))
    with pytest.raises(ValueError, match="from 0 to 1"):
        percentiles([1.0], (fraction,))
