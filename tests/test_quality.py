from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from skimage import metrics

from stages.lib.backend import tensorflow as tf
from stages.lib.evaluate.summary import summarise
from stages.lib.images import as_float
from stages.lib.prepare.cache import load_arrays
from stages.lib.quality import mse, psnr, ssim, ssim_gaussian_window

RANDOM = np.random.default_rng(1)
CLEAN = RANDOM.random((5, 28, 28, 1), np.float32)
OTHER = np.clip(CLEAN + RANDOM.normal(0, 0.2, CLEAN.shape), 0, 1).astype(np.float32)


def test_mse_and_psnr_of_a_known_difference() -> None:
    error = mse(np.zeros((2, 4, 4, 1), np.float32), np.full((2, 4, 4, 1), 0.5, np.float32))
    assert error.tolist() == [0.25, 0.25]
    assert psnr(error) == pytest.approx([6.0206, 6.0206], abs=1e-4)  # 10 log10(4)


def test_a_perfect_image_has_a_hundred_decibels() -> None:
    assert psnr(mse(CLEAN, CLEAN)).tolist() == [100.0] * 5


def test_psnr_is_that_of_scikit_image_and_of_tensorflow() -> None:
    ours = psnr(mse(CLEAN, OTHER))
    theirs = [metrics.peak_signal_noise_ratio(a, b, data_range=1) for a, b in zip(CLEAN, OTHER, strict=True)]
    assert ours == pytest.approx(theirs, abs=1e-4)  # theirs in float32
    assert ours == pytest.approx(tf.image.psnr(CLEAN, OTHER, max_val=1.0).numpy(), abs=1e-3)


CONVENTIONS = [
    (ssim, {}),
    (ssim_gaussian_window, {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}),
]


@pytest.mark.parametrize(("ours", "convention"), CONVENTIONS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (33, 20, 3)])
def test_ssim_is_that_of_scikit_image(ours: Callable[..., Any], convention: dict[str, Any], shape: Any) -> None:
    clean = RANDOM.random((5, *shape), np.float32)
    clean[0] = 0  # flat images, where a variance is nothing but rounding
    other = np.clip(clean + RANDOM.normal(0, 0.2, clean.shape), 0, 1).astype(np.float32)
    theirs = [
        metrics.structural_similarity(a.astype(float), b.astype(float), data_range=1.0, channel_axis=-1, **convention)
        for a, b in zip(clean, other, strict=True)
    ]
    assert ours(clean, other) == pytest.approx(theirs, abs=1e-12)


def test_ssim_with_a_gaussian_window_is_that_of_tensorflow() -> None:
    theirs = tf.image.ssim(CLEAN, OTHER, max_val=1.0, filter_size=11, filter_sigma=1.5).numpy()
    # TensorFlow leaves out the border and works in float32, so the two are near, not equal.
    assert ssim_gaussian_window(CLEAN, OTHER) == pytest.approx(theirs, abs=0.02)
    assert ssim_gaussian_window(CLEAN, CLEAN) == pytest.approx([1.0] * 5)


def test_all_black_images_score_more_than_noisy_ones(real_mnist: object) -> None:
    """The caution in the README: 9.7 dB for nothing at all."""
    clean = as_float(load_arrays("mnist")["t10k-images"][..., np.newaxis])
    assert psnr(mse(clean, np.zeros_like(clean))).mean() == pytest.approx(9.73, abs=0.005)


def test_the_mean_of_psnr_is_never_below_the_psnr_of_the_mean() -> None:
    error = mse(CLEAN, OTHER)
    summary = summarise({"mse": error, "psnr": psnr(error)})
    assert summary["psnr"] > summary["psnr_of_mean_mse"]
    assert summary["psnr_of_mean_mse"] == pytest.approx(10 * np.log10(1 / summary["mse"]))
