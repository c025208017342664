"""The digits of scikit-learn: 1,797 real handwritten ones, resampled to look like MNIST.

Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), 8x8 pixels, values 0 to 16.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import resize
from sklearn.datasets import load_digits

from denoising.images import Bytes
from denoising.rng import Purpose, generator

SIZE, BOX = 28, 20  # as in MNIST: a digit of 20x20 pixels, centred by its centre of mass in an image of 28x28
MIN_INK, MAX_INK = 0.25, 0.75

# The largest change of an augmented copy, in either direction; beyond it, digits become ambiguous.
ROTATION, SHEAR, SCALE, SHIFT = np.deg2rad(12), 0.15, 0.12, 1.5


def load_like_mnist() -> tuple[Bytes, Bytes]:
    """Return all digits (1797, 28, 28) and their labels (1797,)."""
    digits = load_digits()
    images = np.stack([_like_mnist(small / 16) for small in digits.images])
    return images, digits.target.astype(np.uint8)


def augment(images: Bytes, *, copies: int, seed: int) -> Bytes:
    """Return `images` (N, 28, 28) followed by `copies` augmented versions of each, shaped ((copies + 1) N, 28, 28).

    Each copy is rotated, sheared, scaled and shifted at random; the change depends on (seed, copy, index) alone.
    """
    augmented = [
        _transform(image, generator(seed, Purpose.AUGMENTATION, copy, index))
        for copy in range(copies)
        for index, image in enumerate(images)
    ]
    return np.concatenate([images, *[copy[np.newaxis] for copy in augmented]])


def _like_mnist(small: NDArray[np.float64]) -> Bytes:
    """Enlarge smoothly, make the strokes as sharp as those of MNIST, and centre."""
    large = resize(small, (BOX, BOX), order=3, mode="constant", anti_aliasing=False)
    ink = np.clip((large - MIN_INK) / (MAX_INK - MIN_INK), 0, 1)
    ink = ink * ink * (3 - 2 * ink)
    image = np.pad(ink, (SIZE - BOX) // 2)
    offset = np.rint((SIZE - 1) / 2 - np.array(ndimage.center_of_mass(image))).astype(int)
    centred = ndimage.shift(image, offset, order=0)
    return np.rint(centred * 255).astype(np.uint8)


def _transform(image: Bytes, random: np.random.Generator) -> Bytes:
    angle, shear = random.uniform(-1, 1, 2) * (ROTATION, SHEAR)
    height, width = 1 + random.uniform(-SCALE, SCALE, 2)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = rotation @ [[1 / height, 0], [shear, 1 / width]]
    centre = np.full(2, (SIZE - 1) / 2)
    offset = centre - matrix @ (centre + random.uniform(-SHIFT, SHIFT, 2))
    return ndimage.affine_transform(image, matrix, offset, order=1)
