import numpy as np
import pytest

from denoising.intervals import confidence_interval

RANDOM = np.random.default_rng(1)


def test_intervals_have_the_stated_coverage() -> None:
    """Of 400 samples of 60 from a skewed distribution of mean 1, about 95% of the intervals hold the mean."""
    samples = RANDOM.exponential(1.0, (400, 60))
    found = [confidence_interval(sample, resamples=400, seed=number) for number, sample in enumerate(samples)]
    covered = np.mean([one["low"] <= 1 <= one["high"] for one in found])
    # Percentile intervals of so few, so skewed values cover a little less; the counting error is 0.011.
    assert 0.90 < covered < 0.975


def test_an_interval_of_many_values_matches_the_normal_approximation() -> None:
    values = RANDOM.normal(19.0, 2.0, 10_000)
    found = confidence_interval(values, resamples=2000, seed=1)
    half = 1.96 * values.std() / 100
    assert found["low"] == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert found["high"] == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_an_interval_depends_on_the_seed_alone_and_has_no_width_for_equal_values() -> None:
    values = RANDOM.normal(size=100)
    assert confidence_interval(values, resamples=200, seed=1) == confidence_interval(values, resamples=200, seed=1)
    assert confidence_interval(values, resamples=200, seed=1) != confidence_interval(values, resamples=200, seed=2)
    assert confidence_interval(np.full(3, 7.0), resamples=200, seed=1) == {"low": 7.0, "high": 7.0}


def test_the_interval_of_a_proportion_is_that_of_wilson() -> None:
    """By hand, for 30 of 30: the low end is 30 / (30 + 1.96^2)."""
    found = confidence_interval(np.ones(30), resamples=200, seed=1, is_proportion=True)
    assert found["low"] == pytest.approx(30 / (30 + 1.959964**2))
    assert found["high"] == pytest.approx(1)
    assert confidence_interval(np.ones(30), resamples=200, seed=1) == {
        "low": 1.0,
        "high": 1.0,
    }  # such as 30 perfect images
    found = confidence_interval(np.repeat([0.0, 1.0], [20, 80]), resamples=200, seed=1, is_proportion=True)
    assert found["low"] < 0.8 < found["high"]
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * np.sqrt(0.8 * 0.2 / 100), rel=0.05)
