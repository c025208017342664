"""Image quality metrics: MSE, PSNR and SSIM, one value per image.

Every metric takes two stacks of images, the clean ones first: floating point in [0, 1], shaped (N, H, W, C). It
returns float64 values shaped (N,). The range of the values is not checked.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, uniform_filter

from denoising.errors import DenoisingError
from denoising.images import Images, require_images, require_pair

PerImage = NDArray[np.float64]
Stack = NDArray[np.float64]  # (N, H, W, C)
MAX_PSNR = 100.0  # decibels; a perfect image would have infinitely many, which JSON cannot hold
SSIM_WINDOW = 7  # pixels
GAUSSIAN_SSIM_WINDOW = 11  # pixels


def mse(clean: Images, other: Images) -> PerImage:
    """Return the mean squared error of each image.

    Raises:
        DenoisingError: when the arrays are not images of the same shape.

    >>> import numpy as np
    >>> mse(np.zeros((2, 8, 8, 1)), np.full((2, 8, 8, 1), 0.5))
    array([0.25, 0.25])
    """
    require_pair(clean, other)
    difference = other.astype(np.float64) - clean
    return np.mean(difference * difference, axis=(1, 2, 3))


def psnr(clean: Images, other: Images) -> PerImage:
    """Return the peak signal-to-noise ratio of each image in decibels, for data range 1, capped at 100.

    The mean of these values is what most denoising papers report. PSNR ranks a black image above a very noisy one on
    dark data such as MNIST: report SSIM beside it. Values outside [0, 1] are not noticed.

    Raises:
        DenoisingError: when the arrays are not images of the same shape.

    >>> import numpy as np
    >>> psnr(np.zeros((1, 8, 8, 1)), np.full((1, 8, 8, 1), 0.1)).round(3)
    array([20.])
    """
    return psnr_from_mse(mse(clean, other))


def psnr_from_mse(error: PerImage | float) -> PerImage:
    """Return the PSNR in decibels for mean squared errors, for data range 1, capped at 100 (an error below 1e-10).

    For the error pooled over all images this is what torchmetrics reports. It never exceeds the mean of per-image
    values.
    """
    return -10 * np.log10(np.maximum(error, 10 ** (-MAX_PSNR / 10)))


def ssim(clean: Images, other: Images) -> PerImage:
    """Return the structural similarity of each image, in scikit-image's default convention: a uniform 7x7 window.

    Raises:
        DenoisingError: when the arrays are not images of the same shape, or smaller than the window.

    >>> import numpy as np
    >>> image = np.linspace(0, 1, 64).reshape(1, 8, 8, 1)
    >>> ssim(image, image)
    array([1.])
    """
    return UniformSsim(clean)(other)


def ssim_gaussian_window(clean: Images, other: Images) -> PerImage:
    """Return the structural similarity as Wang et al. define it: a Gaussian window of sigma 1.5, 11x11 pixels.

    Z. Wang et al., Image quality assessment: from error visibility to structural similarity, IEEE Transactions on
    Image Processing 13 (2004), doi:10.1109/TIP.2003.819861.

    Raises:
        DenoisingError: when the arrays are not images of the same shape, or smaller than the window.
    """
    return GaussianSsim(clean)(other)


class UniformSsim:
    """The SSIM of `ssim` with given clean images: what depends on them alone is computed once, for many others."""

    window = SSIM_WINDOW
    variance_scale = SSIM_WINDOW**2 / (SSIM_WINDOW**2 - 1)  # unbiased
    blur: Callable[..., Stack] = staticmethod(partial(uniform_filter, size=(1, SSIM_WINDOW, SSIM_WINDOW, 1)))

    def __init__(self, clean: Images) -> None:
        require_images(clean)
        height, width = clean.shape[1:3]
        if min(height, width) < self.window:
            raise DenoisingError(
                f"SSIM needs images of at least {self.window}x{self.window} pixels, found {height}x{width}."
            )
        self._given = clean
        self._clean = clean.astype(np.float64)  # a variance is a small difference of large numbers
        self._mean = self.blur(self._clean)
        self._variance = self.variance_scale * (self.blur(self._clean * self._clean) - self._mean * self._mean)

    def __call__(self, other: Images) -> PerImage:
        """Return what scikit-image computes for each pair of images; a test compares the two."""
        require_pair(self._given, other)
        two = other.astype(np.float64)
        mean = self.blur(two)
        variance = self.variance_scale * (self.blur(two * two) - mean * mean)
        covariance = self.variance_scale * (self.blur(self._clean * two) - self._mean * mean)
        luminance, contrast = 0.01**2, 0.03**2  # the constants of Wang et al. for data range 1
        similarity = (2 * self._mean * mean + luminance) * (2 * covariance + contrast)
        similarity /= (self._mean**2 + mean**2 + luminance) * (self._variance + variance + contrast)
        border = self.window // 2  # where the window would leave the image
        height, width = similarity.shape[1:3]
        return np.mean(similarity[:, border : height - border, border : width - border], axis=(1, 2, 3))


class GaussianSsim(UniformSsim):
    """The SSIM of `ssim_gaussian_window` with given clean images."""

    window = GAUSSIAN_SSIM_WINDOW
    variance_scale = 1.0
    blur = staticmethod(partial(gaussian_filter, sigma=(0, 1.5, 1.5, 0), truncate=3.5))
