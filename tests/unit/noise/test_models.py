from typing import Any

import numpy as np
import pytest

from denoising.errors import DenoisingError
from denoising.noise.models import NOISE_MODELS, Noise, add_noise

GREY = np.full((200, 28, 28, 1), 0.5, np.float32)


def noise_of(
    clean: np.ndarray, factor: float, *, kind: str = "gaussian", key: tuple[int, ...] = (0,), first_index: int = 0
) -> np.ndarray:
    return add_noise(clean, Noise(kind, factor), seed=1, key=key, first_index=first_index)


@pytest.mark.parametrize("kind", ["gaussian", "uniform", "correlated", "poisson"])
def test_noise_has_the_requested_standard_deviation(kind: str) -> None:
    level = 1 if kind == "poisson" else 0.5  # Poisson noise has it on white, where half of it is clipped
    noise = (noise_of(np.full_like(GREY, level), 0.05, kind=kind) - level).ravel()  # otherwise ten from the clipping
    deviation = np.sqrt(np.mean(noise[noise < 0] ** 2)) if kind == "poisson" else noise.std()
    share = 0.2 if kind == "correlated" else 1  # of the pixels that count as independent
    assert deviation == pytest.approx(0.05, rel=0.05 if kind == "poisson" else 5 / np.sqrt(2 * share * noise.size))


def test_neighbours_in_correlated_noise_correlate_as_the_blur_implies() -> None:
    """Two Gaussian blurs of one pixel: neighbours at distance d correlate by exp(-d^2 / 4)."""
    noise = noise_of(GREY, 0.05, kind="correlated")[..., 0] - 0.5
    for distance in (1, 2, 3):
        found = np.mean(noise * np.roll(noise, distance, axis=2)) / np.mean(noise**2)
        assert found == pytest.approx(np.exp(-(distance**2) / 4), abs=0.02)
    other = noise_of(GREY, 0.05)[..., 0] - 0.5
    assert abs(np.mean(other * np.roll(other, 1, axis=2)) / np.mean(other**2)) < 0.02


def test_salt_and_pepper_replaces_the_requested_fraction_equally_often() -> None:
    noisy = noise_of(GREY, 0.2, kind="salt_and_pepper")
    assert {float(value) for value in np.unique(noisy)} == {0.0, 0.5, 1.0}
    assert np.mean(noisy == 0) == pytest.approx(0.1, abs=0.005)
    assert np.mean(noisy == 1) == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize("kind", ["speckle", "poisson"])
def test_speckle_and_poisson_noise_leave_black_unchanged(kind: str) -> None:
    assert noise_of(np.zeros_like(GREY), 1.0, kind=kind).max() == 0


@pytest.mark.parametrize("kind", NOISE_MODELS)
def test_noise_does_not_depend_on_batches(kind: str) -> None:
    whole = noise_of(GREY, 0.5, kind=kind)
    pieces = [noise_of(GREY[start : start + 7], 0.5, kind=kind, first_index=start) for start in range(0, 200, 7)]
    np.testing.assert_array_equal(whole, np.concatenate(pieces))


def test_every_image_split_realization_and_seed_has_its_own_noise() -> None:
    draws = [
        noise_of(GREY[:1], 0.1),
        noise_of(GREY[:1], 0.1, first_index=1),
        noise_of(GREY[:1], 0.1, key=(1,)),
        noise_of(GREY[:1], 0.1, key=(0, 1)),
        add_noise(GREY[:1], Noise("gaussian", 0.1), seed=2, key=(0,)),
    ]
    correlations = np.corrcoef([draw.ravel() for draw in draws])
    assert np.abs(correlations - np.eye(5)).max() < 5 / np.sqrt(28 * 28)


@pytest.mark.parametrize("kind", NOISE_MODELS)
def test_factor_zero_leaves_the_images_unchanged(kind: str) -> None:
    np.testing.assert_array_equal(noise_of(GREY, 0, kind=kind), GREY)


@pytest.mark.parametrize("kind", NOISE_MODELS)
def test_noisy_images_are_float32_in_range_and_clean_ones_are_not_modified(kind: str) -> None:
    clean = GREY.copy()
    noisy = noise_of(clean, 3, kind=kind)
    assert noisy.dtype == np.float32
    assert (noisy.min(), noisy.max()) == (0, 1)
    np.testing.assert_array_equal(clean, GREY)


def test_unknown_noise_and_impossible_factors_are_refused() -> None:
    with pytest.raises(DenoisingError, match="Unknown noise model 'rain'. Choose one of gaussian"):
        Noise("rain", 0.5)
    for factor in (-0.1, float("inf"), float("nan")):
        with pytest.raises(DenoisingError, match="Expected a finite noise factor of at least 0"):
            Noise("gaussian", factor)


def test_noise_on_arrays_that_are_not_images_is_refused() -> None:
    for other in (None, np.float32(0.5)):
        with pytest.raises(DenoisingError, match="Expected a NumPy array of images"):
            add_noise(other, Noise("gaussian", 0.5), seed=1)  # type: ignore[arg-type]
    with pytest.raises(DenoisingError, match="Divide uint8 images by 255"):
        add_noise(np.zeros((2, 8, 8, 1), np.uint8), Noise("gaussian", 0.5), seed=1)
    with pytest.raises(DenoisingError, match=r"found shape \(8, 8\)"):
        add_noise(np.zeros((8, 8), np.float32), Noise("gaussian", 0.5), seed=1)


def test_noise_that_is_named_by_a_word_alone_is_refused() -> None:
    with pytest.raises(DenoisingError, match=r"Expected a Noise such as Noise\('gaussian', 0.5\), found 'gaussian'"):
        add_noise(GREY, "gaussian", seed=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", ["0.5", None, True, [0.5]])
def test_a_factor_that_is_no_number_is_refused(factor: Any) -> None:
    with pytest.raises(DenoisingError, match="Expected a number as noise factor"):
        Noise("gaussian", factor)


def test_poisson_noise_refuses_negative_pixels() -> None:
    with pytest.raises(DenoisingError, match="Poisson noise needs pixels of at least 0"):
        add_noise(np.full((1, 4, 4, 1), -0.1, np.float32), Noise("poisson", 0.5), seed=1)
