"""A decoded image, and what all formats have in common: limits, orientation and transparency."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from denoising.errors import ImageFileError

Pixels = NDArray[Any]  # uint8, uint16 or float32
Allocate = Callable[[tuple[int, ...], DTypeLike], Pixels]  # returns an array for what is decoded, as np.empty does
MAX_PIXELS = 2**28  # of one image; more is taken for a file that lies about its size
# The value of orientation in EXIF and TIFF: what turns the stored rows and columns upright.
_UPRIGHT = {
    1: lambda image: image,
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: image.swapaxes(0, 1)[:, ::-1],
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: lambda image: image.swapaxes(0, 1)[::-1],
}


@dataclass(frozen=True)
class DecodedImage:
    """An image as it is stored: `pixels` (H, W, 1 or 3) are uint8, uint16 or float32; `alpha` (H, W) has the same type.

    `white` is the value of a white pixel by the format: 255, 65535 or 1, or 4095 for a TIFF of 12 bits. `orientation`,
    1 to 8 as in EXIF, says how it is to be turned.
    """

    pixels: Pixels
    alpha: Pixels | None
    white: float
    orientation: int = 1

    def upright(self) -> "DecodedImage":
        """Return the image turned upright."""
        turn = _UPRIGHT.get(self.orientation, _UPRIGHT[1])
        alpha = None if self.alpha is None else np.ascontiguousarray(turn(self.alpha))
        return DecodedImage(np.ascontiguousarray(turn(self.pixels)), alpha, self.white)


Change = Callable[[DecodedImage], DecodedImage]  # of the pixels alone


def require_plausible_size(width: int, height: int) -> None:
    """Raise `ImageFileError` where an image has too many pixels, before any memory is taken for them."""
    if width * height > MAX_PIXELS:
        raise ImageFileError(f"it has {width} x {height} pixels, more than {MAX_PIXELS:,}")


def decoded(array: Pixels, *, orientation: int = 1, white: float | None = None) -> DecodedImage:
    """Return an array (H, W) or (H, W, 1 to 4 channels), whose second or fourth channel is its alpha, as an image."""
    if array.dtype == np.float64 or array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype not in (np.uint8, np.uint16, np.float32):
        raise ImageFileError(f"its pixels are {array.dtype}; save it with 8 or 16 bits, or as float32")
    if array.ndim == 2:
        array = array[..., np.newaxis]
    if array.ndim != 3 or array.shape[-1] not in (1, 2, 3, 4) or not array.size:
        raise ImageFileError(f"its shape is {array.shape}, which is neither grey nor RGB")
    if array.dtype == np.float32 and not np.isfinite(array).all():
        raise ImageFileError("it contains NaN or infinite values")
    channels = 1 if array.shape[-1] < 3 else 3
    alpha = array[..., channels] if array.shape[-1] > channels else None
    whites = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}
    return DecodedImage(array[..., :channels], alpha, white or whites.get(array.dtype, 1.0), orientation)


def channels_together(image: DecodedImage) -> Pixels:
    """Return pixels and alpha as one array, (H, W) or (H, W, 2 to 4)."""
    if image.alpha is None:
        return image.pixels[..., 0] if image.pixels.shape[-1] == 1 else image.pixels
    shape = (*image.alpha.shape, image.pixels.shape[-1] + 1)
    base = image.pixels.base
    if isinstance(base, np.ndarray) and image.alpha.base is base and base.shape == shape:
        return base  # without a copy
    return np.concatenate([image.pixels, image.alpha[..., np.newaxis]], axis=-1)
