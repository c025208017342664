"""Crops of equal size from the middle of images, so that images of different sizes can be measured in one stack."""

import numpy as np
from numpy.typing import NDArray

from denoising.io.ragged import shapes_of
from denoising.io.splits import Split

SWEEP_SIZE = 128  # pixels a side, for what is measured at many factors and types of noise
LARGEST_FIXED_SIZE = 256  # pixels a side of images of one size, up to which a network may take that size only
MULTIPLE = 8  # of the sides of an image: what every architecture takes


def center_crops(split: Split, indices: NDArray[np.int64], *, size: int, multiple: int = 1) -> Split:
    """Return the chosen images of a split, cropped to at most `size` pixels a side, in memory, with their noise.

    The sides are multiples of `multiple`. Small images of one size are returned whole, unless that asks for a crop. Of
    images of different sizes those that are too small are left out, if they are the minority; else all are cropped to
    the smallest. A crop has the noise that its image has there.
    """
    if not split.is_ragged:
        labels = split.labels[indices] if split.labels is not None else None
        return Split(split.name, split.clean[indices], labels, split.noisy[indices], indices=indices)
    all_shapes = shapes_of(split.clean)
    if None not in split.image_shape and all_shapes[0, :2].max() <= LARGEST_FIXED_SIZE:
        size = LARGEST_FIXED_SIZE
    shapes = all_shapes[indices]
    is_large = shapes[:, :2].min(axis=1) >= size
    if 2 * np.count_nonzero(is_large) >= len(indices):
        indices, shapes = indices[is_large], shapes[is_large]
    side = [min(size, int(shapes[:, axis].min())) // multiple * multiple for axis in (0, 1)]
    clean, noisy = [], []
    for index, shape in zip(indices.tolist(), shapes.tolist(), strict=True):
        top, left = ((full - part) // 2 for full, part in zip(shape, side, strict=False))
        window = slice(top, top + side[0]), slice(left, left + side[1])
        clean.append(split.clean[index][window])
        noisy.append(split.noisy[index][window])
    labels = split.labels[indices] if split.labels is not None else None
    files = tuple(split.files[index] for index in indices) if split.files else None
    groups = None if split.groups is None else split.groups[indices]
    return Split(split.name, np.stack(clean), labels, np.stack(noisy), files=files, groups=groups, indices=indices)
