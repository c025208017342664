import numpy as np
import pytest
from scipy.stats import norm

from stages.lib.images import as_float
from stages.lib.noise.families import KINDS, Noise, add_noise
from stages.lib.noise.moments import mean_squared_error, moments, noisy_psnr, undo_bias, variance
from stages.lib.prepare.cache import load_arrays
from stages.lib.prepare.parameters import NoiseParameters
from stages.lib.quality import mse, psnr

GREY = np.full((200, 28, 28, 1), 0.5, np.float32)


def noise_of(
    clean: np.ndarray, factor: float, *, kind: str = "gaussian", place: tuple[int, ...] = (0,), first_index: int = 0
) -> np.ndarray:
    return add_noise(clean, Noise(kind, factor), seed=1, place=place, first_index=first_index)


@pytest.mark.parametrize("kind", ["gaussian", "uniform", "correlated", "poisson"])
def test_noise_has_the_requested_standard_deviation(kind: str) -> None:
    level = 1 if kind == "poisson" else 0.5  # Poisson noise has it on white, where half of it is clipped
    noise = (noise_of(np.full_like(GREY, level), 0.05, kind=kind) - level).ravel()  # otherwise ten from the clipping
    deviation = np.sqrt(np.mean(noise[noise < 0] ** 2)) if kind == "poisson" else noise.std()
    share = 0.2 if kind == "correlated" else 1  # of the pixels that count as independent
    assert deviation == pytest.approx(0.05, rel=0.05 if kind == "poisson" else 5 / np.sqrt(2 * share * noise.size))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [0.0, 0.1, 0.5, 1.0, 2.0])
def test_every_kind_of_noise_has_the_moments_of_its_closed_form(kind: str, factor: float) -> None:
    """Of 160,000 pixels a level: within five standard errors, or four times as many where neighbours correlate."""
    levels = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    clean = np.broadcast_to(levels.astype(np.float32)[:, None, None, None], (5, 400, 400, 1))
    noisy = noise_of(clean, factor, kind=kind).astype(np.float64)
    error = (noisy - levels[:, None, None, None]) ** 2
    mean, square = moments(levels, Noise(kind, factor))
    wide = 4 if kind == "correlated" else 1
    for found, expected in (
        (noisy, mean),
        (noisy**2, square),
        (error, mean_squared_error(levels, Noise(kind, factor))),
        ((noisy - noisy.mean(axis=(1, 2, 3), keepdims=True)) ** 2, variance(levels, Noise(kind, factor))),
    ):
        standard_error = found.std(axis=(1, 2, 3)) / 400
        assert (np.abs(found.mean(axis=(1, 2, 3)) - expected) <= wide * 5 * standard_error + 1e-6).all()


def test_correlated_noise_goes_together_in_neighbours_as_its_blur_says() -> None:
    """Two Gaussian blurs of one pixel: neighbours at distance d correlate by exp(-d^2 / 4)."""
    noise = noise_of(GREY, 0.05, kind="correlated")[..., 0] - 0.5
    for distance in (1, 2, 3):
        found = np.mean(noise * np.roll(noise, distance, axis=2)) / np.mean(noise**2)
        assert found == pytest.approx(np.exp(-(distance**2) / 4), abs=0.02)
    other = noise_of(GREY, 0.05)[..., 0] - 0.5
    assert abs(np.mean(other * np.roll(other, 1, axis=2)) / np.mean(other**2)) < 0.02


def test_salt_and_pepper_replaces_the_share_that_it_says_equally_often() -> None:
    noisy = noise_of(GREY, 0.2, kind="salt_and_pepper")
    assert {float(value) for value in np.unique(noisy)} == {0.0, 0.5, 1.0}
    assert np.mean(noisy == 0) == pytest.approx(0.1, abs=0.005)
    assert np.mean(noisy == 1) == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize("kind", ["speckle", "poisson"])
def test_some_noise_leaves_black_alone(kind: str) -> None:
    assert noise_of(np.zeros_like(GREY), 1.0, kind=kind).max() == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [0.0, 0.1, 0.5, 0.9])
def test_undoing_the_bias_brings_averages_back(kind: str, factor: float) -> None:
    levels = np.linspace(0, 1, 21)
    mean, _ = moments(levels, Noise(kind, factor))
    assert undo_bias(mean.astype(np.float32), Noise(kind, factor)) == pytest.approx(levels, abs=2e-3)


def test_where_nothing_is_left_nothing_is_undone() -> None:
    assert undo_bias(GREY, Noise("salt_and_pepper", 1.0)) is GREY


def test_the_parameters_know_exactly_the_kinds_there_are() -> None:
    assert set(NoiseParameters.model_fields["kind"].annotation.__args__) == set(KINDS)  # type: ignore[union-attr]


@pytest.mark.parametrize("factor", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])
def test_the_psnr_of_noisy_mnist_is_that_of_the_closed_form(factor: float, real_mnist: object) -> None:
    """Against the noise itself, and for the error pooled over all images against figures computed elsewhere."""
    images = load_arrays("mnist")["t10k-images"][..., np.newaxis]
    clean = as_float(images[::20])
    measured = psnr(mse(clean, noise_of(clean, factor))).mean()
    assert measured == pytest.approx(noisy_psnr(images[::20], Noise("gaussian", factor)), abs=0.03)
    elsewhere = {0.1: 22.65, 0.2: 16.74, 0.3: 13.31, 0.4: 10.99, 0.5: 9.37, 0.6: 8.23, 0.8: 6.81, 1.0: 5.98}
    pooled = mean_squared_error(np.arange(256) / 255, Noise("gaussian", factor))[images].mean()
    assert psnr(pooled) == pytest.approx(elsewhere[factor], abs=0.006)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_clipping_biases_as_the_closed_form_says(level: float) -> None:
    factor = 0.5
    low, high = (0 - level) / factor, (1 - level) / factor
    inside = norm.cdf(high) - norm.cdf(low)
    expected = level * inside + factor * (norm.pdf(low) - norm.pdf(high)) + (1 - norm.cdf(high))
    clean = np.full_like(GREY, level)
    assert noise_of(clean, factor).mean() == pytest.approx(expected, abs=0.003)  # five standard errors


@pytest.mark.parametrize("kind", KINDS)
def test_noise_does_not_depend_on_how_the_images_are_cut(kind: str) -> None:
    whole = noise_of(GREY, 0.5, kind=kind)
    pieces = [noise_of(GREY[start : start + 7], 0.5, kind=kind, first_index=start) for start in range(0, 200, 7)]
    np.testing.assert_array_equal(whole, np.concatenate(pieces))


def test_every_image_split_draw_and_seed_has_its_own_noise() -> None:
    draws = [
        noise_of(GREY[:1], 0.1),
        noise_of(GREY[:1], 0.1, first_index=1),
        noise_of(GREY[:1], 0.1, place=(1,)),
        noise_of(GREY[:1], 0.1, place=(0, 1)),
        add_noise(GREY[:1], Noise("gaussian", 0.1), seed=2, place=(0,)),
    ]
    correlations = np.corrcoef([draw.ravel() for draw in draws])
    assert np.abs(correlations - np.eye(5)).max() < 5 / np.sqrt(28 * 28)


@pytest.mark.parametrize("kind", KINDS)
def test_factor_zero_leaves_the_images_alone(kind: str) -> None:
    np.testing.assert_array_equal(noise_of(GREY, 0, kind=kind), GREY)


@pytest.mark.parametrize("kind", KINDS)
def test_noisy_images_are_float32_within_range_and_the_clean_ones_untouched(kind: str) -> None:
    clean = GREY.copy()
    noisy = noise_of(clean, 3, kind=kind)
    assert noisy.dtype == np.float32
    assert (noisy.min(), noisy.max()) == (0, 1)
    np.testing.assert_array_equal(clean, GREY)
