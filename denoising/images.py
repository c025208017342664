"""The array contract: images are float32, usually in [0, 1], shaped (N, H, W, C).

On disk they may be uint8 or uint16, whose largest value is white.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DenoisingError

Images = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Stored = NDArray[Any]  # uint8, uint16 or float32


def as_float(images: Stored) -> Images:
    """Return stored images as float32 in [0, 1]."""
    if images.dtype == np.float32:
        return images
    return images.astype(np.float32) / np.float32(np.iinfo(images.dtype).max)


def as_sixteen_bit(images: Stored) -> NDArray[np.uint16]:
    """Return stored images as uint16, so that equal images are equal whatever their type."""
    if images.dtype == np.uint8:
        return images.astype(np.uint16) * np.uint16(257)
    return images if images.dtype == np.uint16 else np.rint(np.clip(images, 0, 1) * 65535).astype(np.uint16)


def as_bytes(images: Images) -> Bytes:
    """Return images as uint8, rounded to the nearest value; what is outside [0, 1] is clipped."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def require_images(images: Images) -> None:
    """Raise `DenoisingError` unless `images` is a floating-point array shaped (N, H, W, C)."""
    if not isinstance(images, np.ndarray):
        raise DenoisingError(f"Expected a NumPy array of images, found {type(images).__name__}.")
    if not np.issubdtype(images.dtype, np.floating):
        found = images.dtype
        raise DenoisingError(f"Expected floating-point images in [0, 1], found {found}. Divide uint8 images by 255.")
    if images.ndim != 4:
        raise DenoisingError(f"Expected images shaped (N, H, W, C), found shape {images.shape}. Add the missing axes.")


def require_pair(clean: Images, other: Images) -> None:
    """Raise `DenoisingError` unless both are images of the same shape."""
    require_images(clean)
    require_images(other)
    if clean.shape != other.shape:
        raise DenoisingError(f"Expected two stacks of the same shape, found {clean.shape} and {other.shape}.")
