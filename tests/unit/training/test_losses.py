from typing import Any

import numpy as np
import pytest

from denoising import metrics
from denoising.backend import keras, tensorflow
from denoising.images import Images, as_float
from denoising.training.losses import LOSSES, kl_divergence, psnr, ssim, training_loss

RANDOM = np.random.default_rng(1)
BYTES = RANDOM.integers(0, 256, (5, 12, 16, 2), np.uint8)
CLEAN = as_float(BYTES)
DENOISED: Images = np.clip(CLEAN + 0.2 * RANDOM.standard_normal(CLEAN.shape, np.float32), 0.01, 0.99, dtype=np.float32)


@pytest.mark.parametrize("name", ["binary_crossentropy", "mean_squared_error", "mean_absolute_error"])
def test_losses_equal_those_of_keras(name: str) -> None:
    of_pixels = getattr(keras.losses, name)(CLEAN, DENOISED)  # (N, H, W)
    np.testing.assert_allclose(LOSSES[name](CLEAN, DENOISED), np.mean(of_pixels, axis=(1, 2)), rtol=1e-5)


def test_psnr_and_ssim_in_training_equal_those_of_the_evaluation() -> None:
    np.testing.assert_allclose(np.asarray(psnr(CLEAN, DENOISED)), metrics.psnr(CLEAN, DENOISED), rtol=1e-5)
    np.testing.assert_allclose(np.asarray(ssim(CLEAN, DENOISED)), metrics.ssim(CLEAN, DENOISED), atol=2e-5)  # float32
    assert psnr(CLEAN, CLEAN).numpy() == pytest.approx(100)


def test_the_ssim_mix_is_zero_for_a_perfect_image_and_weighs_both_parts() -> None:
    mix = LOSSES["ssim_mix"]
    np.testing.assert_allclose(mix(CLEAN, CLEAN), 0, atol=1e-6)
    expected = 0.84 * (1 - metrics.ssim(CLEAN, DENOISED)) + 0.16 * np.abs(CLEAN - DENOISED).mean((1, 2, 3))
    np.testing.assert_allclose(mix(CLEAN, DENOISED), expected, atol=2e-5)


def test_a_saturated_pixel_still_has_a_gradient() -> None:
    logits = tensorflow.Variable(np.array([-30, 30], np.float32).reshape(1, 1, 2, 1))
    clean = np.array([1, 0], np.float32).reshape(1, 1, 2, 1)

    @tensorflow.function
    def gradient() -> Any:
        with tensorflow.GradientTape() as tape:
            loss = LOSSES["binary_crossentropy"](clean, keras.ops.sigmoid(logits))
        return tape.gradient(loss, logits)

    np.testing.assert_allclose(np.ravel(gradient()), [-0.5, 0.5], rtol=1e-5)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_every_loss_has_a_finite_gradient_on_flat_images(name: str, value: float) -> None:
    denoised = tensorflow.Variable(np.full_like(CLEAN, value))
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_sum(LOSSES[name](np.zeros_like(CLEAN), denoised))
    assert np.isfinite(tape.gradient(loss, denoised)).all()


def test_the_kl_divergence_follows_its_formula() -> None:
    zeros = np.zeros((2, 3, 3, 4), np.float32)
    np.testing.assert_allclose(kl_divergence(zeros, zeros), 0)
    mean, variance = 0.5, 4.0
    one = 0.5 * (variance + mean**2 - 1 - np.log(variance))
    np.testing.assert_allclose(kl_divergence(zeros + mean, zeros + np.float32(np.log(variance))), 36 * one, rtol=1e-5)
    small = tensorflow.cast(zeros + 0.0625, "bfloat16")
    expected = 36 * 0.5 * (np.exp(0.0625) + 0.0625**2 - 1 - 0.0625)
    np.testing.assert_allclose(kl_divergence(small, small), expected, rtol=1e-3)  # not lost in bfloat16


def test_the_kl_divergence_is_weighted_and_divided_by_the_number_of_pixels() -> None:
    code = np.full((5, 3, 4, 2), 1, np.float32)
    plain = training_loss("mean_squared_error", kl_weight=3)(BYTES, DENOISED)
    weighed = training_loss("mean_squared_error", kl_weight=3)(BYTES, [DENOISED, code, code])
    np.testing.assert_allclose(weighed - plain, 3 * kl_divergence(code, code) / (12 * 16 * 2), rtol=1e-5)
