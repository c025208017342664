"""Removes the bias that clipped noise leaves in an average of noisy pixels.

A filter that only averages clipped Gaussian noise of factor 0.5 away ends at 0.195 for black and 0.805 for white.
"""

import numpy as np

from denoising.images import Images
from denoising.noise.models import Noise
from denoising.noise.moments import moments


def is_biased(noise: Noise) -> bool:
    """Say whether the average of noisy pixels is not the clean pixel."""
    return noise.clip or noise.kind == "salt_and_pepper"


def debias(images: Images, noise: Noise) -> Images:
    """Map averaged noisy pixels to the clean pixels that have these averages; any shape."""
    clean = np.linspace(0, 1, 1001)
    mean, _ = moments(clean, noise)
    if np.ptp(mean) == 0:  # nothing of the clean pixels is left
        return images
    return np.interp(images, mean, clean).astype(np.float32)
