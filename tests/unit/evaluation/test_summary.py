import numpy as np
import pytest

from denoising.evaluation.per_image import per_image_table
from denoising.evaluation.summary import (
    average_scores,
    mean_scores,
    summarize_classes,
    summarize_classification,
    summarize_realizations,
)
from denoising.io.splits import CleanSplit
from denoising.metrics import psnr_from_mse

RANDOM = np.random.default_rng(1)


def scores(error: np.ndarray) -> dict[str, np.ndarray]:
    accuracy = (error < 0.02).astype(np.float64)
    return {"mse": error, "psnr": psnr_from_mse(error), "ssim": 1 - error, "accuracy": accuracy}


def test_realizations_are_averaged_per_image_and_their_range_is_reported() -> None:
    noisy = scores(np.full(50, 0.1))
    draws = [{"noisy": noisy, "denoised": scores(RANDOM.uniform(0.005, 0.02, 50))} for _ in range(3)]
    found = summarize_realizations(draws, resamples=200, seed=1)
    of_draws = [draw["denoised"]["psnr"].mean() for draw in draws]
    assert found["denoised"]["psnr"] == pytest.approx(np.mean(of_draws))
    assert found["range_over_noise_draws"]["denoised"]["psnr"] == pytest.approx(
        {"min": min(of_draws), "max": max(of_draws)}
    )
    assert found["gain"]["psnr"] == pytest.approx(np.mean(of_draws) - 10)
    for name in ("denoised", "gain"):
        for metric in ("psnr", "ssim"):
            between = found["intervals"][name][metric]
            assert between["low"] < found[name][metric] < between["high"]


def test_a_paired_interval_is_narrower_than_that_of_either_score() -> None:
    difficulty = RANDOM.uniform(0.05, 0.2, 500)
    noisy, denoised = scores(difficulty), scores(difficulty * RANDOM.uniform(0.09, 0.11, 500))
    found = summarize_realizations([{"noisy": noisy, "denoised": denoised}], resamples=500, seed=1)["intervals"]
    width = {name: found[name]["psnr"]["high"] - found[name]["psnr"]["low"] for name in found}
    assert width["gain"] < 0.5 * width["denoised"]


def test_scores_are_averaged_over_realizations_not_over_images() -> None:
    found = average_scores([{"mse": np.array([1.0, 2.0])}, {"mse": np.array([3.0, 6.0])}])
    assert found["mse"].tolist() == [2.0, 4.0]


def test_each_class_is_summarised_separately() -> None:
    labels = np.repeat(np.array([3, 1, 3, 1], np.uint8), [10, 20, 5, 40])
    error = np.repeat([0.1, 0.01, 0.1, 0.0001], [10, 20, 5, 40])
    table = summarize_classes({"noisy": scores(error), "denoised": scores(error)}, labels, resamples=100, seed=1)
    assert table["label"] == [1, 3]
    assert table["images"] == [60, 15]
    assert table["denoised_psnr"] == pytest.approx([100 / 3, 10])
    assert table["denoised_psnr_low"][0] < 100 / 3 < table["denoised_psnr_high"][0]
    assert np.isnan(table["denoised_psnr_low"][1])  # of 15 images there is no interval
    assert np.isnan(table["gain_accuracy_high"][1])


def test_repaired_flipped_and_lost_images_are_counted() -> None:
    labels = np.ones(6, np.uint8)
    seen = {"noisy": [7, 1, 7, 1, 7, 1], "denoised": [1, 7, 7, 1, 1, 7]}
    scores = {name: {"class": np.array(classes, np.float64)} for name, classes in seen.items()}
    clean_class = np.array([1, 1, 1, 1, 7, 7], np.uint8)  # what is not read when clean is no one's merit or fault
    split = CleanSplit("test", np.zeros((6, 8, 8, 1), np.uint8), labels)
    images = per_image_table(scores, split, clean_class=clean_class, filtered=np.array([0, 3]))
    summary = summarize_classification(images)
    assert (summary["repaired"], summary["flipped"], summary["lost"]) == (1, 1, 1)
    assert summary["clean"]["accuracy"] == 4 / 6
    assert images["filtered"].tolist() == [1, 0, 0, 1, 0, 0]


def test_the_mean_of_psnr_is_never_below_the_psnr_of_the_mean() -> None:
    error = RANDOM.uniform(0.001, 0.2, 5)
    summary = mean_scores({"mse": error, "psnr": psnr_from_mse(error)})
    assert summary["psnr"] > summary["psnr_of_mean_mse"]
    assert summary["psnr_of_mean_mse"] == pytest.approx(10 * np.log10(1 / summary["mse"]))
