"""Decodes TIFF by tifffile: every page at its full depth."""

import io
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tifffile

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage, Pixels, decoded, require_plausible_size

MAX_PAGES = 100_000
MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GREY = (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.MINISWHITE)


def decode_tiff(content: bytes) -> Iterator[DecodedImage]:
    """Yield the pages of a TIFF file; raises `ImageFileError`, or an exception of the library."""
    with _refusing_what_is_logged():
        file = tifffile.TiffFile(io.BytesIO(content))
        pages = len(file.pages)
    with file:
        if pages > MAX_PAGES:
            raise ImageFileError(f"it has {pages:,} pages, more than {MAX_PAGES:,}")
        count = 0
        for number in range(pages):
            with _refusing_what_is_logged():
                frame = file.pages[number]
                page: Any = frame.aspage() if isinstance(frame, tifffile.TiffFrame) else frame
                if page.is_reduced or page.is_mask:  # thumbnails, masks
                    continue
                image = _decode(page, size=len(content))
            count += 1
            yield image
        with _refusing_what_is_logged():
            planes = sum(math.prod(series.shape[: -series.keyframe.ndim]) for series in file.series)
        if not count or ((file.is_imagej or file.is_shaped) and planes != count):
            raise ImageFileError(f"of its images, {count} can be read; save each as a page")


class _Keeper(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _refusing_what_is_logged() -> Iterator[None]:
    """Raise `ImageFileError` if tifffile logged a warning: it has then not read all."""
    handler = _Keeper(logging.WARNING)
    logger = logging.getLogger("tifffile")
    logger.addHandler(handler)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
    if handler.messages:
        raise ImageFileError(handler.messages[0].partition("\n")[0])


def _decode(page: Any, *, size: int) -> DecodedImage:
    require_plausible_size(page.imagewidth, page.imagelength)
    if page.imagedepth > 1:
        raise ImageFileError("it is a volume; save its slices as pages")
    _require_channels(page)
    _require_whole(page, size=size)
    pixels = page.asarray()
    if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
        pixels = np.moveaxis(pixels, 0, -1)
    orientation = int(page.tags.valueof("Orientation", 1))
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        return decoded(_resolve(pixels, page.colormap), orientation=orientation)
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


def _require_channels(page: Any) -> None:
    """Refuse colours that are not those of the screen, and channels that are neither colour nor transparency."""
    photometric, samples = page.photometric, page.samplesperpixel
    is_jpeg = page.compression in (tifffile.COMPRESSION.JPEG, tifffile.COMPRESSION.OJPEG)
    known = (*_GREY, tifffile.PHOTOMETRIC.RGB, tifffile.PHOTOMETRIC.PALETTE)
    if photometric not in known and not (photometric == tifffile.PHOTOMETRIC.YCBCR and is_jpeg):
        raise ImageFileError(f"its colours are {photometric.name}; convert it to RGB or grey first")
    colours = 1 if photometric in (*_GREY, tifffile.PHOTOMETRIC.PALETTE) else 3
    extra = [int(kind) for kind in page.extrasamples]
    if samples != colours and not (samples == colours + 1 and extra == [tifffile.EXTRASAMPLE.UNASSALPHA]):
        raise ImageFileError(f"it has {samples} channels; save it as grey or RGB, with or without transparency")


def _require_whole(page: Any, *, size: int) -> None:
    """Refuse a page whose segments are missing or lie beyond the end of the file: tifffile would fill in zeros."""
    if not len(page.dataoffsets) == len(page.databytecounts) == math.prod(page.chunked):
        raise ImageFileError("it is truncated: a part of its pixels is missing")
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if not offset or not count or offset + count > size:
            raise ImageFileError("it is truncated: a part of its pixels is missing")
    if page.compression == tifffile.COMPRESSION.NONE:
        expected = page.imagewidth * page.imagelength * page.samplesperpixel * page.bitspersample // 8
        if sum(page.databytecounts) < expected:
            raise ImageFileError("it is truncated: a part of its pixels is missing")
