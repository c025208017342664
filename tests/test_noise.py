import numpy as np
import pytest
from scipy.stats import norm

from stages.lib.noise import add_gaussian_noise

GREY = np.full((200, 28, 28, 1), 0.5, np.float32)


def noise_of(clean: np.ndarray, factor: float, *, place: tuple[int, ...] = (0,), first_index: int = 0) -> np.ndarray:
    return add_gaussian_noise(clean, noise_factor=factor, seed=1, place=place, first_index=first_index)


def test_noise_has_the_requested_standard_deviation() -> None:
    noise = noise_of(GREY, 0.05) - GREY  # ten deviations from the clipping
    assert noise.mean() == pytest.approx(0, abs=5 * 0.05 / np.sqrt(noise.size))
    assert noise.std() == pytest.approx(0.05, rel=5 / np.sqrt(2 * noise.size))


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_clipping_biases_as_the_closed_form_says(level: float) -> None:
    factor = 0.5
    low, high = (0 - level) / factor, (1 - level) / factor
    inside = norm.cdf(high) - norm.cdf(low)
    expected = level * inside + factor * (norm.pdf(low) - norm.pdf(high)) + (1 - norm.cdf(high))
    clean = np.full_like(GREY, level)
    assert noise_of(clean, factor).mean() == pytest.approx(expected, abs=0.003)  # five standard errors


def test_noise_does_not_depend_on_how_the_images_are_cut() -> None:
    whole = noise_of(GREY, 0.5)
    pieces = [noise_of(GREY[start : start + 7], 0.5, first_index=start) for start in range(0, 200, 7)]
    np.testing.assert_array_equal(whole, np.concatenate(pieces))


def test_every_image_split_draw_and_seed_has_its_own_noise() -> None:
    draws = [
        noise_of(GREY[:1], 0.1),
        noise_of(GREY[:1], 0.1, first_index=1),
        noise_of(GREY[:1], 0.1, place=(1,)),
        noise_of(GREY[:1], 0.1, place=(0, 1)),
        add_gaussian_noise(GREY[:1], noise_factor=0.1, seed=2, place=(0,)),
    ]
    correlations = np.corrcoef([draw.ravel() for draw in draws])
    assert np.abs(correlations - np.eye(5)).max() < 5 / np.sqrt(28 * 28)


def test_factor_zero_leaves_the_images_alone() -> None:
    np.testing.assert_array_equal(noise_of(GREY, 0), GREY)


def test_noisy_images_are_float32_within_range_and_the_clean_ones_untouched() -> None:
    clean = GREY.copy()
    noisy = noise_of(clean, 3)
    assert noisy.dtype == np.float32
    assert (noisy.min(), noisy.max()) == (0, 1)
    np.testing.assert_array_equal(clean, GREY)
