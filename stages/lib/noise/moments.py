"""Says in closed form what noise makes of a pixel on average, its clipping to [0, 1] included.

Clipped Gaussian noise of factor 0.5 lifts black to 0.195 and lowers white to 0.805. A filter that averages noise away
ends at these values; `undo_bias` brings it back.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, poisson

from stages.lib.images import Bytes, Images
from stages.lib.noise.families import INVISIBLE, Noise
from stages.lib.quality import psnr

Levels = NDArray[np.float64]  # clean pixels, in [0, 1]
Moments = tuple[Levels, Levels]


def moments(levels: Levels, noise: Noise) -> Moments:
    """Return the mean and the mean square of the noisy pixels whose clean ones are `levels`, shaped like them."""
    factor = noise.factor
    match noise.kind:
        case "gaussian" | "correlated":
            return _clipped_normal(levels, np.full_like(levels, factor))
        case "speckle":
            return _clipped_normal(levels, factor * levels)
        case "uniform":
            return _clipped_uniform(levels, factor * np.sqrt(3))
        case "poisson":
            return _clipped_poisson(levels, factor**2) if factor >= INVISIBLE else (levels, levels**2)
        case "salt_and_pepper":
            replaced = min(factor, 1)
            kept = 1 - replaced
            return kept * levels + replaced / 2, kept * levels**2 + replaced / 2
    raise ValueError(f"No moments are known for the noise {noise.kind}.")


def mean_squared_error(levels: Levels, noise: Noise) -> Levels:
    """Return the expected squared error of noisy pixels whose clean ones are `levels`."""
    mean, square = moments(levels, noise)
    return square - 2 * levels * mean + levels**2


def noisy_psnr(clean: Bytes, noise: Noise) -> float:
    """Return the PSNR in decibels, averaged over images, that the noise leaves of the clean images (N, H, W, C).

    Exact but for one approximation: that each image meets its expected error, which one of hundreds of pixels nearly
    does.
    """
    errors = mean_squared_error(np.arange(256) / 255, noise)
    return float(np.mean(psnr(errors[clean].mean(axis=(1, 2, 3)))))


def variance(levels: Levels, noise: Noise) -> Levels:
    """Return the variance of noisy pixels whose clean ones are `levels`."""
    mean, square = moments(levels, noise)
    return np.maximum(square - mean**2, 0)


def undo_bias(images: Images, noise: Noise) -> Images:
    """Return images of averaged noisy pixels as the clean ones that have these averages."""
    levels = np.linspace(0, 1, 1001)
    mean, _ = moments(levels, noise)
    if np.ptp(mean) == 0:  # nothing of the clean pixels is left
        return images
    return np.interp(images, mean, levels).astype(np.float32)


def _clipped_normal(mean: Levels, deviation: Levels) -> Moments:
    deviation = np.maximum(deviation, 1e-12)  # without noise, the limit
    low, high = (0 - mean) / deviation, (1 - mean) / deviation
    inside, above = norm.cdf(high) - norm.cdf(low), norm.sf(high)
    first = mean * inside + deviation * (norm.pdf(low) - norm.pdf(high)) + above
    spread = (mean**2 + deviation**2) * inside
    second = spread + deviation * (mean * norm.pdf(low) - (mean + 1) * norm.pdf(high)) + above
    return first, second


def _clipped_uniform(mean: Levels, reach: float) -> Moments:
    if reach < INVISIBLE:
        return mean, mean**2
    low, high = np.maximum(mean - reach, 0), np.minimum(mean + reach, 1)
    above = np.maximum(mean + reach - 1, 0) / (2 * reach)
    return (high**2 - low**2) / (4 * reach) + above, (high**3 - low**3) / (6 * reach) + above


def _clipped_poisson(mean: Levels, photon: float) -> Moments:
    most, expected = np.floor(1 / photon), mean / photon  # counts that are not clipped; the average count
    below, far_below = poisson.cdf(most - 1, expected), poisson.cdf(most - 2, expected)
    above = poisson.sf(most, expected)
    return mean * below + above, mean**2 * far_below + photon * mean * below + above
