"""Adds noise other than the prepared one to images of a split, drawn in the same way."""

import numpy as np
from numpy.typing import NDArray

from denoising.images import Images, as_float
from denoising.io.splits import SPLIT_NAMES, Split
from denoising.noise.models import Noise, add_indexed_noise


def renoise(split: Split, indices: NDArray[np.int64], *, noise: Noise, seed: int) -> tuple[Images, Images]:
    """Return the chosen clean images of a split and noisy versions of them, both (n, H, W, C).

    With the noise and seed of the prepared data the result is the prepared noisy images, but for crops, which have
    noise of their own. An image keeps its random numbers: another factor only scales them.
    """
    clean = as_float(split.clean[indices])
    key = (SPLIT_NAMES.index(split.name),)
    originals = indices if split.indices is None else split.indices[indices]
    return clean, add_indexed_noise(clean, noise, seed=seed, key=key, indices=originals)
