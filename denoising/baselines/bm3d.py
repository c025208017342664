"""BM3D, by the package of Y. Mäkinen, L. Azzari and A. Foi, which is an extra.

Its functions take and return what the filters of `filters` do.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DenoisingError

Channel = NDArray[np.float64]
SMALL = 64  # pixels a side


def bm3d(channel: Channel, *, deviation: float, strength: float) -> Channel:
    """Filter groups of similar blocks (Dabov et al., doi:10.1109/TIP.2007.901238).

    In small images blocks start at every other pixel, and their variances are computed on 16x16 pixels. On digits this
    is no worse than the default profile of the package, which uses 3 and 32, and takes a third of the time.
    """
    package = bm3d_package()
    return package.bm3d(channel, strength * deviation, _profile(package, channel))


def bm3d_rgb(image: Channel, *, deviation: float, strength: float) -> Channel:
    """Filter colours together: blocks are grouped by luminance."""
    package = bm3d_package()
    return package.bm3d_rgb(image, strength * deviation, _profile(package, image))


def _profile(package: Any, image: Channel) -> Any:
    profile = package.BM3DProfile()
    if min(image.shape[:2]) < SMALL:
        profile.nf, profile.step_ht, profile.step_wiener = 16, 2, 2
    profile.num_threads = 1  # several threads sum in a different order every time
    return profile


def bm3d_package() -> Any:
    """Return the package; raises `DenoisingError` where it is not installed."""
    try:
        import bm3d  # an extra: its licence allows non-commercial use only
    except (ImportError, OSError) as error:
        raise DenoisingError(
            "The package bm3d cannot be imported. Install it with `make setup EXTRA=bm3d` if its licence allows your "
            "use, or remove bm3d from baselines.methods."
        ) from error
    return bm3d
