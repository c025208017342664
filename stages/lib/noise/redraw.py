"""Puts other noise on the images of a split than prepare did, drawn in the same way."""

import numpy as np
from numpy.typing import NDArray

from stages.lib.dataset import SPLITS, Split
from stages.lib.images import Images, as_float
from stages.lib.noise.families import Noise, add_noise


def with_noise(
    name: str, split: Split, indices: NDArray[np.int64], *, noise: Noise, seed: int
) -> tuple[Images, Images]:
    """Return chosen clean images of the split `name` and their noisy versions, both (n, H, W, C).

    With the noise and the seed of prepare these are the prepared ones: an image keeps its draw, which another factor
    only makes stronger or weaker.
    """
    clean = as_float(split.clean[indices])
    place = (SPLITS.index(name),)
    noisy = [
        add_noise(image[np.newaxis], noise, seed=seed, place=place, first_index=int(index))
        for image, index in zip(clean, indices, strict=True)
    ]
    return clean, np.concatenate(noisy)
