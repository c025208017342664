"""Turns decoded images into stored ones of one colour mode, whose largest value is white."""

import numpy as np

from denoising.batching import batches
from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage, Pixels
from denoising.images import Stored

FOURTEEN_BITS = 2**14 - 1
SIXTEEN_BITS = 65535
AT_ONCE = 2**20  # pixels, which are float64 on their way to grey
LUMA = np.array([0.298936021293776, 0.587043074451121, 0.114020904255103])  # ITU-R BT.601, as MATLAB's rgb2gray


def require_in_range(pixels: Pixels, *, white: float, noisy: bool) -> None:
    """Raise `ImageFileError` where a pixel is above white or below 0; a `noisy` floating-point one may be so by 1."""
    if pixels.dtype == np.uint8:
        return
    low, high = float(pixels.min()), float(pixels.max())
    beyond = white if noisy and pixels.dtype == np.float32 else 0.0
    if low < -beyond or high > white + beyond:
        raise ImageFileError(f"its values go from {low:g} to {high:g}, but black is 0 and white is {white:g}")


def normalize(image: DecodedImage, *, color_mode: str, white: float | None, noisy: bool = False) -> Stored:
    """Return the pixels (H, W, 1) for `grayscale` or (H, W, 3) for `rgb` as uint8, uint16, or float32 in [0, 1].

    `white` replaces the white of images of 16 bits, of which the format does not say how many are used. The floating
    point values of a `noisy` image may leave [0, 1] by 1.

    Raises:
        ImageFileError: when a pixel is above white or below 0.
    """
    pixels = image.pixels
    if pixels.dtype != np.uint8:
        largest = white if white and image.white == SIXTEEN_BITS else image.white
        require_in_range(pixels, white=largest, noisy=noisy)
        if pixels.dtype == np.uint16 and largest != SIXTEEN_BITS:
            pixels = np.rint(pixels * (SIXTEEN_BITS / largest)).astype(np.uint16)
    if color_mode == "rgb":
        return np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    if pixels.shape[-1] == 1:
        return pixels
    grey = np.empty((*pixels.shape[:2], 1), pixels.dtype)
    for rows in batches(len(pixels), size=max(1, AT_ONCE // pixels.shape[1])):
        luma = pixels[rows] @ LUMA
        grey[rows, :, 0] = luma if pixels.dtype == np.float32 else np.rint(luma)
    return grey
