from typing import Any

import numpy as np
import pytest

from denoising import denoise
from denoising.errors import DenoisingError

RANDOM = np.random.default_rng(1)
IMAGE = RANDOM.normal(0.5, 0.1, (40, 56)).clip(0, 1)


def test_noise_is_removed_from_every_type() -> None:
    for array in (IMAGE, IMAGE.astype(np.float32), (IMAGE * 255).astype(np.uint8), (IMAGE * 65535).astype(np.uint16)):
        denoised = denoise(array)
        assert (denoised.dtype, denoised.shape) == (array.dtype, array.shape)
        assert denoised.std() < array.std() / 3


@pytest.mark.parametrize(("shape", "axes"), [((3, 40, 56), "ZYX"), ((2, 3, 40, 56), "TCYX"), ((40, 3, 56), "YZX")])
def test_images_of_a_stack_are_denoised_one_by_one(shape: tuple[int, ...], axes: str) -> None:
    stack = RANDOM.normal(0.5, 0.1, shape).clip(0, 1).astype(np.float32)
    denoised = denoise(stack, axes=axes)
    assert denoised.shape == shape
    others = [axis for axis in range(len(shape)) if axes[axis] not in "YXC"]
    one = tuple(0 if axis in others else slice(None) for axis in range(len(shape)))
    left = "".join(axis for axis in axes if axis in "YXC")
    np.testing.assert_allclose(denoised[one], denoise(stack[one], axes=left), atol=1e-5)


def test_a_fourth_channel_is_kept() -> None:
    array = RANDOM.integers(0, 256, (40, 56, 4), np.uint8)
    denoised = denoise(array)
    np.testing.assert_array_equal(denoised[..., 3], array[..., 3])
    np.testing.assert_array_equal(denoised[..., :3], denoise(array[..., :3]))


def test_other_byte_orders_and_empty_arrays_are_arrays_too() -> None:
    big = (IMAGE * 65535).astype(">u2")
    np.testing.assert_array_equal(denoise(big), denoise(big.astype(np.uint16)))
    assert denoise(np.zeros((0, 56))).shape == (0, 56)


def test_white_scales_an_array() -> None:
    twelve = (IMAGE * 4095).astype(np.uint16)
    expected = denoise((IMAGE * 65535).astype(np.uint16)) / 65535 * 4095
    np.testing.assert_allclose(denoise(twelve, white=4095), expected, atol=2)


@pytest.mark.parametrize(
    ("array", "options", "message"),
    [
        (np.zeros((5, 40, 56)), {}, "Say what the axes of an array of shape"),
        (np.zeros((5, 40, 56)), {"axes": "YX"}, "letter for each of 3 axes"),
        (np.zeros((5, 40, 56)), {"axes": "CYX"}, "Expected 1, 3 or 4 channels, found 5"),
        (np.full((40, 56), 255.0), {}, "Expected values from 0 to 1, found 255 to 255"),
        (np.full((40, 56), np.nan), {}, "contains NaN"),
        (np.zeros((40, 56), np.int32), {}, "found int32"),
        (np.full((40, 56), 5000, np.uint16), {"white": 4095}, "Expected values from 0 to 4095, found 5000 to 5000"),
        (np.zeros((40, 56)), {"white": -5}, "white above 0, found -5"),
        (np.zeros((40, 56)), {"white": float("nan")}, "white above 0, found nan"),
        ("photo.png", {}, "Expected an array, found str. For files there is the command denoise"),
        (np.zeros((40, 56)), {"model": "nothing"}, "There is no network nothing; name a file"),
    ],
)
def test_what_is_no_image_is_refused(array: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(DenoisingError, match=message):
        denoise(array, **options)
