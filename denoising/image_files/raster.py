"""Decodes PNG and JPEG by imagecodecs, at full depth, and WebP and BMP by Pillow, which reads the headers of all."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from PIL import ExifTags, Image

from denoising.errors import ImageFileError
from denoising.image_files.decoded import MAX_PIXELS, Allocate, DecodedImage, Pixels, decoded, require_plausible_size
from denoising.image_files.segments import Content, exif_of_png, has_end

FORMATS = ("PNG", "JPEG", "WEBP", "BMP")  # a JPEG with a preview behind it becomes MPO
_PNG_DEPTH, _PNG_COLOR = 24, 25  # the offsets of the bits per sample and the kind of colour, in its first chunk
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}  # by the kind of colour
_CONVERTED = {"1": "L", "P": "RGB", "PA": "RGBA"}  # Pillow's modes of palettes, and of bits, without loss
_KEPT = ("L", "LA", "RGB", "RGBA")
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow refuses twice as many; `require_plausible_size` comes first


def decode_raster(content: Content, *, allocate: Allocate = np.empty) -> DecodedImage:
    """Return the image of a file in one of FORMATS; raises `ImageFileError`, or an exception of the library."""
    with opened(content) as image:
        require_plausible_size(*image.size)
        _require_one_image(image)
        orientation = exif_of(image, content).get(ExifTags.Base.Orientation, 1)
        if image.format == "PNG":
            return decoded(_decode_png(content, image, allocate), orientation=orientation)
        mode = _CONVERTED.get(image.mode, image.mode)
        if mode not in _KEPT:
            raise ImageFileError(f"its colours are {image.mode}; convert it to RGB or grey first")
        if image.format in ("JPEG", "MPO"):
            return decoded(_decode_jpeg(content, image, allocate), orientation=orientation)
        return decoded(np.asarray(image.convert(mode)), orientation=orientation)


@contextmanager
def opened(content: Content | BinaryIO) -> Iterator[Image.Image]:
    """Yield an image of which only the header was read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large images, for which a limit follows, and of damaged EXIF
        file: Any = io.BytesIO(content) if isinstance(content, bytes) else content
        try:
            image = Image.open(file, formats=FORMATS)
        except Image.DecompressionBombError:
            raise ImageFileError(f"it claims to have more than {MAX_PIXELS:,} pixels") from None
        with image:
            yield image


def exif_of(image: Image.Image, content: Content) -> Image.Exif:
    """Return the EXIF data of an image."""
    if image.format != "PNG" or "exif" in image.info or "Raw profile type exif" in image.info:
        return image.getexif()
    exif = Image.Exif()  # Pillow would decode the image to find what stands behind its pixels
    exif.load(exif_of_png(content))
    return exif


def _decode_png(content: Content, image: Image.Image, allocate: Allocate) -> Pixels:
    if content[12:16] != b"IHDR":
        raise ImageFileError("its first chunk is not IHDR")
    if content[_PNG_COLOR] not in _PNG_CHANNELS:
        raise ImageFileError("its kind of colour is unknown")
    channels = _PNG_CHANNELS[content[_PNG_COLOR]] + ("transparency" in image.info)  # of a colour, or of a palette
    shape = (image.height, image.width, channels) if channels > 1 else (image.height, image.width)
    pixels = allocate(shape, np.uint16 if content[_PNG_DEPTH] == 16 else np.uint8)
    imagecodecs.png_decode(content, out=pixels)  # which notices missing pixels, as Pillow does not
    return pixels


def _decode_jpeg(content: Content, image: Image.Image, allocate: Allocate) -> Pixels:
    if not has_end(content):  # imagecodecs would fill what is missing with grey
        raise ImageFileError("it is truncated: a part of its pixels is missing")
    channels = len(image.getbands())
    pixels = allocate((image.height, image.width, channels) if channels > 1 else (image.height, image.width), np.uint8)
    imagecodecs.jpeg8_decode(content, out=pixels)
    return pixels


def _require_one_image(image: Image.Image) -> None:
    """Refuse animations, and JPEG files with several images, unless the others are smaller: previews, depth maps."""
    frames, size = getattr(image, "n_frames", 1), image.size
    if frames > 1 and image.format != "MPO":
        raise ImageFileError("it is an animation; save its frames as files")
    for number in range(1, frames):
        image.seek(number)
        if image.width * image.height >= size[0] * size[1]:
            raise ImageFileError(f"it has {frames} images; save them as files")
    if frames > 1:
        image.seek(0)
