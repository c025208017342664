"""Whether an evaluation tells good denoisers from bad ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from denoising.evaluation.noise_realizations import new_noise, stored_noise
from denoising.evaluation.scores import improvement, score_realizations
from denoising.evaluation.summary import summarize_realizations
from denoising.images import as_float
from denoising.inference.classifier import Classify
from denoising.inference.denoiser import Denoise
from denoising.io.splits import Split
from denoising.metrics import psnr, psnr_from_mse
from denoising.noise.models import Noise, add_noise

Evaluate = Callable[[Denoise], dict[str, Any]]


@pytest.fixture
def evaluate(split: Split, classify: Classify) -> Evaluate:
    """Return a function that summarises what a denoiser makes of the split."""

    def summary(denoise: Denoise) -> dict[str, Any]:
        scores = score_realizations(split, denoise, classify, batch_size=32, realizations=[stored_noise(split)])
        return summarize_realizations(scores, resamples=200, seed=1)

    return summary


def test_a_perfect_denoiser_gets_perfect_scores(evaluate: Evaluate, perfect: Denoise) -> None:
    summary = evaluate(perfect)
    assert summary["denoised"]["psnr"] == 100
    assert summary["denoised"]["ssim"] == pytest.approx(1)
    assert summary["denoised"]["accuracy"] > 0.9
    assert summary["gain"]["accuracy"] > 0


def test_a_denoiser_that_does_nothing_gains_exactly_nothing(evaluate: Evaluate) -> None:
    summary = evaluate(lambda noisy: noisy)
    assert summary["gain"] == {"mse": 0, "psnr": 0, "ssim": 0, "accuracy": 0}
    assert summary["intervals"]["gain"]["psnr"] == {"low": 0, "high": 0}


def test_a_denoiser_that_returns_black_is_exposed_by_ssim_and_recognition(evaluate: Evaluate) -> None:
    summary = evaluate(np.zeros_like)
    assert summary["gain"]["psnr"] > -1  # PSNR alone would hardly mind
    assert summary["gain"]["ssim"] < 0
    assert summary["denoised"]["accuracy"] < 0.25
    assert summary["intervals"]["gain"]["accuracy"]["high"] < 0


def test_a_denoiser_that_shifts_the_image_is_exposed(evaluate: Evaluate, perfect: Denoise) -> None:
    summary = evaluate(lambda noisy: np.roll(perfect(noisy), 3, axis=2))
    assert summary["denoised"]["psnr"] < 12
    assert summary["denoised"]["ssim"] < 0.6


def scores(error: np.ndarray) -> dict[str, np.ndarray]:
    accuracy = (error < 0.02).astype(np.float64)
    return {"mse": error, "psnr": psnr_from_mse(error), "ssim": 1 - error, "accuracy": accuracy}


def test_an_improvement_is_positive_in_every_metric() -> None:
    found = improvement(scores(np.array([0.01, 0.2])), scores(np.array([0.1, 0.2])))
    assert found["mse"] == pytest.approx([0.09, 0])
    assert found["psnr"] == pytest.approx([10, 0])
    assert found["ssim"] == pytest.approx([0.09, 0])
    assert found["accuracy"].tolist() == [1, 0]


def test_new_noise_differs_from_batch_to_batch(split: Split, classify: Classify) -> None:
    """An image has the noise of its own index, whatever batch it is in."""
    noise, key = Noise("gaussian", 0.5), (2, 1)
    realizations = [new_noise(noise, seed=7, key=key)]
    (scores,) = score_realizations(split, lambda noisy: noisy, classify, batch_size=32, realizations=realizations)
    clean = as_float(split.clean)
    assert scores["noisy"]["psnr"].tolist() == psnr(clean, add_noise(clean, noise, seed=7, key=key)).tolist()


def test_realizations_are_scored_each_with_its_own_noise(split: Split, classify: Classify) -> None:
    realizations = [stored_noise(split), new_noise(Noise("gaussian", 0.1), seed=1, key=(2, 1))]
    first, second = score_realizations(split, np.zeros_like, classify, batch_size=32, realizations=realizations)
    assert first["noisy"]["psnr"].mean() < 11 < 20 < second["noisy"]["psnr"].mean()
    assert first["denoised"]["psnr"].tolist() == second["denoised"]["psnr"].tolist()
