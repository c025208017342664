import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denoising.images import Images
from denoising.inference.tiling import apply_in_tiles

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
    whole = apply_in_tiles(network, image, stride=8, tile=10_000, overlap=0)
    assert whole.shape == image.shape
    np.testing.assert_allclose(apply_in_tiles(network, image, stride=8, tile=tile, overlap=overlap), whole, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1, 5000, 1), (2, 5, 5, 1)])
def test_strips_and_images_smaller_than_a_tile_work(shape: tuple[int, ...]) -> None:
    assert apply_in_tiles(lambda images: images, RANDOM.random(shape, np.float32), stride=8).shape == shape
