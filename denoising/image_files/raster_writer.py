"""Writes PNG, JPEG, WebP and BMP files that keep what another has: depth, quality, and what is said about the image."""

import io
from functools import cache
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image, JpegImagePlugin

from denoising.errors import ImageFileError
from denoising.image_files.decoded import Allocate, DecodedImage, Pixels, channels_together
from denoising.image_files.raster import opened
from denoising.image_files.segments import (
    Content,
    is_lossless_webp,
    kept_chunks,
    kept_segments,
    with_chunks,
    with_segments,
    without_thumbnail,
)

_SUBSAMPLING = {0: "444", 1: "422", 2: "420"}
_KEPT = ("exif", "icc_profile", "xmp", "dpi")  # of Pillow's words for metadata
PNG_LEVEL = 4  # a third of the time of the usual 6, for files that are 4% larger
_WEBP_QUALITY = 90  # a file does not say with which it was made
Parts = tuple[bytes | memoryview, ...]  # of a file, one after the other


def encode_raster(image: DecodedImage, source: Content, *, allocate: Allocate) -> Parts:
    """Return a file with the pixels of `image` and the format, quality and metadata of `source`.

    A palette becomes colours of 8 bits, and 1 to 4 bits become 8.
    """
    with opened(source) as original:
        if original.format == "PNG":
            return with_chunks(encode_png(channels_together(image), allocate=allocate), kept_chunks(source))
        if original.format in ("JPEG", "MPO"):
            return (with_segments(_encode_jpeg(image, original), kept_segments(source)),)
        return (_encode_by_pillow(image, original, source),)


def encode_png(pixels: Pixels, *, allocate: Allocate = np.empty) -> bytes | memoryview:
    """Return pixels (H, W) or (H, W, 2 to 4), of 8 or 16 bits, as a PNG file."""
    bound = pixels.nbytes + pixels.nbytes // 1000 + 100 * len(pixels) + 2**16  # deflate adds 5 bytes to 16 kB at most
    room: Any = allocate((bound,), np.uint8).data
    encoded: Any = imagecodecs.png_encode(pixels, level=PNG_LEVEL, out=room)
    return encoded


def _encode_jpeg(image: DecodedImage, original: Image.Image) -> bytes:
    tables = original.quantization  # type: ignore[attr-defined]
    sampling = _SUBSAMPLING.get(JpegImagePlugin.get_sampling(original), "444")
    level, is_exact = _level(tuple(tables[min(tables)]))
    pixels = channels_together(image)
    if is_exact and not original.info.get("progressive"):
        return bytes(imagecodecs.jpeg8_encode(pixels, level=level, subsampling=sampling))
    file = io.BytesIO()  # Pillow takes tables, and memory for another copy
    options = {"qtables": tables, "subsampling": ":".join(sampling), "progressive": "progressive" in original.info}
    Image.fromarray(pixels).save(file, "JPEG", **options)
    return file.getvalue()


@cache
def _level(table: tuple[int, ...]) -> tuple[int, bool]:
    """Return the quality, 1 to 100, whose quantization is nearest to a table, and whether it is the same."""
    blank = np.zeros((8, 8), np.uint8)

    def distance(level: int) -> int:
        with Image.open(io.BytesIO(imagecodecs.jpeg8_encode(blank, level=level))) as image:
            found = image.quantization[0]  # type: ignore[attr-defined]
        return sum(abs(one - other) for one, other in zip(found, table, strict=True))

    level = min(range(100, 0, -1), key=distance)
    return level, distance(level) == 0


def _encode_by_pillow(image: DecodedImage, original: Image.Image, source: Content) -> bytes:
    options: dict[str, Any] = {name: original.info[name] for name in _KEPT if original.info.get(name)}
    if original.format == "WEBP":
        options |= {"lossless": is_lossless_webp(source), "quality": _WEBP_QUALITY, "exact": True}
    if options.get("exif"):
        options["exif"] = without_thumbnail(options["exif"])
    if original.format == "BMP" and image.alpha is not None:
        raise ImageFileError("it is a BMP with transparency, which cannot be written; use --format png")
    file = io.BytesIO()
    Image.fromarray(channels_together(image)).save(file, original.format, **options)
    return file.getvalue()
