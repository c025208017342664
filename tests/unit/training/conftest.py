"""Small training images that can be learned at once: squares on black, with Gaussian noise."""

import numpy as np
import pytest

from denoising.io.splits import Split


@pytest.fixture(scope="session")
def squares() -> Split:
    """Return 64 images (12, 12, 1) of one square each."""
    random = np.random.default_rng(1)
    clean = np.zeros((64, 12, 12, 1), np.uint8)
    for image in clean:
        row, column = random.integers(0, 8, 2)
        image[row : row + 4, column : column + 4] = 255
    noisy = np.clip(clean / np.float32(255) + 0.5 * random.standard_normal(clean.shape, np.float32), 0, 1)
    return Split("train", clean, np.zeros(64, np.uint8), noisy)
