import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from denoising.errors import ImageFileError
from denoising.image_files.decoded import decoded
from denoising.image_files.normalize import normalize

RANDOM = np.random.default_rng(1)


def grey(array: NDArray[np.generic], *, white: float | None = None) -> NDArray[np.generic]:
    return normalize(decoded(array), color_mode="grayscale", white=white)[..., 0]


def test_grey_is_the_luma_rounded_as_matlab_does() -> None:
    colour = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]], np.uint8)
    assert grey(colour).tolist() == [[76, 150, 29, 18]]  # rgb2gray


def test_grey_becomes_colour_of_three_equal_channels() -> None:
    array = RANDOM.integers(0, 256, (4, 5), np.uint8)
    np.testing.assert_array_equal(normalize(decoded(array), color_mode="rgb", white=None), np.dstack([array] * 3))


def test_twelve_bits_fill_the_range_if_white_is_given() -> None:
    twelve = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    found = grey(twelve, white=4095)
    assert (found.min(), found.max()) == (0, 65535)
    assert len(np.unique(found)) == 4096
    np.testing.assert_array_equal(grey(twelve), twelve)
    np.testing.assert_array_equal(grey(twelve, white=65535), twelve)


def test_white_is_that_of_sixteen_bits_only() -> None:
    for array in (RANDOM.integers(0, 256, (4, 5), np.uint8), RANDOM.random((4, 5), np.float32)):
        np.testing.assert_array_equal(grey(array, white=4095), array)


def test_the_white_that_a_file_states_is_kept() -> None:
    twelve = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    stated = normalize(decoded(twelve, white=4095), color_mode="grayscale", white=65535)
    assert stated.max() == 65535


def test_grey_takes_no_more_memory_than_a_few_rows() -> None:
    colour = decoded(np.zeros((4000, 1000, 3), np.uint8))
    tracemalloc.start()
    normalize(colour, color_mode="grayscale", white=None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 1000 + 40 * 2**20


def test_noisy_floating_point_values_may_leave_the_range_a_little() -> None:
    noisy = np.array([[-0.5, 1.5]], np.float32)
    np.testing.assert_array_equal(normalize(decoded(noisy), color_mode="rgb", white=None, noisy=True)[..., 0], noisy)
    with pytest.raises(ImageFileError, match="go from 0 to 255"):
        normalize(decoded(255 * np.eye(2, dtype=np.float32)), color_mode="rgb", white=None, noisy=True)


def test_values_outside_black_and_white_are_refused() -> None:
    with pytest.raises(ImageFileError, match="go from -0.5 to 1, but black is 0 and white is 1"):
        grey(np.array([[-0.5, 1.0]], np.float32))
    with pytest.raises(ImageFileError, match="to 5000, but black is 0 and white is 4095"):
        grey(np.array([[0, 5000]], np.uint16), white=4095)
