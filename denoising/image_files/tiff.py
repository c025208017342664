"""Decodes TIFF by tifffile: every page at its full depth."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import tifffile

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage, Pixels, decoded, require_plausible_size

MAX_PAGES = 100_000
MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GREY = (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.MINISWHITE)
_COLOUR = (tifffile.PHOTOMETRIC.RGB, tifffile.PHOTOMETRIC.YCBCR)


def decode_tiff(content: bytes) -> Iterator[DecodedImage]:
    """Yield the pages of a TIFF file; raises `ImageFileError`, or an exception of the library."""
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        if len(file.pages) > MAX_PAGES:
            raise ImageFileError(f"it has {len(file.pages):,} pages, more than {MAX_PAGES:,}")
        for frame in file.pages:
            page: Any = frame.aspage() if isinstance(frame, tifffile.TiffFrame) else frame
            if not (page.is_reduced or page.is_mask):  # thumbnails, masks
                yield _decode(page, size=len(content))


def _decode(page: Any, *, size: int) -> DecodedImage:
    require_plausible_size(page.imagewidth, page.imagelength)
    if page.imagedepth > 1:
        raise ImageFileError("it is a volume; save its slices as pages")
    if page.samplesperpixel > 4:
        raise ImageFileError(f"it has {page.samplesperpixel} channels; save it as grey or RGB")
    _require_whole(page, size=size)
    pixels = page.asarray()
    if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
        pixels = np.moveaxis(pixels, 0, -1)
    orientation = int(page.tags.valueof("Orientation", 1))
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        return decoded(_resolve(pixels, page.colormap), orientation=orientation)
    if page.photometric not in (*_GREY, *_COLOUR):
        raise ImageFileError(f"its colours are {page.photometric.name}; convert it to RGB or grey first")
    bits = page.bitspersample if isinstance(page.bitspersample, int) else max(page.bitspersample)
    white = None
    if pixels.dtype.kind in "ub":
        white = float(2**bits - 1)
        if bits < 8:  # one to seven bits have few values, which 8 bits hold exactly or nearly so
            pixels, white = np.rint(pixels * (255 / white)).astype(np.uint8), 255.0
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            pixels = np.asarray(white - pixels, pixels.dtype)
    elif page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
        raise ImageFileError("its white is 0, which is not defined for floating point")
    return decoded(pixels, orientation=orientation, white=white)


def _resolve(indices: Pixels, colours: Pixels) -> Pixels:
    """Return palette indices (H, W) as colours (H, W, 3): of 8 bits where the palette has no more, else of 16."""
    resolved = np.moveaxis(colours, 0, -1)[indices]
    eight = resolved >> 8
    return eight.astype(np.uint8) if np.all(np.isin(resolved, (eight << 8, eight * 257))) else resolved


def _require_whole(page: Any, *, size: int) -> None:
    """Refuse a page whose segments are missing or lie beyond the end of the file: tifffile would fill in zeros."""
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if not offset or not count or offset + count > size:
            raise ImageFileError("it is truncated: a part of its pixels is missing")
    if page.compression == tifffile.COMPRESSION.NONE:
        expected = page.imagewidth * page.imagelength * page.samplesperpixel * page.bitspersample // 8
        if sum(page.databytecounts) < expected:
            raise ImageFileError("it is truncated: a part of its pixels is missing")
