"""The array contract: images are float32 in [0, 1], shaped (N, H, W, C); on disk they may be uint8."""

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DenoisingError

Images = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def as_float(images: Bytes) -> Images:
    """Return uint8 images as float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def as_bytes(images: Images) -> Bytes:
    """Return images in [0, 1] as uint8, rounded to the nearest value."""
    return np.rint(images * 255).astype(np.uint8)


def require_images(images: Images) -> None:
    """Raise `DenoisingError` unless `images` is a floating-point array shaped (N, H, W, C)."""
    if not isinstance(images, np.ndarray) or not np.issubdtype(images.dtype, np.floating):
        found = getattr(images, "dtype", type(images).__name__)
        raise DenoisingError(f"Expected floating-point images in [0, 1], found {found}. Divide uint8 images by 255.")
    if images.ndim != 4:
        raise DenoisingError(f"Expected images shaped (N, H, W, C), found shape {images.shape}. Add the missing axes.")


def require_pair(clean: Images, other: Images) -> None:
    """Raise `DenoisingError` unless both are images of the same shape."""
    require_images(clean)
    require_images(other)
    if clean.shape != other.shape:
        raise DenoisingError(f"Expected two stacks of the same shape, found {clean.shape} and {other.shape}.")
