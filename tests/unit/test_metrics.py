from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from skimage import metrics

from denoising.backend import tensorflow as tf
from denoising.datasets.cache import load_copy
from denoising.errors import DenoisingError
from denoising.images import as_float
from denoising.metrics import mse, psnr, psnr_from_mse, ssim, ssim_gaussian_window

RANDOM = np.random.default_rng(1)
CLEAN = RANDOM.random((5, 28, 28, 1), np.float32)
OTHER = np.clip(CLEAN + RANDOM.normal(0, 0.2, CLEAN.shape), 0, 1).astype(np.float32)


def test_mse_and_psnr_of_a_known_difference() -> None:
    error = mse(np.zeros((2, 4, 4, 1), np.float32), np.full((2, 4, 4, 1), 0.5, np.float32))
    assert error.tolist() == [0.25, 0.25]
    assert psnr_from_mse(error) == pytest.approx([6.0206, 6.0206], abs=1e-4)  # 10 log10(4)


def test_a_perfect_image_has_a_hundred_decibels() -> None:
    assert psnr(CLEAN, CLEAN).tolist() == [100.0] * 5


def test_psnr_equals_that_of_scikit_image_and_tensorflow() -> None:
    ours = psnr(CLEAN, OTHER)
    theirs = [metrics.peak_signal_noise_ratio(a, b, data_range=1) for a, b in zip(CLEAN, OTHER, strict=True)]
    assert ours == pytest.approx(theirs, abs=1e-4)  # theirs in float32
    assert ours == pytest.approx(tf.image.psnr(CLEAN, OTHER, max_val=1.0).numpy(), abs=1e-3)


CONVENTIONS = [
    (ssim, {}),
    (ssim_gaussian_window, {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}),
]


@pytest.mark.parametrize(("ours", "convention"), CONVENTIONS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (33, 20, 3)])
def test_ssim_equals_that_of_scikit_image(ours: Callable[..., Any], convention: dict[str, Any], shape: Any) -> None:
    clean = RANDOM.random((5, *shape), np.float32)
    clean[0] = 0  # flat images, where a variance is nothing but rounding
    other = np.clip(clean + RANDOM.normal(0, 0.2, clean.shape), 0, 1).astype(np.float32)
    theirs = [
        metrics.structural_similarity(a.astype(float), b.astype(float), data_range=1.0, channel_axis=-1, **convention)
        for a, b in zip(clean, other, strict=True)
    ]
    assert ours(clean, other) == pytest.approx(theirs, abs=1e-12)


def test_ssim_with_a_gaussian_window_is_close_to_that_of_tensorflow() -> None:
    theirs = tf.image.ssim(CLEAN, OTHER, max_val=1.0, filter_size=11, filter_sigma=1.5).numpy()
    # TensorFlow leaves out the border and works in float32, so the two are near, not equal.
    assert ssim_gaussian_window(CLEAN, OTHER) == pytest.approx(theirs, abs=0.02)
    assert ssim_gaussian_window(CLEAN, CLEAN) == pytest.approx([1.0] * 5)


def test_all_black_images_score_more_than_noisy_ones(real_mnist: object) -> None:
    """The caution in the README: 9.7 dB for nothing at all."""
    clean = as_float(load_copy("mnist").arrays["t10k-images"][..., np.newaxis])
    assert psnr(clean, np.zeros_like(clean)).mean() == pytest.approx(9.73, abs=0.005)


@pytest.mark.parametrize(("metric", "window"), [(ssim, 7), (ssim_gaussian_window, 11)])
def test_ssim_of_an_image_smaller_than_its_window_is_refused(metric: Callable[..., Any], window: int) -> None:
    small = np.zeros((2, window - 1, 28, 1), np.float32)
    with pytest.raises(DenoisingError, match=f"at least {window}x{window} pixels, found {window - 1}x28"):
        metric(small, small)


@pytest.mark.parametrize("metric", [mse, psnr, ssim, ssim_gaussian_window])
def test_arrays_that_break_the_contract_are_refused(metric: Callable[..., Any]) -> None:
    with pytest.raises(DenoisingError, match="found uint8. Divide uint8 images by 255"):
        metric(CLEAN, np.zeros(CLEAN.shape, np.uint8))
    with pytest.raises(DenoisingError, match="found list"):
        metric(CLEAN.tolist(), CLEAN)
    with pytest.raises(DenoisingError, match=r"shaped \(N, H, W, C\), found shape \(5, 28, 28\)"):
        metric(CLEAN[..., 0], CLEAN[..., 0])
    with pytest.raises(DenoisingError, match="two stacks of the same shape"):
        metric(CLEAN, CLEAN[:1])
