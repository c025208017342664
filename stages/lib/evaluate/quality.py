"""Measures how near images are to the clean ones: MSE, PSNR and SSIM.

Two stacks of images (N, H, W, C), float32 in [0, 1], clean ones first; one float64 value an image comes back, (N,).
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from stages.lib.images import Images

PerImage = NDArray[np.float64]
HIGHEST_PSNR = 100.0  # decibels; a perfect image would have infinitely many, which JSON cannot hold


def mse(clean: Images, other: Images) -> PerImage:
    """Return the mean squared error of each image."""
    difference = other.astype(np.float64) - clean
    return np.mean(difference * difference, axis=(1, 2, 3))


def psnr(mean_squared_error: PerImage | float) -> PerImage:
    """Return the peak signal-to-noise ratio in decibels for data range 1, capped at 100 (an error below 1e-10).

    Of per-image errors, the mean of the result is what most denoising papers report; of one error pooled over all
    images, it is what torchmetrics reports. The first is never the smaller one.
    """
    return -10 * np.log10(np.maximum(mean_squared_error, 10 ** (-HIGHEST_PSNR / 10)))


def ssim(clean: Images, other: Images) -> PerImage:
    """Return the structural similarity in scikit-image's default convention: a uniform window of 7x7 pixels."""
    return _ssim(zip(clean, other, strict=True))


def ssim_gaussian_window(clean: Images, other: Images) -> PerImage:
    """Return the structural similarity as Wang et al. define it: a Gaussian window of sigma 1.5.

    Z. Wang et al., Image quality assessment: from error visibility to structural similarity, IEEE Transactions on
    Image Processing 13 (2004), doi:10.1109/TIP.2003.819861.
    """
    pairs = zip(clean, other, strict=True)
    return _ssim(pairs, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)


def _ssim(pairs: Iterable[tuple[Images, Images]], **convention: object) -> PerImage:
    """Compare in float64: a variance in float32 is a small difference of large numbers."""
    return np.array(
        [
            structural_similarity(
                one.astype(np.float64), two.astype(np.float64), data_range=1.0, channel_axis=-1, **convention
            )
            for one, two in pairs
        ]
    )
