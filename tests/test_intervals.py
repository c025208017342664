import numpy as np
import pytest

from stages.lib.evaluate.scores import advantage
from stages.lib.evaluate.summary import average, summarise_classes, summarise_draws
from stages.lib.intervals import interval
from stages.lib.quality import psnr

RANDOM = np.random.default_rng(1)


def test_intervals_cover_the_true_mean_as_often_as_they_say() -> None:
    """Of 400 samples of 60 from a skewed distribution of mean 1, about 95% of the intervals hold the mean."""
    samples = RANDOM.exponential(1.0, (400, 60))
    found = [interval(sample, resamples=400, seed=number) for number, sample in enumerate(samples)]
    covered = np.mean([one["low"] <= 1 <= one["high"] for one in found])
    # Percentile intervals of so few, so skewed values cover a little less; the counting error is 0.011.
    assert 0.90 < covered < 0.975


def test_an_interval_is_that_of_the_normal_law_for_many_values() -> None:
    values = RANDOM.normal(19.0, 2.0, 10_000)
    found = interval(values, resamples=2000, seed=1)
    half = 1.96 * values.std() / 100
    assert found["low"] == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert found["high"] == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_an_interval_follows_the_seed_and_knows_when_there_is_nothing_to_resample() -> None:
    values = RANDOM.normal(size=100)
    assert interval(values, resamples=200, seed=1) == interval(values, resamples=200, seed=1)
    assert interval(values, resamples=200, seed=1) != interval(values, resamples=200, seed=2)
    assert interval(np.full(3, 7.0), resamples=200, seed=1) == {"low": 7.0, "high": 7.0}


def test_the_interval_of_a_share_is_that_of_wilson_and_never_without_width() -> None:
    """By hand, for 30 of 30: the low end is 30 / (30 + 1.96^2)."""
    found = interval(np.ones(30), resamples=200, seed=1, share=True)
    assert found["low"] == pytest.approx(30 / (30 + 1.959964**2))
    assert found["high"] == pytest.approx(1)
    assert interval(np.ones(30), resamples=200, seed=1) == {"low": 1.0, "high": 1.0}  # such as 30 perfect images
    found = interval(np.repeat([0.0, 1.0], [20, 80]), resamples=200, seed=1, share=True)
    assert found["low"] < 0.8 < found["high"]
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * np.sqrt(0.8 * 0.2 / 100), rel=0.05)


def scores(error: np.ndarray) -> dict[str, np.ndarray]:
    return {"mse": error, "psnr": psnr(error), "ssim": 1 - error, "recognised": (error < 0.02).astype(np.float64)}


def test_draws_are_averaged_image_by_image_and_their_spread_is_told() -> None:
    noisy = scores(np.full(50, 0.1))
    draws = [{"noisy": noisy, "denoised": scores(RANDOM.uniform(0.005, 0.02, 50))} for _ in range(3)]
    found = summarise_draws(draws, resamples=200, seed=1)
    of_draws = [draw["denoised"]["psnr"].mean() for draw in draws]
    assert found["denoised"]["psnr"] == pytest.approx(np.mean(of_draws))
    assert found["draws"]["denoised"]["psnr"] == pytest.approx({"least": min(of_draws), "most": max(of_draws)})
    assert found["gain"]["psnr"] == pytest.approx(np.mean(of_draws) - 10)
    for name in ("denoised", "gain"):
        for metric in ("psnr", "ssim"):
            between = found["interval"][name][metric]
            assert between["low"] < found[name][metric] < between["high"]


def test_a_paired_interval_is_narrower_than_that_of_either_score() -> None:
    difficulty = RANDOM.uniform(0.05, 0.2, 500)
    noisy, denoised = scores(difficulty), scores(difficulty * RANDOM.uniform(0.09, 0.11, 500))
    found = summarise_draws([{"noisy": noisy, "denoised": denoised}], resamples=500, seed=1)["interval"]
    width = {name: found[name]["psnr"]["high"] - found[name]["psnr"]["low"] for name in found}
    assert width["gain"] < 0.5 * width["denoised"]


def test_an_advantage_is_positive_where_one_is_better_in_every_metric() -> None:
    found = advantage(scores(np.array([0.01, 0.2])), scores(np.array([0.1, 0.2])))
    assert found["mse"] == pytest.approx([0.09, 0])
    assert found["psnr"] == pytest.approx([10, 0])
    assert found["ssim"] == pytest.approx([0.09, 0])
    assert found["recognised"].tolist() == [1, 0]


def test_the_average_is_taken_over_draws_and_not_over_images() -> None:
    found = average([{"mse": np.array([1.0, 2.0])}, {"mse": np.array([3.0, 6.0])}])
    assert found["mse"].tolist() == [2.0, 4.0]


def test_classes_are_summed_up_each_for_itself() -> None:
    labels = np.array([3, 1, 3, 1, 1], np.uint8)
    error = np.array([0.1, 0.01, 0.1, 0.001, 0.0001])
    table = summarise_classes({"noisy": scores(error), "denoised": scores(error)}, labels, resamples=100, seed=1)
    assert table["label"] == [1, 3]
    assert table["images"] == [3, 2]
    assert table["denoised_psnr"] == pytest.approx([30, 10])
    assert table["denoised_psnr_low"][1] == pytest.approx(10)
    assert table["denoised_psnr_low"][0] < 30 < table["denoised_psnr_high"][0]
