from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, sem, t

from denoising.intervals import mean_interval, paired_proportion_interval, proportion_interval

RANDOM = np.random.default_rng(1)
BOOTSTRAP: dict[str, Any] = {"resamples": 400, "seed": 1}


@pytest.mark.parametrize("count", [20, 60, 1000])
def test_intervals_of_a_mean_have_the_stated_coverage(count: int) -> None:
    """Of 1,000 samples from a distribution as skewed as per-image PSNR, about 95% of the intervals hold the mean."""
    samples = np.random.default_rng(1).gamma(9.0, size=(1000, count))
    found = [mean_interval(sample, **BOOTSTRAP) for sample in samples]
    covered = np.mean([one["low"] <= 9 <= one["high"] for one in found])
    assert 0.93 < covered < 0.97  # the counting error is 0.007


@pytest.mark.parametrize("count", [1, 2, 19])
def test_few_images_have_no_interval(count: int) -> None:
    values = np.full(count, 0.5)
    for found in (
        mean_interval(values, **BOOTSTRAP),
        proportion_interval(np.ones(count)),
        paired_proportion_interval(np.ones(count), np.zeros(count)),
    ):
        assert np.isnan([found["low"], found["high"]]).all()


def test_the_interval_of_few_hundred_values_is_that_of_student() -> None:
    values = RANDOM.normal(19.0, 2.0, 25)
    expected = t.interval(0.95, 24, values.mean(), sem(values))
    assert tuple(mean_interval(values, **BOOTSTRAP).values()) == pytest.approx(expected)


def test_an_interval_of_many_values_matches_the_normal_approximation() -> None:
    values = RANDOM.normal(19.0, 2.0, 10_000)
    found = mean_interval(values, resamples=2000, seed=1)
    half = 1.96 * values.std() / 100
    assert found["low"] == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert found["high"] == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_a_bootstrap_depends_on_the_seed_alone() -> None:
    values = RANDOM.normal(size=1000)
    assert mean_interval(values, resamples=200, seed=1) == mean_interval(values, resamples=200, seed=1)
    assert mean_interval(values, resamples=200, seed=1) != mean_interval(values, resamples=200, seed=2)


@pytest.mark.parametrize("count", [30, 2000])
def test_equal_values_have_an_interval_without_width(count: int) -> None:
    assert mean_interval(np.full(count, 7.0), **BOOTSTRAP) == {"low": 7.0, "high": 7.0}


def test_the_interval_of_a_proportion_is_that_of_wilson() -> None:
    """By hand, for 30 of 30: the low end is 30 / (30 + 1.96^2)."""
    found = proportion_interval(np.ones(30))
    assert found["low"] == pytest.approx(30 / (30 + norm.ppf(0.975) ** 2))
    assert found["high"] == pytest.approx(1)


@pytest.mark.parametrize(("pairs", "low", "high"), [((36, 12, 2, 0), 0.0569, 0.3404), ((36, 14, 0, 0), 0.1528, 0.4167)])
def test_the_interval_of_a_paired_difference_is_that_of_newcombe(
    pairs: tuple[int, ...], low: float, high: float
) -> None:
    """The examples of Newcombe (1998), method 10: pairs that are right in both, the first, the second, and neither."""
    one, other = np.repeat([1.0, 1, 0, 0], pairs), np.repeat([1.0, 0, 1, 0], pairs)
    found = paired_proportion_interval(one, other)
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=5e-5)


def test_pairs_without_discordance_still_leave_a_doubt() -> None:
    found = paired_proportion_interval(np.ones(1000), np.ones(1000))
    assert found["low"] == pytest.approx(-found["high"])
    assert 0.002 < found["high"] < 0.006


def test_groups_of_one_image_have_the_interval_of_student() -> None:
    values = RANDOM.normal(19.0, 2.0, 60)
    found = mean_interval(values, **BOOTSTRAP, groups=RANDOM.permutation(60))
    assert list(found.values()) == pytest.approx(list(mean_interval(values, **BOOTSTRAP).values()))


@pytest.mark.parametrize("sizes", [[5] * 30, [1, 2, 3, 4, 5, 6] * 6, [1] * 60 + [4] * 10])
def test_intervals_of_groups_have_the_stated_coverage(sizes: list[int]) -> None:
    """Captures of scenes: as independent images, they would cover the mean far less often."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    samples = [RANDOM.normal(size=len(sizes))[groups] + RANDOM.normal(0, 0.1, len(groups)) for _ in range(1000)]
    found = [mean_interval(sample, **BOOTSTRAP, groups=groups) for sample in samples]
    assert 0.92 < np.mean([one["low"] <= 0 <= one["high"] for one in found]) < 0.98
    single = [mean_interval(sample, **BOOTSTRAP) for sample in samples]
    assert np.mean([one["low"] <= 0 <= one["high"] for one in single]) < 0.85


@pytest.mark.parametrize("sizes", [[10] * 19, [1] * 24 + [100], [1] * 19 + [1000]])
def test_few_groups_or_one_large_group_have_no_interval(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    hits = np.ones(len(groups))
    for found in (
        mean_interval(hits, **BOOTSTRAP, groups=groups),
        proportion_interval(hits, groups=groups),
        paired_proportion_interval(hits, 0 * hits, groups=groups),
    ):
        assert np.isnan([found["low"], found["high"]]).all()


def test_proportions_of_groups_are_those_of_as_many_images() -> None:
    hits, others, groups = np.repeat([1.0, 0.0], [45, 5]), np.repeat([0.0, 1.0], [5, 45]), np.repeat(np.arange(50), 4)
    for found, expected in (
        (proportion_interval(np.repeat(hits, 4), groups=groups), proportion_interval(hits)),
        (proportion_interval(np.ones(200), groups=groups), proportion_interval(np.ones(50))),
        (
            paired_proportion_interval(np.repeat(hits, 4), np.repeat(others, 4), groups=groups),
            paired_proportion_interval(hits, others),
        ),
    ):
        assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-9)
