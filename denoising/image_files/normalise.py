"""Turns decoded images into stored ones of one colour mode, whose largest value is white."""

import numpy as np

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage
from denoising.images import Stored

MIN_WHITE = 4096  # 16-bit images that stay below it most likely have 12 bits
LUMA = np.array([0.298936021293776, 0.587043074451121, 0.114020904255103])  # ITU-R BT.601, as MATLAB's rgb2gray


def normalise(image: DecodedImage, *, color_mode: str, white: float | None) -> Stored:
    """Return the pixels (H, W, 1) for `grayscale` or (H, W, 3) for `rgb` as uint8, uint16, or float32 in [0, 1].

    `white` replaces the white that the format gives to images of 16 bits.

    Raises:
        ImageFileError: when a pixel is above white or below 0.
    """
    pixels = image.pixels
    if pixels.dtype != np.uint8:
        largest = (white if pixels.dtype == np.uint16 else None) or image.white
        low, high = float(pixels.min()), float(pixels.max())
        if low < 0 or high > largest:
            raise ImageFileError(f"its values go from {low:g} to {high:g}, but black is 0 and white is {largest:g}")
        if not white and largest == 65535 and high < MIN_WHITE:
            raise ImageFileError(
                f"its values go to {high:g} of 65535 only; set prepare.folder.white, to 4095 for 12 bits or to 65535"
            )
        if pixels.dtype == np.uint16 and largest != 65535:
            pixels = np.rint(pixels * (65535 / largest)).astype(np.uint16)
    if color_mode == "rgb":
        return np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    if pixels.shape[-1] == 1:
        return pixels
    grey = pixels @ LUMA
    return (grey if pixels.dtype == np.float32 else np.rint(grey)).astype(pixels.dtype)[..., np.newaxis]
