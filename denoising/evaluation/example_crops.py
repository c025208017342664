"""Finds where in an image the error is largest, for the figures: images of any size are shown as crops at 1:1."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import uniform_filter

from denoising.images import Images

CROP = 96  # pixels a side
LARGEST_SHOWN = 960  # pixels a side of a whole image in a figure; larger ones are averaged down
Window = tuple[slice, slice]


def largest_error(clean: Images, denoised: Images) -> Window:
    """Return the window of at most 96x96 pixels of an image (H, W, C) in which the squared error is largest."""
    error = np.mean((denoised - clean) ** 2, axis=-1, dtype=np.float64)
    sides = [min(CROP, side) for side in error.shape]
    mean = uniform_filter(error, sides, mode="constant")
    valid = tuple(slice(side // 2, full - side + side // 2 + 1) for side, full in zip(sides, error.shape, strict=True))
    top, left = np.unravel_index(int(np.argmax(mean[valid])), mean[valid].shape)
    return slice(int(top), int(top) + sides[0]), slice(int(left), int(left) + sides[1])


def stacked(crops: Sequence[Images]) -> Images:
    """Return crops (h, w, C) as a stack (N, H, W, C) of the largest sides; what is beyond a crop is white."""
    height, width = (max(crop.shape[axis] for crop in crops) for axis in (0, 1))
    result = np.ones((len(crops), height, width, crops[0].shape[-1]), np.float32)
    for tile, crop in zip(result, crops, strict=True):
        tile[: crop.shape[0], : crop.shape[1]] = crop
    return result


def shrinking_factor(image: Images) -> int:
    """Return how many pixels of an image (H, W, C) a figure averages into one, in each direction."""
    return -(-max(image.shape[:2]) // LARGEST_SHOWN)


def shrunk(image: Images) -> Images:
    """Return an image (H, W, C) of at most 960 pixels a side, averaged over blocks of pixels."""
    factor = shrinking_factor(image)
    if factor == 1:
        return image
    height, width = (max(1, side // factor) for side in image.shape[:2])
    image = np.pad(image, (*((0, max(0, factor - side)) for side in image.shape[:2]), (0, 0)), mode="edge")
    blocks = image[: height * factor, : width * factor].reshape(height, factor, width, factor, -1)
    return blocks.mean(axis=(1, 3), dtype=np.float32)
