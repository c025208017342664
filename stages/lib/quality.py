"""Measures how near images are to the clean ones: MSE, PSNR and SSIM.

Two stacks of images (N, H, W, C), float32 in [0, 1], clean ones first; one float64 value an image comes back, (N,).
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, uniform_filter

from stages.lib.images import Images

PerImage = NDArray[np.float64]
Stack = NDArray[np.float64]  # (N, H, W, C)
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
    window = 7
    sample = window**2 / (window**2 - 1)  # an unbiased variance
    return _ssim(clean, other, partial(uniform_filter, size=(1, window, window, 1)), window=window, sample=sample)


def ssim_gaussian_window(clean: Images, other: Images) -> PerImage:
    """Return the structural similarity as Wang et al. define it: a Gaussian window of sigma 1.5, 11x11 pixels.

    Z. Wang et al., Image quality assessment: from error visibility to structural similarity, IEEE Transactions on
    Image Processing 13 (2004), doi:10.1109/TIP.2003.819861.
    """
    blur = partial(gaussian_filter, sigma=(0, 1.5, 1.5, 0), truncate=3.5)
    return _ssim(clean, other, blur, window=11, sample=1.0)


def _ssim(clean: Images, other: Images, blur: Callable[..., Stack], *, window: int, sample: float) -> PerImage:
    """Compute what scikit-image computes for one image, for the whole stack at once; a test holds the two equal."""
    one, two = clean.astype(np.float64), other.astype(np.float64)  # a variance is a small difference of large numbers
    mean_one, mean_two = blur(one), blur(two)
    variance_one = sample * (blur(one * one) - mean_one * mean_one)
    variance_two = sample * (blur(two * two) - mean_two * mean_two)
    covariance = sample * (blur(one * two) - mean_one * mean_two)
    luminance, contrast = 0.01**2, 0.03**2  # the constants of Wang et al. for data range 1
    similarity = (2 * mean_one * mean_two + luminance) * (2 * covariance + contrast)
    similarity /= (mean_one**2 + mean_two**2 + luminance) * (variance_one + variance_two + contrast)
    border = window // 2  # where the window would reach out of the image
    return np.mean(similarity[:, border:-border, border:-border], axis=(1, 2, 3))
