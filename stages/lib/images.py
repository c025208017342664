"""What an image is here: float32 in [0, 1] between prepare and plot, uint8 on disk and on paper; (N, H, W, C)."""

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def as_float(images: Bytes) -> Images:
    """Return uint8 images as float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def as_bytes(images: Images) -> Bytes:
    """Return images in [0, 1] as uint8, rounded."""
    return np.rint(images * 255).astype(np.uint8)
