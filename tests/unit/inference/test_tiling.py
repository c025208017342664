import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denoising.errors import DenoisingError
from denoising.images import Images
from denoising.inference.tiling import Tiling, apply_in_tiles

RANDOM = np.random.default_rng(1)


def network(images: Images) -> Images:
    """Return a network's work that sees 8 pixels around each, on a grid of 8 pixels, as one that halves three times."""
    assert images.shape[1] % 8 == images.shape[2] % 8 == 0
    padded = np.pad(images, ((0, 0), (8, 8), (8, 8), (0, 0)))
    blocks = padded.reshape(len(images), padded.shape[1] // 8, 8, padded.shape[2] // 8, 8, -1).mean(axis=(2, 4))
    around = (
        blocks[:, 1:-1, 1:-1] + blocks[:, :-2, 1:-1] + blocks[:, 2:, 1:-1] + blocks[:, 1:-1, :-2] + blocks[:, 1:-1, 2:]
    )
    return (images + around.repeat(8, axis=1).repeat(8, axis=2)).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 150), st.integers(1, 150), st.sampled_from([1, 3]), st.integers(48, 96), st.integers(32, 40))
def test_tiles_give_what_the_whole_image_gives(height: int, width: int, channels: int, tile: int, overlap: int) -> None:
    image = RANDOM.random((1, height, width, channels), np.float32)
    whole = apply_in_tiles(network, image, Tiling(8, tile=10_000, overlap=0))
    assert whole.shape == image.shape
    np.testing.assert_allclose(apply_in_tiles(network, image, Tiling(8, tile, overlap)), whole, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 500), st.integers(1, 200), st.integers(0, 90))
def test_the_kept_parts_cover_a_side_once_and_lie_within_their_tiles(length: int, tile: int, overlap: int) -> None:
    spans = list(Tiling(8, tile, overlap).spans(length))
    kept = [pixel for _, _, first, last in spans for pixel in range(first, last)]
    assert kept == list(range(length))
    assert all(start <= first < last <= end and start % 8 == 0 for start, end, first, last in spans)


def test_the_result_may_be_of_another_type_in_an_array_that_is_given() -> None:
    image = RANDOM.integers(0, 256, (1, 50, 70, 1), np.uint8)
    pixels: list[int] = []
    result = np.zeros_like(image)
    apply_in_tiles(lambda part: 255 - part, image, Tiling(8, 32, 16), out=result, on_pixels=pixels.append)
    np.testing.assert_array_equal(result, 255 - image)
    assert sum(pixels) == image.size
    assert len(pixels) > 1


def test_a_tile_without_pixels_is_refused() -> None:
    with pytest.raises(DenoisingError, match="tile of 1 pixel or more, found 0"):
        Tiling(8, 0, 0)


@pytest.mark.parametrize("shape", [(1, 1, 5000, 1), (2, 5, 5, 1)])
def test_strips_and_images_smaller_than_a_tile_work(shape: tuple[int, ...]) -> None:
    assert apply_in_tiles(lambda images: images, RANDOM.random(shape, np.float32), Tiling(8, 64, 16)).shape == shape
