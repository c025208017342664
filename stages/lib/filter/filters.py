"""The classical filters that a learned denoiser has to beat, each with the settings among which the best is chosen.

A filter takes one channel of an image, (H, W) of float64, and returns it filtered, shaped alike. Strengths are
multiples of the standard deviation of the noise, so that the same settings serve every level of noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage import restoration
from skimage.morphology import disk, footprint_rectangle

from stages.lib.failure import Mistake
from stages.lib.images import Images

Plane = NDArray[np.float64]
Setting = dict[str, Any]
NO_NOISE = 1e-6  # a standard deviation; below it there is nothing to filter


@dataclass(frozen=True)
class Filter:
    """How a filter is applied, and its possible settings."""

    apply: Callable[..., Plane]
    settings: list[Setting]

    def __call__(self, image: Images, *, deviation: float, setting: Setting) -> Images:
        """Return an image (H, W, C) filtered, each channel by itself; one without noise comes back as it is."""
        if deviation < NO_NOISE:
            return image
        planes = np.moveaxis(image.astype(np.float64), -1, 0)
        filtered = np.stack([self.apply(plane, deviation=deviation, **setting) for plane in planes], axis=-1)
        return filtered.astype(np.float32)


def _median(plane: Plane, *, deviation: float, window: str) -> Plane:
    return ndimage.median_filter(plane, footprint=WINDOWS[window])


def _gaussian(plane: Plane, *, deviation: float, sigma: float) -> Plane:
    return ndimage.gaussian_filter(plane, sigma)


def _non_local_means(plane: Plane, *, deviation: float, patch: int, reach: int, strength: float) -> Plane:
    return restoration.denoise_nl_means(plane, patch_size=patch, patch_distance=reach, h=strength * deviation)


def _total_variation(plane: Plane, *, deviation: float, strength: float) -> Plane:
    return restoration.denoise_tv_chambolle(plane, weight=strength * deviation)


def _wavelet(plane: Plane, *, deviation: float, wavelet: str, strength: float) -> Plane:
    """Threshold the wavelets of all shifts by up to three pixels, and average (Coifman and Donoho, 1995)."""
    options = {
        "wavelet": wavelet,
        "method": "VisuShrink",
        "sigma": strength * deviation,
        "wavelet_levels": 2,  # a digit is small
        "rescale_sigma": False,
    }
    return restoration.cycle_spin(plane, func=restoration.denoise_wavelet, max_shifts=3, func_kw=options, workers=1)


def _bm3d(plane: Plane, *, deviation: float, strength: float) -> Plane:
    """Filter groups of similar blocks (Dabov et al., doi:10.1109/TIP.2007.901238).

    Every pixel starts a block, and variances are those of white noise. On small digits this is as good as the
    package's own profile, in a tenth of its time.
    """
    try:
        import bm3d  # its licence may keep it from being installed
    except ImportError as error:
        raise Mistake("The package bm3d is not installed: take bm3d out of filter.methods, or install it.") from error
    profile = bm3d.BM3DProfile()
    profile.nf, profile.step_ht, profile.step_wiener = 0, 1, 1
    profile.num_threads = 1  # more add up in another order every time
    return bm3d.bm3d(plane, strength * deviation, profile)


WINDOWS = {
    "cross of 3": disk(1),
    "square of 3": footprint_rectangle((3, 3)),
    "disk of 5": disk(2),
    "square of 5": footprint_rectangle((5, 5)),
}

FILTERS = {
    "median": Filter(_median, [{"window": window} for window in WINDOWS]),
    "gaussian": Filter(_gaussian, [{"sigma": sigma} for sigma in (0.3, 0.45, 0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2)]),
    "non_local_means": Filter(
        _non_local_means,
        [
            {"patch": patch, "reach": 7, "strength": strength}
            for patch, strength in product((3, 5, 7), (0.4, 0.55, 0.7, 0.85, 1.1))
        ],
    ),
    "total_variation": Filter(
        _total_variation, [{"strength": strength} for strength in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.3)]
    ),
    "wavelet": Filter(
        _wavelet,
        [
            {"wavelet": wavelet, "strength": strength}
            for wavelet, strength in product(("haar", "db2", "sym4"), (0.2, 0.3, 0.4, 0.55, 0.7))
        ],
    ),
    "bm3d": Filter(_bm3d, [{"strength": strength} for strength in (0.5, 0.7, 0.85, 1, 1.15, 1.4)]),
}
