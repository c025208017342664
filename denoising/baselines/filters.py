"""The classical filters, each with the variants among which the best one is chosen.

A filter takes one channel of an image, (H, W) of float64, and returns it filtered, in the same shape. Most have a
strength, which is tuned too: a multiple of the standard deviation of the noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pywt
from scipy import ndimage
from skimage import restoration
from skimage.morphology import disk, footprint_rectangle

from denoising.baselines.bm3d import SMALL, Channel, bm3d, bm3d_rgb
from denoising.images import Images

Setting = dict[str, Any]
LEVELS_OF_SMALL, LEVELS = 2, 4  # of wavelets
MAX_SIZE = 128**2  # of an image for which the threshold grows: filters are tuned on crops of this size
NO_NOISE = 1e-6  # a standard deviation; below it there is nothing to filter


@dataclass(frozen=True)
class Filter:
    """How a filter is applied, its variants, and the strength at which the search begins, if it has one."""

    apply: Callable[..., Channel]
    variants: list[Setting]
    strength: float | None
    apply_rgb: Callable[..., Channel] | None = None  # where a method treats colours together

    def __call__(self, image: Images, *, deviation: float, setting: Setting) -> Images:
        """Return an image (H, W, C), filtered channel by channel or, where the method can, in colour.

        Without noise it is returned unchanged.
        """
        if deviation < NO_NOISE:
            return image
        if self.apply_rgb and image.shape[-1] == 3:
            return self.apply_rgb(image.astype(np.float64), deviation=deviation, **setting).astype(np.float32)
        channels = np.moveaxis(image.astype(np.float64), -1, 0)
        filtered = np.stack([self.apply(channel, deviation=deviation, **setting) for channel in channels], axis=-1)
        return filtered.astype(np.float32)


def _median(channel: Channel, *, deviation: float, window: str) -> Channel:
    return ndimage.median_filter(channel, footprint=WINDOWS[window])


def _gaussian(channel: Channel, *, deviation: float, strength: float) -> Channel:
    """Blur; the strength is in multiples of 2 pixels, so that it too grows with the noise."""
    return ndimage.gaussian_filter(channel, 2 * strength * deviation)


def _non_local_means(
    channel: Channel, *, deviation: float, patch: int, strength: float, expects_noise: bool
) -> Channel:
    """Average pixels with similar patches, optionally with the noise variance subtracted from the distances."""
    return restoration.denoise_nl_means(
        channel,
        patch_size=patch,
        patch_distance=7,
        h=strength * deviation,
        sigma=deviation if expects_noise else 0.0,
    )


def _total_variation(channel: Channel, *, deviation: float, strength: float) -> Channel:
    return restoration.denoise_tv_chambolle(channel, weight=strength * deviation)


def _wavelet(channel: Channel, *, deviation: float, wavelet: str, mode: str, strength: float) -> Channel:
    """Threshold the coefficients of the stationary wavelet transform: of the wavelets at all shifts.

    R. R. Coifman and D. L. Donoho, Translation-invariant de-noising (1995), doi:10.1007/978-1-4612-2544-7_9, with the
    threshold of D. L. Donoho and I. M. Johnstone (1994), doi:10.1093/biomet/81.3.425, as the unit of the strength.
    """
    threshold = strength * deviation * np.sqrt(2 * np.log(min(channel.size, MAX_SIZE)))
    height, width = channel.shape
    levels = LEVELS_OF_SMALL if min(height, width) < SMALL else LEVELS
    step = 2**levels  # the sides must be multiples of it
    padded = np.pad(channel, ((0, -height % step), (0, -width % step)), mode="symmetric")
    approximation, *details = pywt.swt2(padded, wavelet, level=levels, trim_approx=True)
    kept = [tuple(pywt.threshold(part, threshold, mode=mode) for part in level) for level in details]
    return pywt.iswt2([approximation, *kept], wavelet)[:height, :width]


WINDOWS = {
    "cross of 3": disk(1),
    "square of 3": footprint_rectangle((3, 3)),
    "disk of 5": disk(2),
    "square of 5": footprint_rectangle((5, 5)),
    "disk of 7": disk(3),
    "square of 7": footprint_rectangle((7, 7)),
    "disk of 9": disk(4),
    "disk of 13": disk(6),
}

CLASSICAL_FILTERS = {
    "median": Filter(_median, [{"window": window} for window in WINDOWS], strength=None),
    "gaussian": Filter(_gaussian, [{}], strength=1.7),
    "non_local_means": Filter(
        _non_local_means,
        [{"patch": patch, "expects_noise": expects} for patch, expects in product((3, 5, 7), (True, False))],
        strength=0.6,
    ),
    "total_variation": Filter(_total_variation, [{}], strength=0.8),
    "wavelet": Filter(
        _wavelet,
        [{"wavelet": wavelet, "mode": mode} for wavelet, mode in product(("haar", "db2", "sym4"), ("soft", "hard"))],
        strength=0.6,
    ),
    "bm3d": Filter(bm3d, [{}], strength=1.0, apply_rgb=bm3d_rgb),
}
