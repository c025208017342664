from typing import Any

import numpy as np
import pytest

from denoising.errors import DenoisingError
from denoising.images import Images, Stored
from denoising.inference.network import Network
from denoising.inference.stored_images import DenoisingOptions, denoise_stored

RANDOM = np.random.default_rng(1)
NO_OPTIONS = DenoisingOptions()


def network(channels: int = 1, *, add: float = 0.0, scale: float = 1.0) -> Network:
    """Return a network that makes scale x + add of x."""

    def apply(noisy: Images) -> Images:
        assert noisy.shape[-1] == channels
        assert noisy.dtype == np.float32
        return noisy * np.float32(scale) + np.float32(add)

    return Network("plain", (None, None, channels), 8, apply, 0, 80)


def lower_left(noisy: Images) -> Images:
    """Return images of which the pixel at the lower left has become white: not the same in any other orientation."""
    changed = noisy.copy()
    changed[:, -1, 0] = 1
    return changed


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535), (np.uint16, 4095), (np.float32, 1)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("wanted", [1, 3])
def test_types_and_channels_are_kept(dtype: Any, white: float, channels: int, wanted: int) -> None:
    images = (RANDOM.random((2, 30, 20, channels)) * white).astype(dtype)
    denoised = denoise_stored(images, network(wanted), NO_OPTIONS, white=white)
    assert denoised.dtype == dtype
    np.testing.assert_allclose(denoised, images, atol=1e-6 if dtype == np.float32 else 0)


def test_the_result_is_clipped_to_white_and_rounded() -> None:
    images = np.array([0, 100, 250], np.uint8).reshape(1, 1, 3, 1)
    denoised = denoise_stored(images, network(add=10.6 / 255), NO_OPTIONS, white=255)
    assert denoised.ravel().tolist() == [11, 111, 255]


def test_eight_orientations_are_averaged() -> None:
    images = np.zeros((1, 8, 8, 1), np.float32)
    plain = Network("corner", (None, None, 1), 8, lower_left, 0, 80)
    denoised = denoise_stored(images, plain, DenoisingOptions(ensemble=True), white=1)[0, ..., 0]
    corners = denoised[[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(corners, 0.25)  # two of eight orientations bring the pixel to each corner
    assert denoised.sum() == pytest.approx(1)


def test_no_more_than_sigma_is_removed() -> None:
    images = np.full((1, 40, 40, 1), 0.5, np.float32)
    for sigma, removed in ((0, 0), (10, 10), (20, 20), (40, 25.5)):
        denoised = denoise_stored(images, network(add=-0.1), DenoisingOptions(sigma=sigma), white=1)
        np.testing.assert_allclose((images - denoised) * 255, removed, atol=1e-4)


def test_noise_beyond_what_a_network_has_seen_is_scaled_to_it() -> None:
    seen: list[float] = []

    def apply(noisy: Images) -> Images:
        seen.append(float(noisy.std()))
        return np.full_like(noisy, noisy.mean())

    noisy = RANDOM.normal(0.5, 110 / 255, (1, 64, 64, 1)).astype(np.float32)
    mean = Network("mean", (None, None, 1), 8, apply, 0, 80)
    denoised = denoise_stored(noisy, mean, DenoisingOptions(sigma=110), white=1)
    assert seen == [pytest.approx(55 / 255, rel=0.05)]
    np.testing.assert_allclose(denoised, noisy.mean(), atol=0.02)


def test_another_size_and_a_wrong_sigma_are_refused() -> None:
    digits = Network("digits", (28, 28, 1), 4, lambda noisy: noisy, 0, 28)
    images: Stored = np.zeros((1, 512, 640, 1), np.uint8)
    with pytest.raises(DenoisingError, match="digits takes images of 28 x 28 pixels; this one has 640 x 512"):
        denoise_stored(images, digits, NO_OPTIONS, white=255)
    with pytest.raises(DenoisingError, match="sigma from 0 to 255, found 300"):
        DenoisingOptions(sigma=300)


def test_an_output_that_is_not_finite_is_refused() -> None:
    images = np.zeros((1, 8, 8, 1), np.uint8)
    with pytest.raises(DenoisingError, match="plain is not finite"):
        denoise_stored(images, network(add=float("nan")), NO_OPTIONS, white=255)


def test_the_limit_holds_for_each_image_of_a_stack() -> None:
    images = np.full((2, 40, 40, 1), 0.5, np.float32)
    images[1] = 0.9

    def apply(noisy: Images) -> Images:
        return np.where(noisy > 0.8, noisy - np.float32(0.3), noisy)

    second = Network("second", (None, None, 1), 8, apply, 0, 80)
    denoised = denoise_stored(images, second, DenoisingOptions(sigma=25), white=1)
    np.testing.assert_allclose((images - denoised)[1] * 255, 25, atol=1e-3)
