"""The embedded digits: 1,797 real handwritten ones from scikit-learn, made to look like MNIST.

Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), 8x8 pixels, values 0 to 16.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import resize
from sklearn.datasets import load_digits

from stages.lib.images import Bytes
from stages.lib.randomness import WARPS, generator

SIZE, BOX = 28, 20  # MNIST's own: the digit in a box of 20x20, by its centre of mass in an image of 28x28
LEAST_INK, MOST_INK = 0.25, 0.75

# How far a warped copy may go from its digit, either way; further, and a person would call it another hand or digit.
TURN, SLANT, SCALE, SHIFT = np.deg2rad(12), 0.15, 0.12, 1.5


def load_like_mnist() -> tuple[Bytes, Bytes]:
    """Return all digits (1797, 28, 28) and their labels (1797,)."""
    digits = load_digits()
    images = np.stack([_like_mnist(small / 16) for small in digits.images])
    return images, digits.target.astype(np.uint8)


def warped_copies(images: Bytes, *, copies: int, seed: int) -> Bytes:
    """Return `images` (N, 28, 28) followed by `copies` warped versions of all of them, shaped ((copies + 1) N, 28, 28).

    Each copy is turned, slanted, scaled and shifted at random, from (seed, copy, index) alone.
    """
    warped = [
        _warp(image, generator(seed, WARPS, copy, index))
        for copy in range(copies)
        for index, image in enumerate(images)
    ]
    return np.concatenate([images, *[copy[np.newaxis] for copy in warped]])


def _like_mnist(small: NDArray[np.float64]) -> Bytes:
    """Enlarge smoothly, make the strokes as crisp as MNIST's, and centre."""
    large = resize(small, (BOX, BOX), order=3, mode="constant", anti_aliasing=False)
    ink = np.clip((large - LEAST_INK) / (MOST_INK - LEAST_INK), 0, 1)
    ink = ink * ink * (3 - 2 * ink)
    image = np.pad(ink, (SIZE - BOX) // 2)
    offset = np.rint((SIZE - 1) / 2 - np.array(ndimage.center_of_mass(image))).astype(int)
    centred = ndimage.shift(image, offset, order=0)
    return np.rint(centred * 255).astype(np.uint8)


def _warp(image: Bytes, random: np.random.Generator) -> Bytes:
    turn, slant = random.uniform(-1, 1, 2) * (TURN, SLANT)
    height, width = 1 + random.uniform(-SCALE, SCALE, 2)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = rotation @ [[1 / height, 0], [slant, 1 / width]]
    centre = np.full(2, (SIZE - 1) / 2)
    offset = centre - matrix @ (centre + random.uniform(-SHIFT, SHIFT, 2))
    return ndimage.affine_transform(image, matrix, offset, order=1)
