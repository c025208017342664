"""The PSNR of noisy images, in closed form."""

import numpy as np

from denoising.images import Stored, as_sixteen_bit
from denoising.metrics import psnr_from_mse
from denoising.noise.models import Noise
from denoising.noise.moments import expected_squared_error


def expected_noisy_psnr(clean: Stored, noise: Noise) -> float:
    """Return the PSNR in decibels, averaged over images, of noisy versions of the clean images (N, H, W, C), as stored.

    Exact but for one approximation: each image is assumed to have its expected error, which an image of hundreds of
    pixels nearly has.
    """
    values = clean if clean.dtype == np.uint8 else as_sixteen_bit(clean)
    most = np.iinfo(values.dtype).max
    errors = expected_squared_error(np.arange(most + 1) / most, noise)
    return float(np.mean(psnr_from_mse(errors[values].mean(axis=(1, 2, 3)))))
