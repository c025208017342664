"""The mean and the mean square of noisy pixels in closed form, with the clipping to [0, 1], if any, included.

Clipped Gaussian noise of factor 0.5 raises black to 0.195 and lowers white to 0.805 on average.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, poisson

from denoising.noise.models import NEGLIGIBLE, Noise

Pixels = NDArray[np.float64]  # clean pixel values, in [0, 1]
Moments = tuple[Pixels, Pixels]


def moments(pixels: Pixels, noise: Noise) -> Moments:
    """Return the mean and the mean square of the noisy values of clean pixels, both shaped like `pixels`."""
    factor = noise.factor
    if not noise.clip:
        return _unclipped(pixels, noise)
    match noise.kind:
        case "gaussian" | "correlated":
            return _clipped_normal(pixels, np.full_like(pixels, factor))
        case "speckle":
            return _clipped_normal(pixels, factor * pixels)
        case "uniform":
            return _clipped_uniform(pixels, factor * np.sqrt(3))
        case "poisson":
            return _clipped_poisson(pixels, factor**2) if factor >= NEGLIGIBLE else (pixels, pixels**2)
        case "salt_and_pepper":
            replaced = min(factor, 1)
            kept = 1 - replaced
            return kept * pixels + replaced / 2, kept * pixels**2 + replaced / 2
    raise ValueError(f"The moments of {noise.kind} noise are not implemented.")


def expected_squared_error(pixels: Pixels, noise: Noise) -> Pixels:
    """Return the expected squared error of the noisy values of clean pixels."""
    mean, square = moments(pixels, noise)
    return square - 2 * pixels * mean + pixels**2


def variance(pixels: Pixels, noise: Noise) -> Pixels:
    """Return the variance of the noisy values of clean pixels."""
    mean, square = moments(pixels, noise)
    return np.maximum(square - mean**2, 0)


def _unclipped(pixels: Pixels, noise: Noise) -> Moments:
    factor = noise.factor
    variances = {
        "gaussian": factor**2 + 0 * pixels,
        "correlated": factor**2 + 0 * pixels,
        "uniform": factor**2 + 0 * pixels,
        "speckle": (factor * pixels) ** 2,
        "poisson": factor**2 * pixels,
    }
    if noise.kind not in variances:  # pixels that are replaced stay in [0, 1]
        return moments(pixels, replace(noise, clip=True))
    return pixels, pixels**2 + variances[noise.kind]


def _clipped_normal(mean: Pixels, deviation: Pixels) -> Moments:
    deviation = np.maximum(deviation, 1e-12)  # the limit for no noise
    low, high = (0 - mean) / deviation, (1 - mean) / deviation
    inside, above = norm.cdf(high) - norm.cdf(low), norm.sf(high)
    first = mean * inside + deviation * (norm.pdf(low) - norm.pdf(high)) + above
    spread = (mean**2 + deviation**2) * inside
    second = spread + deviation * (mean * norm.pdf(low) - (mean + 1) * norm.pdf(high)) + above
    return first, second


def _clipped_uniform(mean: Pixels, half_width: float) -> Moments:
    if half_width < NEGLIGIBLE:
        return mean, mean**2
    low, high = np.maximum(mean - half_width, 0), np.minimum(mean + half_width, 1)
    above = np.maximum(mean + half_width - 1, 0) / (2 * half_width)
    return (high**2 - low**2) / (4 * half_width) + above, (high**3 - low**3) / (6 * half_width) + above


def _clipped_poisson(mean: Pixels, photon: float) -> Moments:
    most, expected = np.floor(1 / photon), mean / photon  # the largest count that is not clipped; the average count
    below, far_below = poisson.cdf(most - 1, expected), poisson.cdf(most - 2, expected)
    above = poisson.sf(most, expected)
    return mean * below + above, mean**2 * far_below + photon * mean * below + above
