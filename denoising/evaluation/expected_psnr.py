"""The PSNR of noisy images, in closed form."""

import numpy as np

from denoising.images import Stored, as_float
from denoising.metrics import psnr_from_mse
from denoising.noise.models import Noise
from denoising.noise.moments import expected_squared_error


def expected_noisy_psnr(clean: Stored, noise: Noise) -> float:
    """Return the PSNR in decibels, averaged over images, of noisy versions of the clean images (N, H, W, C), as stored.

    Exact but for one approximation: each image is assumed to have its expected error, which an image of hundreds of
    pixels nearly has.
    """
    if clean.dtype == np.uint8:
        errors = expected_squared_error(np.arange(256) / 255, noise)[clean]
    else:
        errors = expected_squared_error(as_float(clean).astype(np.float64), noise)
    return float(np.mean(psnr_from_mse(errors.mean(axis=(1, 2, 3)))))
