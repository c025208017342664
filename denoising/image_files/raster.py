"""Decodes PNG, JPEG, WebP and BMP: by Pillow, and PNG of 16 bits, which Pillow would reduce to 8, by imagecodecs."""

import io
import warnings

import imagecodecs
import numpy as np
from PIL import ExifTags, Image

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage, decoded, require_plausible_size

FORMATS = ("PNG", "JPEG", "WEBP", "BMP")  # a JPEG with a preview behind it becomes MPO
_PNG_DEPTH = 24  # the offset of the bits per sample in a PNG file, in its first chunk
_CONVERTED = {"1": "L", "P": "RGB", "PA": "RGBA"}  # Pillow's modes of palettes, and of bits, without loss
_KEPT = ("L", "LA", "RGB", "RGBA")


def decode_raster(content: bytes) -> DecodedImage:
    """Return the image of a file in one of FORMATS; raises `ImageFileError`, or an exception of the library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large images, for which a limit follows, and of damaged EXIF
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            require_plausible_size(*image.size)
            if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
                raise ImageFileError("it is an animation; save its frames as files")
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
            if image.format == "PNG":
                if content[12:16] != b"IHDR":
                    raise ImageFileError("its first chunk is not IHDR")
                exact = imagecodecs.png_decode(content)  # which notices missing pixels, as Pillow does not
                if content[_PNG_DEPTH] == 16:
                    return decoded(exact, orientation=orientation)
            mode = _CONVERTED.get(image.mode, image.mode)
            if mode in ("L", "RGB") and "transparency" in image.info:  # a transparent colour
                mode = {"L": "LA", "RGB": "RGBA"}[mode]
            if mode not in _KEPT:
                raise ImageFileError(f"its colours are {image.mode}; convert it to RGB or grey first")
            return decoded(np.asarray(image.convert(mode)), orientation=orientation)
