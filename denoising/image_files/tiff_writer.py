"""Writes TIFF files that keep what another has: pages, depth, layout, compression, and what is said about the image."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC

from denoising.image_files.decoded import Allocate, Change, DecodedImage, Pixels, channels_together
from denoising.image_files.tiff import Page, decode_pages, invert_in_place
from denoising.image_files.tiff_directories import Directories, append_directories, read_directories

_LOSSLESS = (COMPRESSION.NONE, COMPRESSION.LZW, COMPRESSION.ADOBE_DEFLATE, COMPRESSION.PACKBITS, COMPRESSION.ZSTD)
_PREDICTED = (COMPRESSION.LZW, COMPRESSION.ADOBE_DEFLATE, COMPRESSION.ZSTD)
_JPEG_QUALITY = 95
# Tags that follow from the pixels and their layout, or that point into the file: tifffile writes them anew.
_STRUCTURE = {*range(254, 267), 273, *range(277, 285), 296, 317, 320, *range(322, 326), 330, 338, 339}
_STRUCTURE |= {340, 341, 347, *range(512, 522), *range(529, 533)}


def rewrite_tiff(source: BinaryIO, target: Path, change: Change, *, allocate: Allocate) -> None:
    """Write what `change` makes of the pages of a TIFF file; raises as `decode_tiff` does."""
    writer: tifffile.TiffWriter | None = None
    directories: list[Directories] = []
    try:
        for page, image in decode_pages(source, allocate=allocate):
            if writer is None:
                writer = tifffile.TiffWriter(
                    target, bigtiff=page.parent.is_bigtiff, byteorder=page.parent.byteorder, ome=False, shaped=False
                )
            directories.append(read_directories(source, page))
            _write(writer, source, page, change(image), placeholders=list(directories[-1]))
    finally:
        if writer:
            writer.close()
    if any(directories):
        append_directories(target, directories)


def _write(
    writer: tifffile.TiffWriter, source: BinaryIO, page: Page, image: DecodedImage, *, placeholders: list[int]
) -> None:
    pixels = _as_stored(image, page)
    gray = image.pixels.shape[-1] == 1
    photometric = page.photometric if page.photometric == PHOTOMETRIC.MINISWHITE else PHOTOMETRIC.MINISBLACK
    planar = page.planarconfig if pixels.ndim == 3 else None
    compression = _compression(page, pixels)
    predicted = page.predictor > 1 and compression in _PREDICTED
    writer.write(
        np.moveaxis(pixels, -1, 0) if planar == tifffile.PLANARCONFIG.SEPARATE else pixels,
        photometric=photometric if gray else PHOTOMETRIC.RGB,
        planarconfig=planar,
        extrasamples=None if image.alpha is None else ["unassalpha"],
        bitspersample=page.bitspersample if pixels.dtype == np.uint16 and page.bitspersample < 16 else None,
        compression=compression,
        compressionargs={"level": _JPEG_QUALITY} if compression == COMPRESSION.JPEG else None,
        predictor=predicted or None,
        tile=(page.tilelength, page.tilewidth) if page.is_tiled else None,
        rowsperstrip=None if page.is_tiled else page.rowsperstrip,
        description=None,
        software=False,
        resolution=page.resolution if 282 in page.tags else None,
        resolutionunit=page.resolutionunit if 282 in page.tags else None,
        contiguous=False,
        metadata=None,
        extratags=[*_kept_tags(source, page), *((code, 4, 1, 0, True) for code in placeholders)],
    )


def _compression(page: Page, pixels: Pixels) -> COMPRESSION:
    """Return the compression of a page, or a lossless one where tifffile cannot write that for these pixels."""
    if page.compression in _LOSSLESS:
        return page.compression
    if page.compression == COMPRESSION.JPEG and pixels.dtype == np.uint8 and pixels.shape[-1] != 4:
        return COMPRESSION.JPEG
    return COMPRESSION.ADOBE_DEFLATE


def _as_stored(image: DecodedImage, page: Page) -> Pixels:
    """Return an image as an array (H, W) or (H, W, channels) with the black and white of a page."""
    pixels = channels_together(image)
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        invert_in_place(pixels, image.white)
    return pixels


def _kept_tags(source: BinaryIO, page: Page) -> list[tuple[int, int, int, Any, bool]]:
    """Return the tags that hold for the image whatever its pixels, with their values as bytes."""
    kept = []
    for tag in page.tags:
        if tag.code not in _STRUCTURE and tag.code not in tifffile.TIFF.TAG_FILTERED:
            source.seek(tag.valueoffset)
            kept.append((tag.code, tag.dtype, tag.count, source.read(tag.valuebytecount), True))
    return kept
