import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from denoising.datasets.photographs import embedded_photographs
from denoising.images import Bytes, as_bytes, as_float
from denoising.inference.arrays import denoise
from denoising.inference.shared_noise import network_for_image, shares_noise
from denoising.metrics import psnr
from denoising.noise.models import Noise, add_noise

RANDOM = np.random.default_rng(1)


@pytest.fixture(scope="module")
def photograph() -> Bytes:
    """Return a part of a photograph in colour, (H, W, 3)."""
    files = {file.name: file.path for split in embedded_photographs().values() for file in split}
    return np.asarray(Image.open(files["coffee.png"]).convert("RGB"))[100:356, 150:406]


def noisy(image: Bytes, sigma: float) -> Bytes:
    return as_bytes(add_noise(as_float(image)[np.newaxis], Noise("gaussian", sigma / 255), seed=1))[0]


def in_colour(grey: Bytes) -> Bytes:
    return np.repeat(grey, 3, axis=-1)


def sepia(grey: Bytes) -> Bytes:
    return np.rint(grey * np.array([1, 0.95, 0.85])).astype(np.uint8)


def with_margins(image: Bytes) -> Bytes:
    """Return an image between black and white bars, as scans and films have them."""
    return np.pad(np.pad(image, ((80, 80), (0, 0), (0, 0))), ((0, 0), (80, 80), (0, 0)), constant_values=255)


def stored(image: Bytes, **options: Any) -> Bytes:
    """Return an image as it is read after it was written in a format."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, **options)
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize("sigma", [5, 15, 25, 50])
def test_noise_that_the_channels_share_is_known(photograph: Bytes, sigma: float) -> None:
    colour, grey = noisy(photograph, sigma), noisy(photograph[..., 1:2], sigma)
    for shared in (
        in_colour(grey),
        sepia(grey),
        stored(colour, format="JPEG", quality=92, subsampling="4:2:0"),
        stored(colour, format="JPEG", quality=92, subsampling="4:2:2"),
        stored(colour, format="WEBP", quality=92),
    ):
        assert shares_noise(shared)
        assert shares_noise(as_float(shared))
        assert shares_noise(with_margins(shared))
    for white in (colour, stored(colour, format="JPEG", quality=92, subsampling="4:4:4")):
        assert not shares_noise(white)
        assert not shares_noise(with_margins(white))
        assert network_for_image(white) == "natural-color"


def test_small_narrow_and_blank_pictures_have_a_network() -> None:
    strip = RANDOM.integers(0, 256, (1, 5000, 3), np.uint8)
    assert network_for_image(strip) == "natural-color"
    assert network_for_image(in_colour(strip[..., :1])) == "natural-gray"
    assert network_for_image(np.full((40, 40, 3), 7, np.uint8)) == "natural-gray"
    assert network_for_image(np.full((40, 40, 3), [7, 8, 9], np.uint8)) == "natural-gray"  # nothing to remove
    assert network_for_image(RANDOM.integers(0, 256, (9, 9, 3), np.uint8)) == "natural-color"
    assert network_for_image(np.zeros((40, 40, 1), np.uint8)) == "natural-gray"


@pytest.mark.parametrize("store", [in_colour, sepia])
def test_a_grey_picture_in_colour_is_denoised_as_a_grey_one(photograph: Bytes, store: object) -> None:
    clean, before = store(photograph[..., 1:2]), store(noisy(photograph[..., 1:2], 25))  # type: ignore[operator]
    gain = psnr(as_float(clean)[np.newaxis], as_float(denoise(before))[np.newaxis]) - psnr(
        as_float(clean)[np.newaxis], as_float(before)[np.newaxis]
    )
    assert gain > 8


def test_the_noise_of_a_jpeg_file_with_subsampled_colours_is_removed(photograph: Bytes) -> None:
    before = stored(noisy(photograph, 25), format="JPEG", quality=92, subsampling="4:2:0")
    clean, after = as_float(photograph)[np.newaxis], as_float(denoise(before))[np.newaxis]
    assert psnr(clean, after)[0] > psnr(clean, as_float(before)[np.newaxis])[0] + 2.5
